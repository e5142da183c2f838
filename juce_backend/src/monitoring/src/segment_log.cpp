/// The log of a segment: its records, and the events that this process takes out of its ring.
#include <algorithm>
#include <filesystem>

#include "label_text.h"
#include "segment_impl.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

constexpr std::size_t kTextBytes = 64;
/// A log file may be named anew, as when a program is told where it is after the metrics are there.
constexpr std::size_t kMostFiles = 8;

}  // namespace

std::size_t most_log_records() noexcept {
  return Segment::kMostLogTexts * (sizeof(wrm_log_text_record) + kTextBytes) +
         kMostFiles * (sizeof(wrm_log_file_record) + SegmentMemory::kPathBytes);
}

void Segment::Impl::declare(Span<const LogEventSpec> events) {
  if (memory_.allocated()) throw PreparationError("declare: after prepare()");
  for (const LogEventSpec& event : events) {
    const std::string name(event.name);
    if (event.fields.size() > WRM_LOG_MOST_FIELDS) {
      throw PreparationError(name + ": has " + std::to_string(event.fields.size()) +
                             " fields, at most " + std::to_string(WRM_LOG_MOST_FIELDS));
    }
    const auto [place, is_new] = log_.events.emplace(log_event_id(name), describe(event));
    if (!is_new) {
      throw PreparationError(name + ": its id is that of " + place->second.name);
    }
    events_.push_back(event);
  }
}

/// Records of the ring, of all events, and of the file that is known by now.
std::size_t Segment::Impl::first_log_records() const {
  std::size_t records = log_ring_record(0).size() + log_file_record(log_.file).size();
  for (const LogEventSpec& event : events_) records += log_event_record(event).size();
  return records;
}

void Segment::Impl::write_log() {
  for (const LogEventSpec& event : events_) memory_.append_record(log_event_record(event));
  log_.cell = memory_.allocate_cells(WRM_LOG_RING_CELLS, true);
  log_.has_ring = true;
  memory_.append_record(log_ring_record(log_.cell));
  if (!log_.file.empty()) memory_.append_record(log_file_record(log_.file));
}

wrm_log Segment::Impl::log() const {
  if (!log_.has_ring) {
    throw PreparationError("the segment of " + options_.program +
                           " has no log: no events were declared, or it is not prepared");
  }
  return {memory_.cell_at(log_.cell), lost_};
}

LogText Segment::Impl::log_text(std::string_view text) {
  const std::string mended = label_text(text);
  const std::scoped_lock lock(log_mutex_, mutex_);
  std::vector<std::string>& texts = log_.texts;
  const auto known = std::find(texts.begin(), texts.end(), mended);
  if (known != texts.end()) return {static_cast<std::uint32_t>(known - texts.begin() + 1)};
  if (!log_.has_ring || texts.size() == kMostLogTexts) return {};
  const auto number = static_cast<std::uint32_t>(texts.size() + 1);
  const std::vector<std::byte> record = log_text_record(number, mended);
  if (!memory_.room_for(record.size(), 0)) return {};
  memory_.append_record(record);
  texts.push_back(mended);
  return {number};
}

void Segment::Impl::set_log_file(const std::string& path) {
  const std::string whole = std::filesystem::absolute(path).string();
  const std::scoped_lock lock(log_mutex_, mutex_);
  if (log_.has_ring) {
    const std::vector<std::byte> record = log_file_record(whole);
    if (!memory_.room_for(record.size(), 0)) {
      throw PreparationError(whole + ": the segment has no room for the name of a log file");
    }
    memory_.append_record(record);
  }
  log_.file = whole;
}

std::string Segment::Impl::log_file() {
  const std::lock_guard lock(log_mutex_);
  return log_.file;
}

std::size_t Segment::Impl::drain_log(const std::function<bool(std::string_view)>& write) {
  const std::lock_guard lock(log_mutex_);
  if (!log_.has_ring) return 0;
  LogRing ring(memory_.cell_at(log_.cell));
  const std::vector<LogEntry> entries = ring.waiting();
  if (entries.empty()) return 0;
  const LogOrigin origin{options_.program, memory_.header()->pid, memory_.header()->segment_id,
                         unix_minus_monotonic_ns()};
  std::string lines;
  for (const LogEntry& entry : entries) append_line(lines, entry, log_, origin);
  if (!write(lines)) return 0;
  ring.drained(entries.size());
  return entries.size();
}

std::size_t Segment::Impl::drain_log() {
  return drain_log([this](std::string_view lines) {
    return !log_.file.empty() && append_to_file(log_.file, std::string(lines));
  });
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
