/// Matches the XRUNs that a driver reports with the silence that is known from the callbacks, so
/// that none is counted twice.
#pragma once

#include <algorithm>

#include "version.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// Wait-free; one thread at a time. All times are nanoseconds.
class XrunLedger {
 public:
  /// Silence was counted that the driver may report, until `until`.
  void expect(double now, double until, double silence) noexcept {
    expected_ = (expects(now) ? expected_ : 0) + silence;
    expected_until_ = until;
  }
  bool expects(double now) const noexcept { return now <= expected_until_; }
  /// A report was expected; return by how much it is longer than what was counted.
  double match(double reported) noexcept {
    const double more = reported - expected_;
    expected_ = std::max(0.0, -more);
    return std::max(0.0, more);
  }

  /// Whether a driver tells of the same XRUN again: no two are of the same length within the time
  /// in which the first may be reported, but for those without a length. The next may be told again
  /// `until` then.
  bool repeats(double now, double reported, double until) noexcept {
    const bool same = reported > 0 && reported == last_ && now <= last_until_;
    last_ = reported;
    last_until_ = until;
    return same;
  }

  /// A report was counted that the callbacks may show as silence, until `until`.
  void count(double now, double until, double reported) noexcept {
    counted_ = (has_counted(now) ? counted_ : 0) + reported;
    counted_until_ = until;
  }
  bool has_counted(double now) const noexcept { return now <= counted_until_; }
  /// The callbacks show silence; return what of it was not counted.
  double uncounted(double now, double silence) noexcept {
    const double known = has_counted(now) ? counted_ : 0;
    counted_ = std::max(0.0, known - silence);
    return std::max(0.0, silence - known);
  }

 private:
  double expected_ = 0;
  double expected_until_ = -1;
  double counted_ = 0;
  double counted_until_ = -1;
  double last_ = 0;
  double last_until_ = 0;
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
