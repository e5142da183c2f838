/// Hosts and devices that were seen to be misjudged, each with what its device really played.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

#include "virtual_host.h"
#include "whiteroom/monitoring/stream_reports.h"

using namespace whiteroom::testing;

namespace {

/// Pseudo-random, the same in each run.
class Noise {
 public:
  double below(double limit) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return limit * static_cast<double>(state_ >> 33U) / 2147483648.0;
  }

 private:
  std::uint64_t state_ = 1;
};

}  // namespace

TEST_SUITE_BEGIN("simulated");

TEST_CASE("a block that is handed over in two unequal parts is no dropout") {
  for (const std::uint32_t buffers : {0U, 2U}) {
    Host host(buffers);
    host.block = 512;
    for (int i = 0; i < 10'000; ++i) {
      host.callback(100, 0.25 * host.length(100));
      host.callback(412, 0.25 * host.length(412));
      host.now += host.length(512);
    }
    CHECK(host.all() == 0);
  }
}

TEST_CASE("a block in 32 parts, one of which takes longer than it lasts, is no dropout") {
  for (const std::uint32_t buffers : {0U, 2U}) {
    Host host(buffers);
    host.block = 512;
    for (int i = 0; i < 5'000; ++i) {
      for (int part = 0; part < 32; ++part) host.callback(16, part == 7 ? Length(2ms) : 50us);
      host.now += host.length(512);
    }
    CHECK(host.all() == 0);
  }
}

TEST_CASE("a pause that is told, then another block length, is no dropout") {
  for (const std::uint32_t buffers : {0U, 2U}) {
    Host host(buffers);
    host.play(10s, 512, 0.2);
    host.classifier.restart();
    host.now += Length(5s);
    host.play(10s, 256, 0.2);
    CHECK(host.all() == 0);
  }
}

TEST_CASE("a stream that is set up anew after more than two seconds was stopped") {
  Host host(2);
  host.play(10s, 512, 0.2);
  host.now += Length(2100ms);
  host.callback(256, 1ms, {.reconfigured = true});
  host.now += host.length(256);
  host.play(10s, 256, 0.2);
  CHECK(host.all() == 0);
  host.now += Length(1500ms);
  host.callback(512, 1ms, {.reconfigured = true});
  host.now += host.length(512);
  host.play(10s, 512, 0.2);
  CHECK(host.all() == 1);
  CHECK(host.of(Cause::configuration) + host.of(Cause::device) == 1);
}

TEST_CASE("four callbacks back to back, then a pause, are no dropout") {
  for (const std::uint32_t buffers : {0U, 4U}) {
    Host host(buffers);
    host.block = 480;
    for (int i = 0; i < 7'500; ++i) {
      for (int each = 0; each < 4; ++each) host.callback(480, 0.2 * host.length(480));
      host.now += host.length(4 * 480);
    }
    CHECK(host.all() == 0);
  }
}

TEST_CASE("two callbacks back to back with jitter are no dropout") {
  for (const std::uint32_t buffers : {0U, 2U}) {
    Host host(buffers);
    host.block = 256;
    Noise noise;
    const Length begin = host.now;
    for (int i = 0; i < 28'125; ++i) {
      host.now = begin + i * host.length(512) + Length(noise.below(200'000));
      for (int each = 0; each < 2; ++each) host.callback(256, 0.2 * host.length(256));
    }
    CHECK(host.all() == 0);
  }
}

TEST_CASE("a queue of three that is never empty forgives a callback that is 1.2 periods late") {
  for (const std::uint32_t buffers : {0U, 3U}) {
    Host host(buffers);
    for (int i = 0; i < 20'000; ++i) {
      const Length due = host.now;
      if (i % 50 == 49) host.now += 1.2 * host.length(512);
      host.callback(512, 0.2 * host.length(512));
      host.now = due + host.length(512);
    }
    CHECK(host.all() == 0);
    CHECK(host.caught_up > 0ns);
  }
}

TEST_CASE("a resampler in between, which asks for any number of frames, is no dropout") {
  constexpr std::array<std::uint32_t, 8> kAsked{590, 2, 276, 312, 431, 77, 501, 183};
  for (const std::uint32_t buffers : {0U, 2U}) {
    Host host(buffers);
    host.block = 512;
    double stored = 0;
    std::size_t asked = 0;
    for (int i = 0; i < 5'625; ++i, host.now += host.length(512)) {
      for (; stored < 512; stored += kAsked[asked++ % kAsked.size()]) {
        const std::uint32_t frames = kAsked[asked % kAsked.size()];
        host.callback(frames, 0.2 * host.length(frames));
      }
      stored -= 512;
    }
    CHECK(host.all() == 0);
  }
}

namespace {

/// A host that delivers blocks of `frames` into a store, from which a device takes `device_frames`
/// at once; it is played for two minutes, and then again after its thread was `late`.
Host with_blocks_of_its_own(std::uint32_t buffers, std::uint32_t frames, double device_frames,
                            Length late) {
  Host host(buffers);
  host.block = frames;
  Noise noise;
  double stored = 0;
  const auto play = [&](Length time) {
    Length due = host.now;
    for (const Length end = host.now + time; due < end; due += host.length(device_frames)) {
      host.now = due + Length(noise.below(100'000));
      for (; stored < device_frames; stored += frames) {
        host.callback(frames, 0.2 * host.length(frames));
      }
      stored -= device_frames;
    }
    host.now = due;
  };
  play(2min);
  host.now += late;
  play(2min);
  return host;
}

}  // namespace

TEST_CASE("a host that delivers blocks of one length to a device of another has no dropout") {
  struct Blocks {
    std::uint32_t frames;
    double device_frames;
  };
  for (const Blocks& each : {Blocks{441, 470.4}, Blocks{512, 480}, Blocks{480, 512},
                             Blocks{1024, 940.8}, Blocks{512, 470.4}, Blocks{512, 384}}) {
    for (const std::uint32_t buffers : {0U, 2U, 3U}) {
      CAPTURE(each.frames);
      CAPTURE(buffers);
      CHECK(with_blocks_of_its_own(buffers, each.frames, each.device_frames, 0ns).all() == 0);
    }
    const Host late = with_blocks_of_its_own(2, each.frames, each.device_frames, Length(70ms));
    CHECK(late.of(Cause::late_callback) == 1);
    CHECK(late.all() == 1);
  }
}

namespace {

/// What a device with two blocks of 1024 frames has not played, and what was said of it.
struct Swing {
  std::uint64_t silences = 0;
  std::uint64_t found = 0;
  double silent_s = 0;
  double found_s = 0;
};

/// A thread that renders for `least` of a block or up to `spread` more, and is put aside now and
/// then before it does.
Swing swing(double least, double spread, bool wait_told) {
  constexpr std::uint32_t kFrames = 1024;
  Host host(2, 44'100);
  host.block = kFrames;
  const Length block = host.length(kFrames);
  Noise noise;
  Swing swing;
  Length dry = host.now + block;  // when all that was delivered is played
  Length free = host.now;
  bool silent = false;
  for (int i = 0; i < 60'000; ++i) {
    const Length room = dry - block;
    silent = silent && room <= free;
    host.now = std::max(room, free) + Length(noise.below(200'000));
    const Length render = (least + spread * noise.below(1'000'000) / 1e6) * block;
    free = host.now + render;
    if (free > dry) {
      if (!std::exchange(silent, true)) ++swing.silences;
      swing.silent_s += std::chrono::duration<double>(free - dry).count();
      dry = free;
    }
    dry += block;
    Told told;
    if (wait_told) told.waited = !silent;
    host.callback(kFrames, render, told);
    free += Length(2'000);
  }
  swing.found = host.of(Cause::over_budget);
  swing.found_s = seconds(host.lost);
  return swing;
}

}  // namespace

TEST_CASE("a load of nearly a whole block that swings is no store, and its silences are found") {
  for (const bool wait_told : {false, true}) {
    for (const double least : {0.9, 0.95}) {
      const Swing told = swing(least, 1.04 - least, wait_told);
      CAPTURE(least);
      CAPTURE(wait_told);
      CHECK(told.silences > 10'000);
      CHECK(20 * told.found > 13 * told.silences);
      CHECK(told.found_s > 0.65 * told.silent_s);
      CHECK(told.found <= told.silences);
      CHECK(told.found_s <= told.silent_s);
    }
  }
}

TEST_CASE("a clock that changes while a stream runs has played all the same") {
  for (const double ppm : {-100.0, -400.0, -1000.0, 6000.0}) {
    for (const std::uint32_t buffers : {0U, 2U}) {
      Host host(buffers, 88'200);
      host.play(30s, 256, 0.5, 80);
      host.play(1min, 256, 0.5, ppm);
      CAPTURE(ppm);
      CAPTURE(buffers);
      CHECK(host.all() == 0);
    }
  }
  Host unknown(0, 88'200);
  unknown.play(30s, 256, 0.5, 80);
  unknown.play(1min, 256, 0.5, -6000);
  CHECK(unknown.all() == 0);
}

TEST_CASE("a device that is slow by more than a hundredth is not as it was told") {
  Host host(0, 88'200);
  host.play(30s, 256, 0.5);
  host.play(10s, 256, 0.5, -16'000);
  CHECK(host.all() > 0);
  CHECK(seconds(host.lost) > 0.1);
}

TEST_CASE("a clock of 47,952 Hz for an hour, and one that is slow by 4000 ppm, lose nothing") {
  for (const std::uint32_t buffers : {0U, 2U}) {
    Host first(buffers);
    first.play(1h, 512, 0.6, -1000);
    CHECK(first.all() == 0);
    Host second(buffers);
    second.play(12min, 512, 0.6, -4000);
    CHECK(second.all() == 0);
    Host third(buffers);
    third.play(12min, 512, 0.6, 9000);
    CHECK(third.all() == 0);
  }
}

TEST_CASE("an overload of half a percent is not taken for a slow clock") {
  Host host(2);
  host.play(20s, 512, 0.6);
  const Length begin = host.now;
  for (int i = 0; i < 5'000; ++i) {
    host.callback(512, 1.005 * host.length(512));
    host.now += host.length(512);
  }
  CHECK(host.all() == 1);
  CHECK(host.of(Cause::over_budget) == 1);
  const double truth = 0.005 * 5'000 * 512 / 48'000;
  CHECK(seconds(host.lost) == about(truth, 0.05));
  CHECK(host.now > begin);
}

TEST_CASE("a machine that slept for eight hours has lost nothing") {
  static nanoseconds asleep{};
  for (const std::uint32_t buffers : {0U, 2U}) {
    asleep = 3s;
    Host host(buffers);
    host.classifier = DropoutClassifier(SuspendClock{.simulated = &asleep});
    host.play(10s, 512, 0.2);
    asleep += 8h;
    host.now += Length(8h);
    host.play(10s, 512, 0.2);
    CHECK(host.all() == 0);
    host.now += Length(8h);  // and now a hole of that length
    host.play(10s, 512, 0.2);
    CHECK(host.of(Cause::device) == 1);
    CHECK(seconds(host.lost) == about(28'800, 0.001));
  }
}

TEST_CASE("a machine that sleeps while a callback renders has lost nothing") {
  static nanoseconds asleep{};
  for (const auto slept : {80ms, 120ms, 3'600'000ms}) {
    for (const std::uint32_t buffers : {0U, 2U}) {
      Host host(buffers);
      host.classifier = DropoutClassifier(SuspendClock{.simulated = &asleep});
      host.play(10s, 512, 0.2);
      asleep += slept;
      host.callback(512, 1ms + slept);
      host.now += Length(slept);
      host.play(10s, 512, 0.2);
      CHECK(host.all() == (slept < 100ms ? 1 : 0));
      // And what renders for so long on a machine that was awake is too long.
      host.callback(512, 1ms + slept);
      host.now += Length(slept);
      host.play(10s, 512, 0.2);
      CHECK(host.all() == (slept < 100ms ? 2 : 1));
    }
  }
}

TEST_CASE("the lengths of XRUNs between two callbacks add up") {
  for (const std::uint32_t buffers : {0U, 2U}) {
    Host host(buffers);
    host.play(10s, 512, 0.2);
    StreamReports reports;
    for (const auto length : {10ms, 20ms, 5ms}) reports.report_xruns(1, length);
    const StreamState state = reports.take();
    CHECK(state.xruns == 3);
    host.callback(512, 1ms, {.xrun = state.xrun_delay});
    host.now += host.length(512);
    host.play(10s, 512, 0.2);
    CHECK(host.all() == 1);
    CHECK(host.lost == 35ms);
    CHECK(reports.take().xruns == 0);
  }
}

TEST_CASE("an XRUN that is reported a long block later is the overload's") {
  for (const std::uint32_t buffers : {0U, 2U}) {
    Host host(buffers, 44'100);
    host.play(10s, 4096, 0.2);
    host.callback(4096, host.length(4096) + Length(46ms));
    host.now += host.length(4096);
    host.now += Length(46ms);
    host.callback(4096, 0.2 * host.length(4096), {.xrun = 46ms});
    host.now += host.length(4096);
    host.play(10s, 4096, 0.2);
    CHECK(host.all() == 1);
    CHECK(host.of(Cause::over_budget) == 1);
    CHECK(seconds(host.lost) == about(0.046, 0.001));
  }
}

TEST_CASE("a device that restarts itself leaves holes") {
  for (const std::uint32_t buffers : {0U, 2U, 3U}) {
    Host host(buffers);
    for (int i = 0; i < 5; ++i) {
      host.play(5s, 512, 0.2);
      host.now += Length(700ms);
    }
    host.play(5s, 512, 0.2);
    CHECK(host.all() == 5);
    CHECK(host.of(Cause::device) == 5);
    CHECK(seconds(host.lost) == about(3.5, 0.001));
  }
}

namespace {

/// A queue of four that is asked for two at once, after `late`: its device begins anew `grid` after
/// it was due.
Host late_in_a_deep_queue(Length late, Length grid) {
  Host host(4);
  host.block = 512;
  const auto play = [&](int periods) {
    for (int i = 0; i < periods; ++i, host.now += host.length(1024)) {
      for (int each = 0; each < 2; ++each) host.callback(512, 1ms);
    }
  };
  play(500);
  const Length due = host.now;
  host.now += late;
  play(1);
  host.now = due + grid;
  play(500);
  return host;
}

}  // namespace

TEST_CASE("a device that begins anew at its next period was silent until then") {
  for (const double late_ms : {46.0, 50.0, 52.0}) {
    const Host host = late_in_a_deep_queue(Length(late_ms * 1e6), Length(64ms));
    CHECK(host.all() == 1);
    CHECK(host.of(Cause::late_callback) == 1);
    // Dry after two blocks; the next period begins after six.
    CHECK(std::abs(seconds(host.lost) - 4 * 512 / 48e3) < 1e-5);
  }
}

TEST_CASE("what a device's own grid takes, up to a block, is known to nobody") {
  const Host host = late_in_a_deep_queue(Length(60ms), Length(64ms));
  CHECK(host.all() == 1);
  CHECK(std::abs(seconds(host.lost) - 0.062 + 2 * 512 / 48e3) < 1.1e-3);
}

TEST_CASE("another block length is no reconfiguration") {
  Host host(2);
  host.block = 471;
  const auto play = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const std::uint32_t frames = 470 + static_cast<std::uint32_t>(i % 2);
      host.callback(frames, 0.2 * host.length(frames));
      host.now += host.length(470.5);
    }
  };
  play(2'000);
  host.now += Length(30ms);
  play(2'000);
  CHECK(host.all() == 1);
  CHECK(host.of(Cause::late_callback) == 1);
  const double truth = 0.030 - 0.8 * 470 / 48'000;
  CHECK(std::abs(seconds(host.lost) - truth) < 471.0 / 48'000);
}

TEST_CASE("where the depth is unknown, silence is what does not go away in two seconds") {
  Host host;
  host.play(10s, 512, 0.2);
  host.callback(512, host.length(512) + Length(60ms));
  host.now += host.length(512) + Length(60ms);
  host.play(1900ms, 512, 0.2);
  CHECK(host.all() == 0);
  host.play(400ms, 512, 0.2);
  CHECK(host.of(Cause::over_budget) == 1);
  CHECK(seconds(host.lost) == about(0.060, 0.01));
  host.play(1min, 512, 0.2);
  CHECK(host.all() == 1);
}

TEST_SUITE_END();
