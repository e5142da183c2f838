/// For how long callbacks were put aside: on a virtual thread, and on a real one that has to share.
#include <doctest/doctest.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "fixture.h"
#include "whiteroom/monitoring/audio_metrics.h"
#include "whiteroom/monitoring/preemption_watch.h"

using namespace std::chrono_literals;
using namespace whiteroom::monitoring;
using std::chrono::nanoseconds;

namespace {

constexpr nanoseconds kBuffer = 10ms;

/// A thread whose callbacks are put aside, wait by themselves, or run.
class VirtualThread {
 public:
  nanoseconds callback(nanoseconds runs, nanoseconds aside = 0ns, nanoseconds waits = 0ns) {
    usage.cpu += runs;
    if (aside > 0ns) ++usage.preemptions;
    return watch_.rendered(runs + aside + waits, kBuffer, [this] {
      ++readings;
      return std::optional(usage);
    });
  }
  /// What the driver uses between two callbacks.
  void driver(nanoseconds time) { usage.cpu += time; }

  ThreadUsage usage{.thread = 1};
  int readings = 0;

 private:
  PreemptionWatch watch_;
};

}  // namespace

TEST_CASE("what a callback took and did not run, it was put aside for") {
  VirtualThread thread;
  CHECK(thread.callback(6ms) == 0ns);
  CHECK(thread.callback(6ms, 5ms) == 5ms);
  CHECK(thread.callback(6ms) == 0ns);
  CHECK(thread.callback(1ms, 30ms) == 30ms);
}

TEST_CASE("a callback that waits by itself was not put aside") {
  VirtualThread thread;
  thread.callback(1ms);
  CHECK(thread.callback(1ms, 0ns, 20ms) == 0ns);
}

TEST_CASE("what the driver uses between callbacks makes it less, never more") {
  VirtualThread thread;
  thread.callback(1ms);
  for (int i = 0; i < 10; ++i) {
    thread.driver(20us);
    CHECK(thread.callback(1ms) == 0ns);
  }
  CHECK(thread.callback(1ms, 20ms) == 20ms - 200us);
}

TEST_CASE("a light callback is read each 32nd time, and what it was put aside for is not lost") {
  VirtualThread thread;
  thread.callback(1ms);
  nanoseconds aside{};
  for (int i = 0; i < 3200; ++i) aside += thread.callback(1ms, i % 10 == 0 ? 100us : 0us);
  CHECK(aside == 320 * 100us);
  CHECK(thread.readings == 101);
}

TEST_CASE("a callback on another thread says nothing of the one before") {
  VirtualThread thread;
  thread.callback(1ms);
  thread.usage = {.thread = 2, .cpu = 0ns, .preemptions = 77};
  CHECK(thread.callback(6ms) == 0ns);
  CHECK(thread.callback(6ms, 3ms) == 3ms);
}

TEST_CASE("before the first reading nothing is known") {
  VirtualThread thread;
  CHECK(thread.callback(1ms, 30ms) == 0ns);
  CHECK(thread.callback(1ms, 30ms) == 30ms);
}

TEST_CASE("without a reading nothing is known") {
  PreemptionWatch watch;
  for (int i = 0; i < 100; ++i) {
    CHECK(watch.rendered(20ms, kBuffer, [] { return std::optional<ThreadUsage>(); }) == 0ns);
  }
}

#if defined(__linux__)
namespace {

/// Keep the calling thread, and what it starts, on one processor.
void share_one_processor() {
  cpu_set_t all;
  sched_getaffinity(0, sizeof all, &all);
  int first = 0;
  while (!CPU_ISSET(first, &all)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  sched_setaffinity(0, sizeof one, &one);
}

/// Use the processor for so long, whatever passes meanwhile.
void use(nanoseconds time) {
  for (const auto end = thread_usage()->cpu + time; thread_usage()->cpu < end;) {
  }
}

/// The callbacks of one engine with one plug-in, of 10 ms each.
class Engine {
 public:
  Engine() {
    segment_.declare(audio::families());
    segment_.prepare();
    metrics_.emplace(segment_, std::span<const std::string>{});
    slots_.emplace(metrics_->plugin_slots(names_));
    metrics_->use(*slots_);
  }

  /// `process` is what the plug-in does.
  template <class Process>
  void callback(const Process& process) {
    const auto cpu = thread_usage()->cpu;
    const auto begin = AudioMetrics::Clock::now();
    process();
    const auto end = AudioMetrics::Clock::now();
    const auto ran = thread_usage()->cpu - cpu;
    metrics_->plugin_rendered(0, end - begin);
    const auto preempted = watch_.rendered(end - begin, kBuffer, thread_usage);
    metrics_->callback_rendered(begin, end, 480, CallbackDetails{.preempted = preempted});
    aside_s += std::chrono::duration<double>(end - begin - ran).count();
    if (end - begin > kBuffer) ++over_budget;
    if (ran > kBuffer) ++slow;
  }
  double operator[](const std::string& series) const {
    const std::string text = expose(read_program(folder_.path, "juce-backend").view);
    const std::size_t found = text.find("\n" + series + " ");
    return found == std::string::npos ? -1 : std::stod(text.substr(found + series.size() + 2));
  }
  double blamed() const {
    return (*this)["audio_plugin_deadlines_missed_total{channel=\"bass\",plugin=\"synth\"}"];
  }
  double preempted_s() const { return (*this)["audio_callback_preempted_seconds_total"]; }
  bool names_a_plugin() const { return metrics_->most_expensive().has_value(); }

  // As the test sees it.
  double aside_s = 0;
  int over_budget = 0;  ///< by the wall clock
  int slow = 0;         ///< by the thread's own

 private:
  testing::SegmentFolder folder_;
  Segment segment_{{.program = "juce-backend", .directory = folder_.path}};
  std::optional<AudioMetrics> metrics_;
  PreemptionWatch watch_;
  std::vector<ChannelNames> names_{{"bass", {"synth"}}};
  std::optional<PluginSlots> slots_;
};

}  // namespace

TEST_CASE("a plug-in that shares its processor is not blamed for what others use") {
  // A thread of its own, so that no other test stays on one processor.
  std::jthread([] {
    share_one_processor();
    std::atomic<bool> stop{false};
    std::vector<std::jthread> others;
    for (int i = 0; i < 4; ++i) {
      others.emplace_back([&stop] {
        while (!stop) {
        }
      });
    }
    Engine engine;
    engine.callback([] {});
    for (int i = 0; i < 100; ++i) engine.callback([] { use(4ms); });
    stop = true;
    CHECK(engine.over_budget > 10);
    CHECK(engine.blamed() <= engine.slow);
    CHECK(engine.preempted_s() > 0.8 * engine.aside_s);
    CHECK(engine.preempted_s() <= engine.aside_s);
  }).join();
}

TEST_CASE("a plug-in that waits by itself, or is slow, is to blame") {
  Engine engine;
  for (int i = 0; i < 10; ++i) engine.callback([] { use(15ms); });
  CHECK(engine.blamed() == 10);
  CHECK(engine.names_a_plugin());
  for (int i = 0; i < 10; ++i) engine.callback([] { std::this_thread::sleep_for(15ms); });
  // Who sleeps may be preempted just then, too.
  CHECK(engine.blamed() >= 15);
}
#endif
