#include "push.h"

#include <algorithm>

#include "columns.h"

namespace whiteroom::logs {
namespace {

constexpr std::string_view kDetectedLevel = "detected_level";

Row with_level(const Row& row, const Admission& admission, std::string& meta) {
  Row leveled = row;
  leveled.level = kNoLevel;
  Pairs pairs = pairs_of(row.meta);
  const auto named = [&pairs](auto matches) {
    return std::find_if(pairs.begin(), pairs.end(),
                        [&](const auto& pair) { return matches(pair.first); });
  };
  const auto set = [&](Level level, std::string_view text) {
    leveled.level = level;
    if (level == kNoLevel) pairs.emplace_back(kDetectedLevel, text);
    meta = meta_of(pairs);
    leveled.meta = meta;
  };
  const auto told = named([](std::string_view name) { return name == kDetectedLevel; });
  if (told != pairs.end()) {
    const std::string_view text = told->second;
    const Level level = text == "unknown" ? kUnknown : level_named(text);
    pairs.erase(told);
    set(level, text);
    return leveled;
  }
  if (admission.stream_level != kNoLevel || !admission.stream_level_text.empty()) {
    set(admission.stream_level, admission.stream_level_text);
    return leveled;
  }
  if (const auto found = named(holds_level); found != pairs.end() && !found->second.empty()) {
    set(level_named(found->second), std::string(found->second));
    return leveled;
  }
  const auto number = named([](std::string_view name) { return name == "severity_number"; });
  leveled.level =
      number != pairs.end() ? level_of_severity(number->second) : level_of_line(row.line);
  return leveled;
}

bool is_refused(const Row& row, const Admission& admission, Refusal& reason) {
  const auto because = [&reason](Refusal found) {
    reason = found;
    return true;
  };
  if (row.time_ns < admission.oldest_ns) return because(Refusal::kTooOld);
  if (row.time_ns > admission.latest_ns) return because(Refusal::kTooNew);
  if (row.line.size() > admission.line_bytes) return because(Refusal::kTooLong);
  if (!row.meta.empty()) {
    const Pairs pairs = pairs_of(row.meta);
    std::size_t bytes = 0;
    for (const auto& [name, value] : pairs) bytes += name.size() + value.size();
    if (bytes > admission.meta_bytes) return because(Refusal::kMetaTooLarge);
    if (pairs.size() > admission.meta_count) return because(Refusal::kMetaTooMany);
  }
  // Without overflow: the newest of an empty stream is the least number.
  if (row.time_ns<admission.newest_ns&& static_cast<std::uint64_t>(admission.newest_ns) -
                  static_cast<std::uint64_t>(
                      row.time_ns)> static_cast<std::uint64_t>(admission.window_ns)) {
    return because(Refusal::kTooFarBehind);
  }
  return false;
}

}  // namespace

std::string meta_of(Pairs pairs) {
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string meta;
  for (const auto& [name, value] : pairs) {
    put_varint(meta, name.size());
    meta.append(name);
    put_varint(meta, value.size());
    meta.append(value);
  }
  return meta;
}

Pairs pairs_of(std::string_view meta) {
  Pairs pairs;
  VarintReader reader(meta);
  while (!reader.at_end()) {
    const std::string_view name = reader.take(reader.next());
    pairs.emplace_back(name, reader.take(reader.next()));
  }
  return pairs;
}

bool admit_all(Rows& rows, Admission& admission) {
  if (!rows.meta_text().empty() || !admission.stream_level_text.empty()) return false;
  const std::int64_t newest_before = admission.newest_ns;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Refusal reason{};
    if (is_refused(rows[i], admission, reason)) {
      admission.newest_ns = newest_before;
      return false;
    }
    admission.newest_ns = std::max(admission.newest_ns, rows.times()[i]);
  }
  if (!admission.detects_levels) return true;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool is_told = admission.stream_level != kNoLevel;
    rows.set_level(i, is_told ? admission.stream_level : level_of_line(rows[i].line));
  }
  return true;
}

std::vector<Refused> admit(const Rows& rows, Admission& admission, Rows& kept) {
  std::vector<Refused> refused;
  std::string meta;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    Refusal reason{};
    if (is_refused(row, admission, reason)) {
      refused.push_back({i, reason});
      continue;
    }
    kept.append(admission.detects_levels ? with_level(row, admission, meta) : row);
    admission.newest_ns = std::max(admission.newest_ns, row.time_ns);
  }
  return refused;
}

std::uint64_t Wire::long_varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (at_ == text_.size()) throw BadPush("a protobuf message ends within a number");
    const auto byte = static_cast<unsigned char>(text_[at_++]);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return value;
  }
  throw BadPush("a protobuf message has a number of more than 64 bits");
}

bool Wire::next() {
  if (at_ == text_.size()) return false;
  const std::uint64_t key = varint();
  number_ = static_cast<unsigned>(key >> 3U);
  kind_ = static_cast<unsigned>(key & 7U);
  bytes_ = {};
  std::uint64_t size = 0;
  if (kind_ == 0) {
    value_ = varint();
    return true;
  }
  if (kind_ == 1) {
    size = 8;
  } else if (kind_ == 2) {
    size = varint();
  } else if (kind_ == 5) {
    size = 4;
  } else {
    throw BadPush("a protobuf message has a field of an unknown kind");
  }
  if (size > text_.size() - at_) throw BadPush("a protobuf message ends within a field");
  bytes_ = text_.substr(at_, size);
  at_ += size;
  return true;
}

std::string_view Wire::bytes() const {
  if (kind_ != 2) throw BadPush("a protobuf message has a number where bytes are expected");
  return bytes_;
}

Row read_entry(std::string_view entry, std::string& meta) {
  Row row{0, {}, {}, kNoLevel};
  std::uint64_t seconds = 0;
  std::uint64_t nanoseconds = 0;
  Pairs pairs;
  Wire fields(entry);
  while (fields.next()) {
    if (fields.number() == 1) {
      Wire time(fields.bytes());
      while (time.next()) {
        if (time.number() == 1 && time.kind() == 0) seconds = time.value();
        if (time.number() == 2 && time.kind() == 0) nanoseconds = time.value();
      }
    } else if (fields.number() == 2) {
      row.line = fields.bytes();
    } else if (fields.number() == 3) {
      std::string_view name;
      std::string_view value;
      Wire pair(fields.bytes());
      while (pair.next()) {
        if (pair.number() == 1) name = pair.bytes();
        if (pair.number() == 2) value = pair.bytes();
      }
      pairs.emplace_back(name, value);
    }
  }
  row.time_ns = static_cast<std::int64_t>(seconds * 1'000'000'000U + nanoseconds);
  meta.clear();
  if (!pairs.empty()) meta = meta_of(std::move(pairs));
  row.meta = meta;
  return row;
}

}  // namespace whiteroom::logs
