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

#if defined(_WIN32)
#define WHITEROOM_MONITORING_LOCAL
#else
/// Of the program or plug-in that was built with this copy of the library, and seen by no other.
#define WHITEROOM_MONITORING_LOCAL [[gnu::visibility("hidden")]]
#endif

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {
namespace detail {

/// Where losses count before there is a segment; the first one that is prepared takes them.
WHITEROOM_MONITORING_LOCAL extern std::array<std::uint64_t, WRM_LOST_REASONS> lost_without_segment;
/// The loss cells of the segment that was prepared last: for those who know no segment.
WHITEROOM_MONITORING_LOCAL extern std::atomic<std::uint64_t*> process_lost;

/// Count in the loss cells of a segment; in the process's when `lost` is null.
inline void count_lost(std::uint64_t* lost, wrm_lost_reason reason,
                       std::uint64_t amount = 1) noexcept {
  // Acquire: the segment whose cells these are is prepared.
  if (lost == nullptr) lost = process_lost.load(std::memory_order_acquire);
  wrm_any_add(&lost[reason], amount);
}

/// Tests of what a release build does turn it off. A program may be built for debugging, and the
/// library not, so it is always there.
WHITEROOM_MONITORING_LOCAL extern std::atomic<bool> asserts_mistakes;

/// Count a mistake of the program; in debug builds end it.
[[gnu::cold, gnu::noinline]] inline void count_mistake(std::uint64_t* lost,
                                                       wrm_lost_reason reason) noexcept {
  count_lost(lost, reason);
#ifndef NDEBUG
  assert(!asserts_mistakes.load() && "a metric is recorded that there is not (see lost.h)");
#endif
}

}  // namespace detail
}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
