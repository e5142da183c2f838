#include "mixer/channel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace whiteroom::engine::mixer {
namespace {

constexpr std::uint32_t kVoices = 9;  // two chords of four, of which one fades, and a spare
/// Pitch and filters move on a grid of frames that no block size can shift.
constexpr std::int64_t kControlFrames = 32;

std::variant<dsp::PingPongDelay, dsp::Reverb> make_effect(
    const std::variant<dsp::DelaySettings, dsp::ReverbSettings>& settings, float sample_rate) {
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
      dry_(kMaxFrames) {
  for (std::uint32_t i = 0; i < kVoices; ++i) voices_.emplace_back(part.patch, sample_rate, i + 1);
}

void Channel::render(const song::Transport& transport, std::int64_t frame, bool rebased,
                     std::span<dsp::Stereo> bus) noexcept {
  if (rebased || !scheduled_) schedule_next_note(transport);
  const std::span<dsp::Stereo> dry = std::span(dry_).first(bus.size());
  std::fill(dry.begin(), dry.end(), dsp::Stereo{});
  play(transport, frame, dry);
  mix_into(bus);
}

void Channel::play(const song::Transport& transport, std::int64_t frame,
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
  std::visit(
      [&](auto& effect) {
        for (std::size_t i = 0; i < bus.size(); ++i) {
          const dsp::Stereo sound = dry_[i] + effect.next(dry_[i]) * effect_level_;
          bus[i] += {sound.left * gain_.left, sound.right * gain_.right};
        }
      },
      effect_);
}

}  // namespace whiteroom::engine::mixer
