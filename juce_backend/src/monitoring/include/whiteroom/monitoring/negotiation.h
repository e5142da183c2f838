/// What a scraper asks for in its headers, and what it gets.
#pragma once

#include <string_view>

#include "exposition.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// Return the format that an Accept header prefers (RFC 9110, section 12.5.1: by quality, the more
/// specific range first). Text where both are as welcome, and where neither is: an answer that can
/// be read by people beats a status of 406. An empty header accepts everything.
ExpositionFormat negotiate_format(std::string_view accept);

/// Tell whether an Accept-Encoding header allows gzip (RFC 9110, section 12.5.3).
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
