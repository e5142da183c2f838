#include "whiteroom/monitoring/plugin_process.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

Segment& prepared(Segment& segment) {
  segment.declare(plugin::families());
  segment.prepare();
  return segment;
}

}  // namespace

// Not in the header: there it would be one object of all copies of the library in a process, which
// keeps the plug-in that made it from being unloaded.
std::shared_ptr<PluginProcess> PluginProcess::shared() {
  static const auto process = std::make_shared<PluginProcess>();
  return process;
}

PluginProcess::PluginProcess() : segment_({.program = "juce-plugin"}), cells_(prepared(segment_)) {}

std::uint64_t PluginProcess::observations_lost() noexcept {
  std::uint64_t lost = 0;
  for (std::size_t reason = 0; reason < WRM_LOST_REASONS; ++reason) {
    lost += wrm_load(&segment_.lost()[reason]);
  }
  return lost;
}

std::uint32_t PluginProcess::take_number(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (processors_++ == 0) segment_.mark_closed(false);
  std::set<std::uint32_t>& taken = numbers_[name];
  std::uint32_t number = 1;
  while (taken.contains(number)) ++number;
  taken.insert(number);
  return number;
}

void PluginProcess::give_back_number(const std::string& name, std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  const auto taken = numbers_.find(name);
  taken->second.erase(number);
  if (taken->second.empty()) numbers_.erase(taken);
  // However the host ends from now on, it does not take this plug-in with it.
  if (--processors_ == 0) segment_.mark_closed();
}

std::string PluginProcess::text_of(std::uint32_t number) { return std::to_string(number); }

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
