#include "closed_segments.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <vector>

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

struct ClosedCells {
  std::uint64_t* first;
  std::size_t count;
};

struct Kept {
  std::mutex mutex;
  std::vector<ClosedCells> all;
};

Kept& kept() {
  static Kept& instance = *new Kept;  // outlives every static segment
  return instance;
}

/// Take what was written on one page out of its cells.
std::uint64_t take_page(std::uint64_t* first, std::size_t count) noexcept {
  std::uint64_t written = 0;
  for (std::uint64_t* cell = first; cell != first + count; ++cell) {
    // Relaxed: a cell publishes nothing but itself.
    if (__atomic_load_n(cell, __ATOMIC_RELAXED) == 0) continue;
    written += __atomic_exchange_n(cell, 0, __ATOMIC_RELAXED) != 0 ? 1 : 0;
  }
  return written;
}

/// Pages that nobody has written are not there, and stay so.
bool in_memory(std::uint64_t* page, std::size_t page_bytes) noexcept {
#if defined(__linux__)
  unsigned char resident = 0;
  return mincore(page, page_bytes, &resident) != 0 || (resident & 1) != 0;
#else
  char resident = 0;
  return mincore(reinterpret_cast<char*>(page), page_bytes, &resident) != 0 || resident != 0;
#endif
}

std::uint64_t take_cells(const ClosedCells& cells) noexcept {
  const auto page_bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t page_cells = page_bytes / sizeof(std::uint64_t);
  std::uint64_t written = 0;
  for (std::size_t at = 0; at < cells.count; at += page_cells) {
    std::uint64_t* const page = cells.first + at;
    if (!in_memory(page, page_bytes)) continue;
    written += take_page(page, std::min(page_cells, cells.count - at));
  }
  return written;
}

}  // namespace

void keep_closed_cells(std::uint64_t* cells, std::size_t count) {
  // Of the segments that ended long ago no handle is in use, and looking at all of them takes time.
  constexpr std::size_t kMost = 64;
  const std::lock_guard lock(kept().mutex);
  if (kept().all.size() == kMost) kept().all.erase(kept().all.begin());
  kept().all.push_back({cells, count});
}

std::uint64_t take_closed_writes() noexcept {
  const std::lock_guard lock(kept().mutex);
  std::uint64_t written = 0;
  for (const ClosedCells& cells : kept().all) written += take_cells(cells);
  return written;
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
