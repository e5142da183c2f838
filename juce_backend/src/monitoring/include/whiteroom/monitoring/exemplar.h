/// The trace that a recorded value is an example of.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "cells.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// Return the number that `digits`, 1 to 16 of them to the base of 16, are.
constexpr std::optional<std::uint64_t> parse_hex(std::string_view digits) noexcept {
  if (digits.empty() || digits.size() > 16) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<std::uint64_t>(digit);
  }
  return value;
}

/// A trace id, the id of a span of it, and the moment. Making one reads a clock and parses; neither
/// allocates, locks or throws.
struct Exemplar : wrm_exemplar {
  /// Of the ids' bytes as big-endian numbers; `span` 0 is none.
  static Exemplar now(std::uint64_t trace_high, std::uint64_t trace_low,
                      std::uint64_t span = 0) noexcept {
    const auto moment = std::chrono::system_clock::now().time_since_epoch();
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(moment).count();
    return {{trace_high, trace_low, span, static_cast<std::uint64_t>(ns)}};
  }

  /// Of ids in hexadecimal, 32 and 16 digits; an empty `span_id` is none. Nothing if these are no
  /// ids (W3C Trace Context, section 3.2.2).
  static std::optional<Exemplar> of_ids(std::string_view trace_id,
                                        std::string_view span_id = {}) noexcept {
    if (trace_id.size() != 32 || (span_id.size() != 16 && !span_id.empty())) return std::nullopt;
    const auto high = parse_hex(trace_id.substr(0, 16));
    const auto low = parse_hex(trace_id.substr(16));
    const auto span = span_id.empty() ? std::optional<std::uint64_t>(0) : parse_hex(span_id);
    if (!high || !low || !span || (*high == 0 && *low == 0)) return std::nullopt;
    return now(*high, *low, *span);
  }

  /// Of a `traceparent` header, `00-TRACE-SPAN-FLAGS`. Nothing if it is none.
  static std::optional<Exemplar> of_traceparent(std::string_view header) noexcept {
    constexpr std::size_t kLength = 55;
    if (header.size() < kLength || header[2] != '-' || header[35] != '-' || header[52] != '-') {
      return std::nullopt;
    }
    return of_ids(header.substr(3, 32), header.substr(36, 16));
  }
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
