/// What all processors of a plug-in share in a host's process.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "generated/plugin.h"
#include "segment.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// The segment of all processors that were built with this copy of the library, and who has which
/// number. Every function may lock and allocate, unless it says otherwise: not for the audio
/// thread.
class PluginProcess {
 public:
  /// Return the one of this process. It is made for the first processor and stays until the plug-in
  /// is unloaded or the process ends: a host that scans makes and destroys thousands of processors.
  static std::shared_ptr<PluginProcess> shared();

  PluginProcess();

  const plugin::Shared& cells() const noexcept { return cells_; }
  const Preparation& preparation() const noexcept { return segment_.preparation(); }
  /// How many observations could not be recorded, for whatever reason. Wait-free.
  std::uint64_t observations_lost() noexcept;
  /// Return the lowest number from 1 that no other processor of this name has.
  std::uint32_t take_number(const std::string& name);
  void give_back_number(const std::string& name, std::uint32_t number);
  /// Return the label of a number. Here, because std::to_string() in a header would leave a symbol
  /// in the plug-in that keeps it from being unloaded.
  static std::string text_of(std::uint32_t number);

 private:
  Segment segment_;
  plugin::Shared cells_;
  std::mutex mutex_;
  std::map<std::string, std::set<std::uint32_t>> numbers_;
  std::size_t processors_ = 0;
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
