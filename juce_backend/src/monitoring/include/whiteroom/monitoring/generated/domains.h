// Generated from catalogue/*.yaml by `whiteroom generate`; edit that file, not this one.

/// The domains of the catalogue by name, without the core's own.
#pragma once

#include <string_view>

#include "audio.h"
#include "business.h"
#include "console.h"
#include "ffi.h"
#include "http.h"
#include "inbox.h"
#include "logs.h"
#include "plugin.h"
#include "security.h"
#include "shipper.h"
#include "ui.h"
#include "watcher.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

struct Domain {
  std::string_view name;
  Span<const FamilySpec> families;
  Span<const LogEventSpec> events{};
};

inline constexpr Domain kDomains[] = {
    {"audio", audio::families(), audio::events()},
    {"business", business::families()},
    {"console", console::families()},
    {"ffi", ffi::families(), ffi::events()},
    {"http", http::families()},
    {"inbox", inbox::families()},
    {"logs", logs::families()},
    {"plugin", plugin::families()},
    {"security", security::families()},
    {"shipper", shipper::families()},
    {"ui", ui::families(), ui::events()},
    {"watcher", watcher::families()},
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
