/// Problems as the C face gives them: texts that are given back.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "whiteroom/monitoring/segment_c.h"

namespace whiteroom::monitoring::testing {

/// Fail with the text of a problem, which is given back.
inline void require_success(char* problem) {
  const std::string text = problem == nullptr ? "" : problem;
  wrm_text_free(problem);
  REQUIRE(text == "");
}

/// The text of a problem that is expected.
inline std::string problem_of(char* problem) {
  REQUIRE(problem != nullptr);
  std::string text = problem;
  wrm_text_free(problem);
  return text;
}

}  // namespace whiteroom::monitoring::testing
