#include "mixer/mixer.h"

#include <algorithm>

namespace whiteroom::engine::mixer {

Mixer::Mixer(const song::Song& song, double sample_rate)
    : transport_(song.tempo_bpm, sample_rate),
      performances_(song.performances),
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
                   PluginProbe* probe) noexcept {
  bool rebased = transport_.update(frame_, course.playing, course.tempo_bpm) || sought_;
  sought_ = false;
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

void Mixer::render_channels(std::span<dsp::Stereo> bus, bool rebased, PluginProbe* probe) noexcept {
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin = probe != nullptr ? Clock::now() : Clock::time_point{};
  std::size_t plugin = 0;
  const auto watched = [&](const auto& render) {
    if (probe == nullptr) return render();
    probe->enter_plugin(plugin);
    render();
    // One clock read ends a plug-in and begins the next.
    const Clock::time_point end = Clock::now();
    probe->leave_plugin(plugin++, end - begin);
    begin = end;
  };
  for (Channel& channel : channels_) {
    watched([&] { channel.play(transport_, frame_, rebased, bus.size()); });
    watched([&] { channel.mix_into(bus); });
  }
}

void Mixer::seek(double beats) noexcept {
  transport_.jump(frame_, beats);
  for (Channel& channel : channels_) channel.seek(beats);
  sought_ = true;
}

void Mixer::blend(std::size_t first, std::size_t second, double share) noexcept {
  if (std::max(first, second) >= performances_.size()) return;
  const auto weight = static_cast<float>(share);
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    channels_[i].set_level(performances_[first].levels[i] * (1 - weight) +
                           performances_[second].levels[i] * weight);
  }
}

}  // namespace whiteroom::engine::mixer
