/// What the fields of a song are called, and their ranges: once for reading and for writing.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <variant>

#include "song/song.h"
#include "song/song_json.h"

namespace whiteroom::engine::song {

inline constexpr int kFormat = 1;

inline constexpr std::array<std::string_view, 3> kWaveforms{"sine", "saw", "square"};
inline constexpr std::array<std::string_view, 3> kFilterModes{"low_pass", "band_pass", "high_pass"};
inline constexpr std::array<std::string_view, 2> kEffects{"delay", "reverb"};

struct Range {
  double low;
  double high;
};

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

}  // namespace whiteroom::engine::song
