#include "segment_layout.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "whiteroom/monitoring/segment_reader.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

/// Collects the bytes of one record and fills in its length.
class RecordWriter {
 public:
  template <class Header>
  explicit RecordWriter(const Header& header) {
    append(&header, sizeof header);
  }

  template <class Length>
  RecordWriter& text(std::string_view value) {
    if (value.size() > static_cast<Length>(-1)) {
      throw PreparationError(std::string(value.substr(0, 40)) + "...: a text of " +
                             std::to_string(value.size()) + " bytes is too long");
    }
    return number(static_cast<Length>(value.size())).append(value.data(), value.size());
  }

  template <class Value>
  RecordWriter& number(Value value) {
    return append(&value, sizeof value);
  }

  std::vector<std::byte> finish() {
    bytes_.resize(round_up(bytes_.size(), 8));
    const auto length = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &length, sizeof length);
    return std::move(bytes_);
  }

 private:
  RecordWriter& append(const void* data, std::size_t size) {
    const auto* const from = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), from, from + size);
    return *this;
  }

  std::vector<std::byte> bytes_;
};

wrm_series_record read_series(const std::byte* record) noexcept {
  wrm_series_record series;
  std::memcpy(&series, record, sizeof series);
  return series;
}

}  // namespace

std::vector<std::byte> family_record(const FamilySpec& spec) {
  wrm_family_record record{};
  record.header.kind = WRM_RECORD_FAMILY;
  record.type = static_cast<std::uint8_t>(spec.type);
  record.number = static_cast<std::uint8_t>(spec.number);
  record.aggregation = static_cast<std::uint8_t>(spec.aggregation);
  record.realtime = static_cast<std::uint8_t>(spec.writers);
  record.scale = spec.scale;
  record.labels = static_cast<std::uint16_t>(spec.labels.size());
  record.bounds = static_cast<std::uint16_t>(spec.bounds.size());
  record.flags = spec.exemplars ? WRM_FAMILY_EXEMPLARS : 0;
  RecordWriter writer(record);
  for (const double bound : spec.bounds) writer.number(bound);
  writer.text<std::uint32_t>(spec.name).text<std::uint32_t>(spec.help);
  writer.text<std::uint32_t>(spec.unit);
  for (const LabelSpec& label : spec.labels) {
    writer.text<std::uint32_t>(label.name).number(label.max_series);
    writer.number(static_cast<std::uint32_t>(label.values.size()));
    for (const std::string_view value : label.values) writer.text<std::uint32_t>(value);
  }
  return writer.finish();
}

std::vector<std::byte> series_record(std::uint16_t family, std::uint16_t instance,
                                     std::uint32_t cell, Span<const std::string_view> values) {
  wrm_series_record record{};
  record.header.kind = WRM_RECORD_SERIES;
  record.header.family = family;
  record.cell = cell;
  record.state = WRM_SERIES_LIVE;
  record.instance = instance;
  record.shards = 1;
  RecordWriter writer(record);
  for (const std::string_view value : values) writer.text<std::uint16_t>(value);
  return writer.finish();
}

std::vector<std::byte> folded_record(std::uint64_t segment_id) {
  wrm_folded_record record{};
  record.header.kind = WRM_RECORD_FOLDED;
  record.segment_id = segment_id;
  return RecordWriter(record).finish();
}

std::vector<std::byte> departed_record(const Departure& departure) {
  wrm_departed_record record{};
  record.header.kind = WRM_RECORD_DEPARTED;
  record.segment_id = departure.segment_id;
  record.number = departure.number;
  return RecordWriter(record).finish();
}

std::vector<std::byte> log_ring_record(std::uint32_t cell) {
  wrm_log_ring_record record{};
  record.header.kind = WRM_RECORD_LOG_RING;
  record.cell = cell;
  record.capacity = WRM_LOG_CAPACITY;
  return RecordWriter(record).finish();
}

std::vector<std::byte> log_event_record(const LogEventSpec& event) {
  wrm_log_event_record record{};
  record.header.kind = WRM_RECORD_LOG_EVENT;
  record.id = log_event_id(event.name);
  record.level = static_cast<std::uint8_t>(event.level);
  record.fields = static_cast<std::uint8_t>(event.fields.size());
  RecordWriter writer(record);
  writer.text<std::uint32_t>(event.name).text<std::uint32_t>(event.message);
  for (const LogFieldSpec& field : event.fields) {
    writer.number(static_cast<std::uint32_t>(field.type)).text<std::uint32_t>(field.name);
    writer.text<std::uint32_t>(field.unit);
    writer.number(static_cast<std::uint32_t>(field.values.size()));
    for (const std::string_view value : field.values) writer.text<std::uint32_t>(value);
  }
  return writer.finish();
}

std::vector<std::byte> log_text_record(std::uint32_t number, std::string_view text) {
  wrm_log_text_record record{};
  record.header.kind = WRM_RECORD_LOG_TEXT;
  record.number = number;
  return RecordWriter(record).text<std::uint32_t>(text).finish();
}

std::vector<std::byte> log_file_record(std::string_view path) {
  wrm_log_file_record record{};
  record.header.kind = WRM_RECORD_LOG_FILE;
  return RecordWriter(record).text<std::uint32_t>(path).finish();
}

std::uint16_t series_family(const std::byte* record) noexcept {
  return read_series(record).header.family;
}

std::uint32_t series_cell(const std::byte* record) noexcept { return read_series(record).cell; }

void set_series_state(std::byte* record, wrm_series_state state, std::uint32_t departure) noexcept {
  auto* const place = reinterpret_cast<std::uint32_t*>(record + offsetof(wrm_series_record, state));
  // Relaxed: a reader that is late by one scrape is no worse than one that read before.
  const std::uint32_t number = departure << WRM_DEPARTURE_SHIFT;
  __atomic_store_n(place, static_cast<std::uint32_t>(state) | number, __ATOMIC_RELAXED);
}

void pad_record(std::vector<std::byte>& record, std::size_t bytes) {
  record.resize(std::max(record.size(), bytes));
  const auto length = static_cast<std::uint32_t>(record.size());
  std::memcpy(record.data(), &length, sizeof length);
}

bool series_matches(const std::byte* record, std::uint16_t family,
                    Span<const std::string_view> values) noexcept {
  const wrm_series_record series = read_series(record);
  if (series.header.family != family || series.instance != 0) return false;
  const std::byte* text = record + sizeof series;
  for (const std::string_view value : values) {
    std::uint16_t length = 0;
    std::memcpy(&length, text, sizeof length);
    text += sizeof length;
    if (length != value.size() || std::memcmp(text, value.data(), length) != 0) return false;
    text += length;
  }
  return true;
}

std::uint64_t series_hash(std::uint16_t family, Span<const std::string_view> values) noexcept {
  // FNV-1a, 64 bits (Fowler, Noll, Vo).
  std::uint64_t hash = 14695981039346656037U;
  const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * 1099511628211U; };
  mix(family);
  for (const std::string_view value : values) {
    for (const char c : value) mix(static_cast<unsigned char>(c));
    mix(256);
  }
  return hash;
}

void SeriesIndex::insert(std::uint64_t hash, std::uint32_t offset) {
  hashes_.push_back(hash);
  offsets_.push_back(offset);
  if (offsets_.size() * 2 <= slots_.size()) return place(hash, offset);
  slots_.assign(std::max<std::size_t>(64, slots_.size() * 2), kEmpty);
  for (std::size_t i = 0; i < offsets_.size(); ++i) place(hashes_[i], offsets_[i]);
}

void SeriesIndex::place(std::uint64_t hash, std::uint32_t offset) {
  std::size_t slot = hash % slots_.size();
  while (slots_[slot] != kEmpty) slot = (slot + 1) % slots_.size();
  slots_[slot] = offset;
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
