#include "song/song_json.h"

#include <doctest/doctest.h>

#include <string>

#include "song/first_light.h"

using namespace whiteroom::engine::song;

namespace {

/// A song with this in the place of one of its fields.
std::string song_with(const std::string& fields) {
  return R"({"format":1,"name":"S","tempo_bpm":100,"length_beats":8,)" + fields + "}";
}

std::string problem_of(const std::string& json) {
  try {
    from_json(json);
  } catch (const ValidationError& problem) {
    return problem.what();
  } catch (const ParseError&) {
    return "no JSON";
  }
  return "";
}

}  // namespace

TEST_CASE("a song is the same after it was written and read") {
  const std::string written = to_json(first_light());
  CHECK(to_json(from_json(written)) == written);
  const Song read = from_json(written);
  CHECK(read.parts.size() == first_light().parts.size());
  CHECK(read.parts[4].notes == first_light().parts[4].notes);
  CHECK(read.parts[4].patch.resonance == first_light().parts[4].patch.resonance);
  CHECK(read.performances[1].levels == first_light().performances[1].levels);
}

TEST_CASE("what is left out has its default, and notes are put in order") {
  const Song song = from_json(song_with(R"("channels":[{"name":"a","notes":[
      {"start_beats":4,"length_beats":1,"pitch":60,"velocity":1},
      {"start_beats":2,"length_beats":1,"pitch":62,"velocity":1}]}])"));
  CHECK(song.parts[0].patch.first == whiteroom::engine::dsp::Waveform::saw);
  CHECK(song.parts[0].notes[0].pitch == 62);
}

TEST_CASE("what is no song is refused with the place, what was found and what was expected") {
  struct Case {
    std::string json;
    std::string said;
  };
  const std::string one = R"({"name":"a"})";
  const Case cases[] = {
      {"", "no JSON"},
      {"{", "no JSON"},
      {"\xff", "no JSON"},
      {"[]", "the song: found an array of 0, expected an object"},
      {"{}", "format: found nothing, expected a value"},
      {song_with(R"("channels":[])"),
       "channels: found an array of 0, expected an array of 1 to 64"},
      {song_with(R"("channels":[{}])"), "channels[0].name: found nothing, expected a value"},
      {song_with(R"("channels":[{"name":""}])"),
       "channels[0].name: found \"\", expected a text of 1 to 64 bytes"},
      {song_with(R"("channels":[{"name":"a","gain":1}])"),
       "channels[0]: found gain, expected one of effect, effect_level, gain_db, instrument, name, "
       "notes, pan"},
      {song_with(R"("channels":[{"name":"a","pan":2}])"),
       "channels[0].pan: found 2, expected a number from -1.0 to 1.0"},
      {song_with(R"("channels":[{"name":"a","effect":{"kind":"fuzz"}}])"),
       "channels[0].effect.kind: found \"fuzz\", expected one of delay, reverb"},
      {song_with(R"("channels":[{"name":"a","notes":[{"start_beats":8,"length_beats":1,
                   "pitch":60,"velocity":1}]}])"),
       "channels[0].notes[0].start_beats: found 8.0, expected a beat before the song's end"},
      {song_with("\"channels\":[" + one + "," + one + "]"),
       "channels[1].name: found a, expected a name of its own"},
      {song_with("\"channels\":[" + one +
                 R"(],"performances":[{"id":"x","name":"n","levels":[1]}])"),
       "performances[0].id: found x, expected a UUID"},
      {song_with("\"channels\":[" + one + R"(],"performances":[{"id":
                 "0191d5a0-6f0e-7c3a-9d6e-2b1f0c4e8a77","name":"n","levels":[]}])"),
       "performances[0].levels: found 0 levels, expected 1, one for each channel"},
      {std::string(kMostBytes + 1, ' '), "the song: found 4194305 bytes, expected at most 4194304"},
      {std::string(1'000'000, '['), "the song: nested more than 8 levels deep"},
  };
  for (const Case& each : cases) CHECK(problem_of(each.json) == each.said);
}

TEST_CASE("a song that is cut off anywhere is refused, and nothing worse") {
  const std::string whole = to_json(first_light());
  for (std::size_t length = 0; length < whole.size(); length += 97) {
    CHECK(problem_of(whole.substr(0, length)) == "no JSON");
  }
}
