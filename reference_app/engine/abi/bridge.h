/// What stands behind the C ABI: the process' engine, the metrics of calls, and the faults.
#pragma once

#include "engine.h"
#include "faults.h"
#include "generated/ffi.h"

struct sch_engine {
  whiteroom::engine::Engine& engine;
  whiteroom::monitoring::ffi::Shared metrics;
  whiteroom::engine::Faults& faults;
};

namespace whiteroom::engine::abi {

/// Let calls reach `bridge`, which outlives all of them; nullptr ends that.
void install(sch_engine* bridge) noexcept;

}  // namespace whiteroom::engine::abi
