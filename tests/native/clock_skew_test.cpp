/// How much slower a device's clock runs, learned from lateness of which the slope is known.
#include "whiteroom/monitoring/clock_skew.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

using whiteroom::monitoring::ClockSkew;

namespace {

constexpr double kSecond = 1e9;
constexpr double kMillisecond = 1e6;
constexpr double kSpan = 0.12 * kSecond;

/// Observe each millisecond from `begin` to `end` what `lateness` says.
template <class Lateness>
void observe(ClockSkew& clock, double begin, double end, const Lateness& lateness) {
  for (double time = begin; time < end; time += kMillisecond) clock.observe(time, lateness(time));
}

/// Return what a slope of lateness over time is as a skew.
double as_skew(double slope) { return slope / (1 - slope); }

/// Gives a clock one observation a span, so that each span adds the slope that is asked for.
class Slopes {
 public:
  Slopes() {
    clock.observe(time_, lateness_);
    add(-1e-3);  // ends the first span, of which it is the least
  }
  void add(double slope, double length = kSpan) {
    time_ += length;
    lateness_ += slope * length;
    clock.observe(time_, lateness_);
  }

  ClockSkew clock;

 private:
  double time_ = 3 * kSecond;
  double lateness_ = 7 * kMillisecond;
};

}  // namespace

TEST_CASE("a clock's skew is known after four spans of 0.12 s, and until then nothing is") {
  for (const double slope : {0.004, -0.004}) {
    ClockSkew clock;
    const auto lateness = [&](double time) { return 5 * kMillisecond + slope * time; };
    observe(clock, kSecond, kSecond + 4 * kSpan - kMillisecond / 2, lateness);
    CHECK(clock.skew() == 0);
    CHECK(clock.doubt() == ClockSkew::kMost);
    observe(clock, kSecond + 4 * kSpan, kSecond + 4 * kSpan + kMillisecond, lateness);
    CHECK(clock.skew() == doctest::Approx(as_skew(slope)));
    CHECK(clock.doubt() < 1e-9);
  }
}

TEST_CASE("a skew beyond a hundredth is not believed, in either direction") {
  Slopes fast, slow, wild;
  for (int i = 0; i < 8; ++i) {
    fast.add(-0.02);
    slow.add(0.02);
    wild.add(i % 2 == 0 ? 0.02 : -0.02);
  }
  CHECK(fast.clock.skew() == doctest::Approx(as_skew(-0.01)));
  CHECK(slow.clock.skew() == doctest::Approx(as_skew(0.01)));
  CHECK(wild.clock.doubt() == 0.01);
}

TEST_CASE("the skew is the median of the last eight slopes, and doubt is how far they are apart") {
  constexpr std::array<double, 8> kAdded{1e-3, -4e-3, 6e-3, 2e-3, -1e-3, 5e-3, 3e-3, -2e-3};
  Slopes given;
  std::vector<double> sorted;
  for (const double slope : kAdded) {
    given.add(slope);
    sorted.push_back(slope);
    std::sort(sorted.begin(), sorted.end());
    const std::size_t count = sorted.size();
    if (count < 3) continue;
    // Of eight, the outermost two are left out.
    const std::size_t out = count == 8 ? 1 : 0;
    CAPTURE(count);
    CHECK(given.clock.skew() == doctest::Approx(as_skew(sorted[count / 2])));
    CHECK(given.clock.doubt() == doctest::Approx(sorted[count - 1 - out] - sorted[out]));
  }
  given.add(4e-3);  // in place of the first
  CHECK(given.clock.skew() == doctest::Approx(as_skew(3e-3)));
  CHECK(given.clock.doubt() == doctest::Approx(5e-3 - -2e-3));
}

TEST_CASE("spans grow by a quarter each, from 0.12 s to 2 s, once eight slopes are known") {
  ClockSkew clock;
  std::vector<double> ends;
  double skew = clock.skew(), doubt = clock.doubt();
  // A clock that gets faster and faster: each slope differs from those before.
  for (double time = 0; time < 30 * kSecond; time += kMillisecond / 10) {
    clock.observe(time, -1e-4 / kSecond * time * time);
    if (clock.skew() == skew && clock.doubt() == doubt) continue;
    skew = clock.skew();
    doubt = clock.doubt();
    ends.push_back(time);
  }
  REQUIRE(ends.size() > 20);
  double length = kSpan;
  for (std::size_t i = 1; i < ends.size(); ++i) {
    // The first slope that is seen is the third.
    if (i + 2 > 8) length = std::min(2 * kSecond, 1.25 * length);
    CAPTURE(i);
    CHECK(std::abs(ends[i] - ends[i - 1] - length) <= kMillisecond);
  }
}

TEST_CASE(
    "the least lateness of a span is that of a full queue, whatever the skew and the jitter") {
  for (const double slope : {0.008, -0.008}) {
    ClockSkew clock;
    observe(clock, 0, 60 * kSecond, [&](double time) {
      const bool full = std::fmod(time, 0.4 * kSecond) < kMillisecond / 2;
      const double jitter = std::fmod(time / kMillisecond * 0.6180339887, 1.0) * kMillisecond;
      return slope * time + (full ? 0 : 0.2 * kMillisecond + jitter);
    });
    CHECK(clock.skew() == doctest::Approx(as_skew(slope)));
    CHECK(clock.doubt() < 1e-9);
  }
}

TEST_CASE("two least values that are close together give no slope") {
  ClockSkew clock;
  // Spans end at multiples of 0.12 s. The least is at the end of one, where the queue was a little
  // less full, and at the beginning of the next.
  observe(clock, 0, 6 * kSpan, [&](double time) {
    const double within = std::fmod(time, 2 * kSpan);
    if (std::abs(within - (kSpan - 10 * kMillisecond)) < kMillisecond / 2)
      return 0.1 * kMillisecond;
    if (std::abs(within - (kSpan + 10 * kMillisecond)) < kMillisecond / 2) return 0.0;
    return kMillisecond;
  });
  CHECK(clock.skew() == 0);
  CHECK(clock.doubt() == ClockSkew::kMost);  // of six spans, two slopes
}

TEST_CASE("what was late before a break does not count after it") {
  ClockSkew clock;
  double step = 0;
  double begin = kSecond;
  for (int i = 0; i < 8; ++i) {
    // In the middle of a span, and another one begins.
    observe(clock, begin, begin + 5.5 * kSpan, [&](double time) { return step + 1e-3 * time; });
    begin += 5.5 * kSpan;
    clock.break_off();
    step += i % 2 == 0 ? 20 * kMillisecond : -30 * kMillisecond;
    CHECK(clock.skew() == doctest::Approx(as_skew(1e-3)));
    CHECK(clock.doubt() < 1e-9);
  }
}
