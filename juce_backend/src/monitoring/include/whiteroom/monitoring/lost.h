/// Counting what can't be recorded: wait-free, any thread.
///
/// A mistake of the program (an index that there is not, a handle that was never prepared) is
/// counted like any other loss; where NDEBUG is not defined it is an assertion, too.
#pragma once

#include <array>
#include <atomic>
#include <cassert>
#include <cstdint>

#include "cells.h"

namespace whiteroom::monitoring::detail {

/// Where losses count before the process has a segment; the first one that is prepared takes them.
inline constinit std::array<std::uint64_t, WRM_LOST_REASONS> lost_without_segment{};
/// The loss cells of the segment that was prepared last: for those who know no segment.
inline constinit std::atomic<std::uint64_t*> process_lost{lost_without_segment.data()};

/// Count in the loss cells of a segment; in the process's when `lost` is null.
inline void count_lost(std::uint64_t* lost, wrm_lost_reason reason,
                       std::uint64_t amount = 1) noexcept {
  // Acquire: the segment whose cells these are is prepared.
  if (lost == nullptr) lost = process_lost.load(std::memory_order_acquire);
  wrm_any_add(&lost[reason], amount);
}

#ifndef NDEBUG
/// Tests of what a release build does turn it off.
inline constinit std::atomic<bool> asserts_mistakes{true};
#endif

/// Count a mistake of the program; in debug builds end it.
[[gnu::cold, gnu::noinline]] inline void count_mistake(std::uint64_t* lost,
                                                       wrm_lost_reason reason) noexcept {
  count_lost(lost, reason);
#ifndef NDEBUG
  assert(!asserts_mistakes.load() && "a metric is recorded that there is not (see lost.h)");
#endif
}

}  // namespace whiteroom::monitoring::detail
