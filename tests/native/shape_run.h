/// Plays a shape, and holds what the classifier says against what the device really played.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <deque>
#include <optional>

#include "device_oracle.h"
#include "whiteroom/monitoring/dropout_classifier.h"

namespace whiteroom::testing {

/// What one or more shapes have shown.
struct Findings {
  double hours = 0;
  std::uint64_t callbacks = 0;
  std::uint64_t invented = 0;      ///< dropouts where the device was not silent
  std::uint64_t repeated = 0;      ///< dropouts beyond the first of what is one silence here
  std::uint64_t silences = 0;      ///< what is silent until the thread has caught up
  std::uint64_t found = 0;         ///< of these
  std::uint64_t wrong_cause = 0;   ///< of those found
  std::uint64_t wrong_length = 0;  ///< of those found: by more than a block
  double silent_ms = 0;
  double found_ms = 0;
  double lost_ms = 0;  ///< by the classifier

  Findings& operator+=(const Findings& other) {
    hours += other.hours;
    callbacks += other.callbacks;
    invented += other.invented;
    repeated += other.repeated;
    silences += other.silences;
    found += other.found;
    wrong_cause += other.wrong_cause;
    wrong_length += other.wrong_length;
    silent_ms += other.silent_ms;
    found_ms += other.found_ms;
    lost_ms += other.lost_ms;
    return *this;
  }
};

/// Matches silences and dropouts in the order of time.
class Comparison {
 public:
  Comparison(const Shape& shape, Findings& findings)
      : findings_(findings),
        told_(shape.told),
        block_ns_(1e9 * shape.frames / shape.rate),
        asked_ns_(block_ns_ * shape.at_once),
        grid_(shape.grid),
        patience_ns_(told_ ? (shape.depth + 2) * block_ns_ + 25e6 : 4e9),
        rest_ns_(std::max(patience_ns_, kRest_ns)) {}
  ~Comparison() {
    close_run();
    while (!open_.empty()) settle_oldest();
  }
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;

  void begin_stream(double now) {
    close_run();
    while (!open_.empty()) settle_oldest();
    begin_ = now;
  }

  /// A callback ended `now`; the device was silent for so long before, and this was said of it.
  void callback(double now, const SimulatedCall& call,
                const std::optional<monitoring::Miss>& miss) {
    // Of a hole in the first second nothing counts: the stream begins anew.
    const bool counts = call.start_ns - call.silence_ns - begin_ >= 1e9;
    while (!open_.empty() && now - open_.front().last > rest_ns_ && !run_open_) settle_oldest();
    if (call.silence_ns > 0) {
      if (!run_open_) open_.push_back({now, now, 0, call.fault, 0, false, {}, counts});
      run_open_ = true;
      open_.back().last = last_silence_ = now;
      open_end_ = now + 2 * asked_ns_;
      open_.back().length += call.silence_ns;
    } else {
      // A device with a grid is silent until its next period.
      if (call.waited && (!grid_ || now > open_end_)) close_run();
    }
    if (miss) count(now, *miss);
  }

 private:
  struct Silence {
    double first;  ///< end of the first and of the last callback after it
    double last;
    double length;
    Fault fault;
    double lost;
    bool found;
    monitoring::audio::Cause cause;
    bool counts;
  };

  void count(double now, const monitoring::Miss& miss) {
    const auto lost = static_cast<double>(miss.lost.count());
    const auto rest = static_cast<double>(miss.rest.count());
    findings_.lost_ms += (lost + rest) / 1e6;
    if (Silence* const before = last_found()) before->lost += rest;
    if (!miss.begins && lost == 0) return;
    Silence* const silence = matching(now, miss.begins);
    if (silence == nullptr) {
      const bool near = last_silence_ > 0 && now - last_silence_ <= std::max(patience_ns_, 0.3e9);
      if (miss.begins) ++(near ? findings_.repeated : findings_.invented);
      return;
    }
    if (!silence->found) silence->cause = miss.cause;
    silence->found = true;
    silence->lost += lost;
  }
  /// The run that is open, or else the oldest that nobody has found.
  Silence* matching(double now, bool begins) {
    if (told_ && run_open_) return &open_.back();
    for (Silence& each : open_) {
      if (now - each.last <= patience_ns_ && (!each.found || !begins)) return &each;
    }
    return nullptr;
  }
  Silence* last_found() {
    const auto found =
        std::find_if(open_.rbegin(), open_.rend(), [](const Silence& each) { return each.found; });
    return found == open_.rend() ? nullptr : &*found;
  }
  void close_run() { run_open_ = false; }

  void settle_oldest() {
    const Silence silence = open_.front();
    open_.pop_front();
    if (!silence.counts) return;
    ++findings_.silences;
    findings_.silent_ms += silence.length / 1e6;
    if (!silence.found) return;
    ++findings_.found;
    findings_.found_ms += silence.length / 1e6;
    const auto cause = static_cast<Fault>(static_cast<int>(silence.cause));
    if (cause != silence.fault) ++findings_.wrong_cause;
    if (std::abs(silence.lost - silence.length) > block_ns_) ++findings_.wrong_length;
  }

  Findings& findings_;
  bool told_;
  double block_ns_;
  double asked_ns_;
  bool grid_;
  /// What is known later of a silence is known after two spans of the model.
  static constexpr double kRest_ns = 0.6e9;
  double patience_ns_;
  double rest_ns_;
  double begin_ = 0;
  std::deque<Silence> open_;
  bool run_open_ = false;
  double open_end_ = 0;
  double last_silence_ = 0;
};

inline Findings play(const Shape& shape) {
  using monitoring::CallbackTiming;
  using std::chrono::nanoseconds;
  Findings findings;
  findings.hours = shape.duration / 3600;
  Comparison comparison(shape, findings);
  DeviceOracle device(shape);
  monitoring::DropoutClassifier classifier;
  const double frame_ns = 1e9 / shape.rate;
  bool first = true;
  while (!device.ended()) {
    const SimulatedCall call = device.next();
    if (call.paused_before) classifier.restart();
    if (call.paused_before || first) comparison.begin_stream(call.start_ns);
    first = false;
    const nanoseconds start(std::llround(call.start_ns));
    CallbackTiming timing{
        .start = start,
        .render = nanoseconds(std::llround(call.start_ns + call.render_ns)) - start,
        .buffer = CallbackTiming::Length(call.frames * frame_ns),
        .device_xrun = call.xrun,
        .device_delay = nanoseconds(std::llround(call.xrun_ns)),
        .block = CallbackTiming::Length(shape.frames * frame_ns),
        .device_buffers = shape.told ? shape.depth : 0};
    if (shape.wait_told) timing.waited = call.waited;
    const auto verdict = classifier.judge(timing);
    comparison.callback(call.start_ns + call.render_ns, call, verdict.miss);
    ++findings.callbacks;
  }
  return findings;
}

}  // namespace whiteroom::testing
