/// How a device begins anew after silence, and what a queue makes up for.
#include <doctest/doctest.h>

#include "virtual_host.h"

using namespace whiteroom::testing;

namespace {

Host settled(std::uint32_t buffers) {
  Host host(buffers);
  host.play(10s, 512, 0.2);
  return host;
}

}  // namespace

TEST_SUITE_BEGIN("simulated");

TEST_CASE("after a hole the device may begin anew a block later, whatever its depth") {
  for (const std::uint32_t buffers : {0U, 2U}) {
    Host host = settled(buffers);
    host.now += Length(700ms);
    host.callback(512, 1ms);
    host.now += 1.8 * host.length(512);
    host.play(10s, 512, 0.2);
    CHECK(host.of(Cause::device) == 1);
    CHECK(host.all() == 1);
    CHECK(seconds(host.lost) == about(0.7, 0.001));
  }
}

TEST_CASE("a slow device begins anew up to one of its own blocks later") {
  for (const double later : {0.99, -0.99}) {
    Host host(2);
    host.play(1min, 512, 0.2, -8000);
    const Length block = host.length(512) / (1 - 0.008);
    host.callback(512, block + Length(3ms));
    host.now += block + Length(3ms) + std::max(0.0, later) * block;
    host.play(5s, 512, 0.2, -8000);
    CAPTURE(later);
    CHECK(host.all() == 1);
    CHECK(seconds(host.lost) == about(0.003, 1e-3));
  }
}

TEST_CASE("until the queue is full again, silence gives way once more only if it is long") {
  for (const auto second : {8ms, 40ms}) {
    Host host = settled(4);
    // Each is called at once, so that the queue holds one block at most.
    host.callback(512, 4 * host.length(512) + Length(30ms));
    host.callback(512, 2 * host.length(512) + Length(second));
    const auto before = host.lost;
    host.callback(512, 4 * host.length(512));
    const auto silence = seconds(host.lost - before);
    const double block = 512 / 48e3;
    CAPTURE(second);
    CHECK(host.all() == 1);
    CHECK(silence == about(second == 8ms ? 3 * block : 2 * block, 1e-3));
  }
}

TEST_CASE("a stream that was set up anew in time may begin a block later than its first callback") {
  Host host = settled(2);
  host.callback(512, 1ms, {.reconfigured = true});
  host.now += 2.2 * host.length(512);
  host.play(5s, 512, 0.2);
  CHECK(host.all() == 0);
}

TEST_CASE("what a device might have taken to begin anew is void when the stream is set up anew") {
  Host host = settled(4);
  host.callback(512, 4 * host.length(512) + Length(30ms));
  const auto before = host.lost;
  for (int i = 0; i < 3; ++i) host.callback(512, 10us);  // the queue is full
  host.now += (4 + 2.5) * host.length(512) + Length(30ms);
  host.callback(512, 10us, {.reconfigured = true});
  host.now += host.length(512);
  host.play(5s, 512, 0.2);
  CHECK(host.all() == 1);
  CHECK(host.lost == before);
}

TEST_CASE("a driver that knows when callbacks are due has no rest to be found out later") {
  DropoutClassifier classifier;
  nanoseconds due = 1h;
  nanoseconds lost{};
  const auto judge = [&](nanoseconds render) {
    const auto verdict = classifier.judge(
        {.start = due, .render = render, .buffer = 5ms, .due = due, .device_buffers = 2});
    due += 5ms;
    if (verdict.miss) lost += verdict.miss->lost + verdict.miss->rest;
  };
  for (int i = 0; i < 400; ++i) judge(1ms);
  judge(8ms);
  due += 3ms + 7ms;  // begins anew later
  for (int i = 0; i < 400; ++i) judge(1ms);
  CHECK(lost == 3ms);
}

TEST_CASE("what is found out later of a dropout has the cause of that dropout") {
  Host host = settled(2);
  host.now += Length(20ms);
  host.callback(512, 1ms);
  host.now += 2.5 * host.length(512);  // what it takes to begin anew is a block
  nanoseconds rest{};
  for (int i = 0; i < 400; ++i) {
    host.callback(512, 1ms);
    host.now += host.length(512);
    if (!host.last.miss || host.last.miss->rest == 0ns) continue;
    CHECK(host.last.miss->rest_cause == Cause::late_callback);
    rest += host.last.miss->rest;
  }
  CHECK(seconds(rest) == about(512 / 48e3, 1e-3));
}

TEST_CASE("where the depth is unknown, two silences in turn are each known after two seconds") {
  Host host = settled(0);
  host.now += Length(60ms);
  for (int i = 0; i < 300 && host.all() == 0; ++i) host.play(10ms, 512, 0.2);
  CHECK(seconds(host.lost) == about(0.060, 0.01));
  host.now += Length(60ms);
  host.play(1500ms, 512, 0.2);
  CHECK(seconds(host.lost) == about(0.060, 0.01));
  host.play(1s, 512, 0.2);
  CHECK(seconds(host.lost) == about(0.120, 0.01));
}

TEST_CASE("silence is lost and not made up for; what the queue forgives is, once it is full") {
  Host silent = settled(2);
  silent.callback(512, silent.length(512) + Length(5ms));
  silent.now += silent.length(512) + Length(5ms);
  silent.play(1s, 512, 0.2);
  CHECK(silent.lost == 5ms);
  CHECK(silent.caught_up == 0ns);
  Host forgiven = settled(4);
  const Length due = forgiven.now;
  forgiven.now += 2 * forgiven.length(512);
  forgiven.callback(512, 1ms);
  CHECK(forgiven.last.caught_up == 0ns);
  forgiven.now = due + forgiven.length(512);
  forgiven.play(1s, 512, 0.2);
  CHECK(forgiven.lost == 0ns);
  CHECK(seconds(forgiven.caught_up) == about(512 / 48e3 + 0.001, 0.01));
}

TEST_SUITE_END();
