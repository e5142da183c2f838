/// The core as languages see it that call C.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include "fixture.h"
#include "whiteroom/monitoring/cells.h"
#include "whiteroom/monitoring/generated/audio_metrics_c.h"
#include "whiteroom/monitoring/generated/histograms.h"
#include "whiteroom/monitoring/plugin_slots_c.h"
#include "whiteroom/monitoring/segment_c.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

namespace {

/// Fail with the text of a problem, which is given back.
void require_success(char* problem) {
  const std::string text = problem == nullptr ? "" : problem;
  wrm_text_free(problem);
  REQUIRE(text == "");
}

/// The text of a problem that is expected.
std::string problem_of(char* problem) {
  REQUIRE(problem != nullptr);
  std::string text = problem;
  wrm_text_free(problem);
  return text;
}

wrm_segment* open_segment(const std::string& directory, bool shared = true) {
  const wrm_segment_options options{"swift-frontend", directory.c_str(), 2, shared};
  const char* const domains[] = {"ui", "business"};
  wrm_segment* opened = nullptr;
  require_success(wrm_segment_open(&options, domains, 2, &opened));
  return opened;
}

std::uint64_t* cells_of(wrm_segment* segment, const char* family) {
  std::uint64_t* cells = nullptr;
  require_success(wrm_segment_cells(segment, family, nullptr, 0, &cells));
  return cells;
}

std::string exposition_of(wrm_segment* segment, const char* accept = "") {
  wrm_text text{};
  const char* content_type = nullptr;
  require_success(wrm_segment_expose(segment, accept, &text, &content_type));
  std::string copy(text.bytes, text.size);
  wrm_text_free(text.bytes);
  return copy;
}

}  // namespace

TEST_CASE("what is recorded through C is exposed") {
  const SegmentFolder folder;
  wrm_segment* const segment = open_segment(folder.path);
  wrm_any_add(cells_of(segment, "songs_created_total"), 3);
  wrm_observe_ui_interaction_time_seconds(cells_of(segment, "ui_interaction_time_seconds"),
                                          20'000'000);
  const char* const piano[] = {"piano"};
  std::uint64_t* cells = nullptr;
  require_success(wrm_segment_cells(segment, "instrument_assignments_total", piano, 1, &cells));
  wrm_any_add(cells, 2);
  const std::string text = exposition_of(segment);
  CHECK(line(text, "songs_created_total") == "songs_created_total 3");
  CHECK(line(text, "ui_interaction_time_seconds_bucket{le=\"0.01\"}") ==
        "ui_interaction_time_seconds_bucket{le=\"0.01\"} 0");
  CHECK(line(text, "ui_interaction_time_seconds_bucket{le=\"0.025\"}") ==
        "ui_interaction_time_seconds_bucket{le=\"0.025\"} 1");
  CHECK(line(text, "instrument_assignments_total{instrument=\"piano\"}") ==
        "instrument_assignments_total{instrument=\"piano\"} 2");
  wrm_segment_close(segment);
}

TEST_CASE("an instance taken through C goes on where its predecessor ended") {
  const SegmentFolder folder;
  wrm_segment* const segment = open_segment(folder.path);
  for (int round = 0; round < 2; ++round) {
    wrm_instance* instance = nullptr;
    require_success(wrm_instance_take(segment, "ui", &instance));
    std::uint64_t* cells = nullptr;
    require_success(wrm_instance_cells(instance, "ui_frames_total", nullptr, 0, &cells));
    wrm_realtime_add(cells, 5);
    wrm_instance_retire(instance);
  }
  CHECK(line(exposition_of(segment), "ui_frames_total") == "ui_frames_total 10");
  wrm_segment_close(segment);
}

TEST_CASE("a closed segment keeps its counts, and its cells can still be written") {
  const SegmentFolder folder;
  wrm_segment* const segment = open_segment(folder.path);
  std::uint64_t* const songs = cells_of(segment, "songs_created_total");
  wrm_any_add(songs, 3);
  wrm_segment_close(segment);
  wrm_segment_close(segment);
  wrm_any_add(songs, 4);
  CHECK(wrm_segment_preparation(segment).problem == std::string("the segment is closed"));
  wrm_segment* const next = open_segment(folder.path);
  const std::string text = exposition_of(next);
  CHECK(line(text, "songs_created_total") == "songs_created_total 3");
  CHECK(line(text, "monitoring_processes_lost_total{program=\"swift-frontend\"}") ==
        "monitoring_processes_lost_total{program=\"swift-frontend\"} 0");
  wrm_segment_close(next);
}

TEST_CASE("a segment in private memory is exposed to its own process alone") {
  const SegmentFolder folder;
  wrm_segment* const segment = open_segment(folder.path, false);
  wrm_any_add(cells_of(segment, "songs_created_total"), 1);
  CHECK(line(exposition_of(segment), "songs_created_total") == "songs_created_total 1");
  CHECK(std::filesystem::is_empty(folder.path));
  CHECK(!wrm_segment_preparation(segment).shared);
  wrm_segment_close(segment);
}

TEST_CASE("private memory has no folder: reading it makes no file") {
  Segment segment({.program = "nobody-has-this", .shared = false});
  segment.prepare();
  const auto reading = read_program(segment.directory(), segment.program(), segment.bytes());
  CHECK(!reading.view.families().empty());
  CHECK(!std::filesystem::exists("/nobody-has-this.lock"));
}

TEST_CASE("more segments in private memory may live than fork() could be told of") {
  for (int i = 0; i < 40; ++i) CHECK(open_segment("", false) != nullptr);
}

TEST_CASE("a failure has a message") {
  const SegmentFolder folder;
  wrm_segment* const segment = open_segment(folder.path);
  std::uint64_t* cells = nullptr;
  CHECK(problem_of(wrm_segment_cells(segment, "audio_callbacks_total", nullptr, 0, &cells)) ==
        "audio_callbacks_total: in no domain of the segment of swift-frontend");
  wrm_instance* instance = nullptr;
  CHECK(problem_of(wrm_instance_take(segment, "video", &instance)) ==
        "domain \"video\": not in the catalogue");
  const wrm_segment_options nameless{"", nullptr, 1, true};
  wrm_segment* opened = nullptr;
  CHECK(problem_of(wrm_segment_open(&nameless, nullptr, 0, &opened)).find("program \"\"") == 0);
  wrm_segment_close(segment);
}

TEST_CASE("plug-ins that threads render in parallel are recorded through C") {
  const SegmentFolder folder;
  const wrm_segment_options options{"juce-backend", folder.path.c_str(), 2, true};
  const char* const domains[] = {"audio"};
  wrm_segment* segment = nullptr;
  require_success(wrm_segment_open(&options, domains, 1, &segment));
  wrm_audio_metrics* metrics = nullptr;
  require_success(wrm_audio_metrics_make(segment, nullptr, 0, &metrics));
  const char* const plugins[] = {"reverb", "limiter"};
  const wrm_channel_names bus{"bus", plugins, 2};
  std::array<wrm_plugin_slots*, 4> slots{};
  for (auto& one : slots) require_success(wrm_plugin_slots_make(metrics, &bus, 1, &one));
  wrm_audio_metrics_use(metrics, slots.data(), slots.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    threads.emplace_back([&, i] {
      wrm_plugin_slots_rendered(slots[i], 0, 2'000'000'000);
      if (i == 3) wrm_plugin_slots_rendered(slots[i], 1, 3'000'000'000);
    });
  }
  for (std::thread& thread : threads) thread.join();
  wrm_audio_metrics_callback_rendered(metrics, 1'000'000'000, 9'000'000'000, 480, nullptr);
  wrm_plugin_place place{};
  CHECK(wrm_audio_metrics_most_expensive(metrics, &place));
  CHECK(place.slots == 3);
  CHECK(place.plugin == 1);
  const std::string text = exposition_of(segment);
  CHECK(line(text, "audio_channel_render_seconds_total{channel=\"bus\"}").ends_with(" 11"));
  CHECK(line(text, "audio_plugin_deadlines_missed_total{channel=\"bus\",plugin=\"limiter\"}")
            .ends_with(" 1"));
  for (auto* one : slots) wrm_plugin_slots_free(one);
  wrm_audio_metrics_free(metrics);
  wrm_segment_close(segment);
}

TEST_CASE("a render callback is recorded through C") {
  const SegmentFolder folder;
  const wrm_segment_options options{"juce-backend", folder.path.c_str(), 2, true};
  const char* const domains[] = {"audio"};
  wrm_segment* segment = nullptr;
  require_success(wrm_segment_open(&options, domains, 1, &segment));
  const char* const channels[] = {"bass", "lead"};
  wrm_audio_metrics* metrics = nullptr;
  require_success(wrm_audio_metrics_make(segment, channels, 2, &metrics));
  CHECK(problem_of(wrm_audio_metrics_set_info(metrics, "1.0", "tape")) ==
        "driver \"tape\": no value of the label");
  CHECK(problem_of(wrm_audio_metrics_set_info(metrics, nullptr, "file")) ==
        "version is a null pointer");
  CHECK(problem_of(wrm_audio_metrics_set_info(metrics, "1.0", nullptr)) ==
        "driver is a null pointer");
  require_success(wrm_audio_metrics_set_info(metrics, "1.0", "file"));
  wrm_audio_metrics_set_stream(metrics, 48000, 480);
  wrm_audio_metrics_channel_rendered(metrics, 1, 2'000'000);
  wrm_audio_metrics_callback_rendered(metrics, 1'000'000'000, 1'005'000'000, 480, nullptr);
  const std::string text = exposition_of(segment);
  CHECK(line(text, "audio_callbacks_total") == "audio_callbacks_total 1");
  CHECK(line(text, "audio_engine_load_ratio_sum") == "audio_engine_load_ratio_sum 0.5");
  CHECK(line(text, "audio_engine_info{version=\"1.0\",driver=\"file\"}") ==
        "audio_engine_info{version=\"1.0\",driver=\"file\"} 1");
  wrm_audio_metrics_free(metrics);
  wrm_segment_close(segment);
}

TEST_CASE("what a host knows of its device is told through C") {
  const SegmentFolder folder;
  const wrm_segment_options options{"juce-backend", folder.path.c_str(), 2, true};
  const char* const domains[] = {"audio"};
  wrm_segment* segment = nullptr;
  require_success(wrm_segment_open(&options, domains, 1, &segment));
  wrm_audio_metrics* metrics = nullptr;
  require_success(wrm_audio_metrics_make(segment, nullptr, 0, &metrics));
  wrm_audio_metrics_set_stream(metrics, 48000, 480);
  wrm_audio_metrics_set_device_buffers(metrics, 2);
  std::uint64_t now = 1'000'000'000;
  const auto play = [&](int count, std::uint64_t took, wrm_callback_mode mode) {
    for (int i = 0; i < count; ++i, now += std::max<std::uint64_t>(took, 10'000'000)) {
      const wrm_callback_details details{now, mode, WRM_YES};
      wrm_audio_metrics_callback_rendered(metrics, now, now + took, 480, &details);
    }
  };
  play(200, 2'000'000, WRM_CALLBACK_MODE_REALTIME);
  play(1, 13'000'000, WRM_CALLBACK_MODE_REALTIME);
  play(4, 13'000'000, WRM_CALLBACK_MODE_OFFLINE);
  play(3, 13'000'000, WRM_CALLBACK_MODE_BYPASSED);
  play(2, 13'000'000, WRM_CALLBACK_MODE_PAUSED);
  play(200, 2'000'000, WRM_CALLBACK_MODE_REALTIME);
  wrm_audio_metrics_stream_stops(metrics);
  now += 3'000'000'000;
  play(200, 2'000'000, WRM_CALLBACK_MODE_REALTIME);
  wrm_audio_metrics_stream_starts(metrics);
  now += 3'000'000'000;
  wrm_audio_metrics_set_mode(metrics, WRM_CALLBACK_MODE_OFFLINE);
  play(1, 13'000'000, WRM_CALLBACK_MODE_REALTIME);
  wrm_audio_metrics_report_input_overrun(metrics);
  wrm_audio_metrics_report_xrun(metrics, 1);
  wrm_audio_metrics_report_xruns(metrics, 3, 1);
  const std::string text = exposition_of(segment);
  const auto count = [&](const std::string& series) {
    const std::string found = line(text, series);
    return found.substr(found.rfind(' ') + 1);
  };
  CHECK(count("audio_dropouts_total{cause=\"over_budget\"}") == "1");
  CHECK(count("audio_dropouts_total{cause=\"device\"}") == "0");
  CHECK(count("audio_dropout_seconds_total{cause=\"over_budget\"}") == "0.003");
  CHECK(count("audio_callbacks_not_realtime_total{mode=\"offline\"}") == "5");
  CHECK(count("audio_callbacks_not_realtime_total{mode=\"bypassed\"}") == "3");
  CHECK(count("audio_callbacks_not_realtime_total{mode=\"paused\"}") == "2");
  CHECK(count("audio_input_overruns_total") == "1");
  CHECK(count("audio_engine_xruns_total") == "4");
  wrm_audio_metrics_free(metrics);
  wrm_segment_close(segment);
}

TEST_CASE("a domain that the core was not built with is recorded and exposed like any other") {
  const SegmentFolder folder;
  wrm_domain* tape = nullptr;
  require_success(wrm_domain_make("tape", &tape));
  const wrm_family_form counter{WRM_COUNTER, WRM_U64, WRM_AGGREGATION_SUM, false, false, 1};
  require_success(wrm_domain_add_family(tape, "tape_loops_total", "Loops.", "", counter));
  const char* const heads[] = {"left", "right"};
  require_success(wrm_domain_add_label(tape, "head", heads, 2, 0));
  require_success(wrm_domain_add_label(tape, "song", nullptr, 0, 3));
  const wrm_family_form times{WRM_HISTOGRAM, WRM_U64, WRM_AGGREGATION_SUM, true, false, 1000000000};
  require_success(wrm_domain_add_family(tape, "tape_wait_seconds", "Waits.", "seconds", times));
  const double bounds[] = {0.5, 1};
  require_success(wrm_domain_set_bounds(tape, bounds, 2));

  const wrm_segment_options options{"tape", folder.path.c_str(), 2, true};
  const char* const bundled[] = {"ui"};
  wrm_segment* segment = nullptr;
  require_success(wrm_segment_open_own(&options, &tape, 1, bundled, 1, &segment));
  const char* const song[] = {"First Light"};
  std::uint64_t* loops = nullptr;
  require_success(wrm_segment_cells(segment, "tape_loops_total", song, 1, &loops));
  wrm_any_add(&loops[1], 4);
  wrm_instance* instance = nullptr;
  require_success(wrm_instance_take(segment, "tape", &instance));
  std::uint64_t* waits = nullptr;
  require_success(wrm_instance_cells(instance, "tape_wait_seconds", nullptr, 0, &waits));
  const std::int64_t cell_bounds[] = {500000000, 1000000000};
  wrm_realtime_observe(waits, cell_bounds, 2, 700000000);

  const std::string text = exposition_of(segment);
  CHECK(text.find("\ntape_loops_total{head=\"right\",song=\"First Light\"} 4\n") !=
        std::string::npos);
  CHECK(text.find("\ntape_wait_seconds_bucket{le=\"1.0\"} 1\n") != std::string::npos);
  CHECK(text.find("\nui_errors_total{type=\"engine\"} 0\n") != std::string::npos);
  CHECK(problem_of(wrm_domain_set_bounds(tape, bounds, 1)) ==
        "tape: a segment has it; it takes nothing more");
  wrm_instance_retire(instance);
  wrm_segment_close(segment);
}

TEST_CASE("an own domain that can't be is refused with a sentence") {
  wrm_domain* domain = nullptr;
  require_success(wrm_domain_make("odd", &domain));
  CHECK(problem_of(wrm_domain_set_bounds(domain, nullptr, 0)) == "odd: it has no family yet");
  wrm_family_form form{9, WRM_U64, WRM_AGGREGATION_SUM, false, false, 1};
  CHECK(problem_of(wrm_domain_add_family(domain, "a", "", "", form)) == "type 9: there is none");
  form = {WRM_COUNTER, WRM_U64, WRM_AGGREGATION_SUM, false, false, 0};
  CHECK(problem_of(wrm_domain_add_family(domain, "a", "", "", form)) == "a: a scale of 0");
  form.scale = 1;
  require_success(wrm_domain_add_family(domain, "a", "", "", form));
  CHECK(problem_of(wrm_domain_add_label(domain, "l", nullptr, 0, 0)) ==
        "a: a label has either values or a limit of series");
}
