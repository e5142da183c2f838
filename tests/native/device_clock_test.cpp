/// When a device that stamps its buffers wanted a callback, on a virtual clock.
#include "whiteroom/monitoring/device_clock.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using whiteroom::monitoring::DeviceClock;

namespace {

constexpr nanoseconds kBuffer = 10ms;

/// A device whose clock began at another time, and that stamps a buffer long before it plays it.
class Device {
 public:
  /// A callback begins `late` after it was woken, and sound of the length `hole` was left out
  /// before. Return by how much it was late, as its stamp says.
  nanoseconds callback(nanoseconds late = 0ns, nanoseconds hole = 0ns) {
    woken_ += kBuffer + hole;
    const nanoseconds begin = woken_ + late;
    const auto stamp = clock_.see(woken_ + kAhead + other_clock, kBuffer, begin);
    skipped += stamp.skipped;
    return begin - stamp.due;
  }
  nanoseconds other_clock = 12h;
  nanoseconds skipped{};

 private:
  static constexpr nanoseconds kAhead = 23ms;
  DeviceClock clock_;
  nanoseconds woken_ = 1h;
};

}  // namespace

TEST_SUITE_BEGIN("simulated");

TEST_CASE("a callback is late by what its stamp leads less than the most punctual one's") {
  Device device;
  CHECK(device.callback(3ms) == 0ns);  // nobody knows better yet
  CHECK(device.callback(0ns) == 0ns);
  const nanoseconds slew = 3 * kBuffer / DeviceClock::kSlewed;
  for (const nanoseconds late : {4ms, 2ms}) {
    const nanoseconds told = device.callback(late);
    CHECK(told <= late);
    CHECK(told >= late - slew);
  }
}

TEST_CASE("a callback is never early") {
  Device device;
  for (int i = 0; i < 1000; ++i) CHECK(device.callback(i % 7 * 1ms) >= 0ns);
  CHECK(device.skipped == 0ns);
}

TEST_CASE("sound that the device leaves out is told exactly, and makes no callback late") {
  Device device;
  for (int i = 0; i < 10; ++i) device.callback();
  CHECK(device.callback(0ns, 30ms) == 0ns);
  CHECK(device.skipped == 30ms);
  CHECK(device.callback(2ms) >= 1900us);
  device.callback(0ns, 700ms);
  CHECK(device.skipped == 730ms);
  device.callback(0ns, kBuffer);
  CHECK(device.skipped == 730ms + kBuffer);
}

TEST_CASE("a machine that slept makes no callback late, and has left nothing out") {
  Device device;
  for (int i = 0; i < 10; ++i) device.callback();
  SUBCASE("when the device's clock stood still") { device.other_clock -= 8h; }
  SUBCASE("when the callbacks' clock stood still") { device.other_clock += 8h; }
  CHECK(device.callback(1ms) == 0ns);
  CHECK(device.callback(0ns) == 0ns);
  CHECK(device.skipped == 0ns);
}

TEST_CASE("a callback may be late by up to a second, and what is more is another clock") {
  Device device;
  device.callback();
  CHECK(device.callback(900ms) > 890ms);
  Device slept;
  slept.callback();
  CHECK(slept.callback(1100ms) == 0ns);
}

TEST_CASE("what was the most punctual callback is forgotten by a millisecond in a second") {
  Device device;
  device.callback();
  nanoseconds told{};
  for (int i = 0; i < 100; ++i) told = device.callback(5ms);
  CHECK(told > 3900us);
  CHECK(told < 4100us);
}

TEST_CASE("clocks that are slewed apart make no callback late") {
  Device device;
  for (int i = 0; i < 100'000; ++i) {
    device.other_clock -= kBuffer / 2000;  // 500 ppm
    CHECK(device.callback() <= 10us);
  }
  CHECK(device.skipped == 0ns);
}

TEST_SUITE_END();
