/// What a driver's reports of XRUNs add to what the callbacks show, and to whom it is put down.
#include <doctest/doctest.h>

#include "virtual_host.h"

using namespace whiteroom::testing;

namespace {

Host settled(std::uint32_t buffers, std::uint32_t frames = 512) {
  Host host(buffers);
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

TEST_CASE("an XRUN of which the driver does not say how long it was counts, without a length") {
  for (const std::uint32_t buffers : {0U, 2U}) {
    Host host = settled(buffers);
    host.callback(512, 1ms, {.xrun = 0ns});
    CHECK(host.of(Cause::device) == 1);
    CHECK(host.all() == 1);
    CHECK(host.lost == 0ns);
  }
}

TEST_CASE("a report that is longer than the silence by more than a block makes it longer") {
  for (const auto told : {12ms, 35ms}) {
    Host host = settled(2);
    overload(host, 512, 5ms);
    host.callback(512, 1ms, {.xrun = told});
    host.now += host.length(512);
    host.play(1s, 512, 0.2);
    CHECK(host.of(Cause::over_budget) == 1);
    CHECK(host.all() == 1);
    CHECK(host.lost == (told == 12ms ? 5ms : 35ms));
  }
}

TEST_CASE("a report belongs to its dropout, also when the queue has been full meanwhile") {
  Host host = settled(2, 64);
  overload(host, 64, 5ms);
  host.play(15ms, 64, 0.2);
  host.callback(64, 100us, {.xrun = 35ms});
  CHECK(host.of(Cause::over_budget) == 1);
  CHECK(host.all() == 1);
  CHECK(host.lost == 35ms);
}

TEST_CASE("what a report has told of the time until the device began anew is not counted again") {
  Host host = settled(2);
  overload(host, 512, 3ms);
  const Length more = 1.2 * host.length(512);
  host.now += more;
  const auto told = std::chrono::duration_cast<nanoseconds>(Length(3ms) + more);
  host.callback(512, 1ms, {.xrun = told});
  host.now += host.length(512);
  host.play(5s, 512, 0.2);
  CHECK(host.all() == 1);
  CHECK(seconds(host.lost) == about(seconds(told), 1e-6));
}

TEST_CASE("an XRUN soon after a silence is another, and its length is counted once") {
  Host host = settled(2, 64);
  overload(host, 64, 3ms);
  host.play(30ms, 64, 0.2);
  host.callback(64, 100us, {.xrun = 20ms});
  host.now += host.length(64) + Length(20ms);
  host.play(5s, 64, 0.2);
  CHECK(host.all() == 2);
  CHECK(seconds(host.lost) == about(0.023, 1e-6));
}

TEST_CASE("where the depth is told, an XRUN is the device's, however late the callback was") {
  Host host = settled(4);
  const Length due = host.now;
  host.now += 2 * host.length(512);
  host.callback(512, 1ms, {.xrun = 5ms});
  host.now = due + host.length(512);
  host.play(1s, 512, 0.2);
  CHECK(host.of(Cause::device) == 1);
  CHECK(host.all() == 1);
}

TEST_CASE("a driver that reports an overload's XRUN twice has reported it once") {
  for (const std::uint32_t buffers : {0U, 2U}) {
    for (const bool at_once : {false, true}) {
      Host host = settled(buffers);
      const Told told{.xrun = 46ms};
      overload(host, 512, 46ms, at_once ? told : Told{});
      host.callback(512, 1ms, told);
      host.now += host.length(512);
      if (!at_once) host.callback(512, 1ms, told);
      if (!at_once) host.now += host.length(512);
      host.play(5s, 512, 0.2);
      CHECK(host.of(Cause::over_budget) == 1);
      CHECK(host.all() == 1);
      CHECK(seconds(host.lost) == about(0.046, 1e-6));
    }
  }
}

TEST_CASE("an XRUN as long as the last is another, once the first can't be reported any more") {
  for (const auto later : {15ms, 28ms}) {
    Host host = settled(2, 64);
    overload(host, 64, 5ms, {.xrun = 5ms});
    host.play(later, 64, 0.2);
    host.callback(64, 100us, {.xrun = 5ms});
    CHECK(host.all() == (later < 24ms ? 1 : 2));
    CHECK(seconds(host.lost) == about(later < 24ms ? 0.005 : 0.010, 1e-6));
  }
}

TEST_CASE("XRUNs that the callbacks don't show add up, also those of one length or of none") {
  for (const std::uint32_t buffers : {0U, 2U}) {
    Host host = settled(buffers);
    for (const auto length : {20ms, 20ms, 0ms, 0ms, 20ms}) {
      host.callback(512, 1ms, {.xrun = length});
      host.now += host.length(512);
    }
    CHECK(host.lost == 60ms);
    CHECK(host.all() == 1);
  }
}

TEST_CASE("where neither depth nor length is told, lateness says how long an XRUN was") {
  Host host = settled(0);
  overload(host, 512, 60ms);
  host.callback(512, 1ms, {.xrun = 0ns});
  host.now += host.length(512);
  CHECK(host.of(Cause::over_budget) == 1);
  host.play(5s, 512, 0.2);
  CHECK(host.all() == 1);
  CHECK(seconds(host.lost) == about(0.060, 0.01));
}

TEST_CASE("where the depth is unknown, what lateness shows beyond a report is the same dropout") {
  Host host = settled(0);
  overload(host, 512, 60ms, {.xrun = 20ms});
  host.play(5s, 512, 0.2);
  CHECK(host.all() == 1);
  // The device may begin anew a block later than it says, which nobody tells from the rest.
  CHECK(seconds(host.lost) == about(0.060 - 0.020 - 512 / 48e3, 0.01));
}

TEST_SUITE_END();
