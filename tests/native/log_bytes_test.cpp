// The law of reading what strangers and disks give: no byte outside of it is read.
#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>

#include "columns.h"
#include "grams.h"
#include "push.h"

using namespace whiteroom::logs;

namespace {

/// Bytes in a buffer of just their size, so that a sanitizer sees more.
class Exact {
 public:
  explicit Exact(const std::string& text) : bytes_(new char[text.size()]), size_(text.size()) {
    std::memcpy(bytes_.get(), text.data(), size_);
  }
  std::string_view view() const noexcept { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

std::string mutated(std::mt19937& random, std::string text) {
  for (unsigned changes = random() % 4; changes > 0; --changes) {
    const std::size_t at = random() % (text.size() + 1);
    if (random() % 3 == 0) {
      text.resize(at);
    } else if (at < text.size()) {
      text[at] = static_cast<char>(random());
    }
  }
  return text;
}

std::string field(unsigned number, const std::string& content) {
  std::string text;
  put_varint(text, number << 3U | 2U);
  put_varint(text, content.size());
  return text + content;
}

void fill(Rows& rows) {
  const std::string meta = meta_of({{"trace", "abc"}, {"pod", "x"}});
  for (int i = 0; i < 20; ++i) {
    rows.append({1'700'000'000'000'000'000 + i * 987'654'321'012, "a line of text", meta, kInfo});
  }
}

}  // namespace

TEST_CASE("no push lets the reader read beyond it") {
  std::string time;
  put_varint(time, 1U << 3U);
  put_varint(time, 1'700'000'000);
  put_varint(time, 2U << 3U);
  put_varint(time, 5);
  const std::string entry =
      field(1, time) + field(2, "a line") + field(3, field(1, "name") + field(2, "value"));
  const std::string body = field(1, field(1, "{job=\"x\"}") + field(2, entry) + field(2, entry));
  std::mt19937 random(20261202);
  std::size_t count = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Exact exact(i == 0 ? body : mutated(random, body));
    std::size_t bytes = 0;
    try {
      read_push(
          exact.view(), [](std::string_view, std::size_t) {},
          [&bytes](const Row& row) { bytes += row.line.size() + row.meta.size(); });
      ++count;
    } catch (const BadPush&) {
    }
    if (i == 0) CHECK(bytes == 2 * (6 + 11));
  }
  CHECK(count > 1000);
}

TEST_CASE("no columns let the reader read beyond them") {
  Rows rows;
  fill(rows);
  const std::string columns = columns_of(rows);
  TimeReader whole(columns);
  REQUIRE(whole.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) CHECK(whole.next() == rows.times()[i]);
  std::mt19937 random(20261203);
  std::size_t damaged = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Exact exact(mutated(random, columns));
    try {
      TimeReader times(exact.view());
      for (std::size_t row = 0; row < times.size(); ++row) times.next();
      Rows read;
      read_columns(exact.view(), read);
    } catch (const DamagedColumns&) {
      ++damaged;
    }
  }
  CHECK(damaged > 1000);
}

TEST_CASE("grams of lines of any length are within their bitmap") {
  for (const std::size_t size : {0U, 3U, 4U, 2047U, 2048U, 2049U, 9000U}) {
    Rows rows;
    const Exact line(std::string(size, '\xff'));
    rows.append({0, line.view(), {}, kNoLevel});
    Slices slices(6);
    slices.add(0, rows);
    std::uint32_t all = 0;
    for (const std::uint32_t word : slices.words()) all |= word;
    CHECK(all == (size < 4 ? 0U : 1U));
  }
}
