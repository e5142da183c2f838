/// Faults that are switched on from outside to see whether somebody notices.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "whiteroom/monitoring/generated/ffi.h"

namespace whiteroom::engine {

inline constexpr std::size_t kMostChannels = 64;

/// Set by the control socket, looked at by the callback and by calls; all of it is wait-free.
class Faults {
 public:
  using Function = monitoring::ffi::Function;

  /// Let the plug-in of a channel take this much longer in each callback; zero mends it.
  void slow_plugin(std::size_t channel, std::chrono::microseconds extra) noexcept;
  /// Let the next callback stand still once.
  void stall(std::chrono::milliseconds length) noexcept;
  /// Let a share of the calls of a function return `result`; a share of 0 mends it.
  void failing_calls(Function function, std::int32_t result, double share) noexcept;
  void clear() noexcept;

  /// The callback: take the time that the channel's plug-in takes too much.
  void burn(std::size_t channel) const noexcept;
  /// The callback: stand still if that was asked for.
  void stand_still() noexcept;
  /// A call: the result that it shall return without doing anything, or 0.
  std::int32_t result_of(Function function) noexcept;

 private:
  /// Of a million calls, so many fail.
  struct Failing {
    std::atomic<std::uint32_t> per_million{0};
    std::atomic<std::int32_t> result{0};
    std::atomic<std::uint64_t> calls{0};
  };

  std::array<std::atomic<std::uint32_t>, kMostChannels> extra_us_{};
  std::atomic<std::uint32_t> stall_ms_{0};
  std::array<Failing, value_count(Function{})> failing_{};
};

}  // namespace whiteroom::engine
