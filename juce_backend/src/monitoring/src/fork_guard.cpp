#include "fork_guard.h"

#include <pthread.h>

#include <algorithm>
#include <mutex>
#include <vector>

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

struct Watched {
  std::mutex mutex;
  std::vector<Forkable*> objects;
};

Watched& watched() {
  static Watched& instance = *new Watched;  // outlives every static segment
  return instance;
}

template <class Action>
void for_each_watched(const Action& action) {
  for (Forkable* object : watched().objects) action(*object);
}

void before_fork() {
  watched().mutex.lock();
  for_each_watched([](Forkable& object) { object.before_fork(); });
}

void after_fork_in_parent() {
  for_each_watched([](Forkable& object) { object.after_fork_in_parent(); });
  watched().mutex.unlock();
}

void after_fork_in_child() {
  for_each_watched([](Forkable& object) { object.after_fork_in_child(); });
  watched().mutex.unlock();
}

}  // namespace

void watch_forks(Forkable* object) {
  [[maybe_unused]] static const int installed =
      pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  const std::lock_guard lock(watched().mutex);
  watched().objects.push_back(object);
}

void unwatch_forks(Forkable* object) {
  const std::lock_guard lock(watched().mutex);
  std::erase(watched().objects, object);
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
