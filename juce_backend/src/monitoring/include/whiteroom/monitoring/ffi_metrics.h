/// Records calls over the engine's C ABI: how many, how long, and with which result.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "generated/ffi.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// Return the label of a result code of the C ABI, none for success. Codes that the ABI does not
/// know count as `internal`.
std::optional<ffi::Code> code_of(std::int32_t result) noexcept;

/// Records one call, from its construction to its destruction. Wait-free, any thread.
///
///     const FfiCall call(metrics, ffi::Function::sch_engine_set_tempo);
///     return call.ended(engine->set_tempo(bpm));
class FfiCall {
 public:
  using Clock = std::chrono::steady_clock;

  FfiCall(const ffi::Shared& metrics, ffi::Function function) noexcept
      : metrics_(metrics), function_(function) {
    if constexpr (kRecording) begin_ = Clock::now();
  }
  FfiCall(const FfiCall&) = delete;
  FfiCall& operator=(const FfiCall&) = delete;
  ~FfiCall() {
    if constexpr (kRecording) {
      metrics_.ffi_calls_total[function_].increment();
      metrics_.ffi_call_duration_seconds[function_].observe(Clock::now() - begin_);
    }
  }

  /// Record the result and return it.
  std::int32_t ended(std::int32_t result) const noexcept {
    if constexpr (kRecording) {
      const std::optional<ffi::Code> code = code_of(result);
      if (code) metrics_.ffi_errors_total(function_, *code).increment();
    }
    return result;
  }

 private:
  const ffi::Shared& metrics_;
  ffi::Function function_;
  Clock::time_point begin_{};
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
