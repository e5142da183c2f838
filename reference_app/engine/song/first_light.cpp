#include "song/first_light.h"

#include <array>
#include <utility>

#include "song/patterns.h"

namespace whiteroom::engine::song {
namespace {

using dsp::DelaySettings;
using dsp::FilterMode;
using dsp::ReverbSettings;
using dsp::Waveform;

constexpr double kTempo_bpm = 112;
constexpr int kBars = 16;
constexpr float kBeat_s = 60 / static_cast<float>(kTempo_bpm);

constexpr Chord kAm9{45, {64, 67, 71, 72}};
constexpr Chord kFmaj9{41, {64, 67, 69, 72}};
constexpr Chord kCadd9{48, {64, 67, 72, 74}};
constexpr Chord kG6{43, {62, 64, 67, 71}};
constexpr Chord kDm9{50, {64, 65, 69, 72}};
constexpr Chord kE7sus4{40, {64, 69, 71, 74}};
constexpr std::array kChords{kAm9, kFmaj9, kCadd9, kG6, kAm9, kFmaj9, kDm9, kE7sus4};

Part kick() {
  return {.name = "kick",
          .patch = {.first = Waveform::sine,
                    .noise_level = 0.04F,
                    .amplitude = {0.001F, 0.32F, 0, 0.05F},
                    .cutoff_hz = 3000,
                    .drop_semitones = 40,
                    .drop_s = 0.022F},
          .effect = ReverbSettings{.decay_s = 0.3F, .damping = 0.6F},
          .effect_level = 0.03F,
          .gain_db = -2,
          .notes = struck("x...x...x...x...", 31, 0.5, {2, kBars})};
}

Part snare() {
  return {.name = "snare",
          .patch = {.first = Waveform::sine,
                    .first_level = 0.5F,
                    .noise_level = 0.9F,
                    .amplitude = {0.001F, 0.19F, 0, 0.05F},
                    .mode = FilterMode::band_pass,
                    .cutoff_hz = 1900,
                    .resonance = 0.5F,
                    .drop_semitones = 8,
                    .drop_s = 0.015F},
          .effect = ReverbSettings{.decay_s = 0.9F, .damping = 0.3F},
          .effect_level = 0.16F,
          .gain_db = 1,
          .pan = 0.05F,
          .notes = together({struck("....x.......x...", 55, 0.3, {4, kBars}),
                             struck(".........o.....o", 55, 0.1, {8, kBars})})};
}

Part hats() {
  return {.name = "hats",
          .patch = {.first_level = 0,
                    .noise_level = 1,
                    .amplitude = {0.001F, 0.05F, 0, 0.03F},
                    .mode = FilterMode::high_pass,
                    .cutoff_hz = 7500},
          .effect = ReverbSettings{.decay_s = 0.4F, .damping = 0.1F},
          .effect_level = 0.05F,
          .gain_db = -16,
          .pan = 0.25F,
          .notes = together({struck("..x...x...x...x.", 60, 0.1, {2, kBars}),
                             struck("o..oo..oo..oo..o", 60, 0.05, {4, kBars})})};
}

Part shaker() {
  return {.name = "shaker",
          .patch = {.first_level = 0,
                    .noise_level = 1,
                    .amplitude = {0.018F, 0.06F, 0, 0.03F},
                    .mode = FilterMode::band_pass,
                    .cutoff_hz = 5200,
                    .resonance = 2},
          .effect = DelaySettings{.time_s = kBeat_s / 4, .feedback = 0.2F, .damping = 0.4F},
          .effect_level = 0.2F,
          .gain_db = -19,
          .pan = -0.45F,
          .notes = struck("ooxoooxoooxoooxo", 60, 0.12, {4, kBars})};
}

Part bass() {
  static constexpr std::array<Step, 6> kSteps{{{0, 0.65, 0, 1},
                                               {0.75, 0.2, 0, 0.7F},
                                               {1.5, 0.4, 0, 0.85F},
                                               {2.5, 0.4, 12, 0.8F},
                                               {3.25, 0.2, 0, 0.7F},
                                               {3.5, 0.45, 7, 0.85F}}};
  return {.name = "bass",
          .patch = {.first = Waveform::saw,
                    .second = Waveform::square,
                    .first_level = 0.7F,
                    .second_level = 0.5F,
                    .second_semitones = -12,
                    .amplitude = {0.004F, 0.3F, 0.7F, 0.07F},
                    .cutoff_hz = 170,
                    .resonance = 1.4F,
                    .cutoff_octaves = 3,
                    .cutoff = {0.002F, 0.2F, 0.15F, 0.1F}},
          .effect = ReverbSettings{.decay_s = 0.3F, .damping = 0.7F},
          .effect_level = 0.03F,
          .gain_db = -7,
          .notes = bass_line(kChords, kSteps, {2, kBars})};
}

Part chords() {
  static constexpr std::array<Step, 3> kSteps{
      {{0, 1.2, 0, 0.9F}, {1.5, 0.35, 0, 0.7F}, {2.5, 1, 0, 0.8F}}};
  return {.name = "chords",
          .patch = {.first = Waveform::square,
                    .second = Waveform::sine,
                    .first_level = 0.35F,
                    .second_level = 0.6F,
                    .second_semitones = 12,
                    .amplitude = {0.004F, 0.7F, 0.35F, 0.18F},
                    .cutoff_hz = 700,
                    .resonance = 0.9F,
                    .cutoff_octaves = 2.2F,
                    .cutoff = {0.002F, 0.4F, 0.1F, 0.2F}},
          .effect = DelaySettings{.time_s = kBeat_s * 0.75F, .feedback = 0.35F, .damping = 0.4F},
          .effect_level = 0.3F,
          .gain_db = -15,
          .pan = -0.2F,
          .notes = chord_hits(kChords, kSteps, {4, kBars})};
}

Part pad() {
  static constexpr std::array<Step, 1> kSteps{{{0, 3.9, -12, 0.9F}}};
  return {.name = "pad",
          .patch = {.second_level = 1,
                    .second_semitones = 0.14F,
                    .width = 0.9F,
                    .amplitude = {0.7F, 0.8F, 0.8F, 1.1F},
                    .cutoff_hz = 420,
                    .resonance = 0.8F,
                    .cutoff_octaves = 1.8F,
                    .cutoff = {1.4F, 1, 0.5F, 1}},
          .effect = ReverbSettings{.decay_s = 3.5F, .damping = 0.3F},
          .effect_level = 0.3F,
          .gain_db = -26,
          .notes = chord_hits(kChords, kSteps, {0, kBars})};
}

Part arpeggios() {
  static constexpr std::array<int, 8> kOrder{0, 1, 2, 3, 5, 3, 2, 1};
  return {.name = "arpeggio",
          .patch = {.first = Waveform::saw,
                    .second = Waveform::saw,
                    .first_level = 0.8F,
                    .second_level = 0.8F,
                    .second_semitones = 0.1F,
                    .width = 0.5F,
                    .amplitude = {0.002F, 0.18F, 0.1F, 0.12F},
                    .cutoff_hz = 500,
                    .resonance = 2.2F,
                    .cutoff_octaves = 2.6F,
                    .cutoff = {0.002F, 0.12F, 0, 0.1F}},
          .effect = DelaySettings{.time_s = kBeat_s * 0.75F, .feedback = 0.45F, .damping = 0.35F},
          .effect_level = 0.35F,
          .gain_db = -12,
          .pan = 0.3F,
          .notes = arpeggio(kChords, kOrder, {0, kBars})};
}

Part lead() {
  static constexpr std::array<Step, 30> kSteps{
      {{0, 1.4, 76, 0.9F},     {1.5, 0.45, 74, 0.8F}, {2, 0.9, 72, 0.85F},  {3, 0.95, 69, 0.8F},
       {4, 1.4, 72, 0.85F},    {5.5, 0.45, 74, 0.8F}, {6, 1.9, 76, 0.95F},  {8, 1.4, 79, 1},
       {9.5, 0.45, 76, 0.8F},  {10, 0.9, 74, 0.85F},  {11, 0.95, 72, 0.8F}, {12, 2.4, 74, 0.9F},
       {14.5, 0.45, 71, 0.7F}, {15, 0.9, 74, 0.8F},   {16, 0.9, 76, 0.9F},  {17, 1.4, 81, 1},
       {18.5, 0.45, 79, 0.8F}, {19, 0.95, 76, 0.85F}, {20, 1.4, 81, 1},     {21.5, 0.45, 79, 0.8F},
       {22, 1.9, 76, 0.9F},    {24, 0.9, 77, 0.9F},   {25, 0.45, 76, 0.8F}, {25.5, 0.45, 74, 0.8F},
       {26, 0.9, 69, 0.8F},    {27, 0.9, 74, 0.85F},  {28, 1.4, 76, 0.95F}, {29.5, 0.45, 74, 0.8F},
       {30, 0.9, 71, 0.85F},   {31, 0.9, 68, 0.8F}}};
  return {.name = "lead",
          .patch = {.first = Waveform::saw,
                    .second = Waveform::square,
                    .first_level = 0.7F,
                    .second_level = 0.5F,
                    .second_semitones = -0.08F,
                    .width = 0.3F,
                    .amplitude = {0.012F, 0.3F, 0.75F, 0.22F},
                    .cutoff_hz = 900,
                    .resonance = 1.3F,
                    .cutoff_octaves = 1.7F,
                    .cutoff = {0.03F, 0.5F, 0.5F, 0.2F},
                    .vibrato_cents = 14},
          .effect = DelaySettings{.time_s = kBeat_s * 0.5F, .feedback = 0.4F, .damping = 0.5F},
          .effect_level = 0.3F,
          .gain_db = -11,
          .pan = -0.05F,
          .notes = melody(kSteps, 8)};
}

Part bells() {
  static constexpr std::array<Step, 2> kSteps{{{0, 0.5, 24, 0.9F}, {2.75, 0.5, 31, 0.6F}}};
  return {.name = "bells",
          .patch = {.first = Waveform::sine,
                    .second = Waveform::sine,
                    .second_level = 0.4F,
                    .second_semitones = 27.05F,
                    .amplitude = {0.001F, 1.6F, 0, 0.9F}},
          .effect = ReverbSettings{.decay_s = 2.6F, .damping = 0.15F},
          .effect_level = 0.3F,
          .gain_db = -14,
          .pan = 0.5F,
          .notes =
              together({bass_line(kChords, kSteps, {4, 8}), bass_line(kChords, kSteps, {12, 16})})};
}

}  // namespace

Song first_light() {
  return {.name = "First Light",
          .tempo_bpm = kTempo_bpm,
          .length_beats = kBars * kBeatsPerBar,
          .parts = {kick(), snare(), hats(), shaker(), bass(), chords(), pad(), arpeggios(), lead(),
                    bells()},
          .performances = {
              {"0191d5a0-6f0e-7c3a-9d6e-2b1f0c4e8a77", "Band", {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
              {"0191d5a0-6f0e-7c3a-9d6e-2b1f0c4e8a78",
               "Night",
               {0.3F, 0, 0.2F, 0, 0.7F, 0.6F, 1.6F, 0.8F, 0.5F, 1.4F}}}};
}

}  // namespace whiteroom::engine::song
