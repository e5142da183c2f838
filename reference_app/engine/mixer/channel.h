/// One strip of the mixer: an instrument, its notes, its effect, its place in the mix.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "dsp/delay.h"
#include "dsp/reverb.h"
#include "dsp/stereo.h"
#include "mixer/voice.h"
#include "song/song.h"
#include "song/transport.h"

namespace whiteroom::engine::mixer {

/// Frames that are rendered at once at most; a longer buffer is rendered in parts.
inline constexpr std::size_t kMaxFrames = 2048;

/// Allocates in its constructor only.
class Channel {
 public:
  Channel(const song::Part& part, double song_beats, float sample_rate);

  /// Add what sounds in the frames from `frame` on; at most kMaxFrames. The transport's course has
  /// changed at `frame` when `rebased`.
  void render(const song::Transport& transport, std::int64_t frame, bool rebased,
              std::span<dsp::Stereo> bus) noexcept;

  const std::string& name() const noexcept { return name_; }

 private:
  void play(const song::Transport& transport, std::int64_t frame,
            std::span<dsp::Stereo> out) noexcept;
  void start_due_notes(const song::Transport& transport, std::int64_t frame) noexcept;
  void schedule_next_note(const song::Transport& transport) noexcept;
  void mix_into(std::span<dsp::Stereo> bus) noexcept;
  Voice& free_voice() noexcept;

  std::string name_;
  std::vector<song::Note> notes_;
  double song_beats_;
  std::vector<Voice> voices_;
  std::variant<dsp::PingPongDelay, dsp::Reverb> effect_;
  float effect_level_;
  dsp::Stereo gain_;
  std::vector<dsp::Stereo> dry_;

  std::size_t next_note_ = 0;
  double repetition_beats_ = 0;  ///< where the present repetition of the song starts
  std::int64_t next_note_frame_ = 0;
  bool scheduled_ = false;
};

}  // namespace whiteroom::engine::mixer
