#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "fixture.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

TEST_CASE("writers, registrars and scrapers at once lose no count and invent none") {
  const SegmentFolder folder;
  TestSegment test(folder.path, 8);
  constexpr int kEach = 200'000;
  std::atomic<bool> done = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      const Counter<Writers::many> events = test.events();
      const Histogram<Writers::many, Seconds, kCellBounds> duration(test.segment.cells(kDuration),
                                                                    test.segment.lost());
      for (int k = 0; k < kEach; ++k) {
        events.increment();
        duration.observe(std::chrono::milliseconds(5));
      }
    });
  }
  threads.emplace_back([&] {
    for (int k = 0; k < 500; ++k) {
      const Instance instance = test.segment.instance(kFamilies);
      Counter<Writers::one>(instance.cells(kCallbacks), nullptr).increment();
      test.by_tool(std::to_string(k % 5)).increment();
    }
  });
  std::thread scraper([&] {
    while (!done) {
      std::vector<SegmentReading> readings;
      readings.push_back({SegmentImage::copy(test.segment.bytes()), true});
      const std::string text = expose(ProgramView(std::move(readings)));
      CHECK(text.find("test_events_total ") != std::string::npos);
    }
  });
  for (std::thread& thread : threads) thread.join();
  done = true;
  scraper.join();
  const std::string text = exposed(folder.path);
  CHECK(line(text, "test_events_total") == "test_events_total " + std::to_string(2 * kEach));
  CHECK(line(text, "test_duration_seconds_count").ends_with(" " + std::to_string(2 * kEach)));
  CHECK(line(text, "test_callbacks_total") == "test_callbacks_total 500");
}
