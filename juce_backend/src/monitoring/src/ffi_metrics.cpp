#include "whiteroom/monitoring/ffi_metrics.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

std::optional<ffi::Code> code_of(std::int32_t result) noexcept {
  switch (result) {
    case 0:
      return std::nullopt;
    case 1:
      return ffi::Code::invalid_argument;
    case 2:
      return ffi::Code::not_found;
    case 3:
      return ffi::Code::rejected;
    case 4:
      return ffi::Code::deferred;
    case 5:
      return ffi::Code::not_implemented;
    case 6:
      return ffi::Code::engine_null;
    case 7:
      return ffi::Code::invalid_state;
    case 9:
      return ffi::Code::parse_failed;
    case 10:
      return ffi::Code::validation_failed;
    default:
      return ffi::Code::internal;
  }
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
