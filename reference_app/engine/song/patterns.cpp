#include "song/patterns.h"

#include <algorithm>
#include <cstddef>

namespace whiteroom::engine::song {
namespace {

const Chord& chord_of(Progression chords, int bar) {
  return chords[static_cast<std::size_t>(bar) % chords.size()];
}

Note note_in_bar(int bar, const Step& step, float pitch) {
  return {bar * kBeatsPerBar + step.beat, step.length_beats, pitch, step.velocity};
}

}  // namespace

std::vector<Note> struck(std::string_view rhythm, float pitch, double length_beats, Bars bars) {
  const double step_beats = kBeatsPerBar / static_cast<double>(rhythm.size());
  std::vector<Note> notes;
  for (int bar = bars.first; bar < bars.end; ++bar) {
    for (std::size_t i = 0; i < rhythm.size(); ++i) {
      if (rhythm[i] == '.') continue;
      const double start = bar * kBeatsPerBar + static_cast<double>(i) * step_beats;
      notes.push_back({start, length_beats, pitch, rhythm[i] == 'x' ? 1.0F : 0.5F});
    }
  }
  return notes;
}

std::vector<Note> bass_line(Progression chords, std::span<const Step> steps, Bars bars) {
  std::vector<Note> notes;
  for (int bar = bars.first; bar < bars.end; ++bar) {
    for (const Step& step : steps) {
      notes.push_back(note_in_bar(bar, step, chord_of(chords, bar).bass + step.pitch));
    }
  }
  return notes;
}

std::vector<Note> chord_hits(Progression chords, std::span<const Step> steps, Bars bars) {
  std::vector<Note> notes;
  for (int bar = bars.first; bar < bars.end; ++bar) {
    for (const Step& step : steps) {
      for (const float voice : chord_of(chords, bar).voices) {
        notes.push_back(note_in_bar(bar, step, voice + step.pitch));
      }
    }
  }
  return notes;
}

std::vector<Note> arpeggio(Progression chords, std::span<const int> order, Bars bars) {
  constexpr double kStepBeats = 0.25;
  constexpr int kStepsPerBar = 16;
  constexpr float kOctave = 12;
  std::vector<Note> notes;
  for (int bar = bars.first; bar < bars.end; ++bar) {
    const Chord& chord = chord_of(chords, bar);
    for (int i = 0; i < kStepsPerBar; ++i) {
      const int number = order[static_cast<std::size_t>(i) % order.size()];
      const float octaves = static_cast<float>(number / 4);
      const float pitch = chord.voices[static_cast<std::size_t>(number % 4)] + octaves * kOctave;
      const float velocity = i % 4 == 0 ? 1.0F : 0.65F;
      notes.push_back({bar * kBeatsPerBar + i * kStepBeats, 0.8 * kStepBeats, pitch, velocity});
    }
  }
  return notes;
}

std::vector<Note> melody(std::span<const Step> steps, int first_bar) {
  std::vector<Note> notes;
  for (const Step& step : steps) notes.push_back(note_in_bar(first_bar, step, step.pitch));
  return notes;
}

std::vector<Note> together(std::vector<std::vector<Note>> phrases) {
  std::vector<Note> all;
  for (const std::vector<Note>& phrase : phrases)
    all.insert(all.end(), phrase.begin(), phrase.end());
  std::stable_sort(all.begin(), all.end(),
                   [](const Note& a, const Note& b) { return a.start_beats < b.start_beats; });
  return all;
}

}  // namespace whiteroom::engine::song
