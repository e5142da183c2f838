/// The core as languages see it that call C.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "c_problems.h"
#include "fixture.h"
#include "whiteroom/monitoring/cells.h"
#include "whiteroom/monitoring/generated/audio_metrics_c.h"
#include "whiteroom/monitoring/generated/histograms.h"
#include "whiteroom/monitoring/plugin_slots_c.h"
#include "whiteroom/monitoring/segment_c.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

namespace {

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

namespace {

constexpr wrm_family_form kCounter{WRM_COUNTER, WRM_U64, WRM_AGGREGATION_SUM, false, false, 1};
constexpr wrm_family_form kTimes{WRM_HISTOGRAM, WRM_U64, WRM_AGGREGATION_SUM, false, false, 1};

wrm_domain* domain_of(const char* name) {
  wrm_domain* domain = nullptr;
  require_success(wrm_domain_make(name, &domain));
  return domain;
}

/// The problem of a family of this name and form in a domain of its own.
std::string problem_of_family(const char* name, wrm_family_form form = kCounter) {
  return problem_of(wrm_domain_add_family(domain_of("odd"), name, "", "", form));
}

/// The problem of a label of these values in a counter `odd/a` that has the label `k`.
std::string problem_of_label(const char* name, const std::vector<const char*>& values,
                             std::uint32_t max_series = 0) {
  wrm_domain* const domain = domain_of("odd");
  require_success(wrm_domain_add_family(domain, "a", "", "", kCounter));
  require_success(wrm_domain_add_label(domain, "k", nullptr, 0, 3));
  return problem_of(wrm_domain_add_label(domain, name, values.data(), values.size(), max_series));
}

/// The problem of bounds of a histogram `odd/a`.
std::string problem_of_bounds(const std::vector<double>& bounds) {
  wrm_domain* const domain = domain_of("odd");
  require_success(wrm_domain_add_family(domain, "a", "", "", kTimes));
  return problem_of(wrm_domain_set_bounds(domain, bounds.data(), bounds.size()));
}

char* open_own(wrm_domain* domain, wrm_segment** segment) {
  const wrm_segment_options options{"odd", nullptr, 1, false};
  return wrm_segment_open_own(&options, &domain, 1, nullptr, 0, segment);
}

}  // namespace

TEST_CASE("an own domain that can't be is refused with a sentence") {
  wrm_domain* const domain = domain_of("odd");
  CHECK(problem_of(wrm_domain_set_bounds(domain, nullptr, 0)) ==
        "odd: found no family, expected one before");
  require_success(wrm_domain_add_family(domain, "a", "", "", kCounter));
  CHECK(problem_of(wrm_domain_add_family(domain, "a", "", "", kCounter)) ==
        "odd/a: found twice, expected once");
  for (const char* name : {"", "2a", "a-b", "a b", "\xff"}) {
    wrm_domain* made = nullptr;
    CHECK(problem_of(wrm_domain_make(name, &made)).find("domain \"") == 0);
    CHECK(problem_of_family(name).find("odd: family \"") == 0);
    CHECK(problem_of_label(name, {"x"}).find("odd/a: label \"") == 0);
  }
  CHECK(problem_of_family("2a") ==
        "odd: family \"2a\": expected a letter, _ or :, then these and digits");
  require_success(wrm_domain_add_family(domain, "job:a_9:rate", "", "", kCounter));
}

TEST_CASE("a form that can't be is refused with what was found and expected") {
  CHECK(problem_of_family("a", {9, WRM_U64, WRM_AGGREGATION_SUM, false, false, 1}) ==
        "odd/a: type: found 9, expected 1 to 5");
  CHECK(problem_of_family("a", {WRM_GAUGE, 0, WRM_AGGREGATION_SUM, false, false, 1}) ==
        "odd/a: number: found 0, expected 1 to 3");
  CHECK(problem_of_family("a", {WRM_GAUGE, WRM_U64, 5, false, false, 1}) ==
        "odd/a: aggregation: found 5, expected 1 to 4");
  CHECK(problem_of_family("a", {WRM_COUNTER, WRM_U64, WRM_AGGREGATION_SUM, false, false, 0}) ==
        "odd/a: scale: found 0, expected 1 or more");
  CHECK(problem_of_family("a", {WRM_GAUGE, WRM_U64, WRM_AGGREGATION_SUM, false, true, 1}) ==
        "odd/a: exemplars: found true, expected false: only counters and histograms keep them");
  CHECK(problem_of(wrm_domain_add_family(domain_of("odd"), "a", "\xff", "", kCounter)) ==
        "odd/a: help \"\xef\xbf\xbd\": expected UTF-8");
  CHECK(problem_of(wrm_domain_add_family(domain_of("odd"), "a", "", "\xff", kCounter)) ==
        "odd/a: unit \"\xef\xbf\xbd\": expected UTF-8");
}

TEST_CASE("a label that can't be is refused, and leaves its family as it was") {
  CHECK(problem_of_label("l", {}) ==
        "odd/a: label \"l\": found neither, expected either values or a limit of series");
  CHECK(problem_of_label("l", {"x"}, 2) ==
        "odd/a: label \"l\": found both, expected either values or a limit of series");
  CHECK(problem_of_label("k", {"x"}) == "odd/a: label \"k\": found twice, expected once");
  CHECK(problem_of_label("l", {"x", "y", "x"}) ==
        "odd/a: label \"l\": value \"x\": found twice, expected once");
  CHECK(problem_of_label("l", {"\xc3"}) ==
        "odd/a: label \"l\": value \"\xef\xbf\xbd\": expected UTF-8");
  CHECK(problem_of_label("a:b", {"x"}).find("odd/a: label \"a:b\": expected") == 0);
  CHECK(problem_of_label("l", {}, 1U << 31) ==
        "odd/a: the labels have too many combinations, expected at most 16777216 cells for all "
        "of them");
  wrm_domain* const domain = domain_of("odd");
  require_success(wrm_domain_add_family(domain, "a", "", "", kCounter));
  for (const char* name : {"k", "l", "m"}) {
    wrm_text_free(wrm_domain_add_label(domain, name, nullptr, 0, 1U << 16));
  }
  // Their product, 2^48, would be 0 in 32 bits: only the first is kept, and the next that fits.
  wrm_segment* segment = nullptr;
  require_success(wrm_domain_add_label(domain, "n", nullptr, 0, 2));
  require_success(open_own(domain, &segment));
  const char* const values[] = {"x", "y"};
  std::uint64_t* cells = nullptr;
  require_success(wrm_segment_cells(segment, "a", values, 2, &cells));
  wrm_segment_close(segment);
}

TEST_CASE("bounds that can't be are refused") {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  CHECK(problem_of_bounds({1, kInfinity}) ==
        "odd/a: found the bound +Inf, expected a finite number");
  CHECK(problem_of_bounds({std::numeric_limits<double>::quiet_NaN()}) ==
        "odd/a: found the bound NaN, expected a finite number");
  CHECK(problem_of_bounds({1, 1}) == "odd/a: found the bound 1 after 1, expected ascending ones");
  CHECK(problem_of_bounds({2, 1}) == "odd/a: found the bound 1 after 2, expected ascending ones");
  wrm_domain* const domain = domain_of("odd");
  require_success(wrm_domain_add_family(domain, "a", "", "", kCounter));
  const double bound = 1;
  CHECK(problem_of(wrm_domain_set_bounds(domain, &bound, 1)) ==
        "odd/a: found 1 bounds, expected none: only a histogram has buckets");
  require_success(wrm_domain_set_bounds(domain, nullptr, 0));
  require_success(wrm_domain_add_family(domain, "b", "", "", kTimes));
  require_success(wrm_domain_add_label(domain, "l", nullptr, 0, 1U << 22));
  const double bounds[] = {1, 2, 3};
  CHECK(problem_of(wrm_domain_set_bounds(domain, bounds, 3)).find("odd/b: the labels have") == 0);
}

TEST_CASE("a null pointer in a description is refused, and nothing is read through it") {
  wrm_domain* const domain = domain_of("odd");
  const char* const none[] = {nullptr};
  wrm_segment* segment = nullptr;
  const wrm_segment_options options{"odd", nullptr, 1, false};
  CHECK(problem_of(wrm_domain_make("odd", nullptr)).ends_with(" is a null pointer"));
  wrm_domain* made = nullptr;
  CHECK(problem_of(wrm_domain_make(nullptr, &made)) == "the name is a null pointer");
  for (char* problem :
       {wrm_domain_add_family(nullptr, "a", "", "", kCounter),
        wrm_domain_add_family(domain, nullptr, "", "", kCounter),
        wrm_domain_add_family(domain, "a", nullptr, "", kCounter),
        wrm_domain_add_family(domain, "a", "", nullptr, kCounter),
        wrm_domain_add_label(nullptr, "l", nullptr, 0, 1),
        wrm_domain_add_label(domain, nullptr, nullptr, 0, 1),
        wrm_domain_add_label(domain, "l", nullptr, 1, 0),
        wrm_domain_add_label(domain, "l", none, 1, 0), wrm_domain_set_bounds(nullptr, nullptr, 0),
        wrm_domain_set_bounds(domain, nullptr, 1),
        wrm_segment_open_own(nullptr, nullptr, 0, nullptr, 0, &segment),
        wrm_segment_open_own(&options, nullptr, 1, nullptr, 0, &segment),
        wrm_segment_open_own(&options, nullptr, 0, nullptr, 1, &segment),
        wrm_segment_open_own(&options, nullptr, 0, nullptr, 0, nullptr),
        open_own(nullptr, &segment)}) {
    CHECK(problem_of(problem).ends_with(" is a null pointer"));
  }
}

TEST_CASE("what a segment has takes nothing more, also a domain that had no family") {
  wrm_domain* const domain = domain_of("late");
  wrm_segment* segment = nullptr;
  require_success(open_own(domain, &segment));
  const std::string closed = "late: a segment has it; it takes nothing more";
  CHECK(problem_of(wrm_domain_add_family(domain, "a", "", "", kCounter)) == closed);
  CHECK(problem_of(wrm_domain_add_label(domain, "l", nullptr, 0, 1)) == closed);
  CHECK(problem_of(wrm_domain_set_bounds(domain, nullptr, 0)) == closed);
  wrm_segment_close(segment);
}

TEST_CASE("a family that is added while segments open is in each of them, or refused") {
  for (int round = 0; round < 50; ++round) {
    wrm_domain* const domain = domain_of("late");
    wrm_segment* segment = nullptr;
    char* problem = nullptr;
    std::thread adds([&] { problem = wrm_domain_add_family(domain, "a", "", "", kCounter); });
    require_success(open_own(domain, &segment));
    adds.join();
    std::uint64_t* cells = nullptr;
    char* const missing = wrm_segment_cells(segment, "a", nullptr, 0, &cells);
    CHECK((problem == nullptr) == (missing == nullptr));
    wrm_text_free(problem);
    wrm_text_free(missing);
    wrm_segment_close(segment);
  }
}
