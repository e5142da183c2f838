/// Prometheus' text exposition format 0.0.4.
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "program_view.h"

namespace whiteroom::monitoring {

inline constexpr std::string_view kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

/// Append the families of `views` that have a series, by name. An info is exposed as a gauge.
/// A family of several programs stands once, with the series of all.
void expose_text(std::span<const ProgramView> views, std::string& out);

inline void expose_text(const ProgramView& view, std::string& out) {
  expose_text(std::span(&view, 1), out);
}

/// Append the shortest decimal that reads back as `value`, laid out as Python's repr() does, less a
/// trailing ".0".
void append_double(std::string& out, double value);

}  // namespace whiteroom::monitoring
