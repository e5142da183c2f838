/// Songs as JSON, which is what front ends keep and send.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "song/song.h"

namespace whiteroom::engine::song {

inline constexpr std::size_t kMostBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMostParts = 64;
inline constexpr std::size_t kMostNotes = 20'000;  ///< of one part
inline constexpr std::size_t kMostPerformances = 16;

/// The text is no JSON; says where.
class ParseError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The JSON is no song; says at which place, what was found and what was expected.
class ValidationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Return the song that `json` describes. Throws ParseError or ValidationError.
Song from_json(std::string_view json);

/// Return a text that from_json() makes the same song of.
std::string to_json(const Song& song);

/// Whether `text` is a UUID (RFC 9562, section 4).
bool is_uuid(std::string_view text) noexcept;

}  // namespace whiteroom::engine::song
