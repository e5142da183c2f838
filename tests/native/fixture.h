/// A folder of segments for one test, and a small family of every kind.
#pragma once

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

#include "whiteroom/monitoring/exposition.h"
#include "whiteroom/monitoring/fold.h"
#include "whiteroom/monitoring/prometheus_metrics.h"
#include "whiteroom/monitoring/segment.h"

namespace whiteroom::monitoring::testing {

/// A fresh folder on the memory file system; removed at the end.
class SegmentFolder {
 public:
  SegmentFolder() {
    std::string pattern = "/dev/shm/whiteroom-test-XXXXXX";
    path = mkdtemp(pattern.data());
  }
  ~SegmentFolder() { std::filesystem::remove_all(path); }
  SegmentFolder(const SegmentFolder&) = delete;
  SegmentFolder& operator=(const SegmentFolder&) = delete;

  std::string path;
};

inline constexpr std::string_view kColours[] = {"red", "blue"};
inline constexpr LabelSpec kClosed[] = {{"colour", kColours}};
inline constexpr LabelSpec kOpen[] = {{"tool", {}, 3}};
inline constexpr LabelSpec kMixed[] = {{"tool", {}, 3}, {"colour", kColours}};
inline constexpr double kBounds[] = {0.001, 0.01};
inline constexpr std::array<std::int64_t, 2> kCellBounds{1'000'000, 10'000'000};

inline constexpr FamilySpec kFamilies[] = {
    {.name = "test_events_total", .help = "Events."},
    {.name = "test_events_by_colour_total", .help = "Events.", .labels = kClosed},
    {.name = "test_events_by_tool_total", .help = "Events.", .labels = kOpen},
    {.name = "test_level",
     .help = "Level.",
     .type = MetricType::gauge,
     .number = Number::f64,
     .aggregation = Aggregation::max},
    {.name = "test_duration_seconds",
     .help = "Durations.",
     .unit = "seconds",
     .type = MetricType::histogram,
     .scale = 1'000'000'000,
     .bounds = kBounds},
    {.name = "test_callbacks_total", .help = "Callbacks.", .writers = Writers::one},
    {.name = "test_plugin_level",
     .help = "Level of one plug-in.",
     .type = MetricType::gauge,
     .number = Number::f64,
     .writers = Writers::one},
    {.name = "test_channel_seconds_total",
     .help = "Time.",
     .unit = "seconds",
     .writers = Writers::one,
     .scale = 1'000'000'000,
     .labels = kOpen},
    {.name = "test_mixed_total", .help = "Two kinds of labels.", .labels = kMixed},
};
inline constexpr const FamilySpec& kEvents = kFamilies[0];
inline constexpr const FamilySpec& kByColour = kFamilies[1];
inline constexpr const FamilySpec& kByTool = kFamilies[2];
inline constexpr const FamilySpec& kLevel = kFamilies[3];
inline constexpr const FamilySpec& kDuration = kFamilies[4];
inline constexpr const FamilySpec& kCallbacks = kFamilies[5];
inline constexpr const FamilySpec& kPluginLevel = kFamilies[6];
inline constexpr const FamilySpec& kChannelSeconds = kFamilies[7];
inline constexpr const FamilySpec& kMixedTotal = kFamilies[8];

/// A prepared segment with the families above.
class TestSegment {
 public:
  explicit TestSegment(const std::string& directory, std::uint32_t instances = 4)
      : segment({.program = "test", .directory = directory, .instances = instances}) {
    segment.declare(kFamilies);
    segment.prepare();
  }

  Counter<Writers::many> events() { return {segment.cells(kEvents), segment.lost()}; }
  Counter<Writers::many> by_tool(std::string_view tool) {
    return {segment.series(kByTool, std::array{tool}), segment.lost()};
  }

  Segment segment;
};

/// What an endpoint of the program would serve.
inline std::string exposed(const std::string& directory, Span<const std::byte> unshared = {},
                           ExpositionOptions options = {}) {
  return expose(read_program(directory, "test", unshared).view, options);
}

/// The line of the series `name`, or an empty text.
inline std::string line(const std::string& text, const std::string& name) {
  const std::size_t start = ("\n" + text).find("\n" + name + " ");
  return start == std::string::npos ? "" : text.substr(start, text.find('\n', start) - start);
}

/// Run `body` in a child that is then killed with SIGKILL.
template <class Body>
void run_and_kill(const Body& body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
}

}  // namespace whiteroom::monitoring::testing
