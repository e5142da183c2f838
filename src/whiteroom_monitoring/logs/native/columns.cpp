#include "columns.h"

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

std::uint64_t VarintReader::next() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (at_ == text_.size()) throw DamagedColumns{};
    const auto byte = static_cast<unsigned char>(text_[at_++]);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return value;
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

void read_columns(std::string_view columns, std::string_view text, Rows& rows) {
  VarintReader reader(columns);
  const std::uint64_t count = reader.next();
  if (count > columns.size()) throw DamagedColumns{};
  std::vector<std::int64_t> times(count);
  std::vector<std::uint64_t> lines(count);
  std::vector<std::uint64_t> metas(count);
  std::uint64_t before = 0;
  for (std::int64_t& time : times) {
    before += unzigzag(reader.next());
    time = static_cast<std::int64_t>(before);
  }
  for (std::uint64_t& size : lines) size = reader.next();
  const std::string_view levels = reader.take(count);
  for (std::uint64_t& size : metas) size = reader.next();
  std::size_t at = 0;
  rows.reserve(count, text.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (at >= text.size() || lines[i] >= text.size() - at) throw DamagedColumns{};
    rows.append({times[i], text.substr(at, lines[i]), reader.take(metas[i]),
                 static_cast<std::uint8_t>(levels[i])});
    at += lines[i] + 1;
  }
  if (at != text.size() || !reader.at_end()) throw DamagedColumns{};
}

}  // namespace whiteroom::logs
