/// How much slower a device's clock runs than its sample rate says, learned from the lateness of
/// callbacks that the thread had to wait for.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "version.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// The median of the slopes between the least lateness of one span of time and of the next. A least
/// lateness is that of a full queue, whatever the jitter; a median is not moved by the step that
/// silence leaves in one span. Wait-free; one thread at a time. All times are nanoseconds.
class ClockSkew {
 public:
  /// Converters that are locked to another clock, and sample rates that are rounded (47,952 Hz for
  /// 48,000), are within a thousandth; what is beyond a hundredth is not the rate that was told.
  static constexpr double kMost = 0.01;

  /// How much longer what is delivered takes to play than the sample rate says, as a share of it.
  /// Lateness over time is told of what took (1 + skew) as long.
  double skew() const noexcept { return skew_; }
  /// By how much the skew may be wrong: how far the slopes are apart from which it was taken. They
  /// are as far apart as jitter makes them, and not at all without.
  double doubt() const noexcept { return doubt_; }

  /// A full queue was seen at `time` with so much lateness, against a clock without skew.
  void observe(double time, double lateness) noexcept {
    if (!in_span_) begin_span(time);
    const double level = lateness - slope_ * time;
    if (level < span_.level) span_ = {level, time, lateness};
    if (time - span_begin_ >= span_length_) end_span(time);
  }

  /// What was late before has nothing to do with what will be late.
  void break_off() noexcept {
    in_span_ = false;
    has_last_ = false;
  }

 private:
  struct Least {
    double level;
    double time;
    double lateness;
  };
  /// Long enough for several callbacks, and eight of them fit into the second in which nothing
  /// counts; later ones are longer, for what jitter adds is divided by their length.
  static constexpr double kShortest = 0.12e9;
  static constexpr double kLongest = 2e9;
  static constexpr double kGrowth = 1.25;
  static constexpr std::size_t kSlopes = 8;
  static constexpr std::size_t kFewest = 3;  ///< the least number that has a middle

  void begin_span(double time) noexcept {
    in_span_ = true;
    span_begin_ = time;
    span_ = {std::numeric_limits<double>::infinity(), 0, 0};
  }

  void end_span(double time) noexcept {
    const double apart = span_.time - last_.time;
    // Two that are close together say more of jitter than of the clock.
    if (has_last_ && apart >= span_length_ / 2) {
      slopes_[next_++ % kSlopes] = (span_.lateness - last_.lateness) / apart;
      span_length_ = std::min(kLongest, span_length_ * (next_ > kSlopes ? kGrowth : 1));
      learn();
    }
    if (!has_last_ || apart >= span_length_ / 2) last_ = span_;
    has_last_ = true;
    begin_span(time);
  }

  /// By insertion: there are few.
  std::array<double, kSlopes> sorted_slopes(std::size_t count) const noexcept {
    std::array<double, kSlopes> sorted{};
    for (std::size_t i = 0; i < count; ++i) {
      std::size_t place = i;
      for (; place > 0 && sorted[place - 1] > slopes_[i]; --place)
        sorted[place] = sorted[place - 1];
      sorted[place] = slopes_[i];
    }
    return sorted;
  }

  void learn() noexcept {
    const std::size_t count = std::min(next_, kSlopes);
    if (count < kFewest) return;
    const std::array<double, kSlopes> sorted = sorted_slopes(count);
    slope_ = std::clamp(sorted[count / 2], -kMost, kMost);
    // Once there are enough, the outermost two are left out: one of them may be a step.
    const std::size_t out = count == kSlopes ? 1 : 0;
    skew_ = slope_ / (1 - slope_);
    doubt_ = std::min(kMost, sorted[count - 1 - out] - sorted[out]);
  }

  double skew_ = 0;
  double slope_ = 0;  ///< of lateness over time
  double doubt_ = kMost;
  bool in_span_ = false;
  bool has_last_ = false;
  double span_begin_ = 0;
  double span_length_ = kShortest;
  Least span_{};
  Least last_{};
  std::array<double, kSlopes> slopes_{};
  std::size_t next_ = 0;
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
