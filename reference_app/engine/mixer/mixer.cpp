#include "mixer/mixer.h"

#include <algorithm>

namespace whiteroom::engine::mixer {

Mixer::Mixer(const song::Song& song, double sample_rate)
    : transport_(song.tempo_bpm, sample_rate),
      bus_(kMaxFrames),
      dc_left_(static_cast<float>(sample_rate)),
      dc_right_(static_cast<float>(sample_rate)),
      limiter_(static_cast<float>(sample_rate)) {
  channels_.reserve(song.parts.size());
  for (const song::Part& part : song.parts) {
    channels_.emplace_back(part, song.length_beats, static_cast<float>(sample_rate));
  }
}

void Mixer::render(std::span<float> left, std::span<float> right, const Course& course,
                   ChannelProbe* probe) noexcept {
  bool rebased = transport_.update(frame_, course.playing, course.tempo_bpm);
  while (!left.empty()) {
    const std::size_t count = std::min(left.size(), kMaxFrames);
    const std::span<dsp::Stereo> bus = std::span(bus_).first(count);
    std::fill(bus.begin(), bus.end(), dsp::Stereo{});
    render_channels(bus, rebased, probe);
    for (std::size_t i = 0; i < count; ++i) {
      const dsp::Stereo out =
          limiter_.next({dc_left_.next(bus[i].left), dc_right_.next(bus[i].right)});
      left[i] = out.left;
      right[i] = out.right;
    }
    left = left.subspan(count);
    right = right.subspan(count);
    frame_ += static_cast<std::int64_t>(count);
    rebased = false;
  }
}

void Mixer::render_channels(std::span<dsp::Stereo> bus, bool rebased,
                            ChannelProbe* probe) noexcept {
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin = probe != nullptr ? Clock::now() : Clock::time_point{};
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (probe != nullptr) probe->enter_channel(i);
    channels_[i].render(transport_, frame_, rebased, bus);
    if (probe == nullptr) continue;
    const Clock::time_point end = Clock::now();
    probe->leave_channel(i, end - begin);
    begin = end;
  }
}

}  // namespace whiteroom::engine::mixer
