#include <doctest/doctest.h>
#include <sys/resource.h>

#include "fixture.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

TEST_CASE("what is recorded is what is exposed") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  REQUIRE(test.segment.preparation().shared);
  test.events().increment(3);
  wrm_any_add(&test.segment.cells(kByColour)[1], 2);
  Gauge<Writers::many>(test.segment.cells(kLevel), nullptr).set(-0.5);
  const Histogram<Writers::many, Seconds, kCellBounds> duration(test.segment.cells(kDuration),
                                                                test.segment.lost());
  duration.observe(std::chrono::milliseconds(1));  // on the bound: belongs to it
  duration.observe(std::chrono::microseconds(1001));
  duration.observe(std::chrono::seconds(2));
  const std::string text = exposed(folder.path);
  CHECK(line(text, "test_events_total") == "test_events_total 3");
  CHECK(line(text, "test_events_by_colour_total{colour=\"red\"}").ends_with(" 0"));
  CHECK(line(text, "test_events_by_colour_total{colour=\"blue\"}").ends_with(" 2"));
  CHECK(line(text, "test_level") == "test_level -0.5");
  CHECK(line(text, "test_duration_seconds_bucket{le=\"0.001\"}").ends_with(" 1"));
  CHECK(line(text, "test_duration_seconds_bucket{le=\"0.01\"}").ends_with(" 2"));
  CHECK(line(text, "test_duration_seconds_bucket{le=\"+Inf\"}").ends_with(" 3"));
  CHECK(line(text, "test_duration_seconds_sum").ends_with(" 2.002001"));
  CHECK(line(text, "test_duration_seconds_count").ends_with(" 3"));
}

TEST_CASE("a gauge that was never set is not exposed") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  CHECK(line(exposed(folder.path), "test_level").empty());
}

TEST_CASE("beyond its limit an open label records into other, and the loss is counted") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  for (const char* tool : {"a", "b", "c", "d", "e"}) test.by_tool(tool).increment();
  test.by_tool("a").increment();
  const std::string text = exposed(folder.path);
  CHECK(line(text, "test_events_by_tool_total{tool=\"a\"}").ends_with(" 2"));
  CHECK(line(text, "test_events_by_tool_total{tool=\"other\"}").ends_with(" 2"));
  CHECK(line(text, "test_events_by_tool_total{tool=\"d\"}").empty());
  CHECK(line(text, "monitoring_observations_lost_total{program=\"test\",reason=\"series_limit\"}")
            .ends_with(" 2"));
}

TEST_CASE("open and closed labels of one family stand together") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  wrm_any_add(&test.segment.series(kMixedTotal, std::array<std::string_view, 1>{"saw"})[1], 4);
  const std::string text = exposed(folder.path);
  CHECK(line(text, "test_mixed_total{tool=\"saw\",colour=\"blue\"}").ends_with(" 4"));
}

TEST_CASE("instances are added up, and a retired one keeps its counters but not its gauges") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  const auto record = [](const Instance& instance, std::uint64_t amount) {
    Counter<Writers::one>(instance.cells(kCallbacks), nullptr).increment(amount);
    Gauge<Writers::one>(instance.cells(kPluginLevel), nullptr).set(1);
    const std::array<std::string_view, 1> channel{"bass"};
    wrm_realtime_add(instance.series(kChannelSeconds, channel), 500'000'000);
  };
  const Instance first = test.segment.instance(kFamilies);
  record(first, 1);
  {
    const Instance second = test.segment.instance(kFamilies);
    CHECK(second.cells(kCallbacks) - first.cells(kCallbacks) >= 8);  // no shared cache line
    record(second, 10);
    CHECK(line(exposed(folder.path), "test_plugin_level") == "test_plugin_level 2");
  }
  CHECK(line(exposed(folder.path), "test_plugin_level") == "test_plugin_level 1");
  const Instance third = test.segment.instance(kFamilies);
  record(third, 100);
  const std::string text = exposed(folder.path);
  CHECK(line(text, "test_callbacks_total") == "test_callbacks_total 111");
  CHECK(line(text, "test_channel_seconds_total{channel=\"bass\"}").empty());
  CHECK(line(text, "test_channel_seconds_total{tool=\"bass\"}").ends_with(" 1.5"));
}

TEST_CASE("an instance does not show a gauge that its cells' former owner has set") {
  constexpr FamilySpec kLevels[] = {{.name = "test_channel_level",
                                     .help = "Level of one channel.",
                                     .type = MetricType::gauge,
                                     .number = Number::f64,
                                     .writers = Writers::one,
                                     .labels = kOpen}};
  const SegmentFolder folder;
  Segment segment({.program = "test", .directory = folder.path});
  segment.declare(kLevels);
  segment.prepare();
  const std::array<std::string_view, 1> bass{"bass"};
  {
    const Instance former = segment.instance(kLevels);
    Gauge<Writers::one>(former.series(kLevels[0], bass), nullptr).set(7);
    CHECK(line(exposed(folder.path), "test_channel_level{tool=\"bass\"}").ends_with(" 7"));
  }
  const Instance next = segment.instance(kLevels);
  CHECK(line(exposed(folder.path), "test_channel_level{tool=\"bass\"}").empty());
}

TEST_CASE("an instance for which no room is left records where nobody sees it, and is counted") {
  const SegmentFolder folder;
  TestSegment test(folder.path, 1);
  std::vector<Instance> instances;
  for (int i = 0; i < 200; ++i) {
    instances.push_back(test.segment.instance(kFamilies));
    Counter<Writers::one>(instances.back().cells(kCallbacks), nullptr).increment();
  }
  const std::string text = exposed(folder.path);
  const std::string seen = line(text, "test_callbacks_total");
  const std::string lost =
      line(text, "monitoring_observations_lost_total{program=\"test\",reason=\"segment_full\"}");
  const auto number = [](const std::string& of) { return std::stoi(of.substr(of.rfind(' ') + 1)); };
  CHECK(number(lost) > 0);
  CHECK(number(seen) + number(lost) == 200);
}

TEST_CASE("a mistake in preparing is an error that names the entry") {
  const SegmentFolder folder;
  Segment segment({.program = "test", .directory = folder.path});
  segment.declare(kFamilies);
  CHECK_THROWS_WITH_AS(segment.declare(kFamilies), "test_events_total: declared twice",
                       PreparationError);
  CHECK_THROWS_AS(segment.cells(kEvents), PreparationError);
  segment.prepare();
  CHECK_THROWS_AS(segment.prepare(), PreparationError);
  CHECK_THROWS_AS(segment.cells(kByTool), PreparationError);
  CHECK_THROWS_AS(segment.series(kByTool, {}), PreparationError);
  const FamilySpec unknown{.name = "test_unknown_total", .help = "Unknown."};
  CHECK_THROWS_WITH_AS(segment.cells(unknown),
                       "test_unknown_total: not declared in the segment of test", PreparationError);
  for (const char* program : {"", "a/b", "a.b"}) {
    CHECK_THROWS_AS(Segment({.program = program}), PreparationError);
  }
}

TEST_CASE("without a usable memory file system the application runs and reports the reason") {
  const std::string disk = std::filesystem::temp_directory_path() / "whiteroom-on-disk";
  std::filesystem::create_directory(disk);
  std::filesystem::permissions(disk, std::filesystem::perms::owner_all);
  const auto check = [](const std::string& directory, const std::string& reason) {
    TestSegment test(directory);
    CHECK_FALSE(test.segment.preparation().shared);
    CHECK(test.segment.preparation().problem.find(reason) != std::string::npos);
    test.events().increment();
    CHECK(line(exposed(directory, test.segment.unshared_bytes()), "test_events_total") ==
          "test_events_total 1");
  };
  check("/nowhere/at/all", "No such file");
  check(disk, "memory file system");
  std::filesystem::remove_all(disk);
}

TEST_CASE("a folder that others may read is refused") {
  const SegmentFolder folder;
  std::filesystem::permissions(folder.path, std::filesystem::perms::all);
  TestSegment test(folder.path);
  CHECK(test.segment.preparation().problem.find("mode 0700") != std::string::npos);
}

TEST_CASE("a memory file system without room fails in prepare(), not when a cell is written") {
  const SegmentFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    // The limit on file size makes posix_fallocate fail as a full file system does.
    const rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);
    TestSegment test(folder.path);
    test.events().increment();
    const bool said = test.segment.preparation().problem.find("no room") != std::string::npos;
    _exit(!test.segment.preparation().shared && said ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a negative duration and a value that is no number are lost, counted and harmless") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  std::uint64_t cells[4] = {};
  DurationCounter<Writers::many>(cells, test.segment.lost()).add(std::chrono::seconds(-1));
  static constexpr std::array<std::int64_t, 2> bounds{1, 2};
  const Histogram<Writers::many, Ratio, bounds> ratio(cells, test.segment.lost());
  ratio.observe(std::numeric_limits<double>::quiet_NaN());
  ratio.observe(std::numeric_limits<double>::infinity());
  for (const std::uint64_t cell : cells) CHECK(cell == 0);
  const std::string text = exposed(folder.path);
  const std::string lost = "monitoring_observations_lost_total{program=\"test\",reason=\"";
  CHECK(line(text, lost + "negative\"}").ends_with(" 1"));
  CHECK(line(text, lost + "not_a_number\"}").ends_with(" 2"));
}
