/// Prometheus' text exposition format 0.0.4.
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <string>
#include <string_view>

#include "program_view.h"

namespace whiteroom::monitoring {

inline constexpr std::string_view kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

/// Append the families of `view` that have a series, by name. An info is exposed as a gauge.
void expose_text(const ProgramView& view, std::string& out);

/// Append the shortest decimal that reads back as `value`, laid out as Python's repr() does, less a
/// trailing ".0".
void append_double(std::string& out, double value);

}  // namespace whiteroom::monitoring
