/// Lets segments take part in fork().
#pragma once

#include "whiteroom/monitoring/version.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

/// What is told before and after each fork() of the process, through pthread_atfork.
class Forkable {
 public:
  virtual void before_fork() = 0;
  virtual void after_fork_in_parent() = 0;
  /// Only async-signal-safe calls.
  virtual void after_fork_in_child() noexcept = 0;

 protected:
  ~Forkable() = default;
};

/// Start telling `object`. May allocate; the handlers don't.
void watch_forks(Forkable* object);
/// Stop telling `object`.
void unwatch_forks(Forkable* object);

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
