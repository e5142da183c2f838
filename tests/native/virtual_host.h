/// A host on a virtual clock that hands its callbacks to a classifier.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <optional>

#include "whiteroom/monitoring/dropout_classifier.h"

namespace whiteroom::testing {

using namespace whiteroom::monitoring;
using namespace std::chrono_literals;
using audio::Cause;
using std::chrono::nanoseconds;
using Length = CallbackTiming::Length;

/// What a driver says of a callback.
struct Told {
  bool reconfigured = false;
  std::optional<nanoseconds> xrun{};
  std::optional<bool> waited{};
};

/// A host on a virtual clock, and what is said of it.
class Host {
 public:
  explicit Host(std::uint32_t device_buffers = 0, double rate = 48'000)
      : buffers(device_buffers), frame_(1e9 / rate) {}

  Length length(double frames) const { return Length(frames * frame_); }

  /// A callback; all of it is asked for at `now`, or when the thread is free.
  void callback(std::uint32_t frames, Length render, const Told& told = {}) {
    CallbackTiming more{};
    more.reconfigured = told.reconfigured;
    more.device_xrun = told.xrun.has_value();
    more.device_delay = told.xrun.value_or(0ns);
    const Length start = std::max(now, free_);
    more.start = rounded(start);
    more.render = rounded(start + render) - more.start;
    more.buffer = length(frames);
    more.block = length(block);
    more.device_buffers = buffers;
    more.waited = told.waited;
    const Verdict verdict = last = classifier.judge(more);
    free_ = start + render;
    caught_up += verdict.caught_up;
    if (!verdict.miss) return;
    lost += verdict.miss->lost + verdict.miss->rest;
    if (verdict.miss->begins) ++dropouts[static_cast<std::size_t>(verdict.miss->cause)];
  }
  /// Callbacks of `frames`, each when it is due by a clock that is `ppm` faster than told.
  void play(Length time, std::uint32_t frames, double load, double ppm = 0) {
    for (const Length end = now + time; now < end;) {
      callback(frames, load * length(frames));
      now += length(frames) / (1 + ppm * 1e-6);
    }
  }
  std::uint64_t all() const {
    return std::accumulate(dropouts.begin(), dropouts.end(), std::uint64_t{0});
  }
  std::uint64_t of(Cause cause) const { return dropouts[static_cast<std::size_t>(cause)]; }

  Length now = 1h;  ///< when the device asks for the next
  double block = 0;
  std::uint32_t buffers;  ///< that the device is told to hold; 0: not told
  DropoutClassifier classifier;
  Verdict last{};
  nanoseconds lost{};
  nanoseconds caught_up{};
  std::array<std::uint64_t, 4> dropouts{};

 private:
  static nanoseconds rounded(Length time) {
    return nanoseconds(static_cast<std::int64_t>(time.count() + 0.5));
  }
  double frame_;
  Length free_{};
};

/// Equal but for a share of the value; doctest's own tolerance is that share of the value and 1.
inline doctest::Approx about(double value, double share) {
  return doctest::Approx(value).scale(0).epsilon(share);
}

inline double seconds(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

}  // namespace whiteroom::testing
