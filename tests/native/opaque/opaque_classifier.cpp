#include <new>
#include <type_traits>

// Not in quotes: this folder is to be searched in its turn, or include_next would begin anew.
#include <whiteroom/monitoring/dropout_classifier.h>

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

DropoutClassifier::DropoutClassifier(SuspendClock suspended) noexcept : bytes_{} {
  static_assert(sizeof(InlineClassifier) <= kSize);
  static_assert(std::is_trivially_copyable_v<InlineClassifier>);
  new (bytes_) InlineClassifier(suspended);
}
void DropoutClassifier::restart() noexcept { classifier().restart(); }
Verdict DropoutClassifier::judge(const CallbackTiming& timing) noexcept {
  return classifier().judge(timing);
}
InlineClassifier& DropoutClassifier::classifier() noexcept {
  return *std::launder(reinterpret_cast<InlineClassifier*>(bytes_));
}

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
