// Generated from catalogue/*.yaml by `whiteroom generate`; edit that file, not this one.

/// The domains of the catalogue by name, without the core's own.
#pragma once

#include <span>
#include <string_view>

#include "audio.h"

namespace whiteroom::monitoring {

struct Domain {
  std::string_view name;
  std::span<const FamilySpec> families;
};

inline constexpr Domain kDomains[] = {
    {"audio", audio::families()},
};

}  // namespace whiteroom::monitoring
