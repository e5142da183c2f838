#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "queue/bounded_queue.h"

using whiteroom::engine::BoundedQueue;

TEST_CASE("a queue gives in order what it was given, and is full at its size") {
  BoundedQueue<int, 4> queue;
  int value = 0;
  CHECK_FALSE(queue.pop(value));
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 4; ++i) CHECK(queue.push(round * 10 + i));
    CHECK_FALSE(queue.push(99));
    for (int i = 0; i < 4; ++i) {
      REQUIRE(queue.pop(value));
      CHECK(value == round * 10 + i);
    }
    CHECK_FALSE(queue.pop(value));
  }
}

TEST_CASE("of what several threads push, all arrives once, and each thread's in its order") {
  constexpr std::uint32_t kThreads = 4;
  constexpr std::uint32_t kEach = 50'000;
  BoundedQueue<std::uint64_t, 64> queue;
  std::vector<std::jthread> pushers;
  for (std::uint32_t thread = 0; thread < kThreads; ++thread) {
    pushers.emplace_back([&queue, thread] {
      for (std::uint32_t i = 0; i < kEach; ++i) {
        while (!queue.push((std::uint64_t{thread} << 32U) | i)) std::this_thread::yield();
      }
    });
  }
  std::vector<std::uint32_t> next(kThreads, 0);
  bool in_order = true;
  for (std::uint64_t taken = 0; taken < std::uint64_t{kThreads} * kEach;) {
    std::uint64_t value = 0;
    if (!queue.pop(value)) {
      std::this_thread::yield();
      continue;
    }
    in_order = in_order && next[value >> 32U]++ == static_cast<std::uint32_t>(value);
    ++taken;
  }
  CHECK(in_order);
}
