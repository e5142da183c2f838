#include "faults.h"

#include <cmath>

namespace whiteroom::engine {
namespace {

constexpr std::uint64_t kMillion = 1'000'000;

/// Use the processor for so long, as a plug-in with too much to compute does.
void spin(std::chrono::nanoseconds length) noexcept {
  const auto end = std::chrono::steady_clock::now() + length;
  while (std::chrono::steady_clock::now() < end) {
  }
}

}  // namespace

// Relaxed throughout, because each is a number by itself, but for `per_million`: with release and
// acquire, a call that sees a share sees its result, too.

void Faults::slow_plugin(std::size_t channel, std::chrono::microseconds extra) noexcept {
  extra_us_[channel].store(static_cast<std::uint32_t>(extra.count()), std::memory_order_relaxed);
}

void Faults::stall(std::chrono::milliseconds length) noexcept {
  stall_ms_.store(static_cast<std::uint32_t>(length.count()), std::memory_order_relaxed);
}

void Faults::failing_calls(Function function, std::int32_t result, double share) noexcept {
  Failing& failing = failing_[static_cast<std::size_t>(function)];
  failing.result.store(result, std::memory_order_relaxed);
  failing.per_million.store(static_cast<std::uint32_t>(std::lround(share * kMillion)),
                            std::memory_order_release);
}

void Faults::clear() noexcept {
  for (auto& extra : extra_us_) extra.store(0, std::memory_order_relaxed);
  stall_ms_.store(0, std::memory_order_relaxed);
  for (Failing& failing : failing_) failing.per_million.store(0, std::memory_order_relaxed);
}

void Faults::burn(std::size_t channel) const noexcept {
  const std::uint32_t extra = extra_us_[channel].load(std::memory_order_relaxed);
  if (extra > 0) spin(std::chrono::microseconds(extra));
}

void Faults::stand_still() noexcept {
  if (stall_ms_.load(std::memory_order_relaxed) == 0) return;
  spin(std::chrono::milliseconds(stall_ms_.exchange(0, std::memory_order_relaxed)));
}

std::int32_t Faults::result_of(Function function) noexcept {
  Failing& failing = failing_[static_cast<std::size_t>(function)];
  const std::uint64_t per_million = failing.per_million.load(std::memory_order_acquire);
  if (per_million == 0) return 0;
  // Spread evenly, so that a share of one half fails every other call.
  const std::uint64_t call = failing.calls.fetch_add(1, std::memory_order_relaxed);
  const bool fails = (call + 1) * per_million / kMillion > call * per_million / kMillion;
  return fails ? failing.result.load(std::memory_order_relaxed) : 0;
}

}  // namespace whiteroom::engine
