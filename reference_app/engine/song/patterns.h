/// How a composer writes: rhythms, progressions and what is made of both.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "song/song.h"

namespace whiteroom::engine::song {

inline constexpr double kBeatsPerBar = 4;

/// Bars from `first` up to but not including `end`, counted from 0.
struct Bars {
  int first = 0;
  int end = 0;
};

/// One bar of harmony: the pitch of the bass and the four voices above it, from low to high.
struct Chord {
  float bass;
  std::array<float, 4> voices;
};

/// A note within one bar; the pitch is relative to a chord's bass or absolute, as its user says.
struct Step {
  double beat;
  double length_beats;
  float pitch;
  float velocity;
};

using Progression = std::span<const Chord>;

/// Strike `pitch` in every bar as `rhythm` says: a bar in equal steps, 'x' loud, 'o' soft, '.' not.
std::vector<Note> struck(std::string_view rhythm, float pitch, double length_beats, Bars bars);

/// Play `steps` above the bass of each bar's chord.
std::vector<Note> bass_line(Progression chords, std::span<const Step> steps, Bars bars);

/// Play all voices of each bar's chord together, as `steps` say; their pitch is a transposition.
std::vector<Note> chord_hits(Progression chords, std::span<const Step> steps, Bars bars);

/// Play the voices of each bar's chord one after the other, four to a beat, in the `order` of their
/// numbers; a number of 4 or more is the voice four below, an octave higher.
std::vector<Note> arpeggio(Progression chords, std::span<const int> order, Bars bars);

/// Play a melody: its steps count from the start of the first bar, their pitches are absolute.
std::vector<Note> melody(std::span<const Step> steps, int first_bar);

/// Return the notes of all `phrases`, by their start.
std::vector<Note> together(std::vector<std::vector<Note>> phrases);

}  // namespace whiteroom::engine::song
