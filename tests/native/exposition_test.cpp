#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "fixture.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

TEST_CASE("a double is written in its shortest form that reads back") {
  const std::pair<double, const char*> cases[] = {
      {0, "0"},
      {-0.0, "-0"},
      {0.1, "0.1"},
      {1e15, "1000000000000000"},
      {1e16, "1e+16"},
      {0.0001, "0.0001"},
      {0.00001, "1e-05"},
      {1.0 / 3, "0.3333333333333333"},
      {5e-324, "5e-324"},
      {9007199254740993.0, "9007199254740992"},
      {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"},
      {std::numeric_limits<double>::infinity(), "+Inf"},
      {-std::numeric_limits<double>::infinity(), "-Inf"},
  };
  for (const auto& [value, expected] : cases) {
    std::string text;
    append_double(text, value);
    CHECK(text == expected);
  }
}

TEST_CASE("label values and help texts are escaped") {
  const SegmentFolder folder;
  static constexpr LabelSpec labels[] = {{"tool", {}, 3}};
  static constexpr FamilySpec families[] = {
      {.name = "test_total", .help = "Two\nlines and a \\.", .labels = labels}};
  Segment segment({.program = "test", .directory = folder.path});
  segment.declare(families);
  segment.prepare();
  wrm_any_add(segment.series(families[0], std::array<std::string_view, 1>{"a\"b\\c\nd"}), 1);
  const std::string text = exposed(folder.path);
  CHECK(text.find("# HELP test_total Two\\nlines and a \\\\.\n") != std::string::npos);
  CHECK(text.find("test_total{tool=\"a\\\"b\\\\c\\nd\"} 1\n") != std::string::npos);
}

TEST_CASE("a family of two programs appears once in what the segment exporter serves") {
  const SegmentFolder folder;
  Segment first({.program = "first", .directory = folder.path});
  Segment second({.program = "second", .directory = folder.path});
  first.prepare();
  second.prepare();
  const std::string text = expose(read_unserved(folder.path).views);
  const std::string head = "# TYPE monitoring_processes gauge\n";
  CHECK(text.find(head) != std::string::npos);
  CHECK(text.find(head) == text.rfind(head));
  CHECK(line(text, "monitoring_processes{program=\"first\"}").ends_with(" 1"));
  CHECK(line(text, "monitoring_processes{program=\"second\"}").ends_with(" 1"));
}

namespace {

constexpr double kSecondBounds[] = {0.5, 1};
constexpr std::string_view kEngines[] = {"left", "right"};
constexpr LabelSpec kEngineLabel[] = {{"engine", kEngines}};

constexpr FamilySpec kEveryType[] = {
    {.name = "test_calls_total", .help = "Say \"calls\".", .exemplars = true},
    {.name = "test_level_ratio",
     .help = "A level.",
     .unit = "ratio",
     .type = MetricType::gauge,
     .number = Number::f64},
    {.name = "test_took_seconds",
     .help = "A duration.",
     .unit = "seconds",
     .type = MetricType::histogram,
     .scale = 1'000'000'000,
     .bounds = kSecondBounds,
     .exemplars = true},
    {.name = "test_size_bytes", .help = "A size.", .unit = "bytes", .type = MetricType::summary},
    {.name = "test_engine_info",
     .help = "An engine.",
     .type = MetricType::info,
     .labels = kEngineLabel},
};

class EveryType {
 public:
  explicit EveryType(const std::string& directory)
      : segment({.program = "test", .directory = directory}) {
    segment.declare(kEveryType);
    segment.prepare();
  }

  ExemplarCounter<Writers::many> calls() { return {segment.cells(kEveryType[0]), segment.lost()}; }
  std::uint64_t* took() { return segment.cells(kEveryType[2]); }

  Segment segment;
};

constexpr ExpositionOptions kOpenMetrics{ExpositionFormat::open_metrics};
constexpr std::array<std::int64_t, 2> kTookBounds{500'000'000, 1'000'000'000};
using Took = ExemplarHistogram<Writers::many, Seconds, kTookBounds>;

Exemplar at(std::uint64_t unix_ns) {
  Exemplar exemplar = Exemplar::now(0xa0, 0xb1, 0xc2);
  exemplar.unix_ns = unix_ns;
  return exemplar;
}

constexpr const char* kIds =
    "{trace_id=\"00000000000000a000000000000000b1\",span_id=\"00000000000000c2\"}";

/// The text without the metrics that every program has.
std::string own(const std::string& text) {
  const std::size_t start = text.find("# HELP test_");
  return start == std::string::npos ? "" : text.substr(start);
}

}  // namespace

TEST_CASE("OpenMetrics has types, units and names as its specification wants them") {
  const SegmentFolder folder;
  EveryType test(folder.path);
  test.calls().increment(3);
  Gauge<Writers::many>(test.segment.cells(kEveryType[1]), nullptr).set(0.25);
  Took(test.took(), test.segment.lost()).observe(std::chrono::milliseconds(750));
  Summary<Writers::many, Count>(test.segment.cells(kEveryType[3]), nullptr).observe(9);
  Info(test.segment.cells(kEveryType[4]) + 1, nullptr).set();
  CHECK(own(exposed(folder.path, {}, kOpenMetrics)) == R"(# HELP test_calls Say \"calls\".
# TYPE test_calls counter
test_calls_total 3
# HELP test_engine An engine.
# TYPE test_engine info
test_engine_info{engine="right"} 1
# HELP test_level_ratio A level.
# TYPE test_level_ratio gauge
# UNIT test_level_ratio ratio
test_level_ratio 0.25
# HELP test_size_bytes A size.
# TYPE test_size_bytes summary
# UNIT test_size_bytes bytes
test_size_bytes_sum 9
test_size_bytes_count 1
# HELP test_took_seconds A duration.
# TYPE test_took_seconds histogram
# UNIT test_took_seconds seconds
test_took_seconds_bucket{le="0.5"} 0
test_took_seconds_bucket{le="1.0"} 1
test_took_seconds_bucket{le="+Inf"} 1
test_took_seconds_sum 0.75
test_took_seconds_count 1
# EOF
)");
}

TEST_CASE("a bucket has the same bound in both formats, so that it stays the same series") {
  const SegmentFolder folder;
  EveryType test(folder.path);
  const std::string name = "test_took_seconds_bucket{le=\"1.0\"}";
  CHECK(line(exposed(folder.path), name) == name + " 0");
  CHECK(line(exposed(folder.path, {}, kOpenMetrics), name) == name + " 0");
}

TEST_CASE("an exemplar follows its counter or its bucket, in OpenMetrics only") {
  const SegmentFolder folder;
  EveryType test(folder.path);
  test.calls().increment(2, at(1'500'000'000));
  const Took took(test.took(), test.segment.lost());
  took.observe(std::chrono::milliseconds(750), at(2'000'000'000));
  took.observe(std::chrono::seconds(9));
  const std::string text = exposed(folder.path, {}, kOpenMetrics);
  CHECK(line(text, "test_calls_total") == "test_calls_total 2 # " + std::string(kIds) + " 2 1.5");
  const std::string bucket = "test_took_seconds_bucket{le=\"1.0\"}";
  CHECK(line(text, bucket) == bucket + " 1 # " + kIds + " 0.75 2");
  CHECK(line(text, "test_took_seconds_bucket{le=\"+Inf\"}").ends_with(" 2"));
  CHECK(exposed(folder.path).find("trace_id") == std::string::npos);
}

TEST_CASE("of an exemplar that was written in two halves nothing is shown") {
  const SegmentFolder folder;
  EveryType test(folder.path);
  test.calls().increment(1, at(1'000'000'000));
  std::uint64_t* const slot = test.segment.cells(kEveryType[0]) + 1;
  for (int word = 0; word < WRM_EXEMPLAR_CELLS; ++word) {
    const std::uint64_t before = slot[word];
    slot[word] ^= 1;
    CHECK(exposed(folder.path, {}, kOpenMetrics).find("trace_id") == std::string::npos);
    slot[word] = before;
  }
  CHECK(exposed(folder.path, {}, kOpenMetrics).find("trace_id") != std::string::npos);
}

TEST_CASE("of the exemplars of several processes the newest is shown, also of those that died") {
  const SegmentFolder folder;
  run_and_kill([&] { EveryType(folder.path).calls().increment(1, at(5'000'000'000)); });
  run_and_kill([&] { EveryType(folder.path).calls().increment(1, at(7'000'000'000)); });
  EveryType living(folder.path);
  living.calls().increment(1, at(6'000'000'000));
  fold_program(folder.path, "test");
  const std::string text = exposed(folder.path, {}, kOpenMetrics);
  CHECK(line(text, "test_calls_total") == "test_calls_total 3 # " + std::string(kIds) + " 1 7");
}

TEST_CASE("_created is since when the first process counts, and comes only where it is asked for") {
  const SegmentFolder folder;
  const auto started = [](const Segment& segment) {
    return reinterpret_cast<const wrm_segment_header*>(segment.bytes().data())->started_unix_ns;
  };
  const EveryType before(folder.path);
  run_and_kill([&] { EveryType(folder.path).calls().increment(1); });
  const std::uint64_t first = started(before.segment);
  const EveryType living(folder.path);
  REQUIRE(first < started(living.segment));
  const auto created = [&](const char* name) {
    const std::string text = exposed(folder.path, {}, {ExpositionFormat::open_metrics, true});
    const std::string found = line(text, name);
    REQUIRE(found.size() > std::string(name).size());
    return std::stod(found.substr(found.find(' '))) * 1e9;
  };
  CHECK(created("test_calls_created") ==
        doctest::Approx(static_cast<double>(first)).epsilon(1e-15));
  fold_program(folder.path, "test");
  CHECK(created("test_calls_created") < static_cast<double>(started(living.segment)) - 1000);
  CHECK(created("test_took_seconds_created") == created("test_calls_created"));
  CHECK(exposed(folder.path, {}, kOpenMetrics).find("_created") == std::string::npos);
}

TEST_CASE("a text that is taken in small blocks is the text that is taken at once") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  for (const char* tool : {"a", "b", "c", "d"}) test.by_tool(tool).increment();
  std::vector<ProgramView> views;
  views.push_back(read_program(folder.path, "test").view);
  Exposition exposition(std::move(views), kOpenMetrics);
  std::string text;
  int blocks = 1;
  while (exposition.append(text, 1)) ++blocks;
  CHECK(blocks > 10);
  CHECK(text == exposed(folder.path, {}, kOpenMetrics));
}

TEST_CASE("ids of traces are read as W3C Trace Context writes them") {
  const auto exemplar =
      Exemplar::of_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  REQUIRE(exemplar);
  CHECK(exemplar->trace_high == 0x0af7651916cd43dd);
  CHECK(exemplar->trace_low == 0x8448eb211c80319c);
  CHECK(exemplar->span == 0xb7ad6b7169203331);
  const char* const none[] = {
      "",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
      "00-00000000000000000000000000000000-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
      "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
  };
  for (const char* header : none) CHECK_FALSE(Exemplar::of_traceparent(header));
}
