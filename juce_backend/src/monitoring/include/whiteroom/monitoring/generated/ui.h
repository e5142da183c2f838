// Generated from catalogue/ui.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../log_events.h"
#include "../prometheus_metrics.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {
namespace ui {

/// Values of the label `screen`.
enum class Screen : std::uint8_t { library, mixer, performance, song, export_, settings };
constexpr std::uint32_t value_count(Screen) noexcept { return 6; }
inline constexpr std::string_view kScreenValues[] = {"library", "mixer", "performance", "song", "export", "settings"};

/// Values of the label `action`.
enum class Action : std::uint8_t { play, stop, record, load_song, switch_performance, edit, export_, navigate, undo, redo };
constexpr std::uint32_t value_count(Action) noexcept { return 10; }
inline constexpr std::string_view kActionValues[] = {"play", "stop", "record", "load_song", "switch_performance", "edit", "export", "navigate", "undo", "redo"};

/// Values of the label `type`.
enum class Type : std::uint8_t { engine, network, file, validation, memory, other };
constexpr std::uint32_t value_count(Type) noexcept { return 6; }
inline constexpr std::string_view kTypeValues[] = {"engine", "network", "file", "validation", "memory", "other"};

inline constexpr double kUiRenderTimeSecondsBounds[] = {0.001, 0.002, 0.004, 0.006, 0.008, 0.012, 0.0167, 0.025, 0.0333, 0.05, 0.1, 0.25};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 12> kUiRenderTimeSecondsCellBounds{1000000, 2000000, 4000000, 6000000, 8000000, 12000000, 16700000, 25000000, 33300000, 50000000, 100000000, 250000000};

inline constexpr double kUiInteractionTimeSecondsBounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 10> kUiInteractionTimeSecondsCellBounds{5000000, 10000000, 25000000, 50000000, 100000000, 200000000, 300000000, 500000000, 1000000000, 2000000000};

inline constexpr LabelSpec kUiTransitionDurationSecondsLabels[] = {{"screen", kScreenValues}};
inline constexpr double kUiTransitionDurationSecondsBounds[] = {0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 7> kUiTransitionDurationSecondsCellBounds{50000000, 100000000, 200000000, 300000000, 500000000, 1000000000, 2000000000};

inline constexpr LabelSpec kUiUserActionsTotalLabels[] = {{"action", kActionValues}};

inline constexpr double kUiSongLoadDurationSecondsBounds[] = {0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 8> kUiSongLoadDurationSecondsCellBounds{50000000, 100000000, 250000000, 500000000, 1000000000, 2000000000, 5000000000, 10000000000};

inline constexpr double kUiExportDurationSecondsBounds[] = {0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 9> kUiExportDurationSecondsCellBounds{100000000, 500000000, 1000000000, 2000000000, 5000000000, 10000000000, 30000000000, 60000000000, 300000000000};

inline constexpr LabelSpec kUiErrorsTotalLabels[] = {{"type", kTypeValues}};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {"ui_render_time_seconds",
     "Time that the drawing of one frame took.",
     "seconds",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1000000000,
     {},
     kUiRenderTimeSecondsBounds,
     false},
    {"ui_frames_total",
     "Frames drawn; the rate is the frame rate.",
     "frames",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1,
     {},
     {},
     false},
    {"ui_frames_dropped_total",
     "Refreshes of the display that came before their frame was drawn.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::one,
     1,
     {},
     {},
     false},
    {"ui_interaction_time_seconds",
     "Time from a user's action to the first frame that shows its effect.",
     "seconds",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1000000000,
     {},
     kUiInteractionTimeSecondsBounds,
     false},
    {"ui_transition_duration_seconds",
     "Duration of transitions between screens.",
     "seconds",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1000000000,
     kUiTransitionDurationSecondsLabels,
     kUiTransitionDurationSecondsBounds,
     false},
    {"ui_user_actions_total",
     "Actions of users, by kind.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kUiUserActionsTotalLabels,
     {},
     false},
    {"ui_song_load_duration_seconds",
     "Time from choosing a song until it can be played.",
     "seconds",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1000000000,
     {},
     kUiSongLoadDurationSecondsBounds,
     false},
    {"ui_export_duration_seconds",
     "Duration of exports to an audio file.",
     "seconds",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1000000000,
     {},
     kUiExportDurationSecondsBounds,
     false},
    {"ui_active_sessions",
     "Sessions in which a user is at work.",
     "",
     MetricType::gauge,
     Number::i64,
     Aggregation::sum,
     Writers::many,
     1,
     {},
     {},
     false},
    {"ui_errors_total",
     "Errors shown to users, by type.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kUiErrorsTotalLabels,
     {},
     false},
};
inline constexpr const FamilySpec& kUiRenderTimeSeconds = kFamilies[0];
inline constexpr const FamilySpec& kUiFramesTotal = kFamilies[1];
inline constexpr const FamilySpec& kUiFramesDroppedTotal = kFamilies[2];
inline constexpr const FamilySpec& kUiInteractionTimeSeconds = kFamilies[3];
inline constexpr const FamilySpec& kUiTransitionDurationSeconds = kFamilies[4];
inline constexpr const FamilySpec& kUiUserActionsTotal = kFamilies[5];
inline constexpr const FamilySpec& kUiSongLoadDurationSeconds = kFamilies[6];
inline constexpr const FamilySpec& kUiExportDurationSeconds = kFamilies[7];
inline constexpr const FamilySpec& kUiActiveSessions = kFamilies[8];
inline constexpr const FamilySpec& kUiErrorsTotal = kFamilies[9];

constexpr Span<const FamilySpec> families() noexcept { return kFamilies; }

inline constexpr LogFieldSpec kSongShownFields[] = {{"song", LogFieldType::text, "", {}}};
inline constexpr LogFieldSpec kFrameDroppedFields[] = {{"late_seconds", LogFieldType::number, "seconds", {}}, {"refreshes", LogFieldType::integer, "", {}}};
/// Every event of the domain, for Segment::declare().
inline constexpr LogEventSpec kEvents[] = {
    {"song_shown", LogLevel::info, "Song {song} is loaded and shown", kSongShownFields},
    {"frame_dropped", LogLevel::warn, "A frame was drawn {late_seconds} s after its refresh", kFrameDroppedFields},
};

constexpr Span<const LogEventSpec> events() noexcept { return kEvents; }

/// Events of the log, from any thread, an audio thread too: wait-free. Make it at preparation; it may
/// outlive its segment. Without a time, an event costs a look at the clock, too.
class Events {
 public:
  /// Of no segment: what is logged counts as not prepared.
  Events() = default;
  explicit Events(const Segment& segment) : log_(segment.log()) {}

  /// The song that the user has chosen has been loaded, and the screen shows it. Level: info.
  void song_shown(LogText song, EventLog::Clock::time_point time = EventLog::Clock::now()) const noexcept {
    log_.put(4245387170U, time, song.number);
  }
  /// A refresh of the display came before its frame was drawn; logged for the first of several in a row. Level: warn.
  void frame_dropped(double late_seconds, std::int64_t refreshes, EventLog::Clock::time_point time = EventLog::Clock::now()) const noexcept {
    log_.put(3098148759U, time, wrm_log_float(late_seconds), static_cast<std::uint64_t>(refreshes));
  }

 private:
  EventLog log_;
};

/// Metrics that every thread may record. Make it at preparation; `segment` outlives it.
struct Shared {
  explicit Shared(Segment& segment)
      : ui_interaction_time_seconds(segment.cells(kUiInteractionTimeSeconds), segment.lost()),
        ui_transition_duration_seconds(segment.cells(kUiTransitionDurationSeconds), segment.lost()),
        ui_user_actions_total(segment.cells(kUiUserActionsTotal), segment.lost()),
        ui_song_load_duration_seconds(segment.cells(kUiSongLoadDurationSeconds), segment.lost()),
        ui_export_duration_seconds(segment.cells(kUiExportDurationSeconds), segment.lost()),
        ui_active_sessions(segment.cells(kUiActiveSessions), segment.lost()),
        ui_errors_total(segment.cells(kUiErrorsTotal), segment.lost()) {}

  /// Time from a user's action to the first frame that shows its effect.
  Histogram<Writers::many, Seconds, kUiInteractionTimeSecondsCellBounds> ui_interaction_time_seconds;
  /// Duration of transitions between screens.
  LabeledBy<Histogram<Writers::many, Seconds, kUiTransitionDurationSecondsCellBounds>, kUiTransitionDurationSeconds.group_cells(), Screen> ui_transition_duration_seconds;
  /// Actions of users, by kind.
  LabeledBy<Counter<Writers::many>, kUiUserActionsTotal.group_cells(), Action> ui_user_actions_total;
  /// Time from choosing a song until it can be played.
  Histogram<Writers::many, Seconds, kUiSongLoadDurationSecondsCellBounds> ui_song_load_duration_seconds;
  /// Duration of exports to an audio file.
  Histogram<Writers::many, Seconds, kUiExportDurationSecondsCellBounds> ui_export_duration_seconds;
  /// Sessions in which a user is at work.
  UpDownCounter<Writers::many> ui_active_sessions;
  /// Errors shown to users, by type.
  LabeledBy<Counter<Writers::many>, kUiErrorsTotal.group_cells(), Type> ui_errors_total;
};

/// Metrics of one instance: a callback or a plug-in, recorded by one thread at a time.
/// Make it at preparation; `segment` outlives it.
struct Realtime {
  explicit Realtime(Segment& segment)
      : instance(segment.instance(families())),
        ui_render_time_seconds(instance.cells(kUiRenderTimeSeconds), segment.lost()),
        ui_frames_total(instance.cells(kUiFramesTotal), segment.lost()),
        ui_frames_dropped_total(instance.cells(kUiFramesDroppedTotal), segment.lost()) {}
  Realtime(const Realtime&) = delete;
  Realtime& operator=(const Realtime&) = delete;

  const Instance instance;
  /// Time that the drawing of one frame took.
  Histogram<Writers::one, Seconds, kUiRenderTimeSecondsCellBounds> ui_render_time_seconds;
  /// Frames drawn; the rate is the frame rate.
  Counter<Writers::one> ui_frames_total;
  /// Refreshes of the display that came before their frame was drawn.
  Counter<Writers::one> ui_frames_dropped_total;
};

}  // namespace ui
}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
