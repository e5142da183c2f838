/// What can be asked of the engine over its control socket. docs/reference/reference-engine.md
/// lists it.
#pragma once

#include <string>
#include <string_view>

#include "session.h"

namespace whiteroom::engine::control {

struct Answer {
  std::string text;    ///< one JSON object, without a line end
  bool crash = false;  ///< the process is to crash once this is sent
};

/// Obey one line, a JSON object; what the C ABI can do is done over it, with `engine`. Bad input is
/// answered with `ok: false` and what was expected; it changes nothing.
Answer obey(std::string_view line, Session& session, sch_engine* engine);

}  // namespace whiteroom::engine::control
