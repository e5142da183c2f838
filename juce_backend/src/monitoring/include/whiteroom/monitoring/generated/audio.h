// Generated from catalogue/audio.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../log_events.h"
#include "../prometheus_metrics.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {
namespace audio {

/// Values of the label `mode`.
enum class Mode : std::uint8_t { offline, bypassed, paused };
constexpr std::uint32_t value_count(Mode) noexcept { return 3; }
inline constexpr std::string_view kModeValues[] = {"offline", "bypassed", "paused"};

/// Values of the label `cause`.
enum class Cause : std::uint8_t { over_budget, late_callback, device, configuration };
constexpr std::uint32_t value_count(Cause) noexcept { return 4; }
inline constexpr std::string_view kCauseValues[] = {"over_budget", "late_callback", "device", "configuration"};

/// Values of the label `driver`.
enum class Driver : std::uint8_t { jack, clock, file, alsa, coreaudio, wasapi, asio, other };
constexpr std::uint32_t value_count(Driver) noexcept { return 8; }
inline constexpr std::string_view kDriverValues[] = {"jack", "clock", "file", "alsa", "coreaudio", "wasapi", "asio", "other"};

inline constexpr double kAudioEngineRenderTimeSecondsBounds[] = {5e-05, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.025, 0.05, 0.1};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 14> kAudioEngineRenderTimeSecondsCellBounds{50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 7500000, 10000000, 15000000, 20000000, 25000000, 50000000, 100000000};

inline constexpr double kAudioEngineLoadRatioBounds[] = {0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.5, 2.0, 5.0};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 14> kAudioEngineLoadRatioCellBounds{50000000, 100000000, 200000000, 300000000, 400000000, 500000000, 600000000, 700000000, 800000000, 900000000, 1000000000, 1500000000, 2000000000, 5000000000};

inline constexpr double kAudioDeadlineHeadroomRatioBounds[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 13> kAudioDeadlineHeadroomRatioCellBounds{10000000, 20000000, 50000000, 100000000, 200000000, 300000000, 400000000, 500000000, 600000000, 700000000, 800000000, 900000000, 1000000000};

inline constexpr double kAudioCallbackJitterRatioBounds[] = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 13> kAudioCallbackJitterRatioCellBounds{1000000, 2000000, 5000000, 10000000, 20000000, 50000000, 100000000, 200000000, 500000000, 1000000000, 2000000000, 5000000000, 10000000000};

inline constexpr LabelSpec kAudioCallbacksNotRealtimeTotalLabels[] = {{"mode", kModeValues}};

inline constexpr LabelSpec kAudioDropoutsTotalLabels[] = {{"cause", kCauseValues}};

inline constexpr LabelSpec kAudioDeadlinesMissedTotalLabels[] = {{"cause", kCauseValues}};

inline constexpr LabelSpec kAudioDropoutSecondsTotalLabels[] = {{"cause", kCauseValues}};

inline constexpr LabelSpec kAudioChannelRenderSecondsTotalLabels[] = {{"channel", {}, 64}};

inline constexpr LabelSpec kAudioPluginRenderSecondsTotalLabels[] = {{"channel", {}, 64}, {"plugin", {}, 8}};

inline constexpr LabelSpec kAudioPluginDeadlinesMissedTotalLabels[] = {{"channel", {}, 64}, {"plugin", {}, 8}};

inline constexpr LabelSpec kAudioEngineInfoLabels[] = {{"version", {}, 1}, {"driver", kDriverValues}};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {"audio_engine_render_time_seconds",
     "Time that one render callback took, from its first to its last instruction.",
     "seconds",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1000000000,
     {},
     kAudioEngineRenderTimeSecondsBounds,
     false},
    {"audio_engine_load_ratio",
     "Render time of one callback divided by the length of what it renders; above 1 only a queue can make up for it.",
     "ratio",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1000000000,
     {},
     kAudioEngineLoadRatioBounds,
     false},
    {"audio_deadline_headroom_ratio",
     "Share of its deadline that was left when a callback ended; 0 when it was missed.",
     "ratio",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1000000000,
     {},
     kAudioDeadlineHeadroomRatioBounds,
     false},
    {"audio_callback_jitter_ratio",
     "How much later than it was due a callback began, as a share of its deadline.",
     "ratio",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1000000000,
     {},
     kAudioCallbackJitterRatioBounds,
     false},
    {"audio_callbacks_total",
     "Render callbacks that have ended.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1,
     {},
     {},
     false},
    {"audio_callbacks_not_realtime_total",
     "Render callbacks without a deadline, by the reason; they count nowhere else.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1,
     kAudioCallbacksNotRealtimeTotalLabels,
     {},
     false},
    {"audio_engine_xruns_total",
     "Buffer over- and underruns, as reported by the audio driver or, without one, by the clock.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     {},
     {},
     false},
    {"audio_input_overruns_total",
     "Times that recorded sound was lost because nobody fetched it in time, as reported by the audio driver.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     {},
     {},
     false},
    {"audio_dropouts_total",
     "Times in which the device had no sound to play, by cause. The first second after a start does not count.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1,
     kAudioDropoutsTotalLabels,
     {},
     false},
    {"audio_deadlines_missed_total",
     "Callbacks that ended after the device had run out of sound, or whose sound it lost, by the cause of their run; a run is one dropout.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1,
     kAudioDeadlinesMissedTotalLabels,
     {},
     false},
    {"audio_dropout_seconds_total",
     "Sound lost in dropouts, by cause.",
     "seconds",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1000000000,
     kAudioDropoutSecondsTotalLabels,
     {},
     false},
    {"audio_lateness_caught_up_seconds_total",
     "Time by which callbacks missed what would have been a deadline with two buffers, and which the device's queue made up for; no sound was lost.",
     "seconds",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1000000000,
     {},
     {},
     false},
    {"audio_channel_render_seconds_total",
     "Render time of one mixer channel by the wall clock; its rate is the load of the channel.",
     "seconds",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1000000000,
     kAudioChannelRenderSecondsTotalLabels,
     {},
     false},
    {"audio_plugin_render_seconds_total",
     "Render time of one plug-in of a mixer channel by the wall clock; a channel's plug-ins add up to the channel.",
     "seconds",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1000000000,
     kAudioPluginRenderSecondsTotalLabels,
     {},
     false},
    {"audio_plugin_deadlines_missed_total",
     "Callbacks that were over budget, not only because the system put them aside, and in which this plug-in took longest of all.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1,
     kAudioPluginDeadlinesMissedTotalLabels,
     {},
     false},
    {"audio_callback_preempted_seconds_total",
     "Time for which the system put render callbacks aside while they could have gone on, as far as a thread can tell (Linux).",
     "seconds",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1000000000,
     {},
     {},
     false},
    {"audio_monitoring_seconds_total",
     "Time that recording metrics took in render callbacks; against the render time, monitoring's share.",
     "seconds",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1000000000,
     {},
     {},
     false},
    {"audio_buffer_duration_seconds",
     "Length of one audio buffer, which is the deadline of one render callback.",
     "seconds",
     MetricType::gauge,
     Number::f64,
     Aggregation::min,
     Writers::many,
     1,
     {},
     {},
     false},
    {"audio_buffer_frames",
     "Frames in one audio buffer.",
     "frames",
     MetricType::gauge,
     Number::f64,
     Aggregation::min,
     Writers::many,
     1,
     {},
     {},
     false},
    {"audio_sample_rate_hertz",
     "Sample rate of the audio device.",
     "hertz",
     MetricType::gauge,
     Number::f64,
     Aggregation::latest,
     Writers::many,
     1,
     {},
     {},
     false},
    {"audio_engine_memory_bytes",
     "Resident memory of the process that renders.",
     "bytes",
     MetricType::gauge,
     Number::f64,
     Aggregation::sum,
     Writers::many,
     1,
     {},
     {},
     false},
    {"audio_engine_realtime_scheduling",
     "1 when the render callback runs with real-time scheduling, else 0.",
     "",
     MetricType::gauge,
     Number::f64,
     Aggregation::min,
     Writers::many,
     1,
     {},
     {},
     false},
    {"audio_engine_info",
     "Version of the engine and the driver that calls it.",
     "",
     MetricType::info,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kAudioEngineInfoLabels,
     {},
     false},
};
inline constexpr const FamilySpec& kAudioEngineRenderTimeSeconds = kFamilies[0];
inline constexpr const FamilySpec& kAudioEngineLoadRatio = kFamilies[1];
inline constexpr const FamilySpec& kAudioDeadlineHeadroomRatio = kFamilies[2];
inline constexpr const FamilySpec& kAudioCallbackJitterRatio = kFamilies[3];
inline constexpr const FamilySpec& kAudioCallbacksTotal = kFamilies[4];
inline constexpr const FamilySpec& kAudioCallbacksNotRealtimeTotal = kFamilies[5];
inline constexpr const FamilySpec& kAudioEngineXrunsTotal = kFamilies[6];
inline constexpr const FamilySpec& kAudioInputOverrunsTotal = kFamilies[7];
inline constexpr const FamilySpec& kAudioDropoutsTotal = kFamilies[8];
inline constexpr const FamilySpec& kAudioDeadlinesMissedTotal = kFamilies[9];
inline constexpr const FamilySpec& kAudioDropoutSecondsTotal = kFamilies[10];
inline constexpr const FamilySpec& kAudioLatenessCaughtUpSecondsTotal = kFamilies[11];
inline constexpr const FamilySpec& kAudioChannelRenderSecondsTotal = kFamilies[12];
inline constexpr const FamilySpec& kAudioPluginRenderSecondsTotal = kFamilies[13];
inline constexpr const FamilySpec& kAudioPluginDeadlinesMissedTotal = kFamilies[14];
inline constexpr const FamilySpec& kAudioCallbackPreemptedSecondsTotal = kFamilies[15];
inline constexpr const FamilySpec& kAudioMonitoringSecondsTotal = kFamilies[16];
inline constexpr const FamilySpec& kAudioBufferDurationSeconds = kFamilies[17];
inline constexpr const FamilySpec& kAudioBufferFrames = kFamilies[18];
inline constexpr const FamilySpec& kAudioSampleRateHertz = kFamilies[19];
inline constexpr const FamilySpec& kAudioEngineMemoryBytes = kFamilies[20];
inline constexpr const FamilySpec& kAudioEngineRealtimeScheduling = kFamilies[21];
inline constexpr const FamilySpec& kAudioEngineInfo = kFamilies[22];

constexpr Span<const FamilySpec> families() noexcept { return kFamilies; }

inline constexpr LogFieldSpec kDropoutBeganFields[] = {{"dropout_id", LogFieldType::id, "", {}}, {"cause", LogFieldType::choice, "", kCauseValues}, {"lost_seconds", LogFieldType::number, "seconds", {}}, {"render_seconds", LogFieldType::number, "seconds", {}}, {"plugin", LogFieldType::text, "", {}}};
inline constexpr LogFieldSpec kPluginOverBudgetFields[] = {{"plugin", LogFieldType::text, "", {}}, {"render_seconds", LogFieldType::number, "seconds", {}}, {"buffer_seconds", LogFieldType::number, "seconds", {}}};
inline constexpr LogFieldSpec kDeviceChangedFields[] = {{"sample_rate_hertz", LogFieldType::number, "hertz", {}}, {"buffer_frames", LogFieldType::integer, "frames", {}}, {"device_buffers", LogFieldType::integer, "", {}}};
inline constexpr LogFieldSpec kDeviceLostFields[] = {{"driver", LogFieldType::choice, "", kDriverValues}};
inline constexpr LogFieldSpec kSongLoadedFields[] = {{"song", LogFieldType::text, "", {}}, {"channels", LogFieldType::integer, "", {}}};
/// Every event of the domain, for Segment::declare().
inline constexpr LogEventSpec kEvents[] = {
    {"dropout_began", LogLevel::warn, "Sound dropped out ({cause}), {lost_seconds} s lost so far; {plugin} took longest", kDropoutBeganFields},
    {"plugin_over_budget", LogLevel::warn, "A callback took {render_seconds} s of {buffer_seconds} s; {plugin} took longest", kPluginOverBudgetFields},
    {"device_changed", LogLevel::info, "The device plays at {sample_rate_hertz} Hz, {buffer_frames} frames a buffer", kDeviceChangedFields},
    {"device_lost", LogLevel::error, "The audio device is gone ({driver})", kDeviceLostFields},
    {"song_loaded", LogLevel::info, "Song {song} with {channels} channels", kSongLoadedFields},
};

constexpr Span<const LogEventSpec> events() noexcept { return kEvents; }

/// Events of the log, from any thread, an audio thread too: wait-free. Make it at preparation; it may
/// outlive its segment. Without a time, an event costs a look at the clock, too.
class Events {
 public:
  /// Of no segment: what is logged counts as not prepared.
  Events() = default;
  explicit Events(const Segment& segment) : log_(segment.log()) {}

  /// The device had no sound to play; logged when the dropout begins, once for each. Level: warn.
  void dropout_began(std::uint64_t dropout_id, Cause cause, double lost_seconds, double render_seconds, LogText plugin, EventLog::Clock::time_point time = EventLog::Clock::now()) const noexcept {
    log_.put(3197944446U, time, dropout_id, static_cast<std::uint64_t>(cause), wrm_log_float(lost_seconds), wrm_log_float(render_seconds), plugin.number);
  }
  /// A callback took longer than its buffer lasts; logged for the first of several in a row. Level: warn.
  void plugin_over_budget(LogText plugin, double render_seconds, double buffer_seconds, EventLog::Clock::time_point time = EventLog::Clock::now()) const noexcept {
    log_.put(3810888183U, time, plugin.number, wrm_log_float(render_seconds), wrm_log_float(buffer_seconds));
  }
  /// The audio device has been opened, or has another sample rate or buffer than before. Level: info.
  void device_changed(double sample_rate_hertz, std::int64_t buffer_frames, std::int64_t device_buffers, EventLog::Clock::time_point time = EventLog::Clock::now()) const noexcept {
    log_.put(4016459984U, time, wrm_log_float(sample_rate_hertz), static_cast<std::uint64_t>(buffer_frames), static_cast<std::uint64_t>(device_buffers));
  }
  /// The sound server or the device has gone away while it played. Level: error.
  void device_lost(Driver driver, EventLog::Clock::time_point time = EventLog::Clock::now()) const noexcept {
    log_.put(1756464178U, time, static_cast<std::uint64_t>(driver));
  }
  /// The render callback plays another song from now on. Level: info.
  void song_loaded(LogText song, std::int64_t channels, EventLog::Clock::time_point time = EventLog::Clock::now()) const noexcept {
    log_.put(2686419316U, time, song.number, static_cast<std::uint64_t>(channels));
  }

 private:
  EventLog log_;
};

/// Metrics that every thread may record. Make it at preparation; `segment` outlives it.
struct Shared {
  explicit Shared(Segment& segment)
      : audio_engine_xruns_total(segment.cells(kAudioEngineXrunsTotal), segment.lost()),
        audio_input_overruns_total(segment.cells(kAudioInputOverrunsTotal), segment.lost()),
        audio_buffer_duration_seconds(segment.cells(kAudioBufferDurationSeconds), segment.lost()),
        audio_buffer_frames(segment.cells(kAudioBufferFrames), segment.lost()),
        audio_sample_rate_hertz(segment.cells(kAudioSampleRateHertz), segment.lost()),
        audio_engine_memory_bytes(segment.cells(kAudioEngineMemoryBytes), segment.lost()),
        audio_engine_realtime_scheduling(segment.cells(kAudioEngineRealtimeScheduling), segment.lost()),
        audio_engine_info(segment, kAudioEngineInfo, segment.lost()) {}

  /// Buffer over- and underruns, as reported by the audio driver or, without one, by the clock.
  Counter<Writers::many> audio_engine_xruns_total;
  /// Times that recorded sound was lost because nobody fetched it in time, as reported by the audio driver.
  Counter<Writers::many> audio_input_overruns_total;
  /// Length of one audio buffer, which is the deadline of one render callback.
  Gauge<Writers::many> audio_buffer_duration_seconds;
  /// Frames in one audio buffer.
  Gauge<Writers::many> audio_buffer_frames;
  /// Sample rate of the audio device.
  Gauge<Writers::many> audio_sample_rate_hertz;
  /// Resident memory of the process that renders.
  Gauge<Writers::many> audio_engine_memory_bytes;
  /// 1 when the render callback runs with real-time scheduling, else 0.
  Gauge<Writers::many> audio_engine_realtime_scheduling;
  /// Version of the engine and the driver that calls it.
  DynamicLabels<LabeledBy<Info, kAudioEngineInfo.group_cells(), Driver>, Segment, 1> audio_engine_info;
};

/// Metrics of one instance: a callback or a plug-in, recorded by one thread at a time.
/// Make it at preparation; `segment` outlives it.
struct Realtime {
  explicit Realtime(Segment& segment)
      : instance(segment.instance(families())),
        audio_engine_render_time_seconds(instance.cells(kAudioEngineRenderTimeSeconds), segment.lost()),
        audio_engine_load_ratio(instance.cells(kAudioEngineLoadRatio), segment.lost()),
        audio_deadline_headroom_ratio(instance.cells(kAudioDeadlineHeadroomRatio), segment.lost()),
        audio_callback_jitter_ratio(instance.cells(kAudioCallbackJitterRatio), segment.lost()),
        audio_callbacks_total(instance.cells(kAudioCallbacksTotal), segment.lost()),
        audio_callbacks_not_realtime_total(instance.cells(kAudioCallbacksNotRealtimeTotal), segment.lost()),
        audio_dropouts_total(instance.cells(kAudioDropoutsTotal), segment.lost()),
        audio_deadlines_missed_total(instance.cells(kAudioDeadlinesMissedTotal), segment.lost()),
        audio_dropout_seconds_total(instance.cells(kAudioDropoutSecondsTotal), segment.lost()),
        audio_lateness_caught_up_seconds_total(instance.cells(kAudioLatenessCaughtUpSecondsTotal), segment.lost()),
        audio_channel_render_seconds_total(instance, kAudioChannelRenderSecondsTotal, segment.lost()),
        audio_plugin_render_seconds_total(instance, kAudioPluginRenderSecondsTotal, segment.lost()),
        audio_plugin_deadlines_missed_total(instance, kAudioPluginDeadlinesMissedTotal, segment.lost()),
        audio_callback_preempted_seconds_total(instance.cells(kAudioCallbackPreemptedSecondsTotal), segment.lost()),
        audio_monitoring_seconds_total(instance.cells(kAudioMonitoringSecondsTotal), segment.lost()) {}
  Realtime(const Realtime&) = delete;
  Realtime& operator=(const Realtime&) = delete;

  const Instance instance;
  /// Time that one render callback took, from its first to its last instruction.
  Histogram<Writers::one, Seconds, kAudioEngineRenderTimeSecondsCellBounds> audio_engine_render_time_seconds;
  /// Render time of one callback divided by the length of what it renders; above 1 only a queue can make up for it.
  Histogram<Writers::one, Ratio, kAudioEngineLoadRatioCellBounds> audio_engine_load_ratio;
  /// Share of its deadline that was left when a callback ended; 0 when it was missed.
  Histogram<Writers::one, Ratio, kAudioDeadlineHeadroomRatioCellBounds> audio_deadline_headroom_ratio;
  /// How much later than it was due a callback began, as a share of its deadline.
  Histogram<Writers::one, Ratio, kAudioCallbackJitterRatioCellBounds> audio_callback_jitter_ratio;
  /// Render callbacks that have ended.
  Counter<Writers::one> audio_callbacks_total;
  /// Render callbacks without a deadline, by the reason; they count nowhere else.
  LabeledBy<Counter<Writers::one>, kAudioCallbacksNotRealtimeTotal.group_cells(), Mode> audio_callbacks_not_realtime_total;
  /// Times in which the device had no sound to play, by cause. The first second after a start does not count.
  LabeledBy<Counter<Writers::one>, kAudioDropoutsTotal.group_cells(), Cause> audio_dropouts_total;
  /// Callbacks that ended after the device had run out of sound, or whose sound it lost, by the cause of their run; a run is one dropout.
  LabeledBy<Counter<Writers::one>, kAudioDeadlinesMissedTotal.group_cells(), Cause> audio_deadlines_missed_total;
  /// Sound lost in dropouts, by cause.
  LabeledBy<DurationCounter<Writers::one>, kAudioDropoutSecondsTotal.group_cells(), Cause> audio_dropout_seconds_total;
  /// Time by which callbacks missed what would have been a deadline with two buffers, and which the device's queue made up for; no sound was lost.
  DurationCounter<Writers::one> audio_lateness_caught_up_seconds_total;
  /// Render time of one mixer channel by the wall clock; its rate is the load of the channel.
  DynamicLabels<DurationCounter<Writers::one>, const Instance, 1> audio_channel_render_seconds_total;
  /// Render time of one plug-in of a mixer channel by the wall clock; a channel's plug-ins add up to the channel.
  DynamicLabels<DurationCounter<Writers::one>, const Instance, 2> audio_plugin_render_seconds_total;
  /// Callbacks that were over budget, not only because the system put them aside, and in which this plug-in took longest of all.
  DynamicLabels<Counter<Writers::one>, const Instance, 2> audio_plugin_deadlines_missed_total;
  /// Time for which the system put render callbacks aside while they could have gone on, as far as a thread can tell (Linux).
  DurationCounter<Writers::one> audio_callback_preempted_seconds_total;
  /// Time that recording metrics took in render callbacks; against the render time, monitoring's share.
  DurationCounter<Writers::one> audio_monitoring_seconds_total;
};

}  // namespace audio
}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
