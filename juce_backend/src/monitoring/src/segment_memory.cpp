#include "segment_memory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <random>
#include <utility>

#include "closed_segments.h"
#include "segment_directory.h"
#include "segment_layout.h"
#include "whiteroom/monitoring/family.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

/// Process id, segment id, suffix and the characters between them.
constexpr std::size_t kNameBytes = 64;

std::uint64_t unix_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

std::string words_of(int error) { return std::strerror(error); }

/// Addresses alone: pages follow when they are taken.
constexpr int kPrivate = MAP_PRIVATE | MAP_ANONYMOUS;
/// Room grows by half of what there is, and by no less than this.
constexpr std::size_t kLeastStep = 64 * 1024;

std::size_t page_bytes() noexcept {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

/// Round up to where a page ends, in a part of the segment that begins at `offset`.
std::size_t whole_pages(std::size_t offset, std::size_t bytes) noexcept {
  return round_up(offset + bytes, page_bytes()) - offset;
}

/// Return an error's number, or 0 when the file has room there.
int allocate_range(int file, std::size_t offset, std::size_t bytes) noexcept {
#ifdef __APPLE__
  (void)file, (void)offset, (void)bytes;
  return ENOTSUP;  // and no memory file system (see prepare_segment_directory)
#else
  return posix_fallocate(file, static_cast<off_t>(offset), static_cast<off_t>(bytes));
#endif
}

}  // namespace

/// Text in a fixed buffer: it can be put together without allocating, also after fork().
class SegmentMemory::FileName {
 public:
  FileName& operator<<(std::string_view text) noexcept {
    const std::size_t count = std::min(text.size(), sizeof text_ - 1 - length_);
    std::memcpy(text_ + length_, text.data(), count);
    length_ += count;
    return *this;
  }
  FileName& number(std::uint64_t value, unsigned base) noexcept {
    char digits[24];
    std::size_t first = sizeof digits;
    do {
      digits[--first] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    return *this << std::string_view(&digits[first], sizeof digits - first);
  }
  const char* c_str() const noexcept { return text_; }

 private:
  char text_[kPathBytes] = {};
  std::size_t length_ = 0;
};

SegmentMemory::FileName SegmentMemory::file_name(std::string_view suffix) const noexcept {
  FileName name;
  name << directory_ << "/" << program_ << ".";
  name.number(static_cast<std::uint64_t>(getpid()), 10) << ".";
  name.number(id_, 16) << suffix;
  return name;
}

std::string SegmentMemory::path() const { return file_name(".seg").c_str(); }

void SegmentMemory::write_path(std::string& path) const { path.assign(file_name(".seg").c_str()); }

void SegmentMemory::mark_closed(bool closed) noexcept {
  // Release: who sees the end sees all that was recorded before it.
  __atomic_store_n(&header()->closed, closed ? 1U : 0U, __ATOMIC_RELEASE);
}

std::string SegmentMemory::allocate(const std::string& directory, const std::string& program,
                                    SegmentRoom most, SegmentRoom first) {
  directory_ = directory;
  set_size(program, most);
  std::string problem = map_file(first);
  if (problem.empty()) write_header();
  return problem;
}

void SegmentMemory::allocate_private(const std::string& program, SegmentRoom most,
                                     SegmentRoom first) {
  set_size(program, most);
  void* const memory = mmap(nullptr, size_, PROT_NONE, kPrivate, -1, 0);
  int error = memory == MAP_FAILED ? errno : 0;
  if (error == 0) {
    memory_ = static_cast<std::byte*>(memory);
    error = open_room(first);
  }
  if (error != 0) throw PreparationError(program_ + ": " + words_of(error));
  write_header();
}

void SegmentMemory::set_size(const std::string& program, SegmentRoom most) {
  program_ = program;
  record_bytes_ = whole_pages(WRM_HEADER_BYTES, most.records);
  cell_bytes_ = whole_pages(0, most.cells);
  size_ = cells_offset() + cell_bytes_;
  std::random_device random;
  id_ = (static_cast<std::uint64_t>(random()) << 32) | random();
}

int SegmentMemory::create_file() const noexcept {
  return open(file_name(".new").c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

std::string SegmentMemory::map_file(SegmentRoom first) {
  std::string problem = prepare_segment_directory(directory_);
  if (!problem.empty()) return problem;
  if (directory_.size() + program_.size() + kNameBytes > kPathBytes) {
    return directory_ + ": the path is too long";
  }
  file_ = create_file();
  if (file_ < 0) return std::string(file_name(".new").c_str()) + ": " + words_of(errno);
  // Sparse: what is reserved takes addresses and no memory.
  int error = ftruncate(file_, static_cast<off_t>(size_)) != 0 ? errno : 0;
  if (error == 0 && flock(file_, LOCK_EX | LOCK_NB) != 0) error = errno;
  void* memory = MAP_FAILED;
  if (error == 0) {
    memory = mmap(nullptr, size_, PROT_NONE, MAP_SHARED, file_, 0);
    if (memory == MAP_FAILED) error = errno;
  }
  if (error == 0) {
    memory_ = static_cast<std::byte*>(memory);
    error = open_room(first);
  }
  if (error == 0) return {};
  if (memory != MAP_FAILED) munmap(memory, size_);
  memory_ = nullptr;
  unlink(file_name(".new").c_str());
  close(std::exchange(file_, -1));
  return directory_ + ": no room for " +
         std::to_string(WRM_HEADER_BYTES + first.records + first.cells) +
         " bytes of metrics: " + words_of(error);
}

/// Take the first pages. Returns an error's number, or 0.
int SegmentMemory::open_room(SegmentRoom first) noexcept {
  record_room_ = std::min(record_bytes_, whole_pages(WRM_HEADER_BYTES, first.records));
  cell_room_ = std::min(cell_bytes_, whole_pages(0, first.cells));
  const int error = take_pages(0, WRM_HEADER_BYTES + record_room_);
  return error != 0 ? error : take_pages(cells_offset(), cell_room_);
}

/// Allocate, touch and lock pages of what is reserved. Async-signal-safe. Returns an error's
/// number, or 0.
int SegmentMemory::take_pages(std::size_t offset, std::size_t bytes) noexcept {
  if (file_ >= 0) {
    // A full memory file system must fail here, not by SIGBUS when a page is first touched.
    const int error = allocate_range(file_, offset, bytes);
    if (error != 0) return error;
  }
  std::byte* const first = memory_ + offset;
  if (mprotect(first, bytes, PROT_READ | PROT_WRITE) != 0) return errno;
  for (std::size_t at = 0; at < bytes; at += page_bytes()) {
    // Touched by a store that changes nothing: what is there may be in use. Relaxed: it publishes
    // nothing.
    (void)__atomic_fetch_or(reinterpret_cast<unsigned char*>(first + at), 0, __ATOMIC_RELAXED);
  }
  locked_ = mlock(first, bytes) == 0 && locked_;
  return 0;
}

void SegmentMemory::write_header() noexcept {
  wrm_segment_header& header = *this->header();
  std::memcpy(header.magic, WRM_MAGIC, sizeof header.magic);
  header.version = WRM_FORMAT_VERSION;
  header.byte_order = WRM_BYTE_ORDER;
  header.segment_bytes = size_;
  header.segment_id = id_;
  header.started_unix_ns = unix_ns();
  header.records_offset = WRM_HEADER_BYTES;
  header.records_capacity = record_bytes_;
  header.cells_offset = WRM_HEADER_BYTES + record_bytes_;
  header.cells_capacity = cell_bytes_;
  header.pid = static_cast<std::uint32_t>(getpid());
  header.kind = WRM_KIND_PROCESS;
  header.closed = 0;
  header.served = 0;
  std::memcpy(header.program, program_.data(), program_.size());
}

std::string SegmentMemory::publish() {
  if (rename(file_name(".new").c_str(), path().c_str()) == 0) return {};
  return path() + ": " + words_of(errno);
}

void SegmentMemory::replace_after_fork() noexcept {
  const int parents_file = std::exchange(file_, -1);
  // Any other number would do; a multiplier of Knuth's MMIX generator mixes the bits.
  id_ = id_ * 6364136223846793005U + static_cast<std::uint64_t>(getpid()) + unix_ns();
  locked_ = true;
  const wrm_segment_header parents = *header();
  if (parents_file >= 0) file_ = replace_file();
  if (file_ >= 0) {
    write_header();
    header()->forked_from = parents.segment_id;
    header()->parents_cells = cells_at_fork_;
    rename(file_name(".new").c_str(), file_name(".seg").c_str());
  } else {
    // Never go on in the parent's file: what the child adds there would count as the parent's.
    go_private(parents);
    locked_ = false;
  }
  if (parents_file >= 0) close(parents_file);
}

std::uint64_t SegmentMemory::sum_of_cells() const noexcept {
  std::uint64_t sum = 0;
  // Relaxed: a cell publishes nothing but itself.
  for (std::uint64_t i = 0; i < header()->cells_used / sizeof sum; ++i) {
    sum += __atomic_load_n(cell_at(static_cast<std::uint32_t>(i)), __ATOMIC_RELAXED);
  }
  return sum;
}

/// Put a file with the same records and zeroed cells where the parent's was. Returns its
/// descriptor, or -1 when there is no room.
int SegmentMemory::replace_file() noexcept {
  const std::size_t copied = WRM_HEADER_BYTES + header()->records_used;
  const int file = create_file();
  if (file < 0) return -1;
  const bool whole = ftruncate(file, static_cast<off_t>(size_)) == 0 &&
                     allocate_range(file, 0, WRM_HEADER_BYTES + record_room_) == 0 &&
                     allocate_range(file, cells_offset(), cell_room_) == 0 &&
                     flock(file, LOCK_EX | LOCK_NB) == 0 &&
                     pwrite(file, memory_, copied, 0) == static_cast<ssize_t>(copied) &&
                     mmap(memory_, size_, PROT_NONE, MAP_SHARED | MAP_FIXED, file, 0) != MAP_FAILED;
  file_ = file;  // take_pages() allocates in it
  if (whole && take_pages(0, WRM_HEADER_BYTES + record_room_) == 0 &&
      take_pages(cells_offset(), cell_room_) == 0) {
    return file;
  }
  unlink(file_name(".new").c_str());
  close(file);
  return -1;
}

/// Put private memory, with an empty list of records, where the file was. Threads that record
/// meanwhile see the one or the other.
void SegmentMemory::go_private(const wrm_segment_header& kept) noexcept {
  const int access = PROT_READ | PROT_WRITE;
  mmap(memory_, WRM_HEADER_BYTES + record_room_, access, kPrivate | MAP_FIXED, -1, 0);
  mmap(memory_ + cells_offset(), cell_room_, access, kPrivate | MAP_FIXED, -1, 0);
  *header() = kept;
  header()->records_used = 0;
}

/// Give back the addresses that nothing was ever handed out of.
void SegmentMemory::release_reserve() noexcept {
  munmap(memory_ + WRM_HEADER_BYTES + record_room_, record_bytes_ - record_room_);
  munmap(memory_ + cells_offset() + cell_room_, cell_bytes_ - cell_room_);
  record_bytes_ = record_room_;
  cell_bytes_ = cell_room_;
}

void SegmentMemory::close_file() noexcept {
  if (file_ < 0) return;
  mark_closed();
  end();
  close(std::exchange(file_, -1));  // gives the lock back
}

SegmentMemory::~SegmentMemory() {
  if (memory_ == nullptr) return;
  close_file();
  if (!ended_) end();
  // Never unmapped: who still has a handle of its cells must find memory there.
}

void SegmentMemory::end() noexcept {
  const wrm_segment_header last = *header();
  go_private(last);
  release_reserve();
  ended_ = true;
  try {
    keep_closed_cells(cell_at(0), last.cells_used / sizeof(std::uint64_t));
  } catch (const std::exception&) {
    // No memory for the list: what is recorded from now on is as harmless, and not counted.
  }
}

bool SegmentMemory::room_for(std::size_t record_bytes, std::size_t cells) noexcept {
  // Cells of their own lines may begin, and end, up to one line further on.
  const std::size_t cell_bytes = cells * sizeof(std::uint64_t) + 2 * WRM_CACHE_LINE_BYTES;
  return grow({record_room_, record_bytes_, WRM_HEADER_BYTES},
              header()->records_used + record_bytes) &&
         grow({cell_room_, cell_bytes_, cells_offset()}, header()->cells_used + cell_bytes);
}

bool SegmentMemory::grow(Part part, std::size_t needed) noexcept {
  if (needed <= part.room) return true;
  if (needed > part.reserved) return false;
  const std::size_t step = part.room + std::max(part.room / 2, kLeastStep);
  for (const std::size_t wanted : {std::max(step, needed), needed}) {
    const std::size_t room = std::min(whole_pages(part.offset, wanted), part.reserved);
    if (take_pages(part.offset + part.room, room - part.room) != 0) continue;
    part.room = room;
    return true;
  }
  return false;
}

std::uint32_t SegmentMemory::append_record(Span<const std::byte> record) noexcept {
  const std::uint64_t used = header()->records_used;
  std::memcpy(memory_ + header()->records_offset + used, record.data(), record.size());
  // Release: a reader that sees the new length sees the whole record.
  __atomic_store_n(&header()->records_used, used + record.size(), __ATOMIC_RELEASE);
  return static_cast<std::uint32_t>(used);
}

std::uint32_t SegmentMemory::allocate_cells(std::uint32_t count, bool own_lines) noexcept {
  const std::size_t alignment = own_lines ? WRM_CACHE_LINE_BYTES : sizeof(std::uint64_t);
  const std::uint64_t start = round_up(header()->cells_used, alignment);
  const std::uint64_t end = round_up(start + count * sizeof(std::uint64_t), alignment);
  // Relaxed: the record that points at the cells is published after it, with release.
  __atomic_store_n(&header()->cells_used, end, __ATOMIC_RELAXED);
  return static_cast<std::uint32_t>(start / sizeof(std::uint64_t));
}

void SegmentMemory::clear_record(std::uint32_t offset, std::uint32_t cell,
                                 std::uint32_t cells) noexcept {
  auto* const header = reinterpret_cast<wrm_record_header*>(record_at(offset));
  // Release, here and below: who sees what is written sees that a rewrite has begun.
  __atomic_store_n(&header->kind, static_cast<std::uint16_t>(WRM_RECORD_FREE), __ATOMIC_RELEASE);
  for (std::uint32_t i = 0; i < cells; ++i) {
    __atomic_store_n(cell_at(cell + i), std::uint64_t{0}, __ATOMIC_RELEASE);
  }
}

void SegmentMemory::reuse_record(std::uint32_t offset, std::uint32_t room,
                                 std::vector<std::byte> record) {
  pad_record(record, room);
  auto* const words = reinterpret_cast<std::uint64_t*>(record_at(offset));
  // The first word, which says that it is a series, comes last: until then the record is free, also
  // if this process is killed.
  for (std::size_t i = record.size() / sizeof(std::uint64_t); i-- != 0;) {
    std::uint64_t word = 0;
    std::memcpy(&word, &record[i * sizeof word], sizeof word);
    __atomic_store_n(&words[i], word, __ATOMIC_RELEASE);  // release: as in clear_record()
  }
}

void RewriteScope::step() noexcept {
  std::uint64_t& rewrites = memory_.header()->rewrites;
  // Release: at the end, who sees the number sees all that was written before. At the beginning it
  // is what follows that orders.
  __atomic_store_n(&rewrites, rewrites + 1, __ATOMIC_RELEASE);
}

double SegmentMemory::used_ratio() const noexcept {
  return std::max(static_cast<double>(header()->records_used) / static_cast<double>(record_bytes_),
                  static_cast<double>(header()->cells_used) / static_cast<double>(cell_bytes_));
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
