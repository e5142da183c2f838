#include "driver/scheduling.h"

#include <pthread.h>
#include <sched.h>

namespace whiteroom::engine::driver {
namespace {

// Above ordinary programs, below the kernel's own threads; JACK's clients have about as much.
constexpr int kPriority = 60;

}  // namespace

bool request_realtime() noexcept {
  sched_param wanted{};
  wanted.sched_priority = kPriority;
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted) == 0;
}

bool realtime_in_force() noexcept {
  int policy = SCHED_OTHER;
  sched_param parameters{};
  if (pthread_getschedparam(pthread_self(), &policy, &parameters) != 0) return false;
  return policy == SCHED_FIFO || policy == SCHED_RR;
}

}  // namespace whiteroom::engine::driver
