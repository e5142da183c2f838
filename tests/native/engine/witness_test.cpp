/// Is a dropout that the engine reports one that a sound card would have heard? A thread of its
/// own, with its own clock reads, stands for the card: at each deadline it looks whether the buffer
/// that it would play now has been delivered.
#include <doctest/doctest.h>
#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "../fixture.h"
#include "driver/clock_driver.h"
#include "driver/scheduling.h"
#include "engine.h"
#include "song/first_light.h"
#include "whiteroom/monitoring/generated/audio.h"

using namespace whiteroom::engine;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr driver::Stream kStream{48'000, 128};
constexpr double kBuffer_ns = 1e9 * 128 / 48'000;

nanoseconds now() { return std::chrono::steady_clock::now().time_since_epoch(); }

bool become_realtime(int priority) {
  sched_param wanted{};
  wanted.sched_priority = priority;
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted) == 0;
}

/// What the witness found when it looked for a buffer.
struct Look {
  nanoseconds deadline;
  nanoseconds looked;
  bool silent;
};

/// Stands between the driver and the engine, and watches what comes through.
class Witness final : public driver::Client {
 public:
  explicit Witness(Engine& engine) : engine_(engine) {}
  ~Witness() { stop(); }

  void thread_begins(bool realtime) noexcept override { engine_.thread_begins(realtime); }
  void stream_changed(const driver::Stream& stream) noexcept override {
    engine_.stream_changed(stream);
  }
  void xrun(nanoseconds delay) noexcept override { engine_.xrun(delay); }
  void freewheel(bool begins) noexcept override { engine_.freewheel(begins); }
  void render(std::span<float> left, std::span<float> right, driver::Due due) noexcept override {
    engine_.render(left, right, due);
    // Release: whoever sees the buffer delivered sees it filled, as a card would.
    delivered_.store(due->time_since_epoch().count(), std::memory_order_release);
  }

  void start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
  }
  const std::vector<Look>& stop() {
    if (thread_.joinable()) {
      thread_.request_stop();
      thread_.join();
    }
    return looks_;
  }

 private:
  void watch(const std::stop_token& stop) {
    become_realtime(70);  // above the callback's: a witness that waits for it is none
    looks_.reserve(100'000);
    while (delivered_.load(std::memory_order_acquire) == 0) std::this_thread::sleep_for(1ms);
    const auto first = nanoseconds(delivered_.load(std::memory_order_acquire));
    for (std::int64_t buffer = 1; !stop.stop_requested(); ++buffer) {
      const nanoseconds due = first + period(buffer);
      const nanoseconds deadline = first + period(buffer + 1);
      std::this_thread::sleep_until(std::chrono::steady_clock::time_point(deadline));
      const bool silent = nanoseconds(delivered_.load(std::memory_order_acquire)) < due - 1us;
      looks_.push_back({deadline, now(), silent});
    }
  }
  static nanoseconds period(std::int64_t number) {
    return nanoseconds(std::llround(static_cast<double>(number) * kBuffer_ns));
  }

  Engine& engine_;
  std::atomic<std::int64_t> delivered_{0};
  std::vector<Look> looks_;
  std::jthread thread_;
};

struct Dropout {
  nanoseconds end;   ///< of the callback that missed its deadline
  nanoseconds lost;  ///< by this callback
};

/// What the witness says of dropouts.
struct Findings {
  std::size_t confirmed = 0;
  std::size_t unconfirmed = 0;
  std::size_t too_short = 0;  ///< over before the witness came to look
};

/// Hold each dropout against the witness' look at the deadline that was missed.
Findings compare(const std::vector<Dropout>& dropouts, const std::vector<Look>& looks) {
  Findings findings;
  for (const Dropout& dropout : dropouts) {
    const nanoseconds missed = dropout.end - dropout.lost;
    const auto look = std::find_if(looks.begin(), looks.end(), [&](const Look& each) {
      return std::abs((each.deadline - missed).count()) < 500'000;
    });
    if (look == looks.end() || (!look->silent && look->looked < dropout.end)) {
      ++findings.unconfirmed;
    } else {
      ++(look->silent ? findings.confirmed : findings.too_short);
    }
  }
  return findings;
}

/// How often the witness heard silence that no dropout of `dropouts` accounts for.
std::size_t unreported(const std::vector<Dropout>& dropouts, const std::vector<Look>& looks) {
  return static_cast<std::size_t>(std::count_if(looks.begin(), looks.end(), [&](const Look& look) {
    return look.silent && std::none_of(dropouts.begin(), dropouts.end(), [&](const auto& dropout) {
             const nanoseconds missed = dropout.end - dropout.lost;
             return look.deadline >= missed - 500us && look.deadline <= dropout.end + 50ms;
           });
  }));
}

/// A run of the engine with stalls, and what was said of it.
struct Run {
  std::vector<Dropout> dropouts;
  std::vector<Look> looks;
};

Run run_with_stalls(int stalls) {
  namespace monitoring = whiteroom::monitoring;
  const monitoring::testing::SegmentFolder folder;
  monitoring::Segment segment({.program = "test", .directory = folder.path});
  segment.declare(monitoring::audio::families());
  segment.declare(monitoring::audio::events());
  segment.prepare();
  Faults faults;
  Engine engine(segment, faults);
  engine.play(engine.load(song::first_light(), kStream.sample_rate));
  Witness witness(engine);
  driver::ClockDriver driver(witness, kStream);
  driver.start();
  witness.start();
  std::this_thread::sleep_for(1200ms);
  const nanoseconds settled = now();
  for (int i = 0; i < stalls; ++i) {
    faults.stall(std::chrono::milliseconds(5 + i % 4 * 5));
    std::this_thread::sleep_for(120ms);
  }
  Run run{{}, witness.stop()};
  std::erase_if(run.looks, [&](const Look& look) { return look.deadline < settled; });
  sch_event event;
  while (engine.next_event(event)) {
    const nanoseconds end(static_cast<std::int64_t>(event.time_ns));
    const nanoseconds lost(std::llround(event.value * 1e9));
    if (event.kind == SCH_EVENT_DROPOUT && end - lost > settled)
      run.dropouts.push_back({end, lost});
  }
  return run;
}

/// Whether nothing but the stalls was in the way: all of them are heard, confirmed and apart.
bool is_clean(const Run& run, std::size_t stalls) {
  const auto are_close = [](const Dropout& one, const Dropout& next) {
    return next.end - next.lost < one.end + 60ms;
  };
  const Findings findings = compare(run.dropouts, run.looks);
  return findings.unconfirmed == 0 && findings.confirmed >= stalls &&
         unreported(run.dropouts, run.looks) == 0 &&
         std::adjacent_find(run.dropouts.begin(), run.dropouts.end(), are_close) ==
             run.dropouts.end();
}

/// How late the witness itself was at most: it has a priority above all, so the machine stood
/// still.
nanoseconds lateness(const Run& run) {
  nanoseconds most{0};
  for (const Look& look : run.looks) most = std::max(most, look.looked - look.deadline);
  return most;
}

}  // namespace

TEST_CASE("every dropout of the engine is confirmed by a witness, and the witness hears no other") {
  bool allowed = false;
  std::jthread([&] { allowed = become_realtime(1); }).join();
  if (!allowed) {
    MESSAGE("left out: SCHED_FIFO is not allowed here, and without it the witness is late itself");
    return;
  }
  constexpr int kStalls = 15;
  // A machine that stands still for a moment, as virtual ones do, makes the witness late, or adds
  // dropouts. Then it is run again; a defect of the model is there in each run.
  constexpr int kTries = 5;
  constexpr nanoseconds kStill = 1ms;
  Run run = run_with_stalls(kStalls);
  bool stood_still = lateness(run) > kStill;
  for (int i = 1; i < kTries && !is_clean(run, kStalls); ++i) {
    run = run_with_stalls(kStalls);
    stood_still = stood_still && lateness(run) > kStill;
  }
  if (!is_clean(run, kStalls) && stood_still) {
    MESSAGE("left out: the machine stood still for more than 1 ms in each run");
    return;
  }
  const Findings findings = compare(run.dropouts, run.looks);
  CHECK(findings.unconfirmed == 0);
  CHECK(findings.confirmed >= kStalls);
  CHECK(unreported(run.dropouts, run.looks) == 0);

  SUBCASE(
      "one that was invented would not be confirmed, and one that was left out would be missed") {
    std::vector<Dropout> wrong = run.dropouts;
    const auto quiet = std::find_if(run.looks.begin(), run.looks.end(),
                                    [](const Look& look) { return !look.silent; });
    wrong.push_back({quiet->deadline + 2ms, 2ms});
    CHECK(compare(wrong, run.looks).unconfirmed == 1);
    wrong = run.dropouts;
    wrong.erase(wrong.begin() + static_cast<std::ptrdiff_t>(wrong.size() / 2));
    CHECK(unreported(wrong, run.looks) > 0);
  }
}
