/// For how long the machine has been suspended: what a clock that goes on in sleep is ahead of one
/// that stops.
#pragma once

#include <chrono>
#if !defined(_WIN32)
#include <time.h>
#endif

#include "version.h"

#if defined(_WIN32)
// Two functions of kernel32.dll; <windows.h> would define macros in everything that includes this.
extern "C" {
__declspec(dllimport) int __stdcall QueryUnbiasedInterruptTime(unsigned long long* time);
__declspec(dllimport) unsigned long long __stdcall GetTickCount64();
}
#endif

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// Return it since the machine started, to some tens of milliseconds. Wait-free; no system call
/// where clocks can be read without one.
inline std::chrono::nanoseconds suspended_time() noexcept {
#if defined(_WIN32)
  unsigned long long awake = 0;  // in units of 100 ns
  QueryUnbiasedInterruptTime(&awake);
  return std::chrono::milliseconds(static_cast<long long>(GetTickCount64())) -
         std::chrono::nanoseconds(static_cast<long long>(awake) * 100);
#elif defined(__APPLE__)
  return std::chrono::nanoseconds(
      static_cast<long long>(clock_gettime_nsec_np(CLOCK_MONOTONIC_RAW)) -
      static_cast<long long>(clock_gettime_nsec_np(CLOCK_UPTIME_RAW)));
#elif defined(CLOCK_BOOTTIME)
  timespec on{};
  timespec awake{};
  clock_gettime(CLOCK_BOOTTIME, &on);
  clock_gettime(CLOCK_MONOTONIC, &awake);
  return std::chrono::seconds(on.tv_sec - awake.tv_sec) +
         std::chrono::nanoseconds(on.tv_nsec - awake.tv_nsec);
#else
  return {};
#endif
}

/// Where that time is read: from this machine's clocks, from a value that a simulation writes, or
/// nowhere. Data and no function, so that what records calls nothing but clocks.
struct SuspendClock {
  bool of_this_machine = false;
  const std::chrono::nanoseconds* simulated = nullptr;

  bool is_known() const noexcept { return of_this_machine || simulated != nullptr; }
  /// Wait-free.
  std::chrono::nanoseconds now() const noexcept {
    return simulated != nullptr ? *simulated : suspended_time();
  }
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
