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

TEST_CASE("a family of two programs stands once in what the agent serves") {
  const SegmentFolder folder;
  Segment first({.program = "first", .directory = folder.path});
  Segment second({.program = "second", .directory = folder.path});
  first.prepare();
  second.prepare();
  std::string text;
  expose_text(read_unserved(folder.path).views, text);
  const std::string head = "# TYPE monitoring_processes gauge\n";
  CHECK(text.find(head) != std::string::npos);
  CHECK(text.find(head) == text.rfind(head));
  CHECK(line(text, "monitoring_processes{program=\"first\"}").ends_with(" 1"));
  CHECK(line(text, "monitoring_processes{program=\"second\"}").ends_with(" 1"));
}
