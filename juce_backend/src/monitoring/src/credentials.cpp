#include "credentials.h"

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

std::string base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string made;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = i; k < i + 3; ++k) {
      bits = bits << 8 | (k < text.size() ? static_cast<unsigned char>(text[k]) : 0U);
    }
    for (unsigned digit = 0; digit < 4; ++digit) {
      made += i + digit <= text.size() ? kDigits[bits >> (18 - 6 * digit) & 63] : '=';
    }
  }
  return made;
}

bool same_scheme(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

}  // namespace

Credentials Credentials::bearer(std::string_view token) {
  Credentials made;
  made.scheme_ = "Bearer";
  made.secret_ = token;
  made.challenge_ = "Bearer realm=\"metrics\"";
  return made;
}

Credentials Credentials::basic(std::string_view user_and_password) {
  Credentials made;
  made.scheme_ = "Basic";
  made.secret_ = base64(user_and_password);
  made.challenge_ = "Basic realm=\"metrics\", charset=\"UTF-8\"";
  return made;
}

bool Credentials::admit(std::string_view authorization) const noexcept {
  if (scheme_.empty()) return true;
  const std::size_t space = authorization.find(' ');
  if (space == std::string_view::npos || !same_scheme(authorization.substr(0, space), scheme_)) {
    return false;
  }
  const std::string_view given = authorization.substr(space + 1);
  unsigned differing = given.size() != secret_.size() ? 1 : 0;
  for (std::size_t i = 0; i < given.size(); ++i) {
    differing |= static_cast<unsigned>(given[i] ^ secret_[i % secret_.size()]);
  }
  return differing == 0;
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
