/// Stalls of known size on a virtual clock, and what the metrics say of them.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <ostream>
#include <string>

#include "fixture.h"
#include "whiteroom/monitoring/audio_metrics.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;
using namespace std::chrono_literals;
using audio::Cause;
using std::chrono::nanoseconds;

namespace {

constexpr std::array<std::uint32_t, 5> kBlocks{64, 128, 256, 512, 1024};
constexpr std::array<std::int64_t, 4> kRates{44'100, 48'000, 96'000, 192'000};
constexpr int kStalls = 50;  ///< of each block and rate: 1,000 in all
constexpr int kCauses = 4;

/// What was lost by cause: dropouts, the callbacks in them, and nanoseconds.
struct Loss {
  std::array<std::uint64_t, kCauses> dropouts{};
  std::array<std::uint64_t, kCauses> missed{};
  std::array<nanoseconds, kCauses> lost{};

  /// The same dropouts of the same callbacks, and the same loss but for the nanosecond of each
  /// callback that a period rounds by.
  friend bool operator==(const Loss& a, const Loss& b) {
    for (std::size_t i = 0; i < kCauses; ++i) {
      const auto apart = std::abs((a.lost[i] - b.lost[i]).count());
      if (a.dropouts[i] != b.dropouts[i] || a.missed[i] != b.missed[i]) return false;
      if (apart > static_cast<std::int64_t>(a.missed[i])) return false;
    }
    return true;
  }
  friend std::ostream& operator<<(std::ostream& out, const Loss& loss) {
    for (std::size_t i = 0; i < kCauses; ++i) {
      out << audio::kCauseValues[i] << ' ' << loss.dropouts[i] << " (" << loss.missed[i]
          << " callbacks, " << loss.lost[i].count() << " ns) ";
    }
    return out;
  }
};

/// The same pseudo-random numbers in each run.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  nanoseconds below(nanoseconds limit) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return nanoseconds(
        static_cast<std::int64_t>((state_ >> 33U) % static_cast<std::uint64_t>(limit.count())));
  }

 private:
  std::uint64_t state_;
};

/// How the stream of a run is, apart from its stalls.
struct Conditions {
  bool driver_says_due;
  bool jitter;
};

/// A device with a callback on a virtual clock: it wants a buffer in each period, and is stalled by
/// known amounts. Keeps the books of what it has lost.
class Device {
 public:
  Device(std::uint32_t frames, std::int64_t rate, Conditions conditions)
      : segment_({.program = "test", .directory = folder_.path}),
        metrics_(prepared(segment_), {}),
        conditions_(conditions),
        frames_(frames),
        rate_(rate),
        random_(frames * 7919U + static_cast<std::uint64_t>(rate)) {
    metrics_.set_stream(static_cast<double>(rate), frames);
    metrics_.set_device_buffers(2);
  }

  /// Callbacks that are in time, for at least so long; with load and jitter of every size.
  void play(nanoseconds time) {
    for (const nanoseconds end = due_ + time; due_ < end;) in_time();
  }

  /// Be late by `size` so many times without a break: one dropout.
  void stay_late(int times, nanoseconds size) {
    for (int i = 0; i < times; ++i) call(period() / 2 + size, period() / 2);
    const auto cause = static_cast<std::size_t>(Cause::late_callback);
    books.dropouts[cause] += 1;
    books.missed[cause] += static_cast<std::uint64_t>(times);
    books.lost[cause] += times * size;
  }

  /// Lose `size`, by this cause.
  void stall(Cause cause, nanoseconds size) {
    const nanoseconds half = period() / 2;
    if (cause == Cause::over_budget) call(0ns, period() + size);
    if (cause == Cause::late_callback) call(half + size, period() - half);
    if (cause == Cause::configuration) reconfigure(size);
    if (cause == Cause::device) {
      metrics_.report_xrun(size);
      call(0ns, half);
    }
    books.dropouts[static_cast<std::size_t>(cause)] += 1;
    books.missed[static_cast<std::size_t>(cause)] += 1;
    books.lost[static_cast<std::size_t>(cause)] += size;
  }

  /// Return what the metrics say.
  Loss measured() const {
    Loss found;
    const std::string text = exposed(folder_.path);
    for (std::size_t i = 0; i < kCauses; ++i) {
      const std::string cause = "{cause=\"" + std::string(audio::kCauseValues[i]) + "\"}";
      found.dropouts[i] = static_cast<std::uint64_t>(value(text, "audio_dropouts_total" + cause));
      found.missed[i] =
          static_cast<std::uint64_t>(value(text, "audio_deadlines_missed_total" + cause));
      found.lost[i] =
          nanoseconds(std::llround(value(text, "audio_dropout_seconds_total" + cause) * 1e9));
    }
    return found;
  }
  std::uint64_t measured_callbacks() const {
    return static_cast<std::uint64_t>(value(exposed(folder_.path), "audio_callbacks_total"));
  }

  Loss books;
  std::uint64_t callbacks = 0;

 private:
  static Segment& prepared(Segment& segment) {
    segment.declare(audio::families());
    segment.prepare();
    return segment;
  }
  static double value(const std::string& text, const std::string& series) {
    const std::string found = line(text, series);
    return found.empty() ? -1 : std::stod(found.substr(found.rfind(' ')));
  }

  nanoseconds period() const { return nanoseconds(frames_ * 1'000'000'000LL / rate_); }
  nanoseconds when(std::int64_t period) const {
    return start_ + nanoseconds(period * frames_ * 1'000'000'000LL / rate_);
  }

  void in_time() {
    const nanoseconds late = conditions_.jitter ? random_.below(period() / 20) : 0ns;
    call(late, 1ns + random_.below(period() - late - 1ns));
  }

  /// A callback that begins so late and takes so long; then the device's next period that is free.
  void call(nanoseconds late, nanoseconds render) {
    using Time = AudioMetrics::Clock::time_point;
    const Time begin{due_ + late};
    const Time end = begin + render;
    if (conditions_.driver_says_due) {
      metrics_.callback_rendered(begin, end, frames_, Time(due_));
    } else {
      metrics_.callback_rendered(begin, end, frames_);
    }
    ++callbacks;
    do {
      due_ = when(++period_);
    } while (due_ < end.time_since_epoch());
  }

  /// Another block length, and the former one again. The first buffer of the new stream is ready
  /// `size` later than the old stream's next one would have had to be; back there is no gap.
  void reconfigure(nanoseconds size) {
    const std::uint32_t frames = frames_;
    change(frames_ == kBlocks[0] ? kBlocks[1] : kBlocks[0], size);
    play(10 * period());
    change(frames, 0ns);
  }
  void change(std::uint32_t frames, nanoseconds size) {
    frames_ = frames;
    metrics_.set_stream(static_cast<double>(rate_), frames);
    const nanoseconds half = period() / 2;
    start_ = due_ + (size > 0ns ? size + period() - half : 0ns);
    period_ = 0;
    due_ = start_;
    call(0ns, half);
  }

  SegmentFolder folder_;
  Segment segment_;
  AudioMetrics metrics_;
  Conditions conditions_;
  std::uint32_t frames_;
  std::int64_t rate_;
  Random random_;
  nanoseconds start_ = 1h;
  std::int64_t period_ = 0;
  nanoseconds due_ = start_;
};

/// Stall a device of each block and rate, by each cause in turn; call `check` for each.
template <class Check>
void with_each_device(Conditions conditions, const Check& check) {
  Random random(1);
  for (const std::uint32_t frames : kBlocks) {
    for (const std::int64_t rate : kRates) {
      Device device(frames, rate, conditions);
      device.play(1100ms);
      for (int i = 0; i < kStalls; ++i) {
        device.stall(static_cast<Cause>(i % kCauses), 1us + random.below(80ms));
        device.play(60ms + random.below(100ms));
      }
      CAPTURE(frames);
      CAPTURE(rate);
      check(device);
    }
  }
}

}  // namespace

TEST_SUITE_BEGIN("simulated");

TEST_CASE("1,000 stalls are counted exactly, by cause, and none is invented") {
  for (const bool driver_says_due : {false, true}) {
    std::uint64_t counted = 0;
    with_each_device({.driver_says_due = driver_says_due, .jitter = false}, [&](Device& device) {
      const Loss found = device.measured();
      CHECK(found == device.books);
      CHECK(device.measured_callbacks() == device.callbacks);
      for (const std::uint64_t number : found.dropouts) counted += number;
    });
    CHECK(counted == 1000);
  }
}

TEST_CASE("with jitter, too, they are exact where the driver says when a callback was due") {
  with_each_device({.driver_says_due = true, .jitter = true},
                   [](Device& device) { CHECK(device.measured() == device.books); });
}

TEST_CASE(
    "callbacks that are late without a break are one dropout, and each is counted as missed") {
  Device device(256, 48'000, {.driver_says_due = true, .jitter = false});
  device.play(1100ms);
  device.stay_late(1000, 1ms);
  CHECK(device.measured() == device.books);
}

TEST_CASE("a stall that is left out of the books is found, and one by another cause") {
  Device device(128, 48'000, {.driver_says_due = false, .jitter = false});
  device.play(1100ms);
  device.stall(Cause::over_budget, 3ms);
  device.play(100ms);
  CHECK(device.measured() == device.books);
  const Loss right = device.books;
  device.books.dropouts[0] = 0;
  CHECK_FALSE(device.measured() == device.books);
  device.books = right;
  device.books.lost[0] += 10ns;
  CHECK_FALSE(device.measured() == device.books);
  device.books = right;
  std::swap(device.books.dropouts[0], device.books.dropouts[1]);
  CHECK_FALSE(device.measured() == device.books);
}

TEST_CASE("callbacks that are not for real time have no deadline, and are counted as such") {
  using Time = AudioMetrics::Clock::time_point;
  const SegmentFolder folder;
  Segment segment({.program = "test", .directory = folder.path});
  segment.declare(audio::families());
  segment.prepare();
  AudioMetrics metrics(segment, {});
  metrics.set_stream(48'000, 512);
  metrics.set_device_buffers(2);
  nanoseconds now = 1h;
  const auto play = [&](int count, nanoseconds each, CallbackDetails details = {}) {
    std::uint64_t missed = 0;
    for (int i = 0; i < count; ++i, now += std::max(each, nanoseconds(10'666'667))) {
      missed += metrics.callback_rendered(Time(now), Time(now + each), 512, details) ? 1 : 0;
    }
    return missed;
  };
  CHECK(play(200, 1ms) == 0);
  metrics.set_mode(CallbackMode::offline);
  CHECK(play(124, 20ms) == 0);
  metrics.set_mode(CallbackMode::realtime);
  CHECK(play(200, 1ms) == 0);
  CHECK(play(3, 20ms, {.mode = CallbackMode::bypassed}) == 0);
  CHECK(play(2, 20ms, {.mode = CallbackMode::paused}) == 0);
  CHECK(play(200, 1ms) == 0);
  CHECK(play(1, 20ms) == 1);
  metrics.report_input_overrun();
  const std::string text = exposed(folder.path);
  const auto line = [&](const std::string& name) {
    return ::whiteroom::monitoring::testing::line(text, name);
  };
  CHECK(line("audio_callbacks_not_realtime_total{mode=\"offline\"}").ends_with(" 124"));
  CHECK(line("audio_callbacks_not_realtime_total{mode=\"bypassed\"}").ends_with(" 3"));
  CHECK(line("audio_callbacks_not_realtime_total{mode=\"paused\"}").ends_with(" 2"));
  CHECK(line("audio_callbacks_total").ends_with(" 601"));
  CHECK(line("audio_input_overruns_total").ends_with(" 1"));

  SUBCASE("a block of no frames has none either") {
    for (int i = 0; i < 10; ++i, now += 10ms) {
      CHECK_FALSE(metrics.callback_rendered(Time(now), Time(now + 20ms), 0).has_value());
    }
  }
  SUBCASE("nor do those count that follow a stop that was told") {
    metrics.stream_stops();
    now += 5s;
    CHECK(play(1, 20ms) == 0);
  }
}

TEST_SUITE_END();
