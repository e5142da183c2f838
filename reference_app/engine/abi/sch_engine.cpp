#include "abi/sch_engine.h"

#include <atomic>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "abi/bridge.h"
#include "ffi_metrics.h"

using whiteroom::monitoring::FfiCall;
using Function = whiteroom::monitoring::ffi::Function;

namespace {

// Stored with release and loaded with acquire: who sees the bridge sees what it was made with.
std::atomic<sch_engine*> installed{nullptr};

/// Run the body of a function, unless a fault says what it shall return, and record the call.
/// Before there is an engine there is nothing to record in.
template <class Body>
std::int32_t recorded(Function function, const Body& body) noexcept {
  sch_engine* const bridge = installed.load(std::memory_order_acquire);
  if (bridge == nullptr) return SCH_INVALID_STATE;
  const FfiCall call(bridge->metrics, function);
  const std::int32_t fault = bridge->faults.result_of(function);
  return call.ended(fault != 0 ? fault : body(*bridge));
}

/// The same for a function that needs its caller's engine.
template <class Body>
std::int32_t recorded_with(Function function, sch_engine* engine, const Body& body) noexcept {
  return recorded(function, [&](sch_engine& bridge) -> std::int32_t {
    if (engine == nullptr) return SCH_ENGINE_NULL;
    return engine == &bridge ? body(bridge) : SCH_INVALID_ARGUMENT;
  });
}

bool is_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const auto character = static_cast<unsigned char>(text[i]);
    if (dash ? character != '-' : std::isxdigit(character) == 0) return false;
  }
  return true;
}

}  // namespace

namespace whiteroom::engine::abi {

void install(sch_engine* bridge) noexcept { installed.store(bridge, std::memory_order_release); }

}  // namespace whiteroom::engine::abi

std::int32_t sch_engine_create(sch_engine** engine) {
  return recorded(Function::sch_engine_create, [&](sch_engine& bridge) -> std::int32_t {
    if (engine == nullptr) return SCH_INVALID_ARGUMENT;
    *engine = &bridge;
    return SCH_OK;
  });
}

std::int32_t sch_engine_destroy(sch_engine* engine) {
  return recorded_with(Function::sch_engine_destroy, engine, [](sch_engine&) { return SCH_OK; });
}

std::int32_t sch_engine_get_version(char** version) {
  return recorded(Function::sch_engine_get_version, [&](sch_engine&) -> std::int32_t {
    if (version == nullptr) return SCH_INVALID_ARGUMENT;
    *version = strdup(WHITEROOM_VERSION);
    return *version != nullptr ? SCH_OK : SCH_INTERNAL;
  });
}

std::int32_t sch_engine_get_audio_status(sch_engine* engine, sch_audio_status* status) {
  return recorded_with(Function::sch_engine_get_audio_status, engine,
                       [&](sch_engine& bridge) -> std::int32_t {
                         if (status == nullptr) return SCH_INVALID_ARGUMENT;
                         const auto now = bridge.engine.snapshot();
                         *status = {now.stream.sample_rate,
                                    now.stream.buffer_frames,
                                    now.playing,
                                    now.tempo_bpm,
                                    now.position_beats,
                                    now.callbacks,
                                    now.xruns};
                         return SCH_OK;
                       });
}

std::int32_t sch_engine_set_transport(sch_engine* engine, bool playing) {
  return recorded_with(Function::sch_engine_set_transport, engine, [&](sch_engine& bridge) {
    bridge.engine.set_playing(playing);
    return SCH_OK;
  });
}

std::int32_t sch_engine_set_tempo(sch_engine* engine, double bpm) {
  using whiteroom::engine::Engine;
  return recorded_with(Function::sch_engine_set_tempo, engine,
                       [&](sch_engine& bridge) -> std::int32_t {
                         // Written so that what is no number is refused, too.
                         if (!(bpm >= Engine::kSlowestBpm && bpm <= Engine::kFastestBpm))
                           return SCH_INVALID_ARGUMENT;
                         bridge.engine.set_tempo(bpm);
                         return SCH_OK;
                       });
}

std::int32_t sch_uuid_validate(const char* text) {
  return recorded(Function::sch_uuid_validate, [&](sch_engine&) -> std::int32_t {
    if (text == nullptr) return SCH_INVALID_ARGUMENT;
    return is_uuid(text) ? SCH_OK : SCH_VALIDATION_FAILED;
  });
}

std::int32_t sch_free_string(char* text) {
  return recorded(Function::sch_free_string, [&](sch_engine&) {
    std::free(text);
    return SCH_OK;
  });
}
