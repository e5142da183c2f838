/// One strip of the mixer: an instrument, its notes, its effect, its place in the mix.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
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

  /// Let the instrument play the `count` frames from `frame` on; at most kMaxFrames. The
  /// transport's course has changed at `frame` when `rebased`.
  void play(const song::Transport& transport, std::int64_t frame, bool rebased,
            std::size_t count) noexcept;
  /// Add what was played to the bus, through the effect.
  void mix_into(std::span<dsp::Stereo> bus) noexcept;

  /// Go on with the notes from `beats` on; those of the song that sound are released.
  void seek(double beats) noexcept;
  void note_on(float pitch, float velocity) noexcept;
  void note_off(float pitch) noexcept;
  void all_notes_off() noexcept;
  /// Fade to this level; 1 is as written.
  void set_level(float level) noexcept { level_target_ = level; }

  const std::string& name() const noexcept { return name_; }
  std::string_view instrument() const noexcept { return "synth"; }
  std::string_view effect() const noexcept { return effect_.index() == 0 ? "delay" : "reverb"; }
  /// Peak of the frames mixed last.
  float peak() const noexcept { return peak_; }
  std::uint32_t sounding_voices() const noexcept;

 private:
  void play_frames(const song::Transport& transport, std::int64_t frame,
                   std::span<dsp::Stereo> out) noexcept;
  void start_due_notes(const song::Transport& transport, std::int64_t frame) noexcept;
  void schedule_next_note(const song::Transport& transport) noexcept;
  Voice& free_voice() noexcept;

  std::string name_;
  std::vector<song::Note> notes_;
  double song_beats_;
  std::vector<Voice> voices_;
  std::variant<dsp::PingPongDelay, dsp::Reverb> effect_;
  float effect_level_;
  dsp::Stereo gain_;
  float level_ = 1;
  float level_target_ = 1;
  float level_step_;  ///< share of the way that the level goes in one frame
  float peak_ = 0;
  std::vector<dsp::Stereo> dry_;

  std::size_t next_note_ = 0;
  double repetition_beats_ = 0;  ///< where the present repetition of the song starts
  std::int64_t next_note_frame_ = 0;
  bool scheduled_ = false;
};

}  // namespace whiteroom::engine::mixer
