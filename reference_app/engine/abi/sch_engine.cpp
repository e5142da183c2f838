#include "abi/sch_engine.h"

#include <bit>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "abi/process.h"
#include "log.h"
#include "song/first_light.h"
#include "song/song_json.h"
#include "whiteroom/monitoring/ffi_metrics.h"

using whiteroom::engine::Session;
using whiteroom::engine::SessionOptions;
using whiteroom::engine::abi::Process;
using whiteroom::monitoring::FfiCall;
using Code = whiteroom::monitoring::ffi::Code;
using Function = whiteroom::monitoring::ffi::Function;
using whiteroom::engine::Level;
using whiteroom::engine::log;
namespace song = whiteroom::engine::song;

namespace {

constexpr double kSlowestRate = 44'100;
constexpr double kFastestRate = 192'000;
constexpr std::uint32_t kShortestBuffer = 32;
constexpr std::uint32_t kLongestBuffer = 2048;
constexpr std::uint32_t kMostChannels = 64;
constexpr double kLongestExport_s = 3600;

template <class Body>
std::int32_t result_of(Process& process, Function function, const Body& body) noexcept {
  const std::int32_t fault = process.faults().result_of(function);
  if (fault != 0) return fault;
  try {
    return body(process);
  } catch (const std::exception& problem) {
    log(Level::error, "internal", {{"problem", problem.what()}});
    return SCH_INTERNAL;
  }
}

/// Run the body of a function, unless a fault says what it shall return, and record the call.
/// Nothing gets out of it but a result code. Every function of the ABI goes through this.
template <class Body>
std::int32_t recorded(Function function, const Body& body) noexcept {
  Process* const process = Process::get();
  if (process == nullptr) return SCH_INVALID_STATE;
  const FfiCall call(process->metrics(), function);
  const std::int32_t result = result_of(*process, function, body);
  const auto code = whiteroom::monitoring::code_of(result);
  if (code && *code != Code::deferred) process->events().call_refused(function, *code);
  return call.ended(result);
}

/// The same for a function that needs its caller's engine.
template <class Body>
std::int32_t with_engine(Function function, sch_engine* engine, const Body& body) noexcept {
  return recorded(function, [&](Process& process) -> std::int32_t {
    if (engine == nullptr) return SCH_ENGINE_NULL;
    const Process::Lease lease(process, engine);
    return lease.session() != nullptr ? body(*lease.session()) : SCH_INVALID_ARGUMENT;
  });
}

/// Whether a number is in a range; what is no number is not.
bool within(double value, double low, double high) { return value >= low && value <= high; }

/// Give a text to the caller, who frees it.
std::int32_t give(std::string_view text, char** place) {
  auto* const copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) return SCH_INTERNAL;
  copy[text.copy(copy, text.size())] = '\0';
  *place = copy;
  return SCH_OK;
}

const char* or_else(const char* text, const char* otherwise) {
  return text != nullptr ? text : otherwise;
}

bool names_driver(std::string_view name) {
  return name == "auto" || name == "jack" || name == "clock";
}

std::int32_t create(Process& process, const sch_engine_config& config, sch_engine** engine) {
  SessionOptions options{.driver = or_else(config.driver, "auto"),
                         .metrics_address = or_else(config.metrics_address, "127.0.0.1"),
                         .control = or_else(config.control, "")};
  if (!names_driver(options.driver) || !within(config.metrics_port, SCH_NO_METRICS, 65535)) {
    return SCH_INVALID_ARGUMENT;
  }
  if (config.metrics_port != SCH_NO_METRICS) {
    options.metrics_port = static_cast<std::uint16_t>(config.metrics_port);
  }
  try {
    return process.create(std::move(options), *engine);
  } catch (const whiteroom::monitoring::EndpointError& problem) {
    log(Level::error, problem.what());
  } catch (const whiteroom::engine::control::SocketError& problem) {
    log(Level::error, problem.what());
  }
  return SCH_REJECTED;
}

/// Where the log goes and where the metrics are must be known before the first call is recorded.
std::int32_t settle(const sch_engine_config* config) noexcept {
  if (config == nullptr) return SCH_OK;
  if (config->size != sizeof *config) return SCH_INVALID_ARGUMENT;
  try {
    if (config->log_file != nullptr) whiteroom::engine::log_to(config->log_file);
    if (!Process::use_folder(or_else(config->segments, ""))) return SCH_INVALID_STATE;
    if (config->event_log != nullptr) Process::use_event_log(config->event_log);
    return SCH_OK;
  } catch (const std::exception& problem) {
    log(Level::error, problem.what());
    return SCH_REJECTED;
  }
}

}  // namespace

// --- the engine

std::int32_t sch_engine_create(const sch_engine_config* config, sch_engine** engine) {
  const std::int32_t settled = settle(config);
  return recorded(Function::sch_engine_create, [&](Process& process) -> std::int32_t {
    if (engine == nullptr) return SCH_INVALID_ARGUMENT;
    if (settled != SCH_OK) return settled;
    return create(process, config != nullptr ? *config : sch_engine_config{}, engine);
  });
}

std::int32_t sch_engine_destroy(sch_engine* engine) {
  return recorded(Function::sch_engine_destroy, [&](Process& process) -> std::int32_t {
    return engine == nullptr ? SCH_ENGINE_NULL : process.destroy(engine);
  });
}

std::int32_t sch_engine_get_version(char** version) {
  return recorded(Function::sch_engine_get_version, [&](Process&) -> std::int32_t {
    return version == nullptr ? SCH_INVALID_ARGUMENT : give(WHITEROOM_VERSION, version);
  });
}

// --- songs

std::int32_t sch_engine_load_song(sch_engine* engine, const char* json, char** problem) {
  const auto refused = [&](const std::exception& why, std::int32_t result) {
    if (problem != nullptr) give(why.what(), problem);
    return result;
  };
  return with_engine(Function::sch_engine_load_song, engine, [&](Session& session) -> std::int32_t {
    if (json == nullptr) return SCH_INVALID_ARGUMENT;
    if (problem != nullptr) *problem = nullptr;
    try {
      // One byte more than is allowed is enough to refuse it.
      session.load(song::from_json({json, strnlen(json, song::kMostBytes + 1)}));
      return SCH_OK;
    } catch (const song::ParseError& why) {
      return refused(why, SCH_PARSE_FAILED);
    } catch (const song::ValidationError& why) {
      return refused(why, SCH_VALIDATION_FAILED);
    }
  });
}

std::int32_t sch_engine_get_song(sch_engine* engine, char** json) {
  return with_engine(Function::sch_engine_get_song, engine, [&](Session& session) -> std::int32_t {
    if (json == nullptr) return SCH_INVALID_ARGUMENT;
    const auto loaded = session.song();
    return loaded ? give(song::to_json(*loaded), json) : SCH_NOT_FOUND;
  });
}

std::int32_t sch_engine_create_default_song(sch_engine* engine, char** json) {
  return with_engine(
      Function::sch_engine_create_default_song, engine, [&](Session& session) -> std::int32_t {
        session.load(song::first_light());
        return json == nullptr ? SCH_OK : give(song::to_json(song::first_light()), json);
      });
}

std::int32_t sch_engine_export_song(sch_engine* engine, const char* path, double seconds) {
  return with_engine(
      Function::sch_engine_export_song, engine, [&](Session& session) -> std::int32_t {
        const bool sensible = path != nullptr && seconds > 0 && seconds <= kLongestExport_s;
        return sensible ? session.export_song(path, seconds) : SCH_INVALID_ARGUMENT;
      });
}

// --- sound

std::int32_t sch_engine_audio_init(sch_engine* engine, double sample_rate,
                                   std::uint32_t buffer_frames, std::uint32_t channels) {
  return with_engine(
      Function::sch_engine_audio_init, engine, [&](Session& session) -> std::int32_t {
        if (!within(sample_rate, kSlowestRate, kFastestRate) ||
            !within(buffer_frames, kShortestBuffer, kLongestBuffer) ||
            !std::has_single_bit(buffer_frames) || !within(channels, 1, kMostChannels)) {
          return SCH_INVALID_ARGUMENT;
        }
        if (channels != 2) return SCH_NOT_IMPLEMENTED;
        return session.init_audio({sample_rate, buffer_frames});
      });
}

std::int32_t sch_engine_audio_start(sch_engine* engine) {
  return with_engine(Function::sch_engine_audio_start, engine,
                     [](Session& session) { return session.start_audio(); });
}

std::int32_t sch_engine_audio_stop(sch_engine* engine) {
  return with_engine(Function::sch_engine_audio_stop, engine,
                     [](Session& session) { return session.stop_audio(); });
}

std::int32_t sch_engine_get_audio_status(sch_engine* engine, sch_audio_status* status) {
  return with_engine(Function::sch_engine_get_audio_status, engine,
                     [&](Session& session) -> std::int32_t {
                       return status == nullptr ? SCH_INVALID_ARGUMENT : session.status(*status);
                     });
}

// --- playing

std::int32_t sch_engine_set_transport(sch_engine* engine, bool playing) {
  return with_engine(Function::sch_engine_set_transport, engine, [&](Session& session) {
    session.engine().set_playing(playing);
    return SCH_OK;
  });
}

std::int32_t sch_engine_set_tempo(sch_engine* engine, double bpm) {
  return with_engine(Function::sch_engine_set_tempo, engine, [&](Session& session) -> std::int32_t {
    if (!within(bpm, song::kSlowestBpm, song::kFastestBpm)) return SCH_INVALID_ARGUMENT;
    session.engine().set_tempo(bpm);
    return SCH_OK;
  });
}

std::int32_t sch_engine_set_position(sch_engine* engine, double beats) {
  return with_engine(Function::sch_engine_set_position, engine, [&](Session& session) {
    return session.push({SCH_COMMAND_POSITION, 0, 0, beats});
  });
}

std::int32_t sch_engine_send_note_on(sch_engine* engine, std::uint32_t channel, std::int32_t pitch,
                                     float velocity) {
  return with_engine(Function::sch_engine_send_note_on, engine, [&](Session& session) {
    return session.push({SCH_COMMAND_NOTE_ON, channel, pitch, velocity});
  });
}

std::int32_t sch_engine_send_note_off(sch_engine* engine, std::uint32_t channel,
                                      std::int32_t pitch) {
  return with_engine(Function::sch_engine_send_note_off, engine, [&](Session& session) {
    return session.push({SCH_COMMAND_NOTE_OFF, channel, pitch, 0});
  });
}

std::int32_t sch_engine_all_notes_off(sch_engine* engine) {
  return with_engine(Function::sch_engine_all_notes_off, engine, [&](Session& session) {
    return session.push({SCH_COMMAND_ALL_NOTES_OFF, 0, 0, 0});
  });
}

std::int32_t sch_engine_set_performance_blend(sch_engine* engine, const char* first,
                                              const char* second, double blend) {
  return with_engine(Function::sch_engine_set_performance_blend, engine,
                     [&](Session& session) -> std::int32_t {
                       if (first == nullptr || second == nullptr) return SCH_INVALID_ARGUMENT;
                       if (!song::is_uuid(first) || !song::is_uuid(second)) {
                         return SCH_VALIDATION_FAILED;
                       }
                       return session.set_blend(first, second, blend);
                     });
}

std::int32_t sch_engine_push_command(sch_engine* engine, const sch_command* command) {
  return with_engine(Function::sch_engine_push_command, engine,
                     [&](Session& session) -> std::int32_t {
                       return command == nullptr ? SCH_INVALID_ARGUMENT : session.push(*command);
                     });
}

std::int32_t sch_engine_get_performance_state(sch_engine* engine, sch_performance_state* state) {
  return with_engine(Function::sch_engine_get_performance_state, engine,
                     [&](Session& session) -> std::int32_t {
                       return state == nullptr ? SCH_INVALID_ARGUMENT : session.performance(*state);
                     });
}

// --- events and texts

std::int32_t sch_engine_set_event_callback(sch_engine* engine, sch_event_callback callback,
                                           void* context) {
  return with_engine(Function::sch_engine_set_event_callback, engine, [&](Session& session) {
    session.set_event_callback(callback, context);
    return SCH_OK;
  });
}

std::int32_t sch_uuid_validate(const char* text) {
  return recorded(Function::sch_uuid_validate, [&](Process&) -> std::int32_t {
    if (text == nullptr) return SCH_INVALID_ARGUMENT;
    return song::is_uuid({text, strnlen(text, SCH_UUID_BYTES)}) ? SCH_OK : SCH_VALIDATION_FAILED;
  });
}

std::int32_t sch_free_string(char* text) {
  return recorded(Function::sch_free_string, [&](Process&) {
    std::free(text);
    return SCH_OK;
  });
}

std::int32_t sch_free_string_array(char** texts, std::size_t count) {
  return recorded(Function::sch_free_string_array, [&](Process&) -> std::int32_t {
    if (texts == nullptr) return count == 0 ? SCH_OK : SCH_INVALID_ARGUMENT;
    for (std::size_t i = 0; i < count; ++i) std::free(texts[i]);
    std::free(texts);
    return SCH_OK;
  });
}
