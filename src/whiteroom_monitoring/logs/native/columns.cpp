#include "columns.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace whiteroom::logs {
namespace {

std::uint64_t zigzag(std::int64_t value) noexcept {
  return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
}

std::uint64_t unzigzag(std::uint64_t value) noexcept { return (value >> 1U) ^ (0 - (value & 1U)); }

}  // namespace

void put_varint(std::string& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) to.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
  to.push_back(static_cast<char>(value));
}

std::uint64_t VarintReader::next_long() {
  constexpr std::size_t kMost = 10;
  const std::size_t left = std::min(text_.size() - at_, kMost);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text_.data()) + at_;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < left; ++i) {
    value |= static_cast<std::uint64_t>(bytes[i] & 0x7FU) << (7 * i);
    if (bytes[i] < 0x80) {
      at_ += i + 1;
      return value;
    }
  }
  throw DamagedColumns{};
}

std::string_view VarintReader::take(std::size_t size) {
  if (size > text_.size() - at_) throw DamagedColumns{};
  const std::string_view taken = text_.substr(at_, size);
  at_ += size;
  return taken;
}

std::string columns_of(const Rows& rows) {
  std::string out;
  out.reserve(rows.size() * 6 + rows.meta_text().size());
  put_varint(out, rows.size());
  std::uint64_t before = 0;
  for (const std::int64_t time : rows.times()) {
    const auto now = static_cast<std::uint64_t>(time);
    put_varint(out, zigzag(static_cast<std::int64_t>(now - before)));
    before = now;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    put_varint(out, rows.line_end(i) - rows.line_begin(i) - 1);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) out.push_back(static_cast<char>(rows.level(i)));
  for (std::size_t i = 0; i < rows.size(); ++i)
    put_varint(out, rows.meta_end(i) - rows.meta_begin(i));
  out.append(rows.meta_text());
  return out;
}

namespace {

/// What the columns are: all but the lines themselves.
struct Decoded {
  std::vector<std::int64_t> times;
  std::vector<std::uint32_t> line_sizes;
  std::vector<std::uint32_t> meta_sizes;
  std::string_view levels;
  std::string_view meta;
};

std::uint32_t size_from(VarintReader& reader) {
  const std::uint64_t size = reader.next();
  if (size >= std::numeric_limits<std::uint32_t>::max()) throw DamagedColumns{};
  return static_cast<std::uint32_t>(size);
}

std::uint64_t count_from(VarintReader& reader, std::size_t most) {
  const std::uint64_t count = reader.next();
  if (count > most) throw DamagedColumns{};
  return count;
}

std::vector<std::int64_t> times_from(VarintReader& reader, std::uint64_t count) {
  std::vector<std::int64_t> times(count);
  std::uint64_t before = 0;
  for (std::int64_t& time : times) {
    before += unzigzag(reader.next());
    time = static_cast<std::int64_t>(before);
  }
  return times;
}

Decoded decoded(std::string_view columns) {
  VarintReader reader(columns);
  const std::uint64_t count = count_from(reader, columns.size());
  Decoded out{{}, std::vector<std::uint32_t>(count), std::vector<std::uint32_t>(count), {}, {}};
  out.times = times_from(reader, count);
  for (std::uint32_t& size : out.line_sizes) size = size_from(reader);
  out.levels = reader.take(count);
  std::uint64_t meta_size = 0;
  for (std::uint32_t& size : out.meta_sizes) {
    size = size_from(reader);
    meta_size += size;
  }
  out.meta = reader.take(meta_size);
  if (!reader.at_end()) throw DamagedColumns{};
  return out;
}

}  // namespace

void read_columns(std::string_view columns, std::string_view text, Rows& rows) {
  const Decoded all = decoded(columns);
  std::uint64_t size = 0;
  for (const std::uint32_t line : all.line_sizes) {
    size += line + std::uint64_t{1};
    if (size > text.size() || text[size - 1] != '\n') throw DamagedColumns{};
  }
  if (size != text.size()) throw DamagedColumns{};
  rows.append_columns(all.times, all.line_sizes, all.meta_sizes, all.levels, text, all.meta);
}

void read_columns(std::string_view columns, Rows& rows) {
  Decoded all = decoded(columns);
  std::fill(all.line_sizes.begin(), all.line_sizes.end(), 0U);
  const std::string text(all.times.size(), '\n');
  rows.append_columns(all.times, all.line_sizes, all.meta_sizes, all.levels, text, all.meta);
}

TimeReader::TimeReader(std::string_view columns)
    : reader_(columns), size_(count_from(reader_, columns.size())) {}

}  // namespace whiteroom::logs
