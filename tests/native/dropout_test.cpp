#include <doctest/doctest.h>

#include <vector>

#include "whiteroom/monitoring/dropout_classifier.h"
#include "whiteroom/monitoring/ffi_metrics.h"

using namespace whiteroom::monitoring;
using namespace std::chrono_literals;
using audio::Cause;

namespace {

constexpr std::chrono::nanoseconds kBuffer = 5ms;

/// Feeds a classifier with callbacks on a virtual clock, and adds up its verdicts.
class Stream {
 public:
  /// A callback that begins `late` after it was due, takes `render`, and lasts `buffer`.
  void callback(std::chrono::nanoseconds render = 1ms, std::chrono::nanoseconds late = 0ns,
                bool xrun = false, std::chrono::nanoseconds buffer = kBuffer,
                bool reconfigured = false) {
    const auto verdict = classifier_.judge({.start = due_ + late,
                                            .render = render,
                                            .buffer = buffer,
                                            .device_xrun = xrun,
                                            .reconfigured = reconfigured,
                                            .device_delay = 30us,
                                            .device_buffers = 2});
    due_ += verdict.spare < 0ns ? late + std::max(render, buffer) : buffer;
    last = verdict;
    const auto& miss = verdict.miss;
    if (!miss) return;
    if (miss->begins) dropouts.push_back(miss->cause);
    lost += miss->lost;
  }
  void settle() {
    for (int i = 0; i < 200; ++i) callback();
  }

  void pass(std::chrono::nanoseconds time) {
    for (const auto end = due_ + time; due_ < end;) callback();
  }

  std::vector<Cause> dropouts;
  std::chrono::nanoseconds lost{};
  Verdict last{};

 private:
  DropoutClassifier classifier_;
  std::chrono::nanoseconds due_ = 1h;
};

}  // namespace

TEST_CASE("callbacks in time are no dropouts, up to the deadline itself") {
  Stream stream;
  stream.settle();
  stream.callback(kBuffer);
  stream.callback(1ms, kBuffer - 1ms);
  CHECK(stream.last.spare == 0ns);
  CHECK(stream.last.deadline == kBuffer);
  CHECK(stream.dropouts.empty());
}

TEST_CASE("each cause is told from the others, with the sound that it costs") {
  Stream stream;
  stream.settle();
  stream.callback(kBuffer + 2ms);
  CHECK(stream.dropouts == std::vector{Cause::over_budget});
  CHECK(stream.lost == 2ms);
  stream.pass(100ms);
  stream.callback(2ms, kBuffer - 2ms + 1ns);
  CHECK(stream.dropouts.back() == Cause::late_callback);
  CHECK(stream.lost == 2ms + 1ns);
  stream.pass(100ms);
  stream.callback(1ms, 0ns, true);
  CHECK(stream.dropouts.back() == Cause::device);
  CHECK(stream.lost == 2ms + 1ns + 30us);
  stream.pass(100ms);
  stream.callback(1ms, 3 * kBuffer, false, 2 * kBuffer, true);
  CHECK(stream.dropouts.back() == Cause::configuration);
  CHECK(stream.dropouts.size() == 4);
}

TEST_CASE("rendering that is fast enough does not make up for a callback that began too late") {
  Stream stream;
  stream.settle();
  stream.callback(4ms, 1ms + 1us);
  CHECK(stream.dropouts == std::vector{Cause::late_callback});
  CHECK(stream.lost == 1us);
}

TEST_CASE("lateness does not add up, and is known as far as the device's clock is") {
  Stream stream;
  stream.settle();
  constexpr int kUntilInTime = 7;
  std::chrono::nanoseconds worst{};
  for (int i = 0; i < 1000; ++i) {
    const std::chrono::nanoseconds late = i % kUntilInTime * 500us;
    stream.callback(1ms, late);
    worst = std::max({worst, stream.last.late - late, late - stream.last.late});
    REQUIRE(stream.last.late + stream.last.spare == kBuffer - 1ms);
  }
  CHECK(worst <= kUntilInTime * kBuffer / 2048);
  CHECK(stream.dropouts.empty());
}

TEST_CASE("a device that is slower or faster than its rate says is not late in an hour") {
  for (const auto off : {-500ns, 500ns}) {  // of 5 ms: 100 parts in a million
    DropoutClassifier classifier;
    std::chrono::nanoseconds worst{};
    int missed = 0;
    for (int i = 0; i < 720'000; ++i) {
      const auto verdict = classifier.judge(
          {.start = i * (kBuffer + off), .render = 4900us, .buffer = kBuffer, .device_buffers = 2});
      missed += verdict.miss.has_value() ? 1 : 0;
      worst = std::max(worst, verdict.late);
    }
    CHECK(missed == 0);
    CHECK(worst <= 500ns);
  }
}

TEST_CASE("a driver that knows when a callback was due is believed, but for a gap of its own") {
  DropoutClassifier classifier;
  const auto judge = [&](auto start, auto due, bool changed = false) {
    return classifier.judge({.start = 1h + start,
                             .render = 1ms,
                             .buffer = kBuffer,
                             .due = 1h + due,
                             .reconfigured = changed,
                             .device_buffers = 2});
  };
  judge(0ms, 0ms);
  CHECK(judge(2000ms, 1994ms).miss->cause == Cause::late_callback);
  CHECK_FALSE(judge(2005ms, 2005ms).miss.has_value());
  const auto gap = judge(2110ms, 2110ms, true);
  CHECK(gap.miss->cause == Cause::configuration);
  CHECK(gap.miss->lost == 96ms);
}

TEST_CASE("a maximal run of missed deadlines is one dropout with the cause of its first") {
  Stream stream;
  stream.settle();
  for (int i = 0; i < 10; ++i) stream.callback(kBuffer + 1ms);
  stream.callback(2ms, 4 * kBuffer);  // of which the device may need one to begin anew
  CHECK(stream.dropouts == std::vector{Cause::over_budget});
  CHECK(stream.lost == 10ms + 2 * kBuffer + 2ms);
  stream.callback();
  stream.callback(kBuffer + 1ms);
  CHECK(stream.dropouts.size() == 2);
}

TEST_CASE("an XRUN that the driver reports for a missed deadline is not counted again") {
  Stream stream;
  stream.settle();
  stream.callback(kBuffer + 45ms);
  stream.callback(1ms, 0ns, true);
  stream.callback();
  stream.callback(1ms, 0ns, true);  // a report that took a while
  CHECK(stream.dropouts == std::vector{Cause::over_budget});
  CHECK(stream.lost == 45ms);
  stream.pass(100ms);
  stream.callback(1ms, 0ns, true);
  CHECK(stream.dropouts.back() == Cause::device);
}

TEST_CASE("the first second of a stream does not count") {
  Stream stream;
  for (int i = 0; i < 100; ++i) stream.callback(10ms);
  CHECK(stream.dropouts.empty());
  stream.callback(10ms);
  CHECK(stream.dropouts.size() == 1);
}

TEST_CASE("every result code of the C ABI has its label, success none, and others are internal") {
  CHECK_FALSE(code_of(0).has_value());
  CHECK(code_of(1) == ffi::Code::invalid_argument);
  CHECK(code_of(6) == ffi::Code::engine_null);
  CHECK(code_of(9) == ffi::Code::parse_failed);
  CHECK(code_of(100) == ffi::Code::internal);
  CHECK(code_of(8) == ffi::Code::internal);
  CHECK(code_of(-1) == ffi::Code::internal);
}
