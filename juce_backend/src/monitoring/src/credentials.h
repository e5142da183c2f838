/// Who may scrape: a secret from a file, compared with what a request carries.
#pragma once

#include <string>
#include <string_view>

#include "whiteroom/monitoring/version.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

/// What an Authorization header must be; without a secret every request may pass.
class Credentials {
 public:
  Credentials() = default;
  /// `token` as RFC 6750 has it.
  static Credentials bearer(std::string_view token);
  /// `user_and_password` is `user:password`, as RFC 7617 has it.
  static Credentials basic(std::string_view user_and_password);

  /// Compare in a time that does not depend on where the two differ.
  bool admit(std::string_view authorization) const noexcept;
  /// What the header WWW-Authenticate of a refusal says; empty when everyone may pass.
  std::string_view challenge() const noexcept { return challenge_; }

 private:
  std::string scheme_;
  std::string secret_;
  std::string_view challenge_;
};

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
