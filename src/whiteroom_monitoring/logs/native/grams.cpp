#include "grams.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace whiteroom::logs {
namespace {

std::uint32_t folded(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 'A' && byte <= 'Z' ? byte + 32U : byte;
}

constexpr std::uint32_t kGramMix = 0x9E3779B1U;

std::size_t gram_bit(std::uint32_t gram, unsigned bits) noexcept {
  return (gram * kGramMix) >> (32U - bits);
}

/// Four bytes of memory as a gram, whose first byte is the lowest.
std::uint32_t in_order(std::uint32_t bytes) noexcept {
  if constexpr (std::endian::native == std::endian::little) return bytes;
  return (bytes >> 24U) | (bytes >> 8U & 0xFF00U) | (bytes << 8U & 0xFF0000U) | (bytes << 24U);
}

/// Whether a letter may stand for one outside ASCII: K for the Kelvin sign, s for the long s.
bool has_relatives(std::uint32_t byte) noexcept {
  return byte >= 0x80 || byte == 'k' || byte == 's';
}

std::uint32_t varint(std::string_view text, std::size_t& at) noexcept {
  std::uint32_t value = 0;
  for (unsigned shift = 0; at < text.size() && shift < 32; shift += 7) {
    const auto byte = static_cast<unsigned char>(text[at++]);
    value |= static_cast<std::uint32_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) break;
  }
  return value;
}

}  // namespace

void Slices::see(std::string_view text) noexcept {
  // In pieces that stay in the processor's nearest cache, each with the begin of the next one.
  constexpr std::size_t kPiece = 2048;
  constexpr std::size_t kBefore = 3;
  std::uint8_t* const seen = seen_.data();
  const unsigned shift = 32U - bits_;
  std::array<char, kPiece> small;
  while (text.size() > kBefore) {
    const std::size_t size = std::min(text.size(), kPiece);
    // Without a branch, so that it is done for many letters at once.
    for (std::size_t i = 0; i < size; ++i) small[i] = static_cast<char>(folded(text[i]));
    for (std::size_t i = 0; i + kBefore < size; ++i) {
      std::uint32_t gram = 0;
      std::memcpy(&gram, small.data() + i, sizeof gram);
      seen[in_order(gram) * kGramMix >> shift] = 1;
    }
    text.remove_prefix(size - kBefore);
  }
}

void Slices::add(std::size_t block, const Rows& rows) {
  std::fill(seen_.begin(), seen_.end(), std::uint8_t{0});
  std::string_view before;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const Row one = rows[row];
    see(one.line);
    // Lines of one request often share their metadata.
    if (one.meta == before) continue;
    before = one.meta;
    std::size_t at = 0;
    while (at < one.meta.size()) {
      at += varint(one.meta, at);
      const std::uint32_t size = varint(one.meta, at);
      if (at + size > one.meta.size()) break;
      see(one.meta.substr(at, size));
      at += size;
    }
  }
  for (std::size_t bit = 0; bit < words_.size(); ++bit) {
    words_[bit] |= std::uint32_t{seen_[bit]} << block;
  }
}

std::uint32_t blocks_with(const char* words, unsigned bits, std::string_view needle,
                          bool any_case) {
  std::uint32_t blocks = ~std::uint32_t{0};
  for (std::size_t i = 0; i + 4 <= needle.size() && blocks != 0; ++i) {
    std::uint32_t gram = 0;
    bool skipped = false;
    for (unsigned k = 0; k < 4; ++k) {
      const std::uint32_t byte = folded(needle[i + k]);
      skipped = skipped || (any_case && has_relatives(byte));
      gram |= byte << (8U * k);
    }
    if (skipped) continue;
    std::uint32_t word = 0;
    std::memcpy(&word, words + gram_bit(gram, bits) * sizeof word, sizeof word);
    blocks &= word;
  }
  return blocks;
}

}  // namespace whiteroom::logs
