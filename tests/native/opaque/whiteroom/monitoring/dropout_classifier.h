/// The dropout classifier as callers see it, without its code: stands in front of the real header,
/// so that tests are compiled once, and only `opaque_classifier.cpp` for each change of the model.
#pragma once

// Callers need the types of that header, and nobody instantiates the class.
#define DropoutClassifier InlineClassifier
#include_next "whiteroom/monitoring/dropout_classifier.h"
#undef DropoutClassifier

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// Holds an InlineClassifier, which may be copied as bytes are.
class DropoutClassifier {
 public:
  explicit DropoutClassifier(SuspendClock suspended = {}) noexcept;
  void restart() noexcept;
  Verdict judge(const CallbackTiming& timing) noexcept;

 private:
  InlineClassifier& classifier() noexcept;

  static constexpr std::size_t kSize = 2048;  ///< several times what it is
  alignas(16) unsigned char bytes_[kSize];
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
