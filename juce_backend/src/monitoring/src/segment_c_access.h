/// What the C faces of the core have in common: the C++ behind an opaque segment, how values of C
/// become those of C++, and how an exception becomes a text.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "whiteroom/monitoring/prometheus_metrics.h"
#include "whiteroom/monitoring/segment.h"
#include "whiteroom/monitoring/segment_c.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

Segment& segment_behind(wrm_segment* segment) noexcept;

/// Run `body`. Return NULL, or what it has thrown as a text for wrm_text_free().
template <class Body>
char* guarded(const Body& body) noexcept {
  try {
    body();
    return nullptr;
  } catch (const std::exception& problem) {
    return strdup(problem.what());
  } catch (...) {
    return strdup("an unknown error");
  }
}

/// Return what a pointer points at; throw PreparationError when that is nothing.
template <class Object>
Object& given(Object* object, const char* what) {
  if (object == nullptr) throw PreparationError(std::string(what) + " is a null pointer");
  return *object;
}

/// Call `body` with what a pointer points at, or count what it would record as lost when that is
/// nothing.
template <class Object, class Body>
void record_into(Object* object, const Body& body) noexcept {
  if (object != nullptr) return body(*object);
  if constexpr (kRecording) detail::count_mistake(nullptr, WRM_LOST_NOT_PREPARED);
}

/// Return the point of the clock of callbacks that is `ns` of wrm_monotonic_ns().
inline std::chrono::steady_clock::time_point time_point_of(std::uint64_t ns) noexcept {
  using Clock = std::chrono::steady_clock;
  return Clock::time_point(
      std::chrono::duration_cast<Clock::duration>(std::chrono::nanoseconds(ns)));
}

/// Return a list of texts; throw PreparationError when one of them is a null pointer.
inline std::vector<std::string> texts_of(const char* const* texts, std::size_t count) {
  std::vector<std::string> copies;
  for (const char* text : std::span(texts, count)) copies.emplace_back(&given(text, "a name"));
  return copies;
}

/// Return the value of a closed label that has this name; throw PreparationError when none has.
template <class Label, class Values>
Label label_named(const Values& values, const char* label, const char* name) {
  const auto found =
      std::find(std::begin(values), std::end(values), std::string_view(&given(name, label)));
  if (found == std::end(values)) {
    throw PreparationError(std::string(label) + " \"" + name + "\": no value of the label");
  }
  return static_cast<Label>(found - std::begin(values));
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
