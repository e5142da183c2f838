/// Which blocks may hold a text: bitmaps of the 4-grams of their lines, one bit a block in a word.
///
/// A gram is four bytes with ASCII letters made small. Its bit is `gram_bit`, which the page on the
/// format defines; a reader in another language computes the same.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "rows.h"

namespace whiteroom::logs {

constexpr std::size_t kBlocksOfSegment = 32;

/// Bitmaps of up to 32 blocks: word `bit` has bit b where block b has a gram of this bit.
class Slices {
 public:
  explicit Slices(unsigned bits)
      : bits_(bits), words_(std::size_t{1} << bits), seen_(std::size_t{1} << bits) {}
  void add(std::size_t block, const Rows& rows);
  const std::vector<std::uint32_t>& words() const noexcept { return words_; }

 private:
  void see(std::string_view text) noexcept;
  unsigned bits_;
  std::vector<std::uint32_t> words_;
  // Of the block that is added: a byte a bit, which stays in the processor's cache; setting bits
  // in the words for each gram takes twice as long.
  std::vector<std::uint8_t> seen_;
};

/// The blocks that have every gram of the needle, as a mask; all ones for a short needle.
///
/// With `any_case`, grams whose letters have relatives outside ASCII are skipped.
std::uint32_t blocks_with(const char* words, unsigned bits, std::string_view needle, bool any_case);

}  // namespace whiteroom::logs
