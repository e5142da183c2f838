/// Which blocks of a plug-in are parts of one host callback, on a virtual clock.
#include "whiteroom/monitoring/host_callback.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using whiteroom::monitoring::HostCallback;
using whiteroom::monitoring::HostCallbackCost;

namespace {

constexpr double kRate = 48'000;

nanoseconds length(std::uint64_t frames) {
  return nanoseconds(static_cast<std::int64_t>(static_cast<double>(frames) * 1e9 / kRate));
}

/// A host on a virtual clock: blocks that cost what they are told to, and pauses between them.
class Host {
 public:
  explicit Host(std::uint32_t longest_block) { callback_.prepare(kRate, longest_block); }

  void block(std::uint32_t frames, nanoseconds cost) {
    keep(callback_.begins(now_));
    now_ += cost;
    keep(callback_.ends(now_, frames));
    rendered_ += frames;
  }
  void work(nanoseconds time) { now_ += time; }
  /// Wait until the device has played what was rendered.
  void wait() { now_ = std::max(now_, length(rendered_)); }

  /// What each host callback has cost, in microseconds of how many frames.
  struct Cost {
    std::int64_t us;
    std::int64_t frames;
    bool operator==(const Cost&) const = default;
  };
  std::vector<Cost> costs;

 private:
  void keep(const HostCallback::Cost& cost) {
    if (!cost) return;
    costs.push_back({cost->render / 1us, (cost->sound + 1us) / length(1)});
  }

  HostCallback callback_;
  nanoseconds now_{};
  std::uint64_t rendered_ = 0;
};

using Costs = std::vector<Host::Cost>;

}  // namespace

TEST_SUITE_BEGIN("simulated");

TEST_CASE("the parts of a callback as long as the longest block are judged together") {
  Host host(512);
  for (int i = 0; i < 10; ++i) {
    host.block(100, 500us);
    host.block(412, 2000us);
    host.wait();
  }
  CHECK(host.costs == Costs(10, {2500, 512}));
}

TEST_CASE("an FFT in one of 32 parts is the callback's cost and not that part's") {
  for (int fft = 0; fft < 32; ++fft) {
    Host host(512);
    for (int i = 0; i < 100; ++i) {
      for (int part = 0; part < 32; ++part) {
        host.block(16, part == fft ? 2000us : 10us);
        host.work(100us);  // other plug-ins: nearly a third of the part
      }
      host.wait();
    }
    CHECK(host.costs == Costs(100, {2310, 512}));
  }
}

TEST_CASE("callbacks shorter than the longest block are known after four pauses") {
  Host host(1024);
  for (int i = 0; i < 104; ++i) {
    host.block(64, 100us);
    host.block(64, i == 100 ? 4000us : 100us);
    host.wait();
  }
  Costs expected{{800, 512}};
  expected.resize(101, {200, 128});
  expected[97] = {4100, 128};  // over real time: it is seen, whatever the others cost
  CHECK(host.costs == expected);
}

TEST_CASE("a host that goes over to longer callbacks is followed") {
  Host host(1024);
  for (int i = 0; i < 50; ++i) {
    host.block(128, 100us);
    host.wait();
  }
  host.costs.clear();
  for (int i = 0; i < 50; ++i) {
    for (int part = 0; part < 8; ++part) host.block(128, part == 3 ? 800us : 100us);
    host.wait();
  }
  REQUIRE(host.costs.size() >= 46);
  CHECK(Costs(host.costs.end() - 45, host.costs.end()) == Costs(45, {1500, 1024}));
}

TEST_CASE("what a host renders ahead is judged callback by callback") {
  Host host(512);
  for (int burst = 0; burst < 20; ++burst) {
    for (int i = 0; i < 10; ++i) {
      host.block(200, 300us);
      host.block(312, 500us);
    }
    host.wait();
  }
  CHECK(host.costs == Costs(200, {800, 512}));
}

TEST_CASE("a part that takes longer than it lasts is no pause, for no time passes after it") {
  Host host(512);
  for (int i = 0; i < 10; ++i) {
    host.block(300, 10ms);
    host.block(212, 300us);
  }
  CHECK(host.costs == Costs(10, {10300, 512}));
}

TEST_CASE("callbacks of changing lengths are judged one by one") {
  Host host(512);
  for (int i = 0; i < 101; ++i) {
    host.block(i % 2 == 0 ? 470 : 471, 1000us);
    host.wait();
  }
  REQUIRE(host.costs.size() == 100);
  std::int64_t frames = 470;
  for (const Host::Cost& cost : host.costs) {
    CHECK(cost == Host::Cost{1000, frames});
    frames = 941 - frames;
  }
}

TEST_CASE("blocks of no frames are no pause, and say nothing of the callback's length") {
  Host host(512);
  for (int i = 0; i < 10; ++i) {
    for (int empty = 0; empty < 6; ++empty) host.block(0, 0us);
    host.block(100, 500us);
    host.block(412, 2000us);
    host.wait();
  }
  CHECK(host.costs == Costs(10, {2500, 512}));
}

TEST_CASE("all render time and all frames are in some callback") {
  Host host(600);
  std::uint64_t seed = 7;
  std::int64_t us = 0;
  std::int64_t frames = 0;
  for (int i = 0; i < 10'000; ++i) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    const auto part = static_cast<std::uint32_t>(1 + (seed >> 33) % 590);
    const auto cost = static_cast<std::int64_t>((seed >> 45) % 3000);
    host.block(part, cost * 1us);
    us += cost;
    frames += part;
    if (seed >> 62 == 0) host.wait();
  }
  std::int64_t judged_us = 0;
  std::int64_t judged_frames = 0;
  for (const Host::Cost& cost : host.costs) {
    judged_us += cost.us;
    judged_frames += cost.frames;
  }
  CHECK(frames - judged_frames <= 600);
  CHECK(us - judged_us <= 3000 * 600);
  CHECK(us - judged_us >= 0);
}

TEST_SUITE_END();
