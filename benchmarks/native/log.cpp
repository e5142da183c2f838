/// What an event of the log costs the thread on which it happens, against formatting it there.
#include <whiteroom/monitoring/log_events.h>

#include <cstdio>

#include "families.h"
#include "measure.h"

using namespace whiteroom::monitoring;

namespace benchmark {
namespace {

constexpr std::string_view kCauses[] = {"over_budget", "late_callback"};
constexpr LogFieldSpec kFields[] = {{"dropout_id", LogFieldType::id},
                                    {"cause", LogFieldType::choice, {}, kCauses},
                                    {"lost_seconds", LogFieldType::number, "seconds"},
                                    {"render_seconds", LogFieldType::number, "seconds"},
                                    {"plugin", LogFieldType::text}};
constexpr LogEventSpec kDropout[] = {{"dropout_began", LogLevel::warn, "{cause}", kFields}};
constexpr std::uint32_t kId = log_event_id("dropout_began");
constexpr std::uint64_t kEvents = 5'000'000;
constexpr std::uint64_t kFormatted = 500'000;

}  // namespace

void log_events() {
  Segment segment({.program = "benchmark", .shared = false});
  segment.declare(kDropout);
  segment.prepare();
  const EventLog log = segment.log();
  const LogText synth = segment.log_text("bass/synth");
  std::uint64_t* const ring = segment.log_cells().ring;
  auto now = EventLog::Clock::now();
  std::array<char, 256> line{};

  const auto put = [&](std::uint64_t i, EventLog::Clock::time_point time) {
    log.put(kId, time, i, 1, wrm_log_float(0.001), wrm_log_float(0.006), synth.number);
    // Another thread takes them out, a few hundred at once.
    if (i % 512 == 0) wrm_store(&ring[WRM_LOG_DRAINED], wrm_load(&ring[WRM_LOG_NEXT]));
  };
  const auto format = [&](std::uint64_t i) {
    std::snprintf(line.data(), line.size(),
                  "{\"dropout_id\":%llu,\"cause\":\"%s\",\"lost_seconds\":%g,"
                  "\"render_seconds\":%g,\"plugin\":\"%s\"}",
                  static_cast<unsigned long long>(i), "late_callback", 0.001, 0.006, "bass/synth");
    asm volatile("" : : "r"(line.data()) : "memory");
  };
  compare(
      "log event on an audio thread, 5 fields", kEvents, [&](auto i) { put(i, now); }, kFormatted,
      format);
  compare(
      "log event that reads the clock, too", kEvents,
      [&](auto i) { put(i, EventLog::Clock::now()); }, kFormatted, format);
  // From here on nobody takes any out.
  compare(
      "log event that finds the ring full", kEvents, [&](auto i) { log.put(kId, now, i); },
      kFormatted, format);
  if (segment.lost()[WRM_LOST_LOG_FULL] < kEvents) {
    std::printf("{\"name\": \"log events that were not counted\", \"ours\": 1, \"peer\": 0}\n");
  }
}

}  // namespace benchmark
