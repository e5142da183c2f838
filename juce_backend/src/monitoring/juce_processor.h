/// Measures a juce::AudioProcessor, in an application or as a plug-in in somebody else's host.
/// Names nothing of JUCE itself, so that it fits every version: what it needs is the processor's
/// getSampleRate(), getBlockSize(), isNonRealtime() and the buffer's getNumSamples().
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "audio_metrics.h"

namespace whiteroom::monitoring {

/// Return the segment that all processors of this process share: made for the first of them and
/// closed with the last. May block; not for the audio thread.
inline std::shared_ptr<Segment> processors_segment() {
  static std::mutex mutex;
  static std::weak_ptr<Segment> shared;
  const std::lock_guard lock(mutex);
  if (std::shared_ptr<Segment> known = shared.lock()) return known;
  constexpr std::uint32_t kProcessors = 256;
  const auto made = std::make_shared<Segment>(
      SegmentOptions{.program = "juce-backend", .instances = kProcessors});
  made->declare(audio::families());
  made->prepare();
  shared = made;
  return made;
}

/// What one processor records. Two lines, a member and the first statement of processBlock():
///
///     whiteroom::monitoring::ProcessorMetrics metrics{"Reverb"};
///     const auto block = metrics.block(*this, buffer);
///
/// A block's deadline is its own length. Blocks of an offline rendering have none and are left out.
/// A host calls when it likes, so that no block of a processor is late.
class ProcessorMetrics {
 public:
  /// `name` is the value of the label `channel`. May block and allocate.
  explicit ProcessorMetrics(std::string name,
                            std::shared_ptr<Segment> segment = processors_segment())
      : segment_(std::move(segment)), metrics_(*segment_, std::vector<std::string>{name}) {}

  /// Records from its making to the end of the scope. Wait-free.
  class Block {
   public:
    Block(AudioMetrics& metrics, std::uint32_t frames) noexcept
        : metrics_(metrics), frames_(frames) {
      if (kRecording && frames > 0) begin_ = AudioMetrics::Clock::now();
    }
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    ~Block() {
      if (!kRecording || frames_ == 0) return;
      const auto end = AudioMetrics::Clock::now();
      metrics_.channel_rendered(0, end - begin_);
      metrics_.callback_rendered(begin_, end, frames_, begin_);
    }

   private:
    AudioMetrics& metrics_;
    std::uint32_t frames_;
    AudioMetrics::Clock::time_point begin_{};
  };

  template <class Processor, class Buffer>
  [[nodiscard]] Block block(const Processor& processor, const Buffer& buffer) noexcept {
    follow(processor.getSampleRate(), processor.getBlockSize());
    const bool measured = !processor.isNonRealtime() && sample_rate_ > 0;
    return Block(metrics_, measured ? static_cast<std::uint32_t>(buffer.getNumSamples()) : 0);
  }

  AudioMetrics& metrics() noexcept { return metrics_; }

 private:
  void follow(double sample_rate, int frames) noexcept {
    if (sample_rate == sample_rate_ && frames == frames_) return;
    sample_rate_ = sample_rate;
    frames_ = frames;
    if (sample_rate > 0) metrics_.set_stream(sample_rate, static_cast<std::uint32_t>(frames));
  }

  std::shared_ptr<Segment> segment_;
  AudioMetrics metrics_;
  double sample_rate_ = 0;
  int frames_ = 0;
};

}  // namespace whiteroom::monitoring
