/// The reference engine's program: what a host does with the C ABI, and a signal ends it.
#include <signal.h>

#include <cstdio>
#include <exception>
#include <optional>
#include <stdexcept>
#include <thread>

#include "abi/sch_engine.h"
#include "driver/render_file.h"
#include "log.h"
#include "options.h"
#include "song/first_light.h"

namespace whiteroom::engine {
namespace {

using namespace std::chrono_literals;

constexpr auto kFrontEndPause = 200ms;

/// Block the signals that end the program, in this thread and all that it starts.
sigset_t block_signals() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return ending;
}

/// Calls the engine over its C ABI, as a front end does that shows where the song is.
class FrontEnd {
 public:
  explicit FrontEnd(sch_engine* engine)
      : thread_([engine](const std::stop_token& stop) { run(engine, stop); }) {}

 private:
  static void run(sch_engine* engine, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      sch_audio_status status{};
      const bool known = sch_engine_get_audio_status(engine, &status) == SCH_OK;
      if (known) sch_engine_set_tempo(engine, status.tempo_bpm);
      char* version = nullptr;
      if (sch_engine_get_version(&version) == SCH_OK) sch_free_string(version);
      sch_uuid_validate("0191d5a0-6f0e-7c3a-9d6e-2b1f0c4e8a77");
      std::this_thread::sleep_for(kFrontEndPause);
    }
  }

  std::jthread thread_;
};

void require(std::int32_t result, const char* what) {
  if (result == SCH_OK) return;
  throw std::runtime_error(std::string(what) + ": result code " + std::to_string(result) +
                           "; the log says why");
}

/// The engine, from its making to its end.
class Host {
 public:
  explicit Host(const Options& options) {
    const char* const event_log = options.event_log.empty() ? nullptr : options.event_log.c_str();
    const sch_engine_config config{.size = sizeof(sch_engine_config),
                                   .driver = options.driver.c_str(),
                                   .segments = options.segments.c_str(),
                                   .metrics_address = options.metrics_address.c_str(),
                                   .metrics_port = options.metrics_port,
                                   .control = options.control.c_str(),
                                   .log_file = nullptr,
                                   .event_log = event_log};
    require(sch_engine_create(&config, &engine_), "sch_engine_create");
  }
  ~Host() { sch_engine_destroy(engine_); }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  void play(const Options& options) {
    require(sch_engine_create_default_song(engine_, nullptr), "sch_engine_create_default_song");
    require(sch_engine_audio_init(engine_, options.sample_rate, options.buffer_frames, 2),
            "sch_engine_audio_init");
    require(sch_engine_audio_start(engine_), "sch_engine_audio_start");
    if (options.front_end) front_end_.emplace(engine_);
  }
  bool lost() const {
    sch_audio_status status{};
    return sch_engine_get_audio_status(engine_, &status) == SCH_OK &&
           status.state == SCH_AUDIO_LOST;
  }

 private:
  sch_engine* engine_ = nullptr;
  std::optional<FrontEnd> front_end_;
};

int play(const Options& options) {
  const sigset_t ending = block_signals();
  Host host(options);
  host.play(options);
  while (!host.lost()) {
    const timespec second{1, 0};
    const int number = sigtimedwait(&ending, nullptr, &second);
    if (number < 0) continue;
    log(Level::info, "stopping", {{"signal", static_cast<std::int64_t>(number)}});
    return 0;
  }
  return 1;
}

int render(const Options& options) {
  const song::Song song = song::first_light();
  mixer::Mixer mixer(song, options.sample_rate);
  driver::render_file({.path = options.render,
                       .seconds = options.seconds,
                       .sample_rate = options.sample_rate,
                       .block_frames = options.buffer_frames},
                      mixer, song.tempo_bpm);
  return 0;
}

int run(const Options& options) {
  if (options.help) return std::fputs(kUsage, stdout) < 0 ? 1 : 0;
  if (options.version) return std::puts("whiteroom-engine " WHITEROOM_VERSION) < 0 ? 1 : 0;
  if (!options.render.empty()) return render(options);
  log_to(options.log_file.empty() ? "-" : options.log_file);
  return play(options);
}

}  // namespace
}  // namespace whiteroom::engine

int main(int count, char** words) {
  using namespace whiteroom::engine;
  try {
    return run(parse_options(count, words));
  } catch (const UsageError& problem) {
    std::fprintf(stderr, "whiteroom-engine: %s\n", problem.what());
    return 2;
  } catch (const std::exception& problem) {
    log(Level::error, problem.what());
    std::fprintf(stderr, "whiteroom-engine: %s\n", problem.what());
    return 1;
  }
}
