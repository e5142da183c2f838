/// When a device that stamps its buffers wanted a callback, on a virtual clock.
#include "device_clock.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using whiteroom::monitoring::DeviceClock;

namespace {

constexpr nanoseconds kBuffer = 10ms;

/// A device whose clock began at another time, and that stamps a buffer long before it plays it.
class Device {
 public:
  /// Return by how much the callback was late, if the clock says so; it begins `late` after it was
  /// woken, and sound of the length `hole` was left out before it.
  std::optional<nanoseconds> callback(nanoseconds late = 0ns, nanoseconds hole = 0ns) {
    woken_ += kBuffer + hole;
    const nanoseconds begin = woken_ + late;
    const auto due = clock_.due(woken_ + kAhead + other_clock, kBuffer, begin);
    return due ? std::optional(begin - *due) : std::nullopt;
  }
  nanoseconds other_clock = 12h;

 private:
  static constexpr nanoseconds kAhead = 23ms;
  DeviceClock clock_;
  nanoseconds woken_ = 1h;
};

}  // namespace

TEST_CASE("a callback is late by what its stamp leads less than the most punctual one's") {
  Device device;
  CHECK(device.callback(3ms) == 0ns);  // nobody knows better yet
  CHECK(device.callback(0ns) == 0ns);
  const nanoseconds slew = kBuffer / DeviceClock::kSlewed;
  CHECK(*device.callback(4ms) <= 4ms);
  CHECK(*device.callback(4ms) >= 4ms - 3 * slew);
}

TEST_CASE("a callback is never early") {
  Device device;
  for (int i = 0; i < 1000; ++i) CHECK(*device.callback(i % 7 * 1ms) >= 0ns);
}

TEST_CASE("sound that the device leaves out is no callback's being due later") {
  Device device;
  for (int i = 0; i < 10; ++i) device.callback();
  CHECK(device.callback(0ns, 30ms) == std::nullopt);
  CHECK(device.callback(2ms) >= 1900us);
}

TEST_CASE("a machine that slept makes no callback late") {
  Device device;
  for (int i = 0; i < 10; ++i) device.callback();
  device.other_clock -= 8h;  // this clock stood still
  CHECK(device.callback(1ms) == 0ns);
  CHECK(device.callback(0ns) == 0ns);
}

TEST_CASE("clocks that are slewed apart make no callback late") {
  Device device;
  for (int i = 0; i < 100'000; ++i) {
    device.other_clock -= kBuffer / 2000;  // 500 ppm
    CHECK(*device.callback() <= 10us);
  }
}
