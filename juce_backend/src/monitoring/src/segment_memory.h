/// The memory of a segment: a locked file on a memory file system, or private memory.
///
/// Addresses are reserved for all that the segment may ever hold. Of these, what is in use has
/// pages: they are allocated, touched and locked in steps, when a series or an instance needs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "whiteroom/monitoring/segment_format.h"
#include "whiteroom/monitoring/span.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

/// Bytes of a segment's records and of its cells.
struct SegmentRoom {
  std::size_t records;
  std::size_t cells;
};

/// Owns the mapping, its file and the file's lock, and hands out room for records and cells.
class SegmentMemory {
 public:
  SegmentMemory() = default;
  ~SegmentMemory();
  SegmentMemory(const SegmentMemory&) = delete;
  SegmentMemory& operator=(const SegmentMemory&) = delete;

  /// Reserve `most`, and allocate, touch and lock the pages of `first`, in a file of `directory`.
  /// Returns why that can't be had, or an empty text.
  std::string allocate(const std::string& directory, const std::string& program, SegmentRoom most,
                       SegmentRoom first);
  /// The same in private memory, which no other process can read. Throws PreparationError when
  /// there is no memory at all.
  void allocate_private(const std::string& program, SegmentRoom most, SegmentRoom first);

  /// Give the file its name, so that readers find it: whole, and with its lock held. Returns why
  /// that can't be done, or an empty text.
  std::string publish();

  /// Before fork(), in the parent: what the child says of it.
  void note_fork() noexcept { cells_at_fork_ = sum_of_cells(); }

  /// In a child after fork(): put a file of its own, with the same records and zeroed cells, at the
  /// same address. Without one, private memory. Calls only what is async-signal-safe: in the child
  /// of a process with threads any lock, the allocator's too, may be held for ever.
  void replace_after_fork() noexcept;

  /// End in order: readers see what was recorded, and the lock is given back. What is stored from
  /// now on goes to private memory at the same addresses.
  void close_file() noexcept;

  bool allocated() const noexcept { return memory_ != nullptr; }
  bool shared() const noexcept { return file_ >= 0; }
  bool locked() const noexcept { return locked_; }
  /// Path of the published file.
  std::string path() const;
  /// Write the path into `path`; allocates nothing when it has room for kPathBytes.
  void write_path(std::string& path) const;
  static constexpr std::size_t kPathBytes = 512;
  /// Say that the process ends in order, or does not. Async-signal-safe.
  void mark_closed(bool closed = true) noexcept;
  Span<const std::byte> bytes() const noexcept { return {memory_, size_}; }
  wrm_segment_header* header() const noexcept {
    return reinterpret_cast<wrm_segment_header*>(memory_);
  }
  std::byte* record_at(std::uint32_t offset) const noexcept {
    return memory_ + header()->records_offset + offset;
  }
  std::uint64_t* cell_at(std::uint32_t index) const noexcept {
    return reinterpret_cast<std::uint64_t*>(memory_ + header()->cells_offset) + index;
  }

  /// Make sure that a record of that size and that many cells can be had; takes more pages if it
  /// must, and returns whether that could be done. Addresses of what there is stay as they are.
  bool room_for(std::size_t record_bytes, std::size_t cells) noexcept;
  /// Append a record and publish it to readers. Returns its offset.
  std::uint32_t append_record(Span<const std::byte> record) noexcept;
  /// Take zeroed cells, on cache lines of their own if wanted. Returns the first one's index.
  std::uint32_t allocate_cells(std::uint32_t count, bool own_lines) noexcept;
  /// Free a record, which readers then skip, and zero its cells. Within a RewriteScope.
  void clear_record(std::uint32_t offset, std::uint32_t cell, std::uint32_t cells) noexcept;
  /// Make a freed record, `room` bytes long, that of another series. Within a RewriteScope.
  void reuse_record(std::uint32_t offset, std::uint32_t room, std::vector<std::byte> record);
  /// Share of the room that is taken, of records or of cells.
  double used_ratio() const noexcept;

 private:
  class FileName;

  FileName file_name(std::string_view suffix) const noexcept;
  std::string map_file(SegmentRoom first);
  void set_size(const std::string& program, SegmentRoom most);
  int open_room(SegmentRoom first) noexcept;
  int replace_file() noexcept;
  std::uint64_t sum_of_cells() const noexcept;
  /// Records or cells.
  struct Part {
    std::size_t& room;
    std::size_t reserved;
    std::size_t offset;
  };
  bool grow(Part part, std::size_t needed) noexcept;
  int take_pages(std::size_t offset, std::size_t bytes) noexcept;
  void go_private(const wrm_segment_header& kept) noexcept;
  void release_reserve() noexcept;
  void end() noexcept;
  void write_header() noexcept;
  int create_file() const noexcept;
  std::size_t cells_offset() const noexcept { return WRM_HEADER_BYTES + record_bytes_; }

  std::string directory_;
  std::string program_;
  std::byte* memory_ = nullptr;
  std::size_t size_ = 0;
  std::size_t record_bytes_ = 0;  ///< reserved
  std::size_t cell_bytes_ = 0;
  std::size_t record_room_ = 0;  ///< has pages
  std::size_t cell_room_ = 0;
  std::uint64_t id_ = 0;
  int file_ = -1;
  bool locked_ = true;               ///< all pages so far
  std::uint64_t cells_at_fork_ = 0;  ///< their sum
  bool ended_ = false;               ///< nobody sees what is recorded
};

/// While it lives, records are used for other series: what a reader copies meanwhile doesn't count.
/// One thread at a time.
class RewriteScope {
 public:
  explicit RewriteScope(SegmentMemory& memory) noexcept : memory_(memory) { step(); }
  ~RewriteScope() { step(); }
  RewriteScope(const RewriteScope&) = delete;
  RewriteScope& operator=(const RewriteScope&) = delete;

 private:
  void step() noexcept;

  SegmentMemory& memory_;
};

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
