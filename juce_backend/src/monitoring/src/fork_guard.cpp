#include "fork_guard.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <string>

#include "whiteroom/monitoring/family.h"

namespace whiteroom::monitoring {
namespace {

struct Watched {
  std::mutex mutex;
  std::array<Forkable*, 16> objects{};
};

Watched& watched() {
  static Watched& instance = *new Watched;  // outlives every static segment
  return instance;
}

template <class Action>
void for_each_watched(const Action& action) {
  for (Forkable* object : watched().objects) {
    if (object != nullptr) action(*object);
  }
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
  auto& objects = watched().objects;
  const auto place = std::find(objects.begin(), objects.end(), nullptr);
  if (place == objects.end()) {
    throw PreparationError("more than " + std::to_string(objects.size()) +
                           " segments in one process");
  }
  *place = object;
}

void unwatch_forks(Forkable* object) {
  const std::lock_guard lock(watched().mutex);
  std::replace(watched().objects.begin(), watched().objects.end(), object,
               static_cast<Forkable*>(nullptr));
}

}  // namespace whiteroom::monitoring
