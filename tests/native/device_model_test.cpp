/// The model of a device by itself: its lines, and what it says of them.
#include "whiteroom/monitoring/device_model.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "virtual_host.h"

using namespace whiteroom::testing;

TEST_SUITE_BEGIN("simulated");

TEST_CASE("a deadline is as doubtful as a clock is for a second, however long nobody waits") {
  DeviceModel model;
  const auto call = [&](double start, bool waited) {
    const DeviceCall made{.start = start,
                          .end = start + 1e6,
                          .length = 1e7,
                          .block = 1e7,
                          .capacity = 2e7,
                          .waited = waited,
                          .due_told = false,
                          .due = 0};
    if (start == 0) model.restart(made);
    model.begin(made, true);
    const double doubt = model.doubt(made);
    model.finish(made);
    return doubt;
  };
  call(0, true);
  for (const double start : {0.4e9, 0.9e9, 1.5e9, 5e9}) {
    const double forgiven = std::min(1e9, start);
    CHECK(call(start, false) == doctest::Approx(0.5 + 0.01 * (forgiven + 2e7)));
  }
}

TEST_CASE(
    "lateness that grows in 12 of 15 steps is a clock's, and in fewer it is silence and jitter") {
  for (const int ups : {11, 12}) {
    DeviceModel model;
    double delivered = 0;
    // One callback in each bin; it is late by this, in milliseconds.
    const auto call = [&](double late) {
      DeviceCall made{};
      made.start = delivered + late * 1e6;
      made.length = made.block = 0.13e9;
      made.end = made.start + 1e6;
      made.waited = true;
      if (delivered == 0) model.restart(made);
      model.begin(made, false);
      model.finish(made);
      delivered += made.length;
    };
    for (int i = 0; i < 40; ++i) call(0);
    double late = 200;
    call(late);
    for (int i = 0; i < 16; ++i) call(late += i % 15 < ups ? 0.1 : -0.1);
    CAPTURE(ups);
    CHECK((model.lasting_rise() > 199.99e6) == (ups == 11));
    CHECK(model.lasting_rise() > 195e6);
  }
}

TEST_CASE(
    "silence that was told makes no wait earlier, and so is nothing that a store makes up for") {
  for (const bool told : {true, false}) {
    DeviceModel model;
    DeviceCall call{};
    call.length = call.block = 1e7;
    call.capacity = 2e7;
    call.waited = true;
    model.restart(call);
    double after_due = 0;
    for (int i = 0; i < 30; ++i) {
      // Each wait is longer by a twentieth than what was delivered.
      call.start = 1.05e7 * i - (!told && i >= 25 ? 0.9e7 : 0);
      call.end = call.start + 1e6;
      model.begin(call, false);
      after_due = model.deadline(call) - model.due();
      if (told && i == 24) model.silent(0.9e7);
      model.finish(call);
    }
    CAPTURE(told);
    CHECK((after_due > 1.9e7) == !told);
  }
}

TEST_CASE("a rise counts if the thread has waited in eight of sixteen bins, and not if in fewer") {
  for (const int waits : {6, 7, 8, 10}) {
    DeviceModel model;
    double delivered = 0;
    const auto call = [&](double late, bool waited) {
      DeviceCall made{};
      made.start = delivered + late * 1e6;
      made.length = made.block = 0.13e9;
      made.end = made.start + 1e6;
      made.waited = waited;
      if (delivered == 0) model.restart(made);
      model.begin(made, false);
      model.finish(made);
      delivered += made.length;
    };
    for (int i = 0; i < 40; ++i) call(0, true);
    for (int i = 0; i < 18; ++i) call(200, i % 16 < waits);
    CAPTURE(waits);
    CHECK((model.lasting_rise() > 0) == (waits >= 8));
  }
}

namespace {

/// By so much a device's clock is fast, in ppm.
constexpr double kSlow = -8000;
constexpr double kFrames = 512;

/// How long that device plays what is delivered.
Length played(const Host& host, double frames) { return host.length(frames) / (1 + kSlow * 1e-6); }

}  // namespace

TEST_CASE("what is asked for at once is due at once, in however many parts it is rendered") {
  struct Request {
    std::uint32_t buffers;
    double blocks;  ///< that the device asks for at once
    std::uint32_t part;
  };
  for (const Request& each :
       {Request{2, 1, 256}, Request{2, 1, 512}, Request{4, 2, 512}, Request{6, 2, 512}}) {
    Host host(each.buffers);
    host.block = kFrames;
    const auto parts = static_cast<int>(each.blocks * kFrames / each.part);
    const double asked = each.blocks * kFrames;
    const auto ask = [&](Length longer) {
      for (int i = 0; i < parts; ++i) {
        host.callback(each.part, 0.4 * host.length(each.part) + (i == 0 ? longer : Length(0)));
      }
    };
    for (int i = 0; i < 3'000; ++i, host.now += played(host, asked)) ask(Length(0));
    // When its first part ends, the queue holds nothing but what was asked for before.
    const Length left = played(host, each.buffers * kFrames - asked);
    const Length first = 0.4 * host.length(each.part);
    CAPTURE(each.buffers);
    CAPTURE(each.part);
    ask(left - first - Length(50us));
    host.now += played(host, asked);
    CHECK(host.all() == 0);
    host.now += 20 * played(host, asked);
    host.classifier.restart();
    for (int i = 0; i < 3'000; ++i, host.now += played(host, asked)) ask(Length(0));
    ask(left - first + Length(3ms));
    CHECK(host.all() == 1);
    CHECK(seconds(host.lost) == about(0.003, 0.01));
  }
}

TEST_CASE("a thread that waits before each fourth block only is asked for one at once") {
  for (const bool jitter : {false, true}) {
    Host host(4);
    host.block = kFrames;
    const Length block = played(host, kFrames);
    const Length late = jitter ? 0.2 * block : Length(0);
    const auto play = [&](Length time, double first, double others) {
      for (const Length end = host.now + time; host.now < end; host.now += 4 * block) {
        const Length due = host.now;
        host.now += late;
        host.callback(512, first * block);
        host.now = due;
        for (int i = 0; i < 3; ++i) {
          host.now += block;
          host.callback(512, others * block);
        }
        host.now = due;
      }
    };
    for (int i = 0; i < 900; ++i, host.now += block) {
      const Length due = host.now;
      // One of them ends when the next is due, which begins without having waited.
      host.now += i == 500 ? Length(0) : late;
      host.callback(512, i == 499 ? block - late : 0.3 * block);
      host.now = due;
    }
    jitter ? play(10s, 1.9, 0.5) : play(10s, 2.5, 0.3);
    CAPTURE(jitter);
    CHECK(host.all() == 0);
  }
}

TEST_CASE("a stream that is set up anew is due by its device's clock, and so is what follows") {
  for (const std::uint32_t before : {256U, 512U}) {
    const std::uint32_t after = 768 - before;
    Host host(2);
    host.play(20s, before, 0.2, kSlow);
    host.now += Length(30ms);
    host.callback(after, 1ms, {.reconfigured = true});
    const double truth = 0.031 - seconds(nanoseconds(std::llround(played(host, after).count())));
    CHECK(seconds(host.lost) == about(truth, 1e-4));
  }
}

TEST_CASE("the deadlines of a stream that was set up anew in time are by its device's clock") {
  for (const auto over : {-50us, 50us}) {
    Host host(2);
    host.play(20s, 512, 0.2, kSlow);
    host.callback(512, 1ms, {.reconfigured = true});
    host.now += played(host, 512);
    host.play(30ms, 512, 0.2, kSlow);
    host.callback(512, played(host, 512) + Length(over));
    CHECK(host.all() == (over > 0us ? 1 : 0));
    CHECK(std::abs((host.lost - std::max<nanoseconds>(over, 0ns)).count()) < 1'000);
  }
}

TEST_CASE(
    "a stream that was set up anew in time may begin a block later, and what is more is lost") {
  for (const std::uint32_t part : {512U, 256U}) {
    Host host(2);
    host.block = 512;
    host.play(10s, part, 0.2);
    host.callback(part, 1ms, {.reconfigured = true});
    host.now += host.length(part) + Length(40ms);
    host.callback(part, 1ms);
    CAPTURE(part);
    CHECK(host.all() == 1);
    // From when this one was due: the block that is forgiven, and what the queue held.
    CHECK(seconds(host.lost) == about(0.041 - (3 * 512 - part) / 48e3, 1e-6));
  }
}

TEST_CASE("how late a stream is when it is set up anew says nothing of the device's clock") {
  Host host(2);
  for (int i = 0; i < 40; ++i) {
    host.play(500ms, 512, 0.2);
    host.now += Length(5ms);
    host.callback(512, 1ms, {.reconfigured = true});
    host.now += host.length(512);
  }
  host.play(50ms, 512, 0.2);
  host.callback(512, host.length(512) + Length(50us));
  CHECK(host.all() == 1);
  CHECK(seconds(host.lost) == about(50e-6, 1e-3));
}

TEST_CASE("what was late before a stream was set up anew makes nothing due later after it") {
  for (int offset = 0; offset < 13; ++offset) {
    Host host(8);
    host.play(10s, 512, 0.2);
    host.now += Length(20ms);
    host.play(130ms + offset * 10ms, 512, 0.2);
    // From now on rendering takes 2 % too long, and the thread never waits.
    host.callback(512, 1.02 * host.length(512), {.reconfigured = true});
    host.now += host.length(512);
    for (int i = 0; i < 30; ++i, host.now += host.length(512)) {
      host.callback(512, 1.02 * host.length(512), {.waited = false});
    }
    host.callback(512, 7 * host.length(512) + Length(5ms), {.waited = false});
    CAPTURE(offset);
    CHECK(seconds(host.lost) == about(0.005 + 30 * 0.02 * 512 / 48e3, 1e-3));
  }
}

TEST_CASE("a queue is not known to be full after a stream was set up anew, until it was seen so") {
  DeviceModel model;
  DeviceCall call{};
  call.length = call.block = 1e7;
  call.capacity = 2e7;
  call.waited = true;
  model.restart(call);
  model.begin(call, true);
  model.forget(call);
  model.finish(call);
  call.start = 5e7;
  call.waited = false;
  model.begin(call, true);
  CHECK_FALSE(model.is_known());
  model.finish(call);
  call.waited = true;
  model.begin(call, true);
  CHECK(model.is_known());
}

TEST_CASE("what was late before a stream was set up anew is not counted after it") {
  Host host;
  host.play(10s, 512, 0.2);
  host.now += Length(60ms);
  host.play(1800ms, 512, 0.2);
  host.callback(512, 1ms, {.reconfigured = true});
  host.now += host.length(512);
  // No callback waits, so that nothing says that the queue is full.
  for (int i = 0; i < 100; ++i, host.now += host.length(512)) {
    host.callback(512, 1ms, {.waited = false});
  }
  CHECK(host.all() == 0);
}

TEST_CASE("what was late before a depth was told is not counted when it is told no more") {
  Host host;
  host.play(10s, 512, 0.2);
  host.now += Length(60ms);
  host.play(1800ms, 512, 0.2);
  host.buffers = 10;
  host.play(300ms, 512, 0.2);
  // No callback waits any more, so that nothing says that the queue is full.
  for (int i = 0; i < 115; ++i, host.now += host.length(512)) {
    if (i == 15) host.buffers = 0;
    host.callback(512, 1ms, {.waited = false});
  }
  CHECK(host.all() == 0);
}

TEST_CASE("what a device takes to begin anew is not told of a stream that was set up anew since") {
  Host host(3);
  host.play(10s, 512, 0.2);
  host.callback(512, 2 * host.length(512) + Length(3ms));
  host.now += 1.9 * host.length(512) + Length(3ms);
  host.play(30ms, 512, 0.2);
  host.now += 0.8 * host.length(512);
  host.callback(512, 1ms, {.reconfigured = true});
  host.now += host.length(512);
  host.play(5s, 512, 0.2);
  CHECK(host.all() == 1);
  CHECK(seconds(host.lost) == about(0.003, 1e-3));
}

TEST_CASE("what a device asks for at once is learned anew when the stream is set up anew") {
  Host host(4);
  host.play(10s, 256, 0.2);
  host.callback(256, 3 * host.length(256) + Length(3ms));  // it is silent, and begins anew
  host.now += host.length(256) + Length(3ms);
  host.play(10s, 256, 0.2);
  CHECK(seconds(host.lost) == about(0.003, 1e-3));
  // From now on two blocks of 512 at once.
  Told told{.reconfigured = true};
  const auto ask = [&](Length longer) {
    host.callback(512, 0.4 * host.length(512) + longer, told);
    told.reconfigured = false;
    host.callback(512, 0.4 * host.length(512));
  };
  for (int i = 0; i < 500; ++i, host.now += host.length(1024)) ask(Length(0));
  CHECK(host.all() == 1);
  ask(1.6 * host.length(512) + Length(4ms));
  CHECK(host.all() == 2);
  CHECK(seconds(host.lost) == about(0.007, 0.01));
}

TEST_CASE("what the lines were raised by is not added to them once more") {
  for (int offset = 0; offset < 13; ++offset) {
    Host host(8);
    host.play(10s + offset * 10ms, 512, 0.2);
    host.callback(512, 7 * host.length(512) + Length(3ms));
    host.now += Length(3ms) + 2.5 * host.length(512);  // it begins anew one and a half blocks late
    host.play(100ms, 512, 0.2);
    // From now on rendering takes 2 % too long, and the thread never waits.
    for (int i = 0; i < 40; ++i, host.now += host.length(512)) {
      host.callback(512, 1.02 * host.length(512), {.waited = false});
    }
    host.callback(512, 7 * host.length(512) + Length(5ms), {.waited = false});
    CAPTURE(offset);
    const double blocks = 1.5 + 40 * 0.02;
    CHECK(seconds(host.lost) == about(0.003 + 0.005 + blocks * 512 / 48e3, 1e-3));
  }
}

TEST_CASE("one late wait after silence is not what the device took to begin anew") {
  for (int offset = 0; offset < 13; ++offset) {
    Host host(4);
    host.play(10s, 512, 0.2);
    host.callback(512, 3 * host.length(512) + Length(3ms));
    host.now += host.length(512) + Length(3ms);
    for (int i = 0; i < offset; ++i, host.now += host.length(512)) {
      host.callback(512, 1ms, {.waited = false});
    }
    const Length due = host.now;
    host.now += 1.2 * host.length(512);
    host.callback(512, 1ms, {.waited = true});
    host.now = due + host.length(512);
    for (int i = 0; i < 3; ++i, host.now += host.length(512)) {
      host.callback(512, 1ms, {.waited = false});
    }
    host.play(1s, 512, 0.2);
    CAPTURE(offset);
    CHECK(seconds(host.lost) == about(0.003, 1e-3));
  }
}

TEST_CASE("until a thread waits, what is asked for first is as much as is asked for later") {
  Host host(2);
  // An empty queue is filled at once; then the thread is always busy.
  host.callback(512, 1ms);
  host.callback(512, 1ms, {.waited = false});
  host.now += 2 * host.length(512);
  host.callback(512, 1ms, {.waited = false});
  CHECK(seconds(host.last.late) == about(512 / 48e3 - 0.001, 1e-6));
}

TEST_SUITE_END();
