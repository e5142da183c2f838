/// Reads the fields of a song, and says what is wrong with them.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "song/song_fields.h"

namespace whiteroom::engine::song {

inline constexpr std::size_t kLongestName = 64;

inline std::string shown(const nlohmann::ordered_json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array of " + std::to_string(value.size());
  const std::string text =
      value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return text.size() <= kLongestName ? text : text.substr(0, kLongestName) + "...";
}

[[noreturn]] inline void refuse(const std::string& place, const std::string& found,
                                const std::string& expected) {
  throw ValidationError((place.empty() ? "the song" : place) + ": found " + found + ", expected " +
                        expected);
}

inline std::string between(Range range) {
  using Json = nlohmann::ordered_json;
  return "a number from " + Json(range.low).dump() + " to " + Json(range.high).dump();
}

/// Reads the fields of one object. Those that are optional keep their defaults.
class Reader {
 public:
  using Json = nlohmann::ordered_json;

  Reader(const Json& object, std::string place) : object_(object), place_(std::move(place)) {
    if (!object.is_object()) refuse(place_, shown(object), "an object");
  }

  void required() { required_ = true; }
  void optional() { required_ = false; }

  template <class Number>
  void number(const char* name, Number& value, Range range) {
    if (const Json* found = find(name)) value = static_cast<Number>(checked(*found, name, range));
  }
  void text(const char* name, std::string& value) {
    const Json* found = find(name);
    if (found == nullptr) return;
    const auto* text = found->get_ptr<const std::string*>();
    if (text == nullptr || text->empty() || text->size() > kLongestName) {
      refuse(at(name), shown(*found), "a text of 1 to 64 bytes");
    }
    value = *text;
  }
  template <class Choice, class Names>
  void choice(const char* name, Choice& value, const Names& names) {
    const Json* found = find(name);
    if (found == nullptr) return;
    const auto* text = found->get_ptr<const std::string*>();
    const auto place = text == nullptr ? names.end() : std::find(names.begin(), names.end(), *text);
    if (place == names.end()) refuse(at(name), shown(*found), "one of " + listed(names));
    value = static_cast<Choice>(place - names.begin());
  }
  template <class Object>
  void object(const char* name, Object& value) {
    if (const Json* found = find(name)) read(*found, at(name), value);
  }
  template <class Element>
  void list(const char* name, std::vector<Element>& values, std::size_t least, std::size_t most) {
    const Json* found = find(name);
    if (found == nullptr) return;
    require_array(*found, name, least, most);
    values.resize(found->size());
    for (std::size_t i = 0; i < values.size(); ++i) read((*found)[i], at(name, i), values[i]);
  }
  void numbers(const char* name, std::vector<float>& values, Range range, std::size_t most) {
    const Json* found = find(name);
    if (found == nullptr) return;
    require_array(*found, name, 0, most);
    for (std::size_t i = 0; i < found->size(); ++i) {
      values.push_back(static_cast<float>(
          checked((*found)[i], (name + ("[" + std::to_string(i) + "]")).c_str(), range)));
    }
  }
  /// What no field is called by is a mistake of who wrote it.
  void require_known() const {
    for (const auto& item : object_.items()) {
      if (!known_.contains(item.key())) refuse(place_, item.key(), "one of " + listed(known_));
    }
  }

  template <class Object>
  static void read(const Json& json, const std::string& place, Object& value) {
    Reader reader(json, place);
    describe(reader, value);
    reader.require_known();
  }

 private:
  template <class Names>
  static std::string listed(const Names& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
  }
  std::string at(const std::string& name) const {
    return place_.empty() ? name : place_ + "." + name;
  }
  std::string at(const char* name, std::size_t index) const {
    return at(name) + "[" + std::to_string(index) + "]";
  }
  const Json* find(const char* name) {
    known_.insert(name);
    const auto found = object_.find(name);
    if (found != object_.end()) return &*found;
    if (required_) refuse(at(name), "nothing", "a value");
    return nullptr;
  }
  double checked(const Json& json, const char* name, Range range) const {
    const double value = json.is_number() ? json.get<double>() : 0;
    if (!json.is_number() || !(value >= range.low && value <= range.high)) {
      refuse(at(name), shown(json), between(range));
    }
    return value;
  }
  void require_array(const Json& json, const char* name, std::size_t least,
                     std::size_t most) const {
    if (!json.is_array() || json.size() < least || json.size() > most) {
      refuse(at(name), shown(json),
             "an array of " + std::to_string(least) + " to " + std::to_string(most));
    }
  }

  const Json& object_;
  std::string place_;
  std::set<std::string, std::less<>> known_;
  bool required_ = false;
};

}  // namespace whiteroom::engine::song
