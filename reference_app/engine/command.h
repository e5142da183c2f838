/// What the callback can be asked to do.
#pragma once

#include <cstdint>

#include "abi/sch_engine.h"

namespace whiteroom::engine {

/// `first` and `second` are performances, for a blend of these.
struct Command {
  sch_command asked{};
  std::uint32_t first = 0;
  std::uint32_t second = 0;
};

/// Whether a command's numbers are in the ranges that the ABI names.
bool sensible(const sch_command& command) noexcept;
bool names_channel(const sch_command& command) noexcept;

}  // namespace whiteroom::engine
