/// Where the plug-ins of a mixer record what they cost.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "generated/audio.h"

namespace whiteroom::monitoring {

/// A channel of the mixer and the plug-ins in it, as the metrics name them.
struct ChannelNames {
  std::string channel;
  std::vector<std::string> plugins{};
};

/// Where a mixer's plug-ins record what they cost. They are numbered through, channel by channel.
class PluginSlots {
 public:
  std::size_t size() const noexcept { return plugins_.size(); }
  /// The channel and the name of a plug-in, such as "bass/synth".
  const std::string& name(std::size_t plugin) const noexcept { return plugins_[plugin].name; }

 private:
  friend class AudioMetrics;
  struct Plugin {
    std::string name;
    DurationCounter<Writers::one> channel;
    DurationCounter<Writers::one> own;
    Counter<Writers::one> missed;
    bool in_channel;  ///< else it stands for the channel as a whole, and has no series of its own

    void add(std::chrono::nanoseconds took) const noexcept {
      channel.add(took);
      if (in_channel) own.add(took);
    }
  };

  PluginSlots() = default;
  /// May lock and allocate.
  PluginSlots(const audio::Realtime& cells, std::span<const ChannelNames> channels);

  std::vector<Plugin> plugins_;
};

}  // namespace whiteroom::monitoring
