/// Puts the parts together in which a host hands one of its callbacks over to a plug-in. Time is
/// passed in, so the same class judges live blocks and those of a test's virtual clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "version.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// What one host callback has cost a plug-in.
struct HostCallbackCost {
  std::chrono::nanoseconds render;  ///< of all its parts
  std::chrono::nanoseconds sound;   ///< length of what they rendered
};

/// Adds up the blocks of one plug-in in their order. Wait-free; one thread at a time.
///
/// A plug-in sees blocks and never the callback that they are parts of. It is told the longest
/// block that it may get, and a host whose callbacks are that long is known from the start: its
/// parts add up to it. A host with shorter callbacks is learned from its pauses, in which the
/// device plays what was rendered: as many frames between two pauses, kRepeats times in a row, are
/// its callback. A host that renders ahead pauses after several callbacks, and its callback is the
/// longest block.
class HostCallback {
 public:
  static constexpr int kRepeats = 4;

  using Cost = std::optional<HostCallbackCost>;

  /// Begin afresh: the host has said at which rate and with which longest block it calls.
  void prepare(double sample_rate_hertz, std::uint32_t longest_block_frames) noexcept {
    *this = {};
    frame_ns_ = 1e9 / sample_rate_hertz;
    longest_frames_ = length_frames_ = longest_block_frames;
  }

  /// A block begins. Return the callback that the pause before it has ended, if it has.
  Cost begins(std::chrono::nanoseconds now) noexcept {
    Cost ended;
    if (paused(now)) {
      learn(frames_since_pause_);
      // A few frames and a pause are a part that cost a lot, not a callback.
      if (frames_ > 0 && 2 * frames_ >= length_frames_) ended = complete();
      frames_since_pause_ = 0;
    }
    if (frames_since_pause_ == 0) first_begin_ = now;
    begin_ = now;
    return ended;
  }

  /// The block of so many frames has ended. Return its callback, if this was the last part.
  Cost ends(std::chrono::nanoseconds now, std::uint32_t frames) noexcept {
    end_ = now;
    render_ += now - begin_;
    part_frames_ = frames;
    frames_ += frames;
    frames_since_pause_ += frames;
    return frames_ >= length_frames_ ? complete() : std::nullopt;
  }

 private:
  std::chrono::nanoseconds length_of(std::uint64_t frames) const noexcept {
    return std::chrono::nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(frames) * frame_ns_));
  }

  /// Whether the host has waited for its device: the time of all frames since its last pause has
  /// passed, but for an eighth that the device may be early by, and a quarter of the last block's
  /// went by between the blocks, longer than what a host that keeps up does between two parts.
  bool paused(std::chrono::nanoseconds now) const noexcept {
    if (frames_since_pause_ == 0) return false;
    return now - first_begin_ >= length_of(frames_since_pause_) * 7 / 8 &&
           now - end_ >= length_of(part_frames_) / 4;
  }

  void learn(std::uint64_t frames) noexcept {
    repeats_ = frames == candidate_frames_ ? repeats_ + 1 : 1;
    candidate_frames_ = frames;
    if (repeats_ >= kRepeats) length_frames_ = std::min(frames, longest_frames_);
  }

  Cost complete() noexcept {
    const HostCallbackCost cost{render_, length_of(frames_)};
    render_ = std::chrono::nanoseconds::zero();
    frames_ = 0;
    return cost;
  }

  double frame_ns_ = 0;
  std::uint64_t longest_frames_ = 0;
  std::uint64_t length_frames_ = 0;  ///< of a callback, as far as is known
  std::chrono::nanoseconds begin_{};
  std::chrono::nanoseconds end_{};
  // Of the callback that is not complete.
  std::chrono::nanoseconds render_{};
  std::uint64_t frames_ = 0;
  // Since the last pause.
  std::chrono::nanoseconds first_begin_{};
  std::uint64_t frames_since_pause_ = 0;
  std::uint64_t part_frames_ = 0;
  std::uint64_t candidate_frames_ = 0;
  int repeats_ = 0;
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
