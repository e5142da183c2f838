/// Writes the fields of a song.
#pragma once

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "song/song_fields.h"

namespace whiteroom::engine::song {

/// The shortest text that reads back as `value` is that of a double with fewer digits.
inline double tidy(float value) {
  std::array<char, 32> text;
  const auto [end, problem] = std::to_chars(text.data(), text.data() + text.size(), value);
  double result = static_cast<double>(value);
  std::from_chars(text.data(), end, result);
  return result;
}
inline double tidy(double value) { return value; }
inline int tidy(int value) { return value; }

/// Goes through the fields of one object.
class Writer {
 public:
  nlohmann::ordered_json made = nlohmann::ordered_json::object();

  void required() {}
  void optional() {}
  template <class Number>
  void number(const char* name, Number value, Range) {
    made[name] = tidy(value);
  }
  void text(const char* name, const std::string& value) { made[name] = value; }
  template <class Choice, class Names>
  void choice(const char* name, Choice value, const Names& names) {
    made[name] = names[static_cast<std::size_t>(value)];
  }
  template <class Object>
  void object(const char* name, Object& value) {
    made[name] = written(value);
  }
  template <class Element>
  void list(const char* name, std::vector<Element>& values, std::size_t, std::size_t) {
    nlohmann::ordered_json& array = made[name] = nlohmann::ordered_json::array();
    for (Element& value : values) array.push_back(written(value));
  }
  void numbers(const char* name, std::vector<float>& values, Range, std::size_t) {
    nlohmann::ordered_json& array = made[name] = nlohmann::ordered_json::array();
    for (const float value : values) array.push_back(tidy(value));
  }

 private:
  template <class Object>
  static nlohmann::ordered_json written(Object& value) {
    Writer writer;
    describe(writer, value);
    return std::move(writer.made);
  }
};

}  // namespace whiteroom::engine::song
