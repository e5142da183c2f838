#include <doctest/doctest.h>

#include <cmath>

#include "fixture.h"
#include "whiteroom/monitoring/audio_metrics.h"
#include "whiteroom/monitoring/ffi_metrics.h"
#include "whiteroom/monitoring/plugin_slots_c.h"
#include "whiteroom/monitoring/segment_c.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;
using namespace std::chrono_literals;

namespace {

#ifndef NDEBUG
constexpr bool kAsserts = true;
/// Does for a while what a release build does.
class WithoutAssertions {
 public:
  WithoutAssertions() { detail::asserts_mistakes = false; }
  ~WithoutAssertions() { detail::asserts_mistakes = true; }
};
#else
constexpr bool kAsserts = false;
class WithoutAssertions {
 public:
  ~WithoutAssertions() {}
};
#endif

/// Run `body` in a child. Return whether it was aborted.
template <class Body>
bool aborts(const Body& body) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGABRT, SIG_DFL);                                         // not doctest's
    if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(1);  // what assert says
    body();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

struct AudioSegment {
  explicit AudioSegment(const std::string& folder)
      : segment({.program = "test", .directory = folder}) {
    segment.declare(kFamilies);
    segment.declare(audio::families());
    segment.prepare();
  }
  std::uint64_t lost(wrm_lost_reason reason) { return wrm_load(&segment.lost()[reason]); }

  Segment segment;
};

const std::vector<std::string> kChannels{"bass", "lead"};

/// What a callback of 1 s, for 256 frames at 48 kHz, is: over budget.
std::optional<Miss> overload(AudioMetrics& metrics) {
  const auto now = AudioMetrics::Clock::now();
  return metrics.callback_rendered(now, now + 1s, 256);
}

std::vector<ChannelNames> many_channels(int count) {
  std::vector<ChannelNames> names;
  for (int i = 0; i < count; ++i) names.push_back({"track " + std::to_string(i), {"synth"}});
  return names;
}

enum class Unknown : std::uint8_t { one, two };
constexpr std::uint32_t value_count(Unknown) noexcept { return 2; }
constexpr auto kThird = static_cast<Unknown>(2);

}  // namespace

TEST_CASE("an index out of range records nothing, and is counted") {
  const SegmentFolder folder;
  AudioSegment test(folder.path);
  AudioMetrics metrics(test.segment, kChannels);
  const PluginSlots slots = metrics.plugin_slots(many_channels(3));
  const WithoutAssertions release;
  metrics.channel_rendered(2, 1ms);
  metrics.plugin_rendered(SIZE_MAX, 1ms);
  slots.plugin_rendered(3, 1ms);
  CHECK(slots.name(3).empty());
  CHECK(test.lost(WRM_LOST_OUT_OF_RANGE) == 3);
  metrics.channel_rendered(1, 1ms);
  overload(metrics);
  CHECK(metrics.most_expensive() == PluginPlace{0, 1});
  const std::string text = exposed(folder.path);
  CHECK(line(text, "audio_channel_render_seconds_total{channel=\"bass\"}").ends_with(" 0"));
  CHECK(line(text, "audio_channel_render_seconds_total{channel=\"lead\"}").ends_with(" 0.001"));
}

TEST_CASE("a slots that was replaced by a smaller one is not looked at any more") {
  const SegmentFolder folder;
  AudioSegment test(folder.path);
  AudioMetrics metrics(test.segment, kChannels);
  const PluginSlots large = metrics.plugin_slots(many_channels(50));
  const PluginSlots small = metrics.plugin_slots(many_channels(1));
  metrics.use(large);
  metrics.plugin_rendered(49, 1ms);  // in a block of no frames: no callback is recorded
  metrics.use(small);
  overload(metrics);
  CHECK_FALSE(metrics.most_expensive());
  const std::string text = exposed(folder.path);
  const std::string missed =
      "audio_plugin_deadlines_missed_total{channel=\"track 49\",plugin=\"synth\"}";
  CHECK(line(text, missed).ends_with(" 0"));
  metrics.use(large);
  overload(metrics);
  CHECK_FALSE(metrics.most_expensive());
  CHECK(test.lost(WRM_LOST_OUT_OF_RANGE) == 0);
}

TEST_CASE("a slots may be destroyed while it is in use") {
  const SegmentFolder folder;
  AudioSegment test(folder.path);
  AudioMetrics metrics(test.segment, kChannels);
  {
    const PluginSlots slots = metrics.plugin_slots(many_channels(50));
    metrics.use(slots);
  }
  const PluginSlots other = metrics.plugin_slots(many_channels(2));
  metrics.plugin_rendered(49, 1ms);
  overload(metrics);
  CHECK(metrics.most_expensive() == PluginPlace{0, 49});
  metrics.use(other);
  metrics.plugin_rendered(1, 2ms);
  overload(metrics);
  CHECK(metrics.most_expensive() == PluginPlace{0, 1});
}

TEST_CASE("a slots may outlive its metrics, and these their segment") {
  const SegmentFolder folder;
  PluginSlots slots;
  std::optional<Instance> instance;
  {
    AudioSegment test(folder.path);
    AudioMetrics metrics(test.segment, kChannels);
    slots = metrics.plugin_slots(many_channels(3));
    instance = test.segment.instance(kFamilies);
  }
  slots.plugin_rendered(2, 1ms);
  CHECK(slots.name(2) == "track 2/synth");
  wrm_realtime_add(instance->cells(kCallbacks), 1);
  CHECK(instance->series(kChannelSeconds, std::array<std::string_view, 1>{"bass"}) != nullptr);
}

TEST_CASE("a handle that was never prepared records nothing, and the next segment counts it") {
  const SegmentFolder folder;
  static constexpr std::array<std::int64_t, 2> bounds{1, 2};
  const Exemplar exemplar = Exemplar::now(1, 2);
  {
    const WithoutAssertions release;
    Counter<Writers::many>().increment();
    Counter<Writers::one>().increment();
    ExemplarCounter<Writers::many>().increment(1, exemplar);
    DurationCounter<Writers::many>().add(1s);
    Gauge<Writers::many>().set(1);
    UpDownCounter<Writers::many>().set(1);
    UpDownCounter<Writers::one>().decrement();
    Histogram<Writers::many, Seconds, bounds>().observe(1s);
    Histogram<Writers::one, Ratio, bounds>().observe(1);
    ExemplarHistogram<Writers::many, Count, bounds>().observe(1, exemplar);
    Summary<Writers::many, Seconds>().observe(1s);
    Info().set();
    LabeledBy<Counter<Writers::many>, 1, Unknown>()[Unknown::two].increment();
    LabeledBy<Summary<Writers::many, Count>, 2, Unknown, Unknown>()(Unknown::two, Unknown::one)
        .observe(1);
    PluginSlots().plugin_rendered(0, 1s);
  }
  AudioSegment test(folder.path);
  CHECK(test.lost(WRM_LOST_NOT_PREPARED) == 15);
  const WithoutAssertions release;
  Counter<Writers::many>().increment();
  CHECK(test.lost(WRM_LOST_NOT_PREPARED) == 16);
}

TEST_CASE("a label value that there is not records nothing, and is counted") {
  const SegmentFolder folder;
  AudioSegment test(folder.path);
  std::array<std::uint64_t, 4> cells{};
  const LabeledBy<Counter<Writers::many>, 1, Unknown> one(cells.data(), test.segment.lost());
  const LabeledBy<Counter<Writers::many>, 1, Unknown, Unknown> two(cells.data(),
                                                                   test.segment.lost());
  const WithoutAssertions release;
  one[kThird].increment();
  one[static_cast<Unknown>(255)].increment();
  two(kThird, Unknown::one).increment();
  two(Unknown::one, kThird).increment();
  CHECK(test.lost(WRM_LOST_OUT_OF_RANGE) == 4);
  for (const std::uint64_t cell : cells) CHECK(cell == 0);
}

TEST_CASE(
    "what is recorded after the segment's end harms nothing, and the next segment counts it") {
  const SegmentFolder folder;
  std::optional<AudioMetrics> metrics;
  std::optional<Counter<Writers::many>> events;
  {
    AudioSegment test(folder.path);
    metrics.emplace(test.segment, kChannels);
    events.emplace(test.segment.cells(kEvents), test.segment.lost());
    events->increment();
  }
  CHECK(line(exposed(folder.path), "test_events_total") == "test_events_total 1");
  events->increment(100);
  metrics->channel_rendered(1, 1ms);
  overload(*metrics);
  metrics->set_info("1.0", audio::Driver::clock);
  metrics->set_memory(1);
  metrics->report_xrun(1ms);
  AudioSegment next(folder.path);
  CHECK(next.lost(WRM_LOST_SEGMENT_CLOSED) >= 5);
  metrics.reset();
  AudioSegment third(folder.path);
  CHECK(third.lost(WRM_LOST_SEGMENT_CLOSED) == 0);
  CHECK(line(exposed(folder.path), "test_events_total") == "test_events_total 1");
}

TEST_CASE("a sample rate that is none changes nothing, and is counted") {
  const SegmentFolder folder;
  AudioSegment test(folder.path);
  AudioMetrics metrics(test.segment, kChannels);
  metrics.set_stream(44100, 441);
  const WithoutAssertions release;
  for (const double rate : {0.0, -44100.0, std::nan(""), double{INFINITY}}) {
    metrics.set_stream(rate, 512);
    const auto now = AudioMetrics::Clock::now();
    metrics.callback_rendered(now, now + 1ms, 512);
  }
  CHECK(test.lost(WRM_LOST_NOT_A_NUMBER) == 4);
  CHECK(line(exposed(folder.path), "audio_buffer_duration_seconds").ends_with(" 0.01"));
}

TEST_CASE("a callback of no frames, or one that ends before it begins, is harmless") {
  const SegmentFolder folder;
  AudioSegment test(folder.path);
  AudioMetrics metrics(test.segment, kChannels);
  const auto now = AudioMetrics::Clock::now();
  metrics.callback_rendered(now, now + 1ms, 0);
  metrics.callback_rendered(now, now - 1ms, 512);
  metrics.callback_rendered(now, now + 1ms, UINT32_MAX);
  metrics.channel_rendered(0, -1ms);
  metrics.channel_rendered(0, std::chrono::nanoseconds::max());
  metrics.channel_rendered(0, std::chrono::nanoseconds::min());
  CHECK(test.lost(WRM_LOST_NEGATIVE) >= 2);
}

TEST_CASE("a counter of XRUNs that jumps is one addition") {
  const SegmentFolder folder;
  AudioSegment test(folder.path);
  AudioMetrics metrics(test.segment, kChannels);
  metrics.report_xruns(300'000'000, 1ms);
  metrics.report_xrun(1ms);
  CHECK(line(exposed(folder.path), "audio_engine_xruns_total").ends_with(" 300000001"));
}

TEST_CASE("more slots than can be in use are left out, and counted") {
  const SegmentFolder folder;
  AudioSegment test(folder.path);
  AudioMetrics metrics(test.segment, kChannels);
  const PluginSlots slots = metrics.plugin_slots(many_channels(1));
  const std::vector<const PluginSlots*> many(AudioMetrics::kMostSlots + 1, &slots);
  const WithoutAssertions release;
  metrics.use(many);
  metrics.use(std::vector<const PluginSlots*>{nullptr});
  metrics.plugin_rendered(0, 1ms);
  overload(metrics);
  CHECK(test.lost(WRM_LOST_OUT_OF_RANGE) == 2);
}

TEST_CASE("the C face counts what is given to nobody, and says what is missing") {
  const SegmentFolder folder;
  AudioSegment test(folder.path);
  const WithoutAssertions release;
  wrm_audio_metrics_channel_rendered(nullptr, 0, 1);
  wrm_audio_metrics_callback_rendered(nullptr, 0, 1, 256, nullptr);
  wrm_audio_metrics_set_stream(nullptr, 48000, 256);
  wrm_audio_metrics_set_realtime_scheduling(nullptr, true);
  wrm_audio_metrics_set_memory(nullptr, 1);
  wrm_audio_metrics_report_xrun(nullptr, 1);
  wrm_audio_metrics_use(nullptr, nullptr, 0);
  wrm_plugin_slots_rendered(nullptr, 0, 1);
  CHECK(test.lost(WRM_LOST_NOT_PREPARED) == 8);
  wrm_plugin_place place{};
  CHECK_FALSE(wrm_audio_metrics_most_expensive(nullptr, &place));
  const auto refused = [](char* problem) {
    const bool said = problem != nullptr;
    wrm_text_free(problem);
    return said;
  };
  const char* const channels[] = {"bass"};
  wrm_audio_metrics* metrics = nullptr;
  wrm_plugin_slots* slots = nullptr;
  CHECK(refused(wrm_audio_metrics_make(nullptr, channels, 1, &metrics)));
  CHECK(refused(wrm_audio_metrics_set_info(nullptr, "1", "clock")));
  CHECK(refused(wrm_plugin_slots_make(nullptr, nullptr, 0, &slots)));
  std::uint64_t* cells = nullptr;
  wrm_instance* instance = nullptr;
  CHECK(refused(wrm_segment_cells(nullptr, "test_events_total", nullptr, 0, &cells)));
  CHECK(refused(wrm_instance_take(nullptr, "audio", &instance)));
  CHECK(refused(wrm_instance_cells(nullptr, "audio_callbacks_total", nullptr, 0, &cells)));
  wrm_segment_close(nullptr);
  wrm_instance_retire(nullptr);
  wrm_audio_metrics_free(nullptr);
  wrm_plugin_slots_free(nullptr);
}

TEST_CASE("in a debug build a mistake is an assertion, in a release build it is not") {
  const SegmentFolder folder;
  AudioSegment test(folder.path);
  AudioMetrics metrics(test.segment, kChannels);
  CHECK(aborts([&] { metrics.plugin_rendered(2, 1ms); }) == kAsserts);
  CHECK(aborts([&] { Counter<Writers::many>().increment(); }) == kAsserts);
  CHECK_FALSE(aborts([&] { metrics.plugin_rendered(1, 1ms); }));
}
