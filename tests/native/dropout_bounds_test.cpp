/// The bounds of the dropout classifier, each from both sides.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "virtual_host.h"

using namespace whiteroom::testing;

namespace {

/// A host that has played for ten seconds.
Host settled(std::uint32_t buffers, std::uint32_t frames = 512, double rate = 48'000) {
  Host host(buffers, rate);
  host.play(10s, frames, 0.2);
  return host;
}

/// Render so much longer than the block lasts; the device begins anew when it gets it.
void overload(Host& host, std::uint32_t frames, Length longer, const Told& told = {}) {
  host.callback(frames, host.length(frames) + longer, told);
  host.now += host.length(frames) + longer;
}

}  // namespace

TEST_SUITE_BEGIN("simulated");

TEST_CASE("a thread may be late by half a second, and what is longer is the device's hole") {
  Host late = settled(2);
  late.now += Length(490ms);
  late.play(10s, 512, 0.2);
  CHECK(late.of(Cause::late_callback) == 1);
  Host hole = settled(2);
  hole.now += Length(510ms);
  hole.play(10s, 512, 0.2);
  CHECK(hole.of(Cause::device) == 1);
}

TEST_CASE("a machine that slept for more than 100 ms begins anew, and less is no sleep") {
  static nanoseconds asleep{};
  for (const auto slept : {80ms, 120ms}) {
    Host host(2);
    host.classifier = DropoutClassifier(SuspendClock{.simulated = &asleep});
    host.play(10s, 512, 0.2);
    asleep += slept;
    host.now += Length(slept);
    host.play(10s, 512, 0.2);
    CHECK(host.all() == (slept < 100ms ? 1 : 0));
  }
}

TEST_CASE("a sleep that left no hole does not begin the stream anew") {
  static nanoseconds asleep{};
  Host host(2);
  host.classifier = DropoutClassifier(SuspendClock{.simulated = &asleep});
  host.play(10s, 512, 0.2);
  asleep += 1h;
  host.play(100ms, 512, 0.2);
  overload(host, 512, 5ms);
  CHECK(host.all() == 1);
}

TEST_CASE("what was expected before a sleep is not expected after it") {
  static nanoseconds asleep{};
  Host host(2);
  host.classifier = DropoutClassifier(SuspendClock{.simulated = &asleep});
  host.play(10s, 512, 0.2);
  overload(host, 512, 30ms);  // whose report never comes
  host.play(1ms, 512, 0.2);
  asleep += 1h;
  host.now += Length(1h);
  host.play(2s, 512, 0.2);
  host.callback(512, 1ms, {.xrun = 5ms});
  CHECK(host.all() == 2);
  CHECK(host.lost == 35ms);
}

TEST_CASE("a thread that is idle for 1/64 of its block, and 20 us, has waited") {
  struct Idle {
    std::uint32_t frames;
    double idle_us;
    bool waited;
  };
  // With an unknown depth, only the lateness of a thread that waits says that something is missing.
  for (const Idle& each :
       {Idle{512, 150, false}, Idle{512, 180, true}, Idle{32, 18, false}, Idle{32, 22, true}}) {
    Host host;
    const double load = 1 - 1e3 * each.idle_us / host.length(each.frames).count();
    host.play(10s, each.frames, load);
    overload(host, each.frames, 60ms);
    host.play(4s, each.frames, load);
    CAPTURE(each.frames);
    CAPTURE(each.idle_us);
    CHECK(host.all() == (each.waited ? 1 : 0));
  }
}

TEST_CASE("an XRUN is the silence's until the queue has been played, and a quarter of a block") {
  for (const double late : {0.2, 0.3}) {
    Host host = settled(2, 4096, 44'100);
    overload(host, 4096, 46ms);
    for (int i = 0; i < 2; ++i) {
      host.callback(4096, 1ms);
      host.now += host.length(4096);
    }
    host.now += late * host.length(4096);
    host.callback(4096, 1ms, {.xrun = 46ms});
    CHECK(host.all() == (late < 0.25 ? 1 : 2));
  }
}

TEST_CASE("an XRUN is the silence's for 24 ms, however short the queue is") {
  for (const auto later : {20ms, 28ms}) {
    Host host = settled(2, 64);
    overload(host, 64, 5ms);
    host.play(later, 64, 0.2);
    host.callback(64, 100us, {.xrun = 5ms});
    CHECK(host.all() == (later < 24ms ? 1 : 2));
  }
}

TEST_CASE("where the depth is unknown, an XRUN's silence shows in lateness within four seconds") {
  Host same = settled(0);
  overload(same, 512, 60ms, {.xrun = 60ms});
  same.play(10s, 512, 0.2);
  CHECK(same.all() == 1);
  CHECK(seconds(same.lost) == about(0.060, 0.01));
  for (const auto later : {1s, 3s}) {
    Host another = settled(0);
    another.callback(512, 1ms, {.xrun = 60ms});
    another.now += another.length(512);
    another.play(later, 512, 0.2);
    overload(another, 512, 60ms);  // known two seconds later
    another.play(10s, 512, 0.2);
    CHECK(seconds(another.lost) == about(later == 1s ? 0.060 : 0.120, 0.01));
  }
}

TEST_CASE("where the depth is unknown, two XRUNs of a thread that never waits are two dropouts") {
  Host host = settled(0);
  for (int i = 0; i < 2; ++i) {
    host.callback(512, host.length(512) + Length(40ms), {.xrun = 5ms});
    host.now += host.length(512);
    host.play(100ms, 512, 1);
  }
  CHECK(host.all() == 2);
}

TEST_CASE("where the depth is unknown, the cause is what has added most to lateness") {
  Host host = settled(0);
  overload(host, 512, 20ms);
  host.now += Length(15ms);
  host.play(4s, 512, 0.2);
  CHECK(host.of(Cause::over_budget) == 1);
  CHECK(host.all() == 1);
  CHECK(seconds(host.lost) == about(0.035, 0.02));
}

TEST_CASE("where the depth is unknown, what was made up for is nobody's cause any more") {
  Host host = settled(0);
  const Length due = host.now;
  host.callback(512, host.length(512) + Length(30ms));
  host.now = due + host.length(512);
  host.play(5s, 512, 0.2);  // the queue has made up for it
  CHECK(host.caught_up > 15ms);
  host.now += Length(20ms);
  host.play(4s, 512, 0.2);
  CHECK(host.of(Cause::late_callback) == 1);
  CHECK(host.all() == 1);
}

TEST_CASE("rendering is to blame unless the rest of the lateness is more, and more than a block") {
  struct Late {
    Length rendering, rest;
    Cause cause;
  };
  for (const Late& each : {Late{30ms, 15ms, Cause::over_budget}, Late{5ms, 8ms, Cause::over_budget},
                           Late{5ms, 12ms, Cause::late_callback}}) {
    Host host = settled(2);
    host.now += each.rest;
    overload(host, 512, each.rendering);
    CHECK(host.of(each.cause) == 1);
    CHECK(host.all() == 1);
  }
}

TEST_CASE(
    "a stream that is set up anew is due when the former one's next callback would have been") {
  for (const std::uint32_t before : {256U, 512U}) {
    const std::uint32_t after = 768 - before;
    Host host = settled(2, before);
    host.now += Length(30ms);
    host.callback(after, 1ms, {.reconfigured = true});
    CHECK(host.of(Cause::configuration) == 1);
    const double truth = 0.031 - after / 48e3;
    CHECK(seconds(host.lost) == about(truth, 1e-6));
  }
}

TEST_CASE("where the depth is unknown, a gap before a stream that is set up anew is no silence") {
  for (const auto gap : {5ms, 60ms, 300ms}) {
    Host host = settled(0);
    host.now += Length(gap);
    host.callback(256, 1ms, {.reconfigured = true});
    host.now += host.length(256);
    host.play(5s, 256, 0.2);
    CHECK(host.all() == 0);
  }
}

TEST_CASE("callbacks of a stream that was set up anew are late against its own first") {
  for (const auto later : {-4ms, 0ms, 6ms}) {
    Host host = settled(2);
    host.now += Length(later);
    host.callback(512, 1ms, {.reconfigured = true});
    host.now += host.length(512);
    host.play(30ms, 512, 0.2);
    host.now += Length(3ms);
    host.callback(512, 1ms);
    CHECK(std::abs((host.last.late - 3ms).count()) <= 1);
    CHECK(host.last.late + host.last.spare + 1ms >= 10'666'665ns);
  }
}

TEST_CASE("two silences between which the queue was not full are one dropout, else they are two") {
  for (const bool full : {false, true}) {
    Host host = settled(4);
    host.callback(512, 4 * host.length(512) + Length(30ms));
    if (full) host.now += 4 * host.length(512) + Length(30ms);
    for (int i = 0; i < (full ? 20 : 2); ++i) {
      host.callback(512, 0.9 * host.length(512));
      host.now += host.length(512);
    }
    host.callback(512, 4 * host.length(512) + Length(5ms));
    CHECK(host.all() == (full ? 2 : 1));
  }
}

TEST_CASE("after silence the device may begin anew a block later, and no more is forgiven") {
  Host host = settled(4);
  host.callback(512, 4 * host.length(512) + Length(30ms));
  for (int i = 0; i < 2; ++i) host.callback(512, host.length(512));
  host.callback(512, 4 * host.length(512) + Length(5ms));
  const double truth = 0.030 + 3 * 512 / 48e3 + 0.005;
  CHECK(seconds(host.lost) == about(truth, 1e-6));
}

TEST_CASE(
    "what a device takes to begin anew counts if it is a block or more, and less may be its grid") {
  for (const double blocks : {0.5, 0.998, 0.9993, 1.0, 1.5}) {
    Host host = settled(2);
    overload(host, 512, 3ms);
    host.now += blocks * host.length(512);
    host.play(5s, 512, 0.2);
    CAPTURE(blocks);
    CHECK(host.all() == 1);
    const double rest = blocks < 0.999 ? 0 : blocks * 512 / 48e3;
    CHECK(seconds(host.lost) == about(0.003 + rest, 1e-6));
  }
}

TEST_CASE("a device that begins anew on a grid of its own says nothing of its clock by that") {
  Host host(2);
  for (int i = 0; i < 40; ++i) {
    host.play(500ms, 512, 0.2);
    host.callback(512, host.length(512) + Length(3ms));
    host.now += 2 * host.length(512);  // its next period
  }
  host.play(50ms, 512, 0.2);
  CHECK(host.last.late == 0ns);
  host.callback(512, host.length(512) + Length(50us));
  CHECK(host.all() == 40);  // but for the one in the first second
  CHECK(seconds(host.lost) == about(39 * 0.003 + 0.00005, 1e-6));
}

TEST_CASE("a device that reports an XRUN may call later by its length") {
  Host host = settled(2);
  host.callback(512, 1ms, {.xrun = 20ms});
  host.now += host.length(512) + Length(20ms);
  host.play(5s, 512, 0.2);
  CHECK(host.all() == 1);
  CHECK(host.lost == 20ms);
}

TEST_CASE("less than half a nanosecond over the deadline is no dropout, for times are rounded") {
  for (const double fraction : {0.7, 0.4}) {
    DropoutClassifier classifier;
    const Length buffer(5e6 + fraction);
    const auto judge = [&](nanoseconds due, nanoseconds render) {
      return classifier.judge(
          {.start = due, .render = render, .buffer = buffer, .due = due, .device_buffers = 2});
    };
    const auto due = [&](int i) { return nanoseconds(std::llround((i * buffer).count())); };
    for (int i = 0; i < 300; ++i) judge(due(i), 1ms);
    const auto verdict = judge(due(300), 5'000'001ns);
    CHECK(verdict.miss.has_value() == (fraction < 0.5));
  }
}

TEST_CASE("a callback is on time by its device's clock, and lasts as long as that says") {
  for (const double ppm : {-4000.0, 4000.0}) {
    Host unknown;
    unknown.play(20s, 512, 0.2, ppm);
    CHECK(std::abs((Length(unknown.last.deadline) - unknown.length(512)).count()) < 50e3);
    CHECK((Length(unknown.last.deadline) > unknown.length(512)) == (ppm < 0));
    Host host(2);
    host.play(20s, 512, 0.2, ppm);
    const Length block = host.length(512) / (1 + ppm * 1e-6);
    CHECK(host.last.late <= 1us);
    CHECK(std::abs((Length(host.last.deadline) - block).count()) <= 1e3);
    // One that is longer than those before is asked for when there is room for it.
    host.now += block;
    host.callback(1024, 1ms);
    CHECK(host.last.late <= 1us);
    CHECK(host.last.late + host.last.spare + 1ms >= Length(block));
  }
}

TEST_CASE(
    "a driver that knows when a callback was due is believed of threads that don't wait, too") {
  DropoutClassifier classifier;
  const auto judge = [&](nanoseconds due, nanoseconds late, bool waited) {
    return classifier.judge({.start = due + late,
                             .render = 1ms,
                             .buffer = 5ms,
                             .due = due,
                             .device_buffers = 2,
                             .waited = waited});
  };
  for (int i = 0; i < 300; ++i) judge(1h + i * 5ms, 0ms, true);
  CHECK(judge(1h + 1498ms, 1ms, false).late == 1ms);
}

TEST_SUITE_END();
