/// A growing array of plain values that the system moves without copying it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <type_traits>

namespace whiteroom::logs {

/// As std::vector, but grown by realloc: glibc moves the pages of a large one (mremap), where a
/// vector copies into new pages, each of which faults. Throws std::bad_alloc.
template <class T>
class Column {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Column() = default;
  Column(const Column&) = delete;
  Column& operator=(const Column&) = delete;
  ~Column() { std::free(data_); }

  std::size_t size() const noexcept { return size_; }
  const T* data() const noexcept { return data_; }
  const T* begin() const noexcept { return data_; }
  const T* end() const noexcept { return data_ + size_; }
  const T& operator[](std::size_t i) const noexcept { return data_[i]; }
  T& operator[](std::size_t i) noexcept { return data_[i]; }

  void push_back(const T& value) {
    if (size_ == room_) grow(size_ + 1);
    data_[size_++] = value;
  }

  void append(const T* values, std::size_t count) {
    if (count > room_ - size_) grow(size_ + count);
    if (count != 0) std::memcpy(data_ + size_, values, count * sizeof(T));
    size_ += count;
  }

  /// Add a value so many times.
  void append_copies(std::size_t count, const T& value) {
    if (count > room_ - size_) grow(size_ + count);
    std::fill_n(data_ + size_, count, value);
    size_ += count;
  }

  /// Leave out all values, and keep their room.
  void clear() noexcept { size_ = 0; }

  void reserve(std::size_t count) {
    if (count > room_) resize_room(count);
  }

 private:
  void grow(std::size_t least) { resize_room(std::max(least, room_ + room_ / 2 + 16)); }

  void resize_room(std::size_t room) {
    void* const moved = std::realloc(data_, room * sizeof(T));
    if (moved == nullptr) throw std::bad_alloc{};
    data_ = static_cast<T*>(moved);
    room_ = room;
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

}  // namespace whiteroom::logs
