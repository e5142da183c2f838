/// The engine as a host sees it: over the C ABI alone.
#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "abi/sch_engine.h"
#include "song/song_json.h"

using namespace std::chrono_literals;

namespace {

constexpr const char* kBand = "0191d5a0-6f0e-7c3a-9d6e-2b1f0c4e8a77";
constexpr const char* kNight = "0191d5a0-6f0e-7c3a-9d6e-2b1f0c4e8a78";
constexpr const char* kSilence =
    R"({"format":1,"name":"Silence","tempo_bpm":60,"length_beats":4,"channels":[{"name":"one"}]})";

/// An engine without an endpoint, driven by a clock.
class Made {
 public:
  Made() {
    const sch_engine_config config{.size = sizeof(sch_engine_config),
                                   .driver = "clock",
                                   .segments = nullptr,
                                   .metrics_address = nullptr,
                                   .metrics_port = SCH_NO_METRICS,
                                   .control = nullptr,
                                   .log_file = nullptr,
                                   .event_log = nullptr};
    REQUIRE(sch_engine_create(&config, &handle) == SCH_OK);
  }
  ~Made() { sch_engine_destroy(handle); }

  void start() {
    REQUIRE(sch_engine_audio_init(handle, 48000, 64, 2) == SCH_OK);
    REQUIRE(sch_engine_audio_start(handle) == SCH_OK);
  }
  sch_audio_status status() {
    sch_audio_status found{};
    CHECK(sch_engine_get_audio_status(handle, &found) == SCH_OK);
    return found;
  }
  sch_performance_state performance() {
    sch_performance_state found{};
    CHECK(sch_engine_get_performance_state(handle, &found) == SCH_OK);
    return found;
  }

  sch_engine* handle = nullptr;
};

std::string taken(char* text) {
  std::string copy(text);
  CHECK(sch_free_string(text) == SCH_OK);
  return copy;
}

/// Wait until `holds`, for at most five seconds; return whether it does.
template <class Condition>
bool comes_true(const Condition& holds) {
  for (int i = 0; i < 1000 && !holds(); ++i) std::this_thread::sleep_for(5ms);
  return holds();
}

}  // namespace

TEST_CASE("a handle is that of the present engine, or is refused") {
  sch_audio_status status;
  CHECK(sch_engine_get_audio_status(nullptr, &status) == SCH_ENGINE_NULL);
  sch_engine* gone = nullptr;
  {
    Made engine;
    gone = engine.handle;
    sch_engine* second = nullptr;
    CHECK(sch_engine_create(nullptr, &second) == SCH_INVALID_STATE);
    CHECK(sch_engine_get_audio_status(gone, nullptr) == SCH_INVALID_ARGUMENT);
  }
  CHECK(sch_engine_get_audio_status(gone, &status) == SCH_INVALID_ARGUMENT);
  CHECK(sch_engine_destroy(gone) == SCH_INVALID_ARGUMENT);
  Made another;
  CHECK(another.handle != gone);
  CHECK(sch_engine_get_audio_status(gone, &status) == SCH_INVALID_ARGUMENT);
}

TEST_CASE("an engine is not made of what makes no sense") {
  sch_engine* engine = nullptr;
  sch_engine_config config{};
  CHECK(sch_engine_create(&config, &engine) == SCH_INVALID_ARGUMENT);  // no size
  config.size = sizeof config;
  config.driver = "tape";
  CHECK(sch_engine_create(&config, &engine) == SCH_INVALID_ARGUMENT);
  config.driver = "clock";
  config.metrics_port = 70'000;
  CHECK(sch_engine_create(&config, &engine) == SCH_INVALID_ARGUMENT);
  config.metrics_port = 0;
  config.segments = "/elsewhere";
  CHECK(sch_engine_create(&config, &engine) == SCH_INVALID_STATE);
  config.segments = nullptr;
  config.metrics_address = "256.0.0.1";
  CHECK(sch_engine_create(&config, &engine) == SCH_REJECTED);
  config.metrics_address = nullptr;
  config.log_file = "/nowhere/engine.log";
  CHECK(sch_engine_create(&config, &engine) == SCH_REJECTED);
  CHECK(engine == nullptr);
}

TEST_CASE("the sound goes from init to start to stop, and nothing else is accepted") {
  Made engine;
  CHECK(sch_engine_audio_start(engine.handle) == SCH_INVALID_STATE);
  CHECK(sch_engine_audio_stop(engine.handle) == SCH_INVALID_STATE);
  CHECK(sch_engine_audio_init(engine.handle, 8000, 64, 2) == SCH_INVALID_ARGUMENT);
  CHECK(sch_engine_audio_init(engine.handle, 48000, 100, 2) == SCH_INVALID_ARGUMENT);
  CHECK(sch_engine_audio_init(engine.handle, 48000, 64, 6) == SCH_NOT_IMPLEMENTED);
  CHECK(engine.status().state == SCH_AUDIO_NONE);
  engine.start();
  CHECK(engine.status().state == SCH_AUDIO_RUNNING);
  CHECK(std::string(engine.status().driver) == "clock");
  CHECK(sch_engine_audio_start(engine.handle) == SCH_INVALID_STATE);
  CHECK(comes_true([&] { return engine.status().callbacks > 10; }));
  CHECK(sch_engine_audio_stop(engine.handle) == SCH_OK);
  const std::uint64_t callbacks = engine.status().callbacks;
  CHECK(sch_engine_audio_start(engine.handle) == SCH_OK);
  CHECK(comes_true([&] { return engine.status().callbacks > callbacks; }));
}

TEST_CASE("the stream can be changed while the song plays, which then goes on") {
  Made engine;
  sch_engine_create_default_song(engine.handle, nullptr);
  engine.start();
  CHECK(comes_true([&] { return engine.status().position_beats > 0.2; }));
  CHECK(sch_engine_audio_init(engine.handle, 96000, 256, 2) == SCH_OK);
  const sch_audio_status after = engine.status();
  CHECK(after.state == SCH_AUDIO_RUNNING);
  CHECK(after.sample_rate == 96000);
  CHECK(after.buffer_frames == 256);
  CHECK(comes_true([&] { return engine.status().callbacks > after.callbacks + 4; }));
  CHECK(engine.status().position_beats >= 0.2);
}

TEST_CASE("a song that is got can be loaded, and is the same song") {
  Made engine;
  char* json = nullptr;
  CHECK(sch_engine_get_song(engine.handle, &json) == SCH_NOT_FOUND);
  CHECK(sch_engine_create_default_song(engine.handle, &json) == SCH_OK);
  const std::string first = taken(json);
  CHECK(sch_engine_load_song(engine.handle, kSilence, nullptr) == SCH_OK);
  CHECK(sch_engine_get_song(engine.handle, &json) == SCH_OK);
  CHECK(taken(json) != first);
  CHECK(sch_engine_load_song(engine.handle, first.c_str(), nullptr) == SCH_OK);
  CHECK(sch_engine_get_song(engine.handle, &json) == SCH_OK);
  CHECK(taken(json) == first);
}

TEST_CASE("what is no JSON and what is no song are told apart, and the song before stays") {
  Made engine;
  sch_engine_load_song(engine.handle, kSilence, nullptr);
  char* problem = nullptr;
  CHECK(sch_engine_load_song(engine.handle, nullptr, nullptr) == SCH_INVALID_ARGUMENT);
  CHECK(sch_engine_load_song(engine.handle, "{\"format\":", &problem) == SCH_PARSE_FAILED);
  CHECK(taken(problem).find("parse error") != std::string::npos);
  CHECK(sch_engine_load_song(engine.handle, "{\"format\":2}", &problem) == SCH_VALIDATION_FAILED);
  CHECK(taken(problem) == "format: found 2, expected a number from 1.0 to 1.0");
  const std::string large(whiteroom::engine::song::kMostBytes + 1, ' ');
  CHECK(sch_engine_load_song(engine.handle, large.c_str(), nullptr) == SCH_VALIDATION_FAILED);
  CHECK(engine.performance().length_beats == 4);
}

TEST_CASE("songs are exchanged while they play, and none is lost or played twice") {
  Made engine;
  engine.start();
  for (int i = 0; i < 50; ++i) {
    REQUIRE(sch_engine_load_song(engine.handle, kSilence, nullptr) == SCH_OK);
    REQUIRE(sch_engine_create_default_song(engine.handle, nullptr) == SCH_OK);
  }
  CHECK(comes_true([&] { return engine.performance().channel_count == 10; }));
  CHECK(comes_true([&] { return engine.performance().voices > 0; }));
}

TEST_CASE("transport, tempo and position do what they say") {
  Made engine;
  sch_engine_create_default_song(engine.handle, nullptr);
  CHECK(engine.status().tempo_bpm == 112);
  CHECK(sch_engine_set_tempo(engine.handle, 301) == SCH_INVALID_ARGUMENT);
  CHECK(sch_engine_set_tempo(engine.handle, 240) == SCH_OK);
  CHECK(sch_engine_set_transport(engine.handle, false) == SCH_OK);
  CHECK(sch_engine_set_position(engine.handle, -1) == SCH_INVALID_ARGUMENT);
  CHECK(sch_engine_set_position(engine.handle, 100.5) == SCH_DEFERRED);
  engine.start();
  CHECK(comes_true([&] { return engine.status().position_beats == 100.5; }));
  CHECK(sch_engine_set_position(engine.handle, 7) == SCH_OK);
  CHECK(comes_true([&] { return engine.status().position_beats == 7; }));
  CHECK(sch_engine_set_transport(engine.handle, true) == SCH_OK);
  CHECK(comes_true([&] { return engine.status().position_beats > 7.1; }));
  CHECK(engine.status().tempo_bpm == 240);
}

TEST_CASE("a note sounds from note-on to note-off") {
  Made engine;
  sch_engine_load_song(engine.handle, kSilence, nullptr);
  CHECK(sch_engine_send_note_on(engine.handle, 1, 60, 1) == SCH_NOT_FOUND);
  CHECK(sch_engine_send_note_on(engine.handle, 0, 128, 1) == SCH_INVALID_ARGUMENT);
  CHECK(sch_engine_send_note_on(engine.handle, 0, 60, 0) == SCH_INVALID_ARGUMENT);
  engine.start();
  CHECK(engine.performance().voices == 0);
  CHECK(sch_engine_send_note_on(engine.handle, 0, 60, 0.8F) == SCH_OK);
  CHECK(sch_engine_send_note_on(engine.handle, 0, 64, 0.8F) == SCH_OK);
  CHECK(comes_true([&] { return engine.performance().voices == 2; }));
  CHECK(engine.performance().channel_peaks[0] > 0.01F);
  CHECK(sch_engine_send_note_off(engine.handle, 0, 60) == SCH_OK);
  CHECK(comes_true([&] { return engine.performance().voices == 1; }));
  CHECK(sch_engine_all_notes_off(engine.handle) == SCH_OK);
  CHECK(comes_true([&] { return engine.performance().voices == 0; }));
}

TEST_CASE("the blend of two performances is heard in each channel") {
  Made engine;
  CHECK(sch_engine_set_performance_blend(engine.handle, kBand, kNight, 1) == SCH_NOT_FOUND);
  sch_engine_create_default_song(engine.handle, nullptr);
  engine.start();
  CHECK(sch_engine_set_performance_blend(engine.handle, "x", kNight, 1) == SCH_VALIDATION_FAILED);
  const char* unknown = "0191d5a0-6f0e-7c3a-9d6e-2b1f0c4e8a79";
  CHECK(sch_engine_set_performance_blend(engine.handle, kBand, unknown, 1) == SCH_NOT_FOUND);
  CHECK(sch_engine_set_performance_blend(engine.handle, kBand, kNight, 1.5) ==
        SCH_INVALID_ARGUMENT);
  // All parts play from the ninth bar on; the Night is without the snare.
  sch_engine_set_position(engine.handle, 32);
  constexpr std::size_t kSnare = 1;
  CHECK(comes_true([&] { return engine.performance().channel_peaks[kSnare] > 0.01F; }));
  CHECK(sch_engine_set_performance_blend(engine.handle, kBand, kNight, 1) == SCH_OK);
  CHECK(comes_true([&] { return engine.performance().channel_peaks[kSnare] < 1e-4F; }));
  const sch_performance_state state = engine.performance();
  CHECK(std::string(state.first) == kBand);
  CHECK(std::string(state.second) == kNight);
  CHECK(state.blend == 1);
  CHECK(state.waveform_points > 0);
}

TEST_CASE("the queue of commands has an end, and takes commands again once they are obeyed") {
  Made engine;
  sch_engine_load_song(engine.handle, kSilence, nullptr);
  const sch_command command{SCH_COMMAND_ALL_NOTES_OFF, 0, 0, 0};
  CHECK(sch_engine_push_command(engine.handle, nullptr) == SCH_INVALID_ARGUMENT);
  const sch_command nonsense{99, 0, 0, 0};
  CHECK(sch_engine_push_command(engine.handle, &nonsense) == SCH_INVALID_ARGUMENT);
  for (int i = 0; i < 1024; ++i) {
    REQUIRE(sch_engine_push_command(engine.handle, &command) == SCH_DEFERRED);
  }
  CHECK(sch_engine_push_command(engine.handle, &command) == SCH_REJECTED);
  CHECK(sch_engine_send_note_on(engine.handle, 0, 60, 1) == SCH_REJECTED);
  engine.start();
  CHECK(comes_true([&] { return sch_engine_push_command(engine.handle, &command) == SCH_OK; }));
}

TEST_CASE("commands do what the functions do") {
  Made engine;
  sch_engine_create_default_song(engine.handle, nullptr);
  engine.start();
  const auto push = [&](sch_command command) {
    CHECK(sch_engine_push_command(engine.handle, &command) == SCH_OK);
  };
  push({SCH_COMMAND_STOP, 0, 0, 0});
  push({SCH_COMMAND_TEMPO, 0, 0, 90});
  push({SCH_COMMAND_POSITION, 0, 0, 12});
  push({SCH_COMMAND_BLEND, 0, 0, 0.5});
  CHECK(comes_true([&] { return engine.performance().blend == 0.5; }));
  CHECK(engine.performance().position_beats == 12);
  CHECK(engine.performance().tempo_bpm == 90);
  CHECK_FALSE(engine.performance().playing);
  push({SCH_COMMAND_PLAY, 0, 0, 0});
  CHECK(comes_true([&] { return engine.performance().position_beats > 12; }));
}

TEST_CASE("events tell what happens, and none comes after the callback is taken away") {
  struct Heard {
    std::atomic<std::uint32_t> kinds{0};
    std::atomic<std::int32_t> destroyed{SCH_OK};
    sch_engine* engine = nullptr;
  } heard;
  Made engine;
  heard.engine = engine.handle;
  const auto hear = [](const sch_event* event, void* context) {
    auto& to = *static_cast<Heard*>(context);
    to.kinds.fetch_or(1U << static_cast<std::uint32_t>(event->kind));
    to.destroyed = sch_engine_destroy(to.engine);
  };
  CHECK(sch_engine_set_event_callback(engine.handle, hear, &heard) == SCH_OK);
  sch_engine_create_default_song(engine.handle, nullptr);
  engine.start();
  sch_engine_set_transport(engine.handle, false);
  sch_engine_audio_stop(engine.handle);
  const std::uint32_t wanted = (1U << SCH_EVENT_AUDIO_STARTED) | (1U << SCH_EVENT_AUDIO_STOPPED) |
                               (1U << SCH_EVENT_SONG_LOADED) | (1U << SCH_EVENT_TRANSPORT);
  CHECK(comes_true([&] { return (heard.kinds.load() & wanted) == wanted; }));
  CHECK(heard.destroyed == SCH_INVALID_STATE);  // an engine can't end itself from within
  CHECK(sch_engine_set_event_callback(engine.handle, nullptr, nullptr) == SCH_OK);
  heard.kinds = 0;
  sch_engine_set_transport(engine.handle, true);
  std::this_thread::sleep_for(60ms);
  CHECK(heard.kinds == 0);
}

TEST_CASE("a song is exported as it is blended, without touching the one that plays") {
  Made engine;
  const std::string path = "/dev/shm/whiteroom-abi-" + std::to_string(getpid()) + ".wav";
  CHECK(sch_engine_export_song(engine.handle, path.c_str(), 1) == SCH_NOT_FOUND);
  sch_engine_create_default_song(engine.handle, nullptr);
  CHECK(sch_engine_export_song(engine.handle, path.c_str(), 0) == SCH_INVALID_ARGUMENT);
  CHECK(sch_engine_export_song(engine.handle, "/nowhere/song.wav", 1) == SCH_REJECTED);
  CHECK(sch_engine_export_song(engine.handle, path.c_str(), 1) == SCH_OK);
  constexpr std::uintmax_t kHeader = 44;
  CHECK(std::filesystem::file_size(path) == kHeader + 48'000 * 2 * 3);
  std::filesystem::remove(path);
}

TEST_CASE("an engine ends while others call it, and each call is answered") {
  for (int i = 0; i < 20; ++i) {
    auto engine = std::make_unique<Made>();
    sch_engine_create_default_song(engine->handle, nullptr);
    sch_engine* const handle = engine->handle;
    std::atomic<bool> refused{false};
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 3; ++caller) {
      callers.emplace_back([&refused, handle] {
        sch_performance_state state;
        while (sch_engine_get_performance_state(handle, &state) == SCH_OK) {
        }
        refused = true;
      });
    }
    std::this_thread::sleep_for(1ms);
    engine.reset();
    callers.clear();
    CHECK(refused);
  }
}

TEST_CASE("a UUID is told from what only looks like one") {
  CHECK(sch_uuid_validate(kBand) == SCH_OK);
  CHECK(sch_uuid_validate("0191D5A0-6F0E-7C3A-9D6E-2B1F0C4E8A77") == SCH_OK);
  CHECK(sch_uuid_validate("0191d5a0-6f0e-7c3a-9d6e-2b1f0c4e8a7") == SCH_VALIDATION_FAILED);
  CHECK(sch_uuid_validate("0191d5a0-6f0e-7c3a-9d6e-2b1f0c4e8a777") == SCH_VALIDATION_FAILED);
  CHECK(sch_uuid_validate("0191d5a06f0e-7c3a-9d6e-2b1f0c4e8a77-") == SCH_VALIDATION_FAILED);
  CHECK(sch_uuid_validate("") == SCH_VALIDATION_FAILED);
  CHECK(sch_uuid_validate(nullptr) == SCH_INVALID_ARGUMENT);
}

TEST_CASE("arrays of texts are freed whole") {
  auto** texts = static_cast<char**>(std::malloc(2 * sizeof(char*)));
  REQUIRE(sch_engine_get_version(&texts[0]) == SCH_OK);
  texts[1] = nullptr;
  CHECK(sch_free_string_array(texts, 2) == SCH_OK);
  CHECK(sch_free_string_array(nullptr, 0) == SCH_OK);
  CHECK(sch_free_string_array(nullptr, 1) == SCH_INVALID_ARGUMENT);
}
