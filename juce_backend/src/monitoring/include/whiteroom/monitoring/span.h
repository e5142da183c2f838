/// A view of values that lie side by side: what std::span is, for programs of C++17, too.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "version.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// Made of an array or of whatever has data() and size(), std::span and std::vector among them. The
/// same type in every version of the language, so that programs of C++17 link with a library of
/// C++20. The values outlive it.
template <class T>
class Span {
 public:
  constexpr Span() noexcept = default;
  constexpr Span(T* data, std::size_t size) noexcept : data_(data), size_(size) {}
  template <std::size_t count>
  constexpr Span(T (&values)[count]) noexcept : data_(values), size_(count) {}
  /// An array of values that are not constant is seen as one of constant ones.
  template <class Values,
            class = std::enable_if_t<std::is_convertible_v<
                std::remove_pointer_t<decltype(std::declval<Values&>().data())> (*)[], T (*)[]>>>
  constexpr Span(Values&& values) noexcept : data_(values.data()), size_(values.size()) {}

  constexpr T* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr T* begin() const noexcept { return data_; }
  constexpr T* end() const noexcept { return data_ + size_; }
  constexpr T& operator[](std::size_t place) const noexcept { return data_[place]; }
  /// The first of them; there are as many.
  constexpr Span first(std::size_t count) const noexcept { return {data_, count}; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
