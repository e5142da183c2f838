/// A composition as data: which sounds there are, and when they are played.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "dsp/delay.h"
#include "dsp/envelope.h"
#include "dsp/filter.h"
#include "dsp/oscillator.h"
#include "dsp/reverb.h"

namespace whiteroom::engine::song {

inline constexpr double kSlowestBpm = 20;
inline constexpr double kFastestBpm = 300;

/// The sound of an instrument: two oscillators and noise, through a filter, shaped by envelopes.
struct Patch {
  dsp::Waveform first = dsp::Waveform::saw;
  dsp::Waveform second = dsp::Waveform::saw;
  float first_level = 1;
  float second_level = 0;
  float second_semitones = 0;  ///< above the first; 0.1 is ten cents
  float noise_level = 0;
  float width = 0;  ///< 0: both oscillators in the middle; 1: one on each side
  dsp::Adsr amplitude{};

  dsp::FilterMode mode = dsp::FilterMode::low_pass;
  float cutoff_hz = 20000;
  float resonance = 0.8F;
  float cutoff_octaves = 0;  ///< how far its envelope opens the filter
  dsp::Adsr cutoff{};

  float drop_semitones = 0;  ///< how much higher a note starts
  float drop_s = 0.05F;      ///< until it has come down by two thirds
  float vibrato_cents = 0;
};

/// One note. Times are in beats from the start of the song; the pitch is a MIDI number, 69 being
/// 440 Hz; the velocity is between 0 and 1.
struct Note {
  double start_beats = 0;
  double length_beats = 0;
  float pitch = 60;
  float velocity = 1;

  friend bool operator==(const Note&, const Note&) = default;
};

using Effect = std::variant<dsp::DelaySettings, dsp::ReverbSettings>;

/// What one mixer channel plays, and how it sits in the mix.
struct Part {
  std::string name;
  Patch patch{};
  Effect effect{};
  float effect_level = 0.2F;
  float gain_db = 0;
  float pan = 0;  ///< -1 left, 1 right
  std::vector<Note> notes{};
};

/// One way of playing a song: how loud each of its parts is, 1 being as written.
struct Performance {
  std::string id;  ///< a UUID
  std::string name;
  std::vector<float> levels{};
};

/// A song that is repeated without end.
struct Song {
  std::string name;
  double tempo_bpm = 120;
  double length_beats = 0;
  std::vector<Part> parts{};
  std::vector<Performance> performances{};
};

}  // namespace whiteroom::engine::song
