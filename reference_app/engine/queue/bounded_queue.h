/// A queue of fixed size between threads that must not wait for each other.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace whiteroom::engine {

/// Takes and gives values in order; any number of threads may push and pop at once. Neither locks,
/// allocates nor calls the system. A push into a full queue and a pop from an empty one fail at
/// once. After Dmitry Vyukov's "Bounded MPMC queue" (1024cores.net): each place carries the turn in
/// which it may be written or read.
template <class Value, std::size_t capacity>
class BoundedQueue {
  static_assert((capacity & (capacity - 1)) == 0, "a power of two");
  static_assert(std::is_trivially_copyable_v<Value>);

 public:
  BoundedQueue() noexcept {
    for (std::size_t i = 0; i < capacity; ++i) {
      places_[i].turn.store(i, std::memory_order_relaxed);  // nobody else is there yet
    }
  }

  /// Append a value; return false when the queue is full.
  bool push(const Value& value) noexcept {
    std::size_t turn = tail_.load(std::memory_order_relaxed);
    while (true) {
      Place& place = places_[turn & (capacity - 1)];
      // Acquire: the reader of the last round is done with the value.
      const std::size_t found = place.turn.load(std::memory_order_acquire);
      if (found == turn) {
        if (!claim(tail_, turn)) continue;
        place.value = value;
        // Release: who sees the turn sees the value.
        place.turn.store(turn + 1, std::memory_order_release);
        return true;
      }
      if (static_cast<std::ptrdiff_t>(found - turn) < 0) return false;
      turn = tail_.load(std::memory_order_relaxed);
    }
  }

  /// Take the oldest value; return false when there is none.
  bool pop(Value& value) noexcept {
    std::size_t turn = head_.load(std::memory_order_relaxed);
    while (true) {
      Place& place = places_[turn & (capacity - 1)];
      // Acquire: the value was written before its turn.
      const std::size_t found = place.turn.load(std::memory_order_acquire);
      if (found == turn + 1) {
        if (!claim(head_, turn)) continue;
        value = place.value;
        // Release: the next writer finds the value read.
        place.turn.store(turn + capacity, std::memory_order_release);
        return true;
      }
      if (static_cast<std::ptrdiff_t>(found - (turn + 1)) < 0) return false;
      turn = head_.load(std::memory_order_relaxed);
    }
  }

 private:
  struct Place {
    std::atomic<std::size_t> turn;
    Value value;
  };

  /// Take the turn from those who want it in the same moment. Relaxed: the places carry the order.
  static bool claim(std::atomic<std::size_t>& end, std::size_t& turn) noexcept {
    return end.compare_exchange_weak(turn, turn + 1, std::memory_order_relaxed);
  }

  std::array<Place, capacity> places_;
  alignas(64) std::atomic<std::size_t> tail_{0};
  alignas(64) std::atomic<std::size_t> head_{0};
};

}  // namespace whiteroom::engine
