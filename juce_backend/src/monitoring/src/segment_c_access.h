/// What the C faces of the core have in common: the C++ behind an opaque segment, and how an
/// exception becomes a text.
#pragma once

#include <cstring>
#include <exception>
#include <string>

#include "whiteroom/monitoring/segment.h"
#include "whiteroom/monitoring/segment_c.h"

namespace whiteroom::monitoring {

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

}  // namespace whiteroom::monitoring
