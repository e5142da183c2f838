#include "song/song_json.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "song/json_reader.h"
#include "song/json_writer.h"

namespace whiteroom::engine::song {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDeepest = 8;

// What one field alone does not tell.

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
