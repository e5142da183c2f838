/// Shapes of hosts and devices that nobody has thought of, and what is said of their silences.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "random_shapes.h"
#include "shape_run.h"

using namespace whiteroom::testing;
using whiteroom::monitoring::Miss;
using whiteroom::monitoring::audio::Cause;

namespace {

constexpr double kDuration_s = 120;

#ifdef __SANITIZE_ADDRESS__
constexpr std::uint64_t kShapes = 10;  // is there anything that the sanitizer finds?
#else
constexpr std::uint64_t kShapes = 100;
#endif

bool long_run() { return std::getenv("WHITEROOM_LONG") != nullptr; }

/// Play the shapes of so many seeds, from `first`; WHITEROOM_SEED takes others than the usual ones.
template <class Change>
Findings play_all(std::uint64_t first, std::uint64_t count, const Change& change) {
  constexpr std::uint64_t kApart = 10'000'000;
  const char* const other = std::getenv("WHITEROOM_SEED");
  if (other != nullptr) first += kApart * std::strtoull(other, nullptr, 10);
  Findings all;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Findings found = play(change(random_shape(seed, kDuration_s)));
    CAPTURE(seed);
    CHECK(found.invented == 0);
    all += found;
  }
  return all;
}

/// Return the same of a host with a store between its callbacks and a device of known depth.
Shape with_store(Shape shape) {
  shape.split = Split::buffered;
  shape.told = true;
  shape.grid = false;
  shape.parts = 2;
  return ordinary(shape);
}

double share(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

/// Say what was found, for dropout_figures.py.
void publish(const std::string& column, const Findings& found) {
  MESSAGE("figures " << column << " hours=" << found.hours << " invented=" << found.invented
                     << " silences=" << found.silences
                     << " found=" << share(found.found, found.silences)
                     << " length_found=" << found.found_ms / found.silent_ms
                     << " cause=" << 1 - share(found.wrong_cause, found.found)
                     << " length=" << 1 - share(found.wrong_length, found.found));
}

}  // namespace

TEST_SUITE_BEGIN("simulated");

TEST_CASE("no dropout is counted where the device has played without a break") {
  // Thirty thousand of two minutes are a thousand hours.
  const Findings found =
      play_all(1'000'000, long_run() ? 30'000 : kShapes, [](const Shape& shape) { return shape; });
  MESSAGE("hours without an invented dropout: " << found.hours);
  CHECK(found.silences > kShapes);
}

TEST_SUITE_END();
TEST_SUITE_BEGIN("statistics");

TEST_CASE("where the depth is told, 99 % of silences are found, with their cause and length") {
  const Findings found = play_all(2'000'000, long_run() ? 6'000 : 500, [](Shape shape) {
    // What the device holds says nothing of what such a host holds.
    if (shape.split == Split::buffered) shape.split = Split::whole;
    shape.told = true;
    return ordinary(shape);
  });
  publish("told", found);
  CHECK(found.silences > 500);
  CHECK(share(found.found, found.silences) >= 0.99);
  CHECK(share(found.wrong_cause, found.found) <= 0.01);
  CHECK(share(found.wrong_length, found.found) <= 0.01);
  CHECK(found.repeated <= found.silences / 500);
}

TEST_CASE("where a host with a store tells its device's depth, long silences are found") {
  const Findings found = play_all(4'000'000, long_run() ? 3'000 : 100, with_store);
  publish("store", found);
  CHECK(share(found.found, found.silences) >= 0.8);
  CHECK(found.found_ms / found.silent_ms >= 0.95);
}

TEST_CASE("where it is not told, most of the silence is found all the same") {
  const Findings found = play_all(3'000'000, long_run() ? 3'000 : 150, [](Shape shape) {
    shape.told = false;
    return ordinary(shape);
  });
  publish("untold", found);
  CHECK(share(found.found, found.silences) >= 0.6);
  CHECK(found.found_ms / found.silent_ms >= 0.75);
}

TEST_SUITE_END();
TEST_SUITE_BEGIN("simulated");

TEST_CASE("what a host's store has hidden is not counted with the next lateness") {
  // Of a shape in which 1.7 ms were silent within the store, and a callback was late soon after.
  const Findings found = play(with_store(random_shape(74'001'791, kDuration_s)));
  CHECK(found.silences > 50);
  CHECK(found.invented == 0);
}

TEST_CASE("a dropout that was invented would be noticed, and a silence that was not found") {
  Findings findings;
  {
    Comparison comparison({}, findings);
    comparison.begin_stream(0);
    const SimulatedCall good{.start_ns = 5e9, .waited = true};
    SimulatedCall bad{.start_ns = 9e9, .waited = true, .silence_ns = 20e6};
    bad.fault = Fault::over_budget;
    const Miss miss{Cause::late_callback, true, std::chrono::milliseconds(50)};
    comparison.callback(5e9, good, miss);
    comparison.callback(9e9, bad, {});
    comparison.callback(12e9, good, {});
    bad.start_ns = 20e9;
    comparison.callback(20e9, bad, miss);
  }
  CHECK(findings.invented == 1);
  CHECK(findings.silences == 2);
  CHECK(findings.found == 1);
  CHECK(findings.wrong_cause == 1);
  CHECK(findings.wrong_length == 1);
}

TEST_SUITE_END();
