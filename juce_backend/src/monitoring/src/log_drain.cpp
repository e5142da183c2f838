#include "log_drain.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <utility>

#include "record_reader.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

/// A file's end holds at least what one ring can hold.
constexpr std::size_t kLineBytes = 1024;
constexpr std::size_t kTailBytes = WRM_LOG_CAPACITY * kLineBytes;

std::size_t slot_of(std::uint64_t place) noexcept {
  return WRM_LOG_SLOTS + place % WRM_LOG_CAPACITY * WRM_LOG_SLOT_CELLS;
}

/// The stamp of the event at this place, without the event's id.
bool has_stamp(std::uint64_t stamp, std::uint64_t place) noexcept {
  return stamp >> 32 == ((place + 1) & UINT32_MAX);
}

LogEntry entry_of(std::uint64_t place, std::uint64_t stamp, const std::uint64_t* slot) noexcept {
  LogEntry entry{.sequence = place + 1,
                 .event = static_cast<std::uint32_t>(stamp),
                 .monotonic_ns = wrm_load(&slot[WRM_LOG_TIME]),
                 .values = {}};
  for (std::size_t i = 0; i < entry.values.size(); ++i) {
    entry.values[i] = wrm_load(&slot[WRM_LOG_VALUES + i]);
  }
  return entry;
}

/// Closes a file at its end.
class File {
 public:
  File(const std::string& path, int flags) noexcept
      : number_(open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0640)) {}
  ~File() {
    if (number_ >= 0) close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int number() const noexcept { return number_; }

 private:
  int number_;
};

bool write_all(int file, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// What a file that has grown large is renamed to.
std::string older_file(const std::string& path) { return path + ".1"; }

/// Give a file that has grown large its older name. Returns whether the path now leads to another
/// one. Other processes append to it, too: one of them renames it.
bool set_aside(int file, const struct stat& facts, const std::string& path) noexcept {
  if (facts.st_size < kMostLogFileBytes || flock(file, LOCK_EX | LOCK_NB) != 0) return false;
  struct stat now{};
  if (lstat(path.c_str(), &now) != 0 || now.st_ino != facts.st_ino) return true;
  return std::rename(path.c_str(), older_file(path).c_str()) == 0;
}

/// The last bytes of a file; nothing when there is none.
std::string tail_of(const std::string& path) {
  const File file(path, O_RDONLY);
  struct stat facts{};
  if (file.number() < 0 || fstat(file.number(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
  const auto size = static_cast<std::size_t>(facts.st_size);
  std::string tail(std::min(size, kTailBytes), '\0');
  const auto from = static_cast<off_t>(size - tail.size());
  const ssize_t got = pread(file.number(), tail.data(), tail.size(), from);
  tail.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return tail;
}

/// The sequence number of the last whole line of a segment; 0 without one.
std::uint64_t last_delivered(std::string_view tail, std::uint64_t segment_id) {
  const std::string mark = segment_mark(segment_id);
  tail = tail.substr(0, tail.rfind('\n') + 1);
  const std::size_t last = tail.rfind(mark);
  if (last == std::string_view::npos) return 0;
  return std::strtoull(std::string(tail.substr(last + mark.size(), 20)).c_str(), nullptr, 10);
}

bool read_field(RecordReader& reader, LogFieldDescription& field) {
  std::uint32_t type = 0;
  std::uint32_t values = 0;
  if (!reader.take(type) || !reader.text(field.name) || !reader.text(field.unit) ||
      !reader.take(values) || type < WRM_LOG_INTEGER || type > WRM_LOG_ID) {
    return false;
  }
  field.type = static_cast<LogFieldType>(type);
  for (std::uint32_t i = 0; i < values; ++i) {
    if (!reader.text(field.values.emplace_back())) return false;
  }
  return true;
}

void read_event(RecordReader& reader, LogDescription& log) {
  wrm_log_event_record record{};
  LogEventDescription event;
  if (!reader.take(record) || !reader.text(event.name) || !reader.text(event.message)) return;
  event.level = static_cast<LogLevel>(record.level);
  for (std::uint8_t i = 0; i < record.fields; ++i) {
    if (!read_field(reader, event.fields.emplace_back())) return;
  }
  log.events.emplace(record.id, std::move(event));
}

void read_log_record(Span<const std::byte> bytes, std::uint16_t kind, LogDescription& log) {
  RecordReader reader(bytes.data(), bytes.size());
  if (kind == WRM_RECORD_LOG_EVENT) return read_event(reader, log);
  if (kind == WRM_RECORD_LOG_RING) {
    wrm_log_ring_record record{};
    log.has_ring = reader.take(record) && record.capacity == WRM_LOG_CAPACITY;
    log.cell = record.cell;
  } else if (kind == WRM_RECORD_LOG_TEXT) {
    wrm_log_text_record record{};
    std::string text;
    const bool next = reader.take(record) && record.number == log.texts.size() + 1;
    if (next && reader.text(text)) log.texts.push_back(std::move(text));
  } else if (kind == WRM_RECORD_LOG_FILE) {
    wrm_log_file_record record{};
    std::string path;
    if (reader.take(record) && reader.text(path)) log.file = std::move(path);
  }
}

/// Whether what failed by now may go well later, as when a disk is full.
bool may_pass(int error) noexcept {
  return error == ENOSPC || error == EDQUOT || error == EIO || error == EMFILE || error == ENFILE;
}

}  // namespace

LogDescription read_log(const SegmentImage& segment) {
  LogDescription log;
  const Span<const std::byte> records = segment.records();
  wrm_record_header record{};
  for (std::size_t at = 0; at < records.size(); at += record.bytes) {
    std::memcpy(&record, &records[at], sizeof record);
    read_log_record({&records[at], record.bytes}, record.kind, log);
  }
  log.has_ring = log.has_ring && log.cell <= segment.cells().size() &&
                 segment.cells().size() - log.cell >= WRM_LOG_RING_CELLS;
  return log;
}

std::vector<LogEntry> LogRing::waiting() const {
  std::vector<LogEntry> entries;
  // Relaxed: this thread alone writes it.
  const std::uint64_t first = __atomic_load_n(&cells_[WRM_LOG_DRAINED], __ATOMIC_RELAXED);
  for (std::uint64_t place = first; place != first + WRM_LOG_CAPACITY; ++place) {
    const std::uint64_t* const slot = &cells_[slot_of(place)];
    // Acquire: with the stamp, the whole event is there.
    const std::uint64_t stamp = __atomic_load_n(&slot[WRM_LOG_STAMP], __ATOMIC_ACQUIRE);
    if (!has_stamp(stamp, place)) break;
    entries.push_back(entry_of(place, stamp, slot));
  }
  return entries;
}

void LogRing::drained(std::size_t count) noexcept {
  const std::uint64_t first = wrm_load(&cells_[WRM_LOG_DRAINED]);
  // Release: who writes into the slots sees that they were read.
  __atomic_store_n(&cells_[WRM_LOG_DRAINED], first + count, __ATOMIC_RELEASE);
}

LeftEvents left_events(Span<const std::uint64_t> ring) {
  LeftEvents left;
  const std::uint64_t first = ring[WRM_LOG_DRAINED];
  const std::uint64_t next = ring[WRM_LOG_NEXT];
  // More than there are slots: a damaged segment, or places that were given up.
  const std::uint64_t end = std::min<std::uint64_t>(next, first + WRM_LOG_CAPACITY);
  for (std::uint64_t place = first; place < end; ++place) {
    const std::uint64_t* const slot = &ring[slot_of(place)];
    if (has_stamp(slot[WRM_LOG_STAMP], place)) {
      left.entries.push_back(entry_of(place, slot[WRM_LOG_STAMP], slot));
    } else {
      ++left.unfinished;
    }
  }
  return left;
}

Delivery deliver_left_events(const LeftEvents& left, const LogDescription& log,
                             const LogOrigin& origin) noexcept {
  if (left.entries.empty()) return Delivery::done;
  // What a damaged segment says is no path of a log.
  if (log.file.empty() || log.file.front() != '/') return Delivery::nowhere_to_go;
  try {
    const std::string tail = tail_of(log.file);
    std::uint64_t last = last_delivered(tail, origin.segment_id);
    if (last == 0) last = last_delivered(tail_of(older_file(log.file)), origin.segment_id);
    std::string lines;
    for (const LogEntry& entry : left.entries) {
      if (entry.sequence > last) append_line(lines, entry, log, origin);
    }
    // A line that was cut short must not swallow the next.
    if (!lines.empty() && !tail.empty() && tail.back() != '\n') lines.insert(0, "\n");
    errno = 0;
    if (append_to_file(log.file, lines)) return Delivery::done;
    return may_pass(errno) ? Delivery::try_again : Delivery::nowhere_to_go;
  } catch (const std::exception&) {
    return Delivery::try_again;  // no memory
  }
}

namespace {

bool append(int file, const struct stat& before, const std::string& text) noexcept {
  if (write_all(file, text)) return true;
  const int error = errno;
  // All or nothing: else the lines that were written would be written again. Where that can't be
  // had, they are.
  (void)!ftruncate(file, before.st_size);
  errno = error;
  return false;
}

}  // namespace

bool append_to_file(const std::string& path, const std::string& text) noexcept {
  if (text.empty()) return true;
  for (const bool may_set_aside : {true, false}) {
    const File file(path, O_WRONLY | O_APPEND | O_CREAT);
    struct stat before{};
    if (file.number() < 0 || fstat(file.number(), &before) != 0) return false;
    if (may_set_aside && set_aside(file.number(), before, path)) continue;
    return append(file.number(), before, text);
  }
  return false;
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
