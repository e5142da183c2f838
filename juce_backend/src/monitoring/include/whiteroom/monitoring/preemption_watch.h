/// Tells what a callback has cost from the time for which the system put its thread aside.
#pragma once

#if defined(__linux__)
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "version.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// What a thread has used until now.
struct ThreadUsage {
  std::uint64_t thread = 0;        ///< which one it is
  std::chrono::nanoseconds cpu{};  ///< time on a processor
  std::int64_t preemptions = 0;    ///< how often it was put aside while it could have gone on
};

/// Read the usage of the calling thread; nothing where the system does not say both values. Two
/// system calls that neither block nor allocate, about a microsecond.
inline std::optional<ThreadUsage> thread_usage() noexcept {
#if defined(__linux__)
  timespec cpu{};
  rusage usage{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu) != 0) return std::nullopt;
  if (getrusage(RUSAGE_THREAD, &usage) != 0) return std::nullopt;
  return ThreadUsage{pthread_self(),
                     std::chrono::seconds(cpu.tv_sec) + std::chrono::nanoseconds(cpu.tv_nsec),
                     usage.ru_nivcsw};
#else
  return std::nullopt;
#endif
}

/// Says for how long callbacks were put aside, for CallbackDetails. One thread at a time. It calls
/// the system, which nothing does that records: whoever owns the callback decides.
///
/// Since the last reading, a thread has used its processor for all callbacks and for the driver
/// between them. So what the callbacks took by the wall clock beyond that, they have not run. If
/// the thread was preempted meanwhile, that is why; else the callbacks have waited by themselves,
/// for a lock or a disk, and that is their cost. A thread is read after a callback that took more
/// than half of its buffer, and else in each 32nd, so that a light callback pays a fiftieth of a
/// reading. What is told is never too much, and too little by what the driver used since the last
/// reading.
class PreemptionWatch {
 public:
  static constexpr int kEvery = 32;

  /// A callback has taken so long. `read` is thread_usage(), but for tests. Return for how long
  /// this callback and those since the last reading were put aside.
  template <class Read>
  std::chrono::nanoseconds rendered(std::chrono::nanoseconds took, std::chrono::nanoseconds buffer,
                                    const Read& read) noexcept {
    took_ += took;
    if (last_ && ++callbacks_ < kEvery && 2 * took <= buffer) {
      return std::chrono::nanoseconds::zero();
    }
    const std::optional<ThreadUsage> usage = read();
    const auto aside = usage ? put_aside(*usage) : std::chrono::nanoseconds::zero();
    last_ = usage;
    took_ = {};
    callbacks_ = 0;
    return aside;
  }

 private:
  std::chrono::nanoseconds put_aside(const ThreadUsage& now) const noexcept {
    if (!last_ || last_->thread != now.thread) return {};
    if (last_->preemptions == now.preemptions) return {};
    return std::max(took_ - (now.cpu - last_->cpu), std::chrono::nanoseconds::zero());
  }

  std::optional<ThreadUsage> last_;
  std::chrono::nanoseconds took_{};  ///< since the last reading
  int callbacks_ = 0;
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
