/// What clients push: Loki's protobuf message, and which of its rows a store takes.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "levels.h"
#include "rows.h"

namespace whiteroom::logs {

/// Thrown for bytes that are no push request.
struct BadPush : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

/// Write pairs in the order of their names.
std::string meta_of(Pairs pairs);

/// Read the pairs that `meta_of` has written.
Pairs pairs_of(std::string_view meta);

/// Read a message `logproto.PushRequest`; `take(labels, row)` is called for each entry, and
/// `begin(labels, bytes)` before those of a stream, which has so many. Source: grafana/loki
/// pkg/push/push.proto
template <class Begin, class Take>
void read_push(std::string_view body, const Begin& begin, const Take& take);

/// Why a row is refused.
enum class Refusal { kTooOld, kTooNew, kTooLong, kMetaTooLarge, kMetaTooMany, kTooFarBehind };

/// What rows are held to. `newest_ns` is the newest of the stream so far.
struct Admission {
  std::int64_t oldest_ns;
  std::int64_t latest_ns;
  std::size_t line_bytes;
  std::size_t meta_bytes;
  std::size_t meta_count;
  std::int64_t window_ns;
  std::int64_t newest_ns;
  bool detects_levels;
  /// What the stream's labels tell: a level, or a word that is none; both empty where they don't.
  Level stream_level;
  std::string stream_level_text;
};

struct Refused {
  std::size_t row;
  Refusal reason;
};

/// Give rows their levels in place, and return true, where all of them may be stored and none needs
/// other metadata; else false, and nothing has changed.
bool admit_all(Rows& rows, Admission& admission);

/// Copy the rows that may be stored to `kept`, with their level; return the others.
std::vector<Refused> admit(const Rows& rows, Admission& admission, Rows& kept);

/// A reader of protobuf's wire format. Throws BadPush.
class Wire {
 public:
  explicit Wire(std::string_view text) : text_(text) {}
  /// Read the next field; false at the end.
  bool next();
  unsigned number() const noexcept { return number_; }
  unsigned kind() const noexcept { return kind_; }
  std::uint64_t value() const noexcept { return value_; }
  /// The bytes of the field. Throws BadPush where it has none.
  std::string_view bytes() const;

 private:
  /// Most numbers are of one byte.
  std::uint64_t varint() {
    const bool is_short = at_ < text_.size() && static_cast<unsigned char>(text_[at_]) < 0x80;
    return is_short ? static_cast<unsigned char>(text_[at_++]) : long_varint();
  }
  std::uint64_t long_varint();
  std::string_view text_;
  std::size_t at_ = 0;
  unsigned number_ = 0;
  unsigned kind_ = 0;
  std::uint64_t value_ = 0;
  std::string_view bytes_;
};

/// Read an entry of a stream; `meta` holds its metadata as long as the row is used.
Row read_entry(std::string_view entry, std::string& meta);

template <class Begin, class Take>
void read_push(std::string_view body, const Begin& begin, const Take& take) {
  Wire request(body);
  std::string meta;
  while (request.next()) {
    if (request.number() != 1) continue;
    std::string_view labels;
    Wire names(request.bytes());
    while (names.next()) {
      if (names.number() == 1) labels = names.bytes();
    }
    begin(labels, request.bytes().size());
    Wire stream(request.bytes());
    while (stream.next()) {
      if (stream.number() == 2) take(read_entry(stream.bytes(), meta));
    }
  }
}

}  // namespace whiteroom::logs
