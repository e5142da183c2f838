/// Reading the records of a segment, whose bytes may be garbage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "whiteroom/monitoring/version.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

/// Takes values out of a record, never beyond its end.
class RecordReader {
 public:
  RecordReader(const std::byte* data, std::size_t size) : data_(data), left_(size) {}

  template <class Value>
  bool take(Value& value) {
    if (left_ < sizeof value) return false;
    std::memcpy(&value, data_, sizeof value);
    skip(sizeof value);
    return true;
  }

  template <class Length>
  bool text(std::string_view& value) {
    Length length = 0;
    if (!take(length) || left_ < length) return false;
    value = {reinterpret_cast<const char*>(data_), length};
    skip(length);
    return true;
  }

  const char* position() const { return reinterpret_cast<const char*>(data_); }

  bool text(std::string& value) {
    std::string_view view;
    if (!text<std::uint32_t>(view)) return false;
    value = view;
    return true;
  }

 private:
  void skip(std::size_t size) {
    data_ += size;
    left_ -= size;
  }

  const std::byte* data_;
  std::size_t left_;
};

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
