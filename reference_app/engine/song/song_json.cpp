#include "song/song_json.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

namespace whiteroom::engine::song {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr int kDeepest = 8;
constexpr std::size_t kLongestName = 64;

constexpr std::array<std::string_view, 3> kWaveforms{"sine", "saw", "square"};
constexpr std::array<std::string_view, 3> kFilterModes{"low_pass", "band_pass", "high_pass"};
constexpr std::array<std::string_view, 2> kEffects{"delay", "reverb"};

struct Range {
  double low;
  double high;
};

// --- what a song's fields are called, once for reading and writing
// --------------------------------

template <class Fields>
void describe(Fields& fields, dsp::Adsr& adsr) {
  fields.number("attack_s", adsr.attack_s, {0, 60});
  fields.number("decay_s", adsr.decay_s, {0, 60});
  fields.number("sustain", adsr.sustain, {0, 1});
  fields.number("release_s", adsr.release_s, {0, 60});
}

template <class Fields>
void describe(Fields& fields, Patch& patch) {
  fields.choice("first", patch.first, kWaveforms);
  fields.choice("second", patch.second, kWaveforms);
  fields.number("first_level", patch.first_level, {0, 4});
  fields.number("second_level", patch.second_level, {0, 4});
  fields.number("second_semitones", patch.second_semitones, {-48, 48});
  fields.number("noise_level", patch.noise_level, {0, 4});
  fields.number("width", patch.width, {0, 1});
  fields.object("amplitude", patch.amplitude);
  fields.choice("filter", patch.mode, kFilterModes);
  fields.number("cutoff_hz", patch.cutoff_hz, {10, 20000});
  fields.number("resonance", patch.resonance, {0.1, 20});
  fields.number("cutoff_octaves", patch.cutoff_octaves, {-10, 10});
  fields.object("cutoff", patch.cutoff);
  fields.number("drop_semitones", patch.drop_semitones, {-96, 96});
  fields.number("drop_s", patch.drop_s, {0.001, 10});
  fields.number("vibrato_cents", patch.vibrato_cents, {0, 1200});
}

template <class Fields>
void describe(Fields& fields, dsp::DelaySettings& delay) {
  fields.number("time_s", delay.time_s, {0.001, 4});
  fields.number("feedback", delay.feedback, {0, 0.99});
  fields.number("damping", delay.damping, {0, 1});
}

template <class Fields>
void describe(Fields& fields, dsp::ReverbSettings& reverb) {
  fields.number("decay_s", reverb.decay_s, {0.05, 30});
  fields.number("damping", reverb.damping, {0, 1});
}

template <class Fields>
void describe(Fields& fields, Effect& effect) {
  std::size_t kind = effect.index();
  fields.choice("kind", kind, kEffects);
  if (kind != effect.index()) effect = dsp::ReverbSettings{};
  std::visit([&](auto& settings) { describe(fields, settings); }, effect);
}

template <class Fields>
void describe(Fields& fields, Note& note) {
  fields.required();
  fields.number("start_beats", note.start_beats, {0, 10'000});
  fields.number("length_beats", note.length_beats, {0, 10'000});
  fields.number("pitch", note.pitch, {0, 127});
  fields.number("velocity", note.velocity, {0, 1});
}

template <class Fields>
void describe(Fields& fields, Part& part) {
  fields.required();
  fields.text("name", part.name);
  fields.optional();
  fields.object("instrument", part.patch);
  fields.object("effect", part.effect);
  fields.number("effect_level", part.effect_level, {0, 4});
  fields.number("gain_db", part.gain_db, {-120, 24});
  fields.number("pan", part.pan, {-1, 1});
  fields.list("notes", part.notes, 0, kMostNotes);
}

template <class Fields>
void describe(Fields& fields, Performance& performance) {
  fields.required();
  fields.text("id", performance.id);
  fields.text("name", performance.name);
  fields.numbers("levels", performance.levels, {0, 2}, kMostParts);
}

template <class Fields>
void describe(Fields& fields, Song& song) {
  fields.required();
  int format = kFormat;
  fields.number("format", format, {kFormat, kFormat});
  fields.text("name", song.name);
  fields.number("tempo_bpm", song.tempo_bpm, {kSlowestBpm, kFastestBpm});
  fields.number("length_beats", song.length_beats, {0.25, 10'000});
  fields.list("channels", song.parts, 1, kMostParts);
  fields.optional();
  fields.list("performances", song.performances, 0, kMostPerformances);
}

// --- writing
// --------------------------------------------------------------------------------------

/// The shortest text that reads back as `value` is that of a double with fewer digits.
double tidy(float value) {
  std::array<char, 32> text;
  const auto [end, problem] = std::to_chars(text.data(), text.data() + text.size(), value);
  double result = static_cast<double>(value);
  std::from_chars(text.data(), end, result);
  return result;
}
double tidy(double value) { return value; }
int tidy(int value) { return value; }

class Writer {
 public:
  Json made = Json::object();

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
    Json& array = made[name] = Json::array();
    for (Element& value : values) array.push_back(written(value));
  }
  void numbers(const char* name, std::vector<float>& values, Range, std::size_t) {
    Json& array = made[name] = Json::array();
    for (const float value : values) array.push_back(tidy(value));
  }

 private:
  template <class Object>
  static Json written(Object& value) {
    Writer writer;
    describe(writer, value);
    return std::move(writer.made);
  }
};

// --- reading
// --------------------------------------------------------------------------------------

std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array of " + std::to_string(value.size());
  const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() <= kLongestName ? text : text.substr(0, kLongestName) + "...";
}

[[noreturn]] void refuse(const std::string& place, const std::string& found,
                         const std::string& expected) {
  throw ValidationError((place.empty() ? "the song" : place) + ": found " + found + ", expected " +
                        expected);
}

std::string between(Range range) {
  return "a number from " + Json(range.low).dump() + " to " + Json(range.high).dump();
}

/// Reads the fields of one object. Those that are optional keep their defaults.
class Reader {
 public:
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

// --- what one field alone does not tell
// -----------------------------------------------------------

void check_parts(Song& song) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < song.parts.size(); ++i) {
    Part& part = song.parts[i];
    const std::string place = "channels[" + std::to_string(i) + "]";
    if (!names.insert(part.name).second) refuse(place + ".name", part.name, "a name of its own");
    for (std::size_t n = 0; n < part.notes.size(); ++n) {
      if (part.notes[n].start_beats < song.length_beats) continue;
      refuse(place + ".notes[" + std::to_string(n) + "].start_beats",
             Json(part.notes[n].start_beats).dump(), "a beat before the song's end");
    }
    std::stable_sort(part.notes.begin(), part.notes.end(),
                     [](const Note& a, const Note& b) { return a.start_beats < b.start_beats; });
  }
}

void check_performances(const Song& song) {
  std::set<std::string> ids;
  for (std::size_t i = 0; i < song.performances.size(); ++i) {
    const Performance& performance = song.performances[i];
    const std::string place = "performances[" + std::to_string(i) + "]";
    if (!is_uuid(performance.id)) refuse(place + ".id", performance.id, "a UUID");
    if (!ids.insert(performance.id).second)
      refuse(place + ".id", performance.id, "an id of its own");
    if (performance.levels.size() != song.parts.size()) {
      refuse(place + ".levels", std::to_string(performance.levels.size()) + " levels",
             std::to_string(song.parts.size()) + ", one for each channel");
    }
  }
}

Json parsed(std::string_view text) {
  // Nesting is refused while it is read: no song needs it, and it takes memory and stack.
  const auto shallow = [](int depth, Json::parse_event_t, Json&) {
    if (depth > kDeepest) throw ValidationError("the song: nested more than 8 levels deep");
    return true;
  };
  try {
    return Json::parse(text, shallow);
  } catch (const Json::exception& problem) {
    throw ParseError(problem.what());
  }
}

}  // namespace

bool is_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const auto character = static_cast<unsigned char>(text[i]);
    if (dash ? character != '-' : std::isxdigit(character) == 0) return false;
  }
  return true;
}

Song from_json(std::string_view json) {
  if (json.size() > kMostBytes) {
    refuse("", std::to_string(json.size()) + " bytes", "at most " + std::to_string(kMostBytes));
  }
  Song song;
  Reader::read(parsed(json), "", song);
  check_parts(song);
  check_performances(song);
  return song;
}

std::string to_json(const Song& song) {
  Song copy = song;  // describe() serves reading, too, and so takes what it could change
  Writer writer;
  describe(writer, copy);
  return writer.made.dump();
}

}  // namespace whiteroom::engine::song
