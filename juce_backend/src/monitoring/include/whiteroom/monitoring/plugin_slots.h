/// Where the plug-ins of a mixer record what they cost.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "generated/audio.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// A channel of the mixer and the plug-ins in it, as the metrics name them.
struct ChannelNames {
  std::string channel;
  std::vector<std::string> plugins{};
};

namespace detail {

/// What one plug-in has to record into.
struct SlotPlugin {
  std::string name;
  DurationCounter<Writers::one> channel;
  DurationCounter<Writers::one> own;
  Counter<Writers::one> missed;
  bool in_channel;  ///< else it stands for the channel as a whole, and has no series of its own
};

/// What the plug-ins of a mixer did since this was last asked.
struct SlotRound {
  std::uint32_t rendered = 0;
  std::chrono::nanoseconds longest{0};
  std::size_t plugin = 0;  ///< which took longest
};

/// The plug-ins of a mixer. One thread at a time records, another one at a time asks.
class SlotCells {
 public:
  SlotCells(Instance instance, std::vector<SlotPlugin> plugins, std::uint64_t* lost) noexcept;

  /// Wait-free.
  void rendered(std::size_t plugin, std::chrono::nanoseconds took) noexcept {
    if constexpr (!kRecording) return;
    if (plugin >= plugins_.size()) return count_mistake(lost_, WRM_LOST_OUT_OF_RANGE);
    plugins_[plugin].channel.add(took);
    if (plugins_[plugin].in_channel) plugins_[plugin].own.add(took);
    // Relaxed, and a load and a store: this thread alone counts up. Who asks has waited for the
    // thread, or can't tell this round from the next anyway.
    rendered_.store(rendered_.load(relaxed) + 1, relaxed);
    const std::uint64_t mark = mark_of(plugin, took);
    if (mark > longest_.load(relaxed)) longest_.store(mark, relaxed);
  }
  /// Wait-free.
  SlotRound take_round() noexcept;
  /// The plug-in took longest of all in a callback that was over budget. Wait-free, whoever asks.
  void blame(std::size_t plugin) const noexcept;

  std::size_t size() const noexcept { return plugins_.size(); }
  std::string_view name(std::size_t plugin) const noexcept;

  std::atomic<bool> in_use = false;  ///< a callback looks at it

 private:
  // Relaxed throughout: each is a number by itself, and nothing is published with it.
  static constexpr auto relaxed = std::memory_order_relaxed;
  static constexpr int kPluginBits = 24;
  static constexpr std::uint64_t kMostPlugins = (std::uint64_t{1} << kPluginBits) - 1;
  static constexpr std::int64_t kLongest = (std::int64_t{1} << (64 - kPluginBits)) - 1;

  /// A time and a plug-in in one word, which is greater for the longer time and never 0.
  static std::uint64_t mark_of(std::size_t plugin, std::chrono::nanoseconds took) noexcept {
    const auto time =
        static_cast<std::uint64_t>(std::clamp<std::int64_t>(took.count(), 0, kLongest));
    return time << kPluginBits | (kMostPlugins - plugin);
  }

  const Instance instance_;
  const std::vector<SlotPlugin> plugins_;
  std::uint64_t* const lost_;
  std::atomic<std::uint32_t> rendered_ = 0;
  std::atomic<std::uint64_t> longest_ = 0;
  std::uint32_t rendered_before_ = 0;  ///< when last asked
};

/// Keeps slots until neither their owner nor a callback has them any more.
class SlotPool {
 public:
  std::shared_ptr<SlotCells> add(std::shared_ptr<SlotCells> slots);
  void sweep() noexcept;

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<SlotCells>> all_;
};

}  // namespace detail

/// Where a mixer's plug-ins record what they cost. They are numbered through, channel by channel.
///
/// Plug-ins that are rendered in parallel need slots for each thread, with the same channels or
/// others: what is recorded under the same names adds up. Slots may be destroyed at any time after
/// AudioMetrics::use(), also while they are in use; once they are not, their series make room for
/// others.
class PluginSlots {
 public:
  /// Of no plug-ins.
  PluginSlots() = default;
  PluginSlots(PluginSlots&&) noexcept = default;
  PluginSlots& operator=(PluginSlots&& other) noexcept;
  PluginSlots(const PluginSlots&) = delete;
  PluginSlots& operator=(const PluginSlots&) = delete;
  ~PluginSlots();

  std::size_t size() const noexcept { return cells_ == nullptr ? 0 : cells_->size(); }
  /// The channel and the name of a plug-in, such as "bass/synth"; empty when there is no such one.
  std::string_view name(std::size_t plugin) const noexcept {
    return cells_ == nullptr ? std::string_view{} : cells_->name(plugin);
  }

  /// A plug-in has been rendered; its time counts as its channel's, too. Wait-free, one thread at a
  /// time.
  void plugin_rendered(std::size_t plugin, std::chrono::nanoseconds took) const noexcept {
    if constexpr (!kRecording) return;
    if (cells_ == nullptr) return detail::count_mistake(nullptr, WRM_LOST_NOT_PREPARED);
    cells_->rendered(plugin, took);
  }

 private:
  friend class AudioMetrics;
  /// May lock and allocate.
  PluginSlots(std::shared_ptr<detail::SlotPool> pool, const audio::Realtime& metrics,
              std::uint64_t* lost, Span<const ChannelNames> channels);

  std::shared_ptr<detail::SlotPool> pool_;
  std::shared_ptr<detail::SlotCells> cells_;
};

/// A plug-in of the slots in use.
struct PluginPlace {
  std::size_t slots;  ///< as AudioMetrics::use() numbers them
  std::size_t plugin;

  bool operator==(const PluginPlace& other) const noexcept {
    return slots == other.slots && plugin == other.plugin;
  }
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
