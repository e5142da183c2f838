#include "mixer/channel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace whiteroom::engine::mixer {
namespace {

constexpr std::uint32_t kVoices = 9;  // two chords of four, of which one fades, and a spare
/// Pitch and filters move on a grid of frames that no block size can shift.
constexpr std::int64_t kControlFrames = 32;
/// Time constant in which a level follows its fader: short to the hand, and without a click.
constexpr float kFade_s = 0.01F;

std::variant<dsp::PingPongDelay, dsp::Reverb> make_effect(const song::Effect& settings,
                                                          float sample_rate) {
  if (const auto* delay = std::get_if<dsp::DelaySettings>(&settings)) {
    return dsp::PingPongDelay(*delay, sample_rate);
  }
  return dsp::Reverb(std::get<dsp::ReverbSettings>(settings), sample_rate);
}

/// Equal power: what is louder on one side is as much quieter on the other.
dsp::Stereo panned(float gain_db, float pan) {
  const float gain = std::pow(10.0F, gain_db / 20) * std::numbers::sqrt2_v<float>;
  const float angle = (pan + 1) * std::numbers::pi_v<float> / 4;
  return {gain * std::cos(angle), gain * std::sin(angle)};
}

}  // namespace

Channel::Channel(const song::Part& part, double song_beats, float sample_rate)
    : name_(part.name),
      notes_(part.notes),
      song_beats_(song_beats),
      effect_(make_effect(part.effect, sample_rate)),
      effect_level_(part.effect_level),
      gain_(panned(part.gain_db, part.pan)),
      level_step_(1 - std::exp(-1 / (kFade_s * sample_rate))),
      dry_(kMaxFrames) {
  for (std::uint32_t i = 0; i < kVoices; ++i) voices_.emplace_back(part.patch, sample_rate, i + 1);
}

void Channel::play(const song::Transport& transport, std::int64_t frame, bool rebased,
                   std::size_t count) noexcept {
  if (rebased || !scheduled_) schedule_next_note(transport);
  const std::span<dsp::Stereo> dry = std::span(dry_).first(count);
  std::fill(dry.begin(), dry.end(), dsp::Stereo{});
  play_frames(transport, frame, dry);
}

void Channel::play_frames(const song::Transport& transport, std::int64_t frame,
                          std::span<dsp::Stereo> out) noexcept {
  while (!out.empty()) {
    start_due_notes(transport, frame);
    const std::int64_t into_grid = frame % kControlFrames;
    const std::int64_t until_event = std::min(kControlFrames - into_grid, next_note_frame_ - frame);
    const auto count = std::min(out.size(), static_cast<std::size_t>(until_event));
    for (Voice& voice : voices_) {
      if (!voice.active()) continue;
      if (into_grid == 0) voice.control();
      voice.render(out.first(count));
    }
    out = out.subspan(count);
    frame += static_cast<std::int64_t>(count);
  }
}

void Channel::start_due_notes(const song::Transport& transport, std::int64_t frame) noexcept {
  while (next_note_frame_ <= frame) {
    const song::Note& note = notes_[next_note_];
    free_voice().start(note, transport.frames_of(note.length_beats));
    if (++next_note_ == notes_.size()) {
      next_note_ = 0;
      repetition_beats_ += song_beats_;
    }
    schedule_next_note(transport);
  }
}

void Channel::schedule_next_note(const song::Transport& transport) noexcept {
  scheduled_ = true;
  next_note_frame_ = notes_.empty()
                         ? INT64_MAX
                         : transport.frame_at(repetition_beats_ + notes_[next_note_].start_beats);
}

/// A silent voice, else the one that has sounded longest.
Voice& Channel::free_voice() noexcept {
  return *std::max_element(voices_.begin(), voices_.end(), [](const Voice& a, const Voice& b) {
    if (a.active() != b.active()) return a.active();
    return a.age_frames() < b.age_frames();
  });
}

void Channel::mix_into(std::span<dsp::Stereo> bus) noexcept {
  peak_ = 0;
  std::visit(
      [&](auto& effect) {
        for (std::size_t i = 0; i < bus.size(); ++i) {
          level_ += (level_target_ - level_) * level_step_;
          const dsp::Stereo sound = (dry_[i] + effect.next(dry_[i]) * effect_level_) * level_;
          const dsp::Stereo placed{sound.left * gain_.left, sound.right * gain_.right};
          peak_ = std::max({peak_, std::abs(placed.left), std::abs(placed.right)});
          bus[i] += placed;
        }
      },
      effect_);
}

void Channel::seek(double beats) noexcept {
  const double repetition = std::floor(beats / song_beats_);
  const double into_song = beats - repetition * song_beats_;
  const auto next =
      std::lower_bound(notes_.begin(), notes_.end(), into_song,
                       [](const song::Note& note, double beat) { return note.start_beats < beat; });
  const bool at_end = next == notes_.end();
  next_note_ = at_end ? 0 : static_cast<std::size_t>(next - notes_.begin());
  repetition_beats_ = (repetition + (at_end ? 1 : 0)) * song_beats_;
  all_notes_off();
}

void Channel::note_on(float pitch, float velocity) noexcept {
  free_voice().start({.pitch = pitch, .velocity = velocity}, Voice::kUntilReleased);
}

void Channel::note_off(float pitch) noexcept {
  for (Voice& voice : voices_) {
    if (voice.holds(pitch)) voice.release();
  }
}

void Channel::all_notes_off() noexcept {
  for (Voice& voice : voices_) voice.release();
}

std::uint32_t Channel::sounding_voices() const noexcept {
  return static_cast<std::uint32_t>(std::count_if(
      voices_.begin(), voices_.end(), [](const Voice& voice) { return voice.active(); }));
}

}  // namespace whiteroom::engine::mixer
