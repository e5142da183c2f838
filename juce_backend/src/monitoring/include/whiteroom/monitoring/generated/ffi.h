// Generated from catalogue/ffi.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../log_events.h"
#include "../prometheus_metrics.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {
namespace ffi {

/// Values of the label `function`.
enum class Function : std::uint8_t { sch_engine_create, sch_engine_destroy, sch_engine_get_version, sch_engine_load_song, sch_engine_get_song, sch_engine_create_default_song, sch_engine_export_song, sch_engine_audio_init, sch_engine_audio_start, sch_engine_audio_stop, sch_engine_get_audio_status, sch_engine_set_transport, sch_engine_set_tempo, sch_engine_set_position, sch_engine_send_note_on, sch_engine_send_note_off, sch_engine_all_notes_off, sch_engine_set_performance_blend, sch_engine_push_command, sch_engine_get_performance_state, sch_engine_set_event_callback, sch_uuid_validate, sch_free_string, sch_free_string_array };
constexpr std::uint32_t value_count(Function) noexcept { return 24; }
inline constexpr std::string_view kFunctionValues[] = {"sch_engine_create", "sch_engine_destroy", "sch_engine_get_version", "sch_engine_load_song", "sch_engine_get_song", "sch_engine_create_default_song", "sch_engine_export_song", "sch_engine_audio_init", "sch_engine_audio_start", "sch_engine_audio_stop", "sch_engine_get_audio_status", "sch_engine_set_transport", "sch_engine_set_tempo", "sch_engine_set_position", "sch_engine_send_note_on", "sch_engine_send_note_off", "sch_engine_all_notes_off", "sch_engine_set_performance_blend", "sch_engine_push_command", "sch_engine_get_performance_state", "sch_engine_set_event_callback", "sch_uuid_validate", "sch_free_string", "sch_free_string_array"};

/// Values of the label `code`.
enum class Code : std::uint8_t { invalid_argument, not_found, rejected, deferred, not_implemented, engine_null, invalid_state, parse_failed, validation_failed, internal };
constexpr std::uint32_t value_count(Code) noexcept { return 10; }
inline constexpr std::string_view kCodeValues[] = {"invalid_argument", "not_found", "rejected", "deferred", "not_implemented", "engine_null", "invalid_state", "parse_failed", "validation_failed", "internal"};

inline constexpr LabelSpec kFfiCallsTotalLabels[] = {{"function", kFunctionValues}};

inline constexpr LabelSpec kFfiErrorsTotalLabels[] = {{"function", kFunctionValues}, {"code", kCodeValues}};

inline constexpr LabelSpec kFfiCallDurationSecondsLabels[] = {{"function", kFunctionValues}};
inline constexpr double kFfiCallDurationSecondsBounds[] = {1e-06, 1e-05, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 13> kFfiCallDurationSecondsCellBounds{1000, 10000, 100000, 500000, 1000000, 5000000, 10000000, 25000000, 50000000, 100000000, 250000000, 500000000, 1000000000};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {"ffi_calls_total",
     "Calls over the engine's C ABI that have ended, by function.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kFfiCallsTotalLabels,
     {},
     false},
    {"ffi_errors_total",
     "Calls over the engine's C ABI that returned a result code other than success.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kFfiErrorsTotalLabels,
     {},
     false},
    {"ffi_call_duration_seconds",
     "Duration of calls over the engine's C ABI, by function.",
     "seconds",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1000000000,
     kFfiCallDurationSecondsLabels,
     kFfiCallDurationSecondsBounds,
     false},
};
inline constexpr const FamilySpec& kFfiCallsTotal = kFamilies[0];
inline constexpr const FamilySpec& kFfiErrorsTotal = kFamilies[1];
inline constexpr const FamilySpec& kFfiCallDurationSeconds = kFamilies[2];

constexpr Span<const FamilySpec> families() noexcept { return kFamilies; }

inline constexpr LogFieldSpec kCallRefusedFields[] = {{"function", LogFieldType::choice, "", kFunctionValues}, {"code", LogFieldType::choice, "", kCodeValues}};
/// Every event of the domain, for Segment::declare().
inline constexpr LogEventSpec kEvents[] = {
    {"call_refused", LogLevel::warn, "{function} returned {code}", kCallRefusedFields},
};

constexpr Span<const LogEventSpec> events() noexcept { return kEvents; }

/// Events of the log, from any thread, an audio thread too: wait-free. Make it at preparation; it may
/// outlive its segment. Without a time, an event costs a look at the clock, too.
class Events {
 public:
  /// Of no segment: what is logged counts as not prepared.
  Events() = default;
  explicit Events(const Segment& segment) : log_(segment.log()) {}

  /// A call over the engine's C ABI has failed; what is only deferred is not logged. Level: warn.
  void call_refused(Function function, Code code, EventLog::Clock::time_point time = EventLog::Clock::now()) const noexcept {
    log_.put(3320230314U, time, static_cast<std::uint64_t>(function), static_cast<std::uint64_t>(code));
  }

 private:
  EventLog log_;
};

/// Metrics that every thread may record. Make it at preparation; `segment` outlives it.
struct Shared {
  explicit Shared(Segment& segment)
      : ffi_calls_total(segment.cells(kFfiCallsTotal), segment.lost()),
        ffi_errors_total(segment.cells(kFfiErrorsTotal), segment.lost()),
        ffi_call_duration_seconds(segment.cells(kFfiCallDurationSeconds), segment.lost()) {}

  /// Calls over the engine's C ABI that have ended, by function.
  LabeledBy<Counter<Writers::many>, kFfiCallsTotal.group_cells(), Function> ffi_calls_total;
  /// Calls over the engine's C ABI that returned a result code other than success.
  LabeledBy<Counter<Writers::many>, kFfiErrorsTotal.group_cells(), Function, Code> ffi_errors_total;
  /// Duration of calls over the engine's C ABI, by function.
  LabeledBy<Histogram<Writers::many, Seconds, kFfiCallDurationSecondsCellBounds>, kFfiCallDurationSeconds.group_cells(), Function> ffi_call_duration_seconds;
};

}  // namespace ffi
}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
