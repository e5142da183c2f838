// The laws of reading labels natively: nothing outside of a line is read, whatever it has in it,
// and what is read is what stands there. That it is what Python reads is tested in Python.
#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "label_reader.h"

using whiteroom::logs::Label;
using whiteroom::logs::LabelReader;
using Pairs = std::vector<std::pair<std::string, std::string>>;

namespace {

/// Labels of a line whose bytes are in a buffer of just its size, so that a sanitizer sees more.
bool read(LabelReader& reader, const std::string& line, Pairs& pairs) {
  const std::unique_ptr<char[]> bytes(new char[line.size()]);
  std::memcpy(bytes.get(), line.data(), line.size());
  const bool is_read = reader.read({bytes.get(), line.size()});
  pairs.clear();
  for (const Label& label : reader.labels()) pairs.emplace_back(label.name, label.value);
  return is_read;
}

std::string mutated(std::mt19937& random, std::string line) {
  static const std::string signs = "{}[]\",:\\=' \t\n0-.eE+nulltrue_a9/bu\x01\x7f\xc3";
  const auto below = [&random](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  for (std::size_t changes = below(6); changes > 0; --changes) {
    const std::size_t at = below(line.size() + 1);
    const char sign = signs[below(signs.size())];
    switch (below(4)) {
      case 0:
        line.insert(at, 1, sign);
        break;
      case 1:
        line.erase(at, below(4) + 1);
        break;
      case 2:
        line.insert(at, line.substr(below(line.size() + 1), below(20)));
        break;
      default:
        if (at < line.size()) line[at] = sign;
    }
  }
  return line;
}

}  // namespace

TEST_CASE("fields of JSON are labels, those of objects in it by their way") {
  LabelReader reader(true);
  Pairs pairs;
  REQUIRE(read(reader, R"( {"a":"x","n":-1.5e3,"o":{" p q ":true,"2":"y"},"z":null,"l":[1,{}]} t)",
               pairs));
  CHECK(pairs == Pairs{{"a", "x"}, {"n", "-1.5e3"}, {"o_p_q", "true"}, {"o_2", "y"}});
  REQUIRE(read(reader, R"({"a\/b":"\"\n","":1,"9":false})", pairs));
  CHECK(pairs == Pairs{{"a_b", "\"\n"}, {"_9", "false"}});
}

TEST_CASE("pairs of logfmt are labels, what is none is left out") {
  LabelReader reader(false);
  Pairs pairs;
  REQUIRE(read(reader, R"(a=x b="y \"z\" it\'s" c= d =e f"g h.i=j k="open)", pairs));
  CHECK(pairs == Pairs{{"a", "x"}, {"b", "y \"z\" it's"}, {"h_i", "j"}});
}

TEST_CASE("what is rare is left to the general parsers") {
  Pairs pairs;
  LabelReader json(true);
  for (const char* const line :
       {"", "x", "{", R"({"a":1)", R"({"a":01})", R"({"a":1.})", R"({"a":NaN})",
        R"({"a":"\u0041"})", R"({"a":"\x"})", "{\"a\":\"\xc3\xa9\"}", R"({"a":1,})",
        R"({"a":[1,]})", R"({"":{"":1}})"}) {
    CAPTURE(line);
    CHECK_FALSE(read(json, line, pairs));
  }
  CHECK_FALSE(read(json, std::string(100, '[') + std::string(100, ']'), pairs));
  std::string deep = "1";
  for (int depth = 0; depth < 100; ++depth) deep = "{\"a\":" + deep + "}";
  CHECK_FALSE(read(json, deep, pairs));
  LabelReader logfmt(false);
  CHECK_FALSE(read(logfmt, R"(a="\q")", pairs));
}

TEST_CASE("no line lets the reader read beyond it") {
  const std::string lines[] = {
      R"({"a":"x\n","b":{"c":[1,{"d":"]"}],"e":-0.5e-7},"f":null,"g":true,"h":"\\"} tail)",
      R"(ts=1 level=info msg="a \"b\" c" empty= bare =x k="" d=1.5ms "q" e="\\")",
  };
  std::mt19937 random(20261201);
  Pairs pairs;
  std::size_t count = 0;
  for (const bool is_json : {true, false}) {
    LabelReader reader(is_json);
    for (int i = 0; i < 20'000; ++i) {
      const std::string line = mutated(random, lines[is_json ? 0 : 1]);
      if (read(reader, line, pairs)) ++count;
      for (const auto& [name, value] : pairs) REQUIRE(value.size() <= line.size());
    }
  }
  CHECK(count > 1000);
}
