#include "rows.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace whiteroom::logs {
namespace {

constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15U;

std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) noexcept {
  hash = (hash ^ word) * kMix;
  return hash ^ (hash >> 29);
}

std::uint64_t hash_of(std::uint64_t hash, std::string_view text) noexcept {
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    hash = mixed(hash, word);
  }
  std::uint64_t word = text.size();
  if (left != 0) {
    std::uint64_t rest = 0;
    std::memcpy(&rest, at, left);
    word ^= rest << 8;
  }
  return mixed(hash, word);
}

std::uint64_t hash_of(const Row& row) noexcept {
  return hash_of(hash_of(mixed(0, static_cast<std::uint64_t>(row.time_ns)), row.line), row.meta);
}

void require_room(std::size_t used, std::size_t added) {
  if (added > std::numeric_limits<std::uint32_t>::max() - used) {
    throw std::length_error("more than 4 GiB in one column");
  }
}

/// Whether one of the needles is in the line.
bool has_any(std::string_view line, const std::vector<std::string>& needles) {
  return std::any_of(needles.begin(), needles.end(), [line](const std::string& needle) {
    return needle.empty() ||
           memmem(line.data(), line.size(), needle.data(), needle.size()) != nullptr;
  });
}

bool is_met(std::string_view line, const std::vector<Filter>& filters, std::size_t from) {
  for (std::size_t i = from; i < filters.size(); ++i) {
    if (has_any(line, filters[i].needles) == filters[i].negated) return false;
  }
  return true;
}

/// Whether one search through all lines does for the first filter.
bool can_lead(const Filter& filter) {
  return !filter.negated && filter.needles.size() == 1 && !filter.needles[0].empty() &&
         filter.needles[0].find('\n') == std::string::npos;
}

}  // namespace

Row Rows::operator[](std::size_t row) const noexcept {
  const std::uint32_t line = line_begin(row);
  const std::uint32_t meta = meta_begin(row);
  return {times_[row], text().substr(line, line_end_[row] - line - 1),
          meta_text().substr(meta, meta_end_[row] - meta), levels_[row]};
}

void Rows::reserve(std::size_t rows, std::size_t text) {
  times_.reserve(rows);
  line_end_.reserve(rows);
  meta_end_.reserve(rows);
  levels_.reserve(rows);
  lines_.reserve(text);
}

void Rows::clear() noexcept {
  times_.clear();
  line_end_.clear();
  meta_end_.clear();
  levels_.clear();
  lines_.clear();
  meta_.clear();
  slots_.clear();
  indexed_ = 0;
  order_.clear();
  newest_ns_ = std::numeric_limits<std::int64_t>::min();
}

void Rows::append(const Row& row) {
  require_room(lines_.size(), row.line.size() + 1);
  require_room(meta_.size(), row.meta.size());
  order_.clear();
  lines_.append(row.line.data(), row.line.size());
  lines_.push_back('\n');
  meta_.append(row.meta.data(), row.meta.size());
  times_.push_back(row.time_ns);
  newest_ns_ = std::max(newest_ns_, row.time_ns);
  line_end_.push_back(static_cast<std::uint32_t>(lines_.size()));
  meta_end_.push_back(static_cast<std::uint32_t>(meta_.size()));
  levels_.push_back(row.level);
}

void Rows::append_columns(const std::vector<std::int64_t>& times,
                          const std::vector<std::uint32_t>& line_sizes,
                          const std::vector<std::uint32_t>& meta_sizes, std::string_view levels,
                          std::string_view text, std::string_view meta) {
  require_room(lines_.size(), text.size());
  require_room(meta_.size(), meta.size());
  order_.clear();
  reserve(size() + times.size(), lines_.size() + text.size());
  auto line_end = static_cast<std::uint32_t>(lines_.size());
  auto meta_end = static_cast<std::uint32_t>(meta_.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    times_.push_back(times[i]);
    newest_ns_ = std::max(newest_ns_, times[i]);
    line_end_.push_back(line_end += line_sizes[i] + 1);
    meta_end_.push_back(meta_end += meta_sizes[i]);
    levels_.push_back(static_cast<std::uint8_t>(levels[i]));
  }
  lines_.append(text.data(), text.size());
  meta_.append(meta.data(), meta.size());
}

void Rows::append_rows(const Rows& from, std::size_t first, std::size_t last) {
  if (first >= last) return;
  const std::size_t line = from.line_begin(first);
  const std::size_t meta = from.meta_begin(first);
  const std::size_t line_size = from.line_end(last - 1) - line;
  const std::size_t meta_size = from.meta_end(last - 1) - meta;
  require_room(lines_.size(), line_size);
  require_room(meta_.size(), meta_size);
  order_.clear();
  const std::size_t line_shift = lines_.size() - line;
  const std::size_t meta_shift = meta_.size() - meta;
  for (std::size_t i = first; i < last; ++i) {
    line_end_.push_back(static_cast<std::uint32_t>(from.line_end_[i] + line_shift));
    meta_end_.push_back(static_cast<std::uint32_t>(from.meta_end_[i] + meta_shift));
    newest_ns_ = std::max(newest_ns_, from.times_[i]);
  }
  times_.append(from.times_.data() + first, last - first);
  levels_.append(from.levels_.data() + first, last - first);
  lines_.append(from.lines_.data() + line, line_size);
  meta_.append(from.meta_.data() + meta, meta_size);
}

bool Rows::can_be_followed_by(const Rows& batch) const noexcept {
  // Of more lines of one time, the index finds those that are equal.
  constexpr std::size_t kCompared = 8;
  if (batch.size() == 0 || batch.times_[0] <= newest_ns_) return false;
  for (std::size_t i = 1; i < batch.size(); ++i) {
    const std::int64_t time = batch.times_[i];
    if (time < batch.times_[i - 1]) return false;
    for (std::size_t k = 1; k <= i && batch.times_[i - k] == time; ++k) {
      if (k > kCompared || batch.is_equal(i - k, batch[i])) return false;
    }
  }
  return true;
}

std::size_t Rows::last_within(std::size_t first, std::size_t held,
                              std::size_t room) const noexcept {
  std::size_t last = first;
  while (last < size() && held < room) {
    held += line_end(last) - line_begin(last) + meta_end(last) - meta_begin(last) + kRowBytes;
    ++last;
  }
  return last;
}

bool Rows::is_equal(std::size_t row, const Row& other) const noexcept {
  if (times_[row] != other.time_ns) return false;
  const Row own = (*this)[row];
  return own.line == other.line && own.meta == other.meta;
}

void Rows::index_up_to(std::size_t count) {
  if (slots_.size() < count * 2) {
    std::size_t room = std::max<std::size_t>(slots_.size(), 64);
    while (room < count * 2) room *= 2;
    slots_.assign(room, 0);
    indexed_ = 0;
  }
  const std::size_t mask = slots_.size() - 1;
  for (; indexed_ < count; ++indexed_) {
    std::size_t slot = hash_of((*this)[indexed_]) & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<std::uint32_t>(indexed_ + 1);
  }
}

bool Rows::insert(const Row& row) {
  index_up_to(size());
  if (slots_.size() < (size() + 1) * 2) {
    slots_.clear();
    indexed_ = 0;
    std::size_t room = 64;
    while (room < (size() + 1) * 4) room *= 2;
    slots_.assign(room, 0);
    index_up_to(size());
  }
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash_of(row) & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    if (is_equal(slots_[slot] - 1, row)) return false;
  }
  append(row);
  slots_[slot] = static_cast<std::uint32_t>(size());
  indexed_ = size();
  return true;
}

bool Rows::contains(const Row& row, std::size_t first, std::size_t last) {
  if (size() == 0) return false;
  index_up_to(size());
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash_of(row) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const std::size_t found = slots_[slot] - 1;
    if (found >= first && found < last && is_equal(found, row)) return true;
  }
  return false;
}

const std::vector<std::uint32_t>& Rows::order() {
  if (order_.size() != size()) {
    order_.resize(size());
    std::iota(order_.begin(), order_.end(), 0U);
    if (!std::is_sorted(times_.begin(), times_.end())) {
      std::stable_sort(order_.begin(), order_.end(),
                       [this](std::uint32_t a, std::uint32_t b) { return times_[a] < times_[b]; });
    }
  }
  return order_;
}

std::size_t Rows::row_at(std::size_t offset, std::size_t from) const noexcept {
  const auto begin = line_end_.begin() + from;
  return static_cast<std::size_t>(
      std::upper_bound(begin, line_end_.end(), static_cast<std::uint32_t>(offset)) -
      line_end_.begin());
}

std::vector<std::uint32_t> find(const Rows& rows, std::size_t first, std::size_t last,
                                std::int64_t start_ns, std::int64_t end_ns,
                                const std::vector<Filter>& filters) {
  std::vector<std::uint32_t> found;
  const auto take = [&](std::size_t row, std::size_t from_filter) {
    const std::int64_t time = rows.times()[row];
    if (time < start_ns || time >= end_ns) return;
    if (is_met(rows[row].line, filters, from_filter)) {
      found.push_back(static_cast<std::uint32_t>(row));
    }
  };
  if (filters.empty() || !can_lead(filters[0])) {
    for (std::size_t row = first; row < last; ++row) take(row, 0);
    return found;
  }
  const std::string& needle = filters[0].needles[0];
  const std::string_view text = rows.text();
  std::size_t row = first;
  while (row < last) {
    const std::size_t begin = rows.line_begin(row);
    const std::size_t end = rows.line_end(last - 1);
    const void* const at = memmem(text.data() + begin, end - begin, needle.data(), needle.size());
    if (at == nullptr) break;
    row = rows.row_at(static_cast<std::size_t>(static_cast<const char*>(at) - text.data()), row);
    take(row, 1);
    ++row;
  }
  return found;
}

}  // namespace whiteroom::logs
