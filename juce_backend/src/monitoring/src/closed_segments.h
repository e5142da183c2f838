/// The memory of segments that have ended. It stays mapped, because a thread may still hold handles
/// of their cells, and what such a thread records is found there.
#pragma once

#include <cstddef>
#include <cstdint>

#include "whiteroom/monitoring/version.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

/// Keep the cells of a segment that has ended: zeroed private memory, mapped for good. May lock and
/// allocate.
void keep_closed_cells(std::uint64_t* cells, std::size_t count);

/// Return how many cells of ended segments were written since this was last asked, each counted
/// once however often it was written. May lock.
std::uint64_t take_closed_writes() noexcept;

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
