#include <doctest/doctest.h>

#include <vector>

#include "dropout_classifier.h"
#include "ffi_metrics.h"

using namespace whiteroom::monitoring;
using namespace std::chrono_literals;
using audio::Cause;

namespace {

constexpr std::chrono::nanoseconds kBuffer = 5ms;

/// Feeds a classifier with callbacks on a virtual clock, and adds up its verdicts.
class Stream {
 public:
  /// A callback that begins `late` after it could, takes `render`, and lasts `buffer`.
  void callback(std::chrono::nanoseconds render = 1ms, std::chrono::nanoseconds late = 0ns,
                bool xrun = false, std::chrono::nanoseconds buffer = kBuffer) {
    now_ += late;
    const auto miss = classifier_.judge({.start = now_,
                                         .render = render,
                                         .buffer = buffer,
                                         .device_xrun = xrun,
                                         .device_delay = 30us});
    now_ += std::max(render, buffer);
    if (!miss) return;
    if (miss->begins) dropouts.push_back(miss->cause);
    lost += miss->lost;
  }
  void settle() {
    for (int i = 0; i < 200; ++i) callback();
  }

  std::vector<Cause> dropouts;
  std::chrono::nanoseconds lost{};

 private:
  DropoutClassifier classifier_;
  std::chrono::nanoseconds now_ = 1h;
};

}  // namespace

TEST_CASE("callbacks in time are no dropouts, up to the deadline itself") {
  Stream stream;
  stream.settle();
  stream.callback(kBuffer);
  stream.callback(1ms, kBuffer);
  CHECK(stream.dropouts.empty());
}

TEST_CASE("each cause is told from the others") {
  Stream stream;
  stream.settle();
  stream.callback(kBuffer + 2ms);
  CHECK(stream.dropouts == std::vector{Cause::over_budget});
  CHECK(stream.lost == 2ms);
  stream.callback();
  stream.callback(1ms, kBuffer + 1ns);
  CHECK(stream.dropouts.back() == Cause::late_callback);
  stream.callback();
  stream.callback(1ms, 0ns, true);
  CHECK(stream.dropouts.back() == Cause::device);
  stream.callback();
  stream.callback(1ms, 3 * kBuffer, false, 2 * kBuffer);
  CHECK(stream.dropouts.back() == Cause::configuration);
  CHECK(stream.dropouts.size() == 4);
}

TEST_CASE("a maximal run of missed deadlines is one dropout with the cause of its first") {
  Stream stream;
  stream.settle();
  for (int i = 0; i < 10; ++i) stream.callback(kBuffer + 1ms);
  stream.callback(1ms, 4 * kBuffer);
  CHECK(stream.dropouts == std::vector{Cause::over_budget});
  CHECK(stream.lost == 10ms + 4 * kBuffer);
  stream.callback();
  stream.callback(kBuffer + 1ms);
  CHECK(stream.dropouts.size() == 2);
}

TEST_CASE("an XRUN that the driver reports for a missed deadline is not counted again") {
  Stream stream;
  stream.settle();
  stream.callback(kBuffer + 45ms);
  stream.callback(1ms, 0ns, true);
  CHECK(stream.dropouts == std::vector{Cause::over_budget});
  CHECK(stream.lost == 45ms);
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
