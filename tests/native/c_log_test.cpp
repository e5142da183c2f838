/// The log as languages see it that call C.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "c_problems.h"
#include "fixture.h"
#include "whiteroom/monitoring/clocks.h"
#include "whiteroom/monitoring/generated/log_events_c.h"
#include "whiteroom/monitoring/log_events.h"
#include "whiteroom/monitoring/segment_c.h"

using namespace whiteroom::monitoring::testing;

namespace {

std::string contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("an event that is logged through C becomes a line of the log file") {
  const SegmentFolder folder;
  const wrm_segment_options options{"juce-backend", folder.path.c_str(), 2, true};
  const char* const domains[] = {"audio"};
  wrm_segment* segment = nullptr;
  require_success(wrm_segment_open(&options, domains, 1, &segment));
  require_success(wrm_segment_set_log_file(segment, (folder.path + "/log").c_str()));
  wrm_log log{};
  require_success(wrm_segment_log(segment, &log));
  std::uint32_t song = 0;
  require_success(wrm_segment_log_text(segment, "First Light", &song));
  wrm_log_song_loaded(log, wrm_monotonic_ns(), song, 10);
  wrm_log_device_lost(log, wrm_monotonic_ns(), WRM_AUDIO_DRIVER_JACK);
  std::size_t drained = 0;
  require_success(wrm_segment_drain_log(segment, &drained));
  CHECK(drained == 2);
  const std::string text = contents(folder.path + "/log");
  CHECK(text.find("\"message\":\"Song First Light with 10 channels\"") != std::string::npos);
  CHECK(text.find("\"driver\":\"jack\"") != std::string::npos);

  wrm_log_song_loaded(log, wrm_monotonic_ns(), song, 11);
  wrm_text lines{};
  require_success(wrm_segment_take_log_lines(segment, &lines));
  CHECK(std::string(lines.bytes, lines.size).find("\"channels\":11") != std::string::npos);
  wrm_text_free(lines.bytes);
  require_success(wrm_segment_take_log_lines(segment, &lines));
  CHECK(lines.size == 0);
  wrm_text_free(lines.bytes);
  wrm_segment_close(segment);
}

TEST_CASE("events of a domain that the core was not built with are logged like any other") {
  const SegmentFolder folder;
  wrm_domain* domain = nullptr;
  require_success(wrm_domain_make("looper", &domain));
  require_success(
      wrm_domain_add_event(domain, "loop_closed", WRM_LOG_INFO, "{where} after {beats}"));
  const char* const places[] = {"start", "end"};
  require_success(wrm_domain_add_event_field(domain, "where", WRM_LOG_CHOICE, places, 2));
  require_success(wrm_domain_add_event_field(domain, "beats", WRM_LOG_FLOAT, nullptr, 0));
  const wrm_segment_options options{"looper", folder.path.c_str(), 1, true};
  wrm_segment* segment = nullptr;
  require_success(wrm_segment_open_own(&options, &domain, 1, nullptr, 0, &segment));
  wrm_log log{};
  require_success(wrm_segment_log(segment, &log));
  wrm_log_put(log, whiteroom::monitoring::log_event_id("loop_closed"), wrm_monotonic_ns(), 1,
              wrm_log_float(2.5), 0, 0, 0, 0);
  wrm_text lines{};
  require_success(wrm_segment_take_log_lines(segment, &lines));
  CHECK(std::string(lines.bytes, lines.size).find("\"message\":\"end after 2.5\"") !=
        std::string::npos);
  wrm_text_free(lines.bytes);
  wrm_segment_close(segment);
}

TEST_CASE("what can't be an event, or can't be logged, is refused with a sentence") {
  wrm_domain* domain = nullptr;
  require_success(wrm_domain_make("looper", &domain));
  const char* const same[] = {"a", "a"};
  CHECK(problem_of(wrm_domain_add_event_field(domain, "x", WRM_LOG_ID, nullptr, 0)) ==
        "looper: found no event, expected one before");
  CHECK(problem_of(wrm_domain_add_event(domain, "1", WRM_LOG_INFO, "")) ==
        "looper: event \"1\": expected a letter or _, then letters, digits and _");
  CHECK(problem_of(wrm_domain_add_event(domain, "loop_closed", 5, "")) ==
        "looper/loop_closed: level: found 5, expected 1 to 4");
  CHECK(problem_of(wrm_domain_add_event(domain, "loop_closed", 1, "\xff")) ==
        "looper/loop_closed: message \"\xEF\xBF\xBD\": expected UTF-8");
  CHECK(problem_of(wrm_domain_add_event(nullptr, "loop_closed", 1, "")) ==
        "the domain is a null pointer");
  require_success(wrm_domain_add_event(domain, "loop_closed", WRM_LOG_INFO, "closed"));
  const std::string place = "looper/loop_closed: field \"x\": ";
  CHECK(problem_of(wrm_domain_add_event_field(domain, "x", 9, nullptr, 0)) ==
        place + "found the type 9");
  CHECK(problem_of(wrm_domain_add_event_field(domain, "x", WRM_LOG_CHOICE, nullptr, 0)) ==
        place + "expected values for a choice, and for nothing else");
  CHECK(problem_of(wrm_domain_add_event_field(domain, "x", WRM_LOG_CHOICE, same, 2)) ==
        place + "value \"a\": found twice, expected once");
  for (std::uint32_t i = 0; i < WRM_LOG_MOST_FIELDS; ++i) {
    require_success(wrm_domain_add_event_field(domain, "x", WRM_LOG_ID, nullptr, 0));
  }
  CHECK(problem_of(wrm_domain_add_event_field(domain, "x", WRM_LOG_ID, nullptr, 0)) ==
        place + "expected at most 6");

  const SegmentFolder folder;
  const wrm_segment_options options{"looper", folder.path.c_str(), 1, false};
  wrm_segment* segment = nullptr;
  const char* const domains[] = {"business"};
  require_success(wrm_segment_open(&options, domains, 1, &segment));
  wrm_log log{};
  CHECK(problem_of(wrm_segment_log(segment, &log)) ==
        "the segment of looper has no log: no events were declared, or it is not prepared");
  CHECK(problem_of(wrm_segment_log(nullptr, &log)) == "the segment is a null pointer");
  wrm_segment_close(segment);
}
