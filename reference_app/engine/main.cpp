/// The reference engine's program: makes the parts, starts them, and waits for a signal.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <thread>

#include "abi/bridge.h"
#include "abi/sch_engine.h"
#include "control/server.h"
#include "driver/clock_driver.h"
#include "driver/render_file.h"
#include "engine.h"
#include "http_endpoint.h"
#include "log.h"
#include "options.h"
#include "song/first_light.h"
#ifdef WHITEROOM_WITH_JACK
#include "driver/jack_driver.h"
#endif

namespace whiteroom::engine {
namespace {

using namespace std::chrono_literals;

constexpr const char* kProgram = "juce-backend";
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

/// Resident memory in bytes: the second number of /proc/self/statm, in pages; see proc(5).
std::uint64_t resident_bytes() {
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

/// Calls the engine over its C ABI, as a front end does that shows where the song is.
class FrontEnd {
 public:
  FrontEnd() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

 private:
  void run(const std::stop_token& stop) {
    sch_engine* engine = nullptr;
    while (sch_engine_create(&engine) != SCH_OK && !stop.stop_requested()) {
      std::this_thread::sleep_for(kFrontEndPause);
    }
    while (!stop.stop_requested()) {
      sch_audio_status status{};
      const bool known = sch_engine_get_audio_status(engine, &status) == SCH_OK;
      if (known) sch_engine_set_tempo(engine, status.tempo_bpm);
      char* version = nullptr;
      if (sch_engine_get_version(&version) == SCH_OK) sch_free_string(version);
      sch_uuid_validate("0191d5a0-6f0e-7c3a-9d6e-2b1f0c4e8a77");
      std::this_thread::sleep_for(kFrontEndPause);
    }
    sch_engine_destroy(engine);
  }

  std::jthread thread_;
};

driver::Stream stream_of(const Options& options) {
  return {static_cast<double>(options.sample_rate), options.buffer_frames};
}

#ifdef WHITEROOM_WITH_JACK
/// The sample rate is the server's, which is known only to a client of it: ask, then make the
/// engine.
std::optional<double> jack_sample_rate() {
  class Nobody final : public driver::Client {
    void thread_begins(bool) noexcept override {}
    void stream_changed(const driver::Stream&) noexcept override {}
    void render(std::span<float>, std::span<float>) noexcept override {}
    void xrun(std::chrono::nanoseconds) noexcept override {}
  } nobody;
  return driver::open_jack(nobody)->stream().sample_rate;
}
#else
std::optional<double> jack_sample_rate() {
  throw driver::DriverError("built without JACK; choose --driver clock");
}
#endif

/// Return the sample rate of the JACK server, or nothing when a clock is to drive the engine.
std::optional<double> chosen_jack(const Options& options) {
  if (options.driver == "clock") return std::nullopt;
  try {
    return jack_sample_rate();
  } catch (const driver::DriverError& problem) {
    if (options.driver == "jack") throw;
    log(Level::info, "a clock drives the engine", {{"reason", problem.what()}});
    return std::nullopt;
  }
}

std::unique_ptr<driver::Driver> open_driver(bool jack, driver::Client& client,
                                            const Options& options) {
#ifdef WHITEROOM_WITH_JACK
  if (jack) return driver::open_jack(client);
#endif
  static_cast<void>(jack);
  return std::make_unique<driver::ClockDriver>(client, stream_of(options));
}

/// A sound server has a rate and a buffer of its own; say so where others were asked for.
void compare(const driver::Stream& wanted, const driver::Stream& stream) {
  if (wanted.sample_rate == stream.sample_rate && wanted.buffer_frames == stream.buffer_frames) {
    return;
  }
  log(Level::warning, "the sound server has its own sample rate and buffer",
      {{"wanted_sample_rate", wanted.sample_rate},
       {"wanted_buffer_frames", static_cast<std::int64_t>(wanted.buffer_frames)}});
}

void prepare(monitoring::Segment& segment) {
  segment.declare(monitoring::audio::families());
  segment.declare(monitoring::ffi::families());
  const monitoring::Preparation& done = segment.prepare();
  if (!done.shared) log(Level::warning, "metrics in private memory", {{"reason", done.problem}});
  if (!done.locked) log(Level::warning, "metrics not locked in memory");
}

/// Once a second: what may not be done in the callback.
void keep_house(Engine& engine, std::uint64_t& known_xruns) {
  engine.metrics().set_memory(resident_bytes());
  const Snapshot now = engine.snapshot();
  const std::chrono::nanoseconds longest = engine.take_longest_render();
  if (now.xruns == known_xruns) return;
  log(Level::warning, "xruns",
      {{"new", static_cast<std::int64_t>(now.xruns - known_xruns)},
       {"total", static_cast<std::int64_t>(now.xruns)},
       {"longest_render_ms", static_cast<double>(longest.count()) / 1e6}});
  known_xruns = now.xruns;
}

/// Wait until a signal arrives or the sound server is gone. Return whether it was a signal.
bool wait_for_end(const sigset_t& ending, Engine& engine, const driver::Driver& driver) {
  std::uint64_t known_xruns = 0;
  while (true) {
    keep_house(engine, known_xruns);
    const timespec second{1, 0};
    const int number = sigtimedwait(&ending, nullptr, &second);
    if (number > 0) {
      log(Level::info, "stopping", {{"signal", static_cast<std::int64_t>(number)}});
      return true;
    }
    if (driver.is_lost()) {
      log(Level::error, "the sound server is gone");
      return false;
    }
  }
}

int play(const Options& options) {
  const sigset_t ending = block_signals();
  monitoring::Segment segment({.program = kProgram, .directory = options.segments});
  prepare(segment);
  const std::optional<double> jack = chosen_jack(options);
  Faults faults;
  Engine engine(song::first_light(), jack.value_or(options.sample_rate), segment, faults);
  sch_engine bridge{engine, monitoring::ffi::Shared(segment), faults};
  abi::install(&bridge);
  std::optional<control::Server> control;
  if (!options.control.empty()) control.emplace(options.control, bridge);
  const auto driver = open_driver(jack.has_value(), engine, options);
  engine.metrics().set_info(WHITEROOM_VERSION, driver->kind());
  driver->start();
  const monitoring::MetricsEndpoint endpoint(
      segment, {.address = options.metrics_address, .port = options.metrics_port});
  const driver::Stream stream = driver->stream();
  compare(stream_of(options), stream);
  log(Level::info, "playing",
      {{"version", WHITEROOM_VERSION},
       {"driver", jack ? "jack" : "clock"},
       {"sample_rate", stream.sample_rate},
       {"buffer_frames", static_cast<std::int64_t>(stream.buffer_frames)},
       {"channels", static_cast<std::int64_t>(engine.channels().size())},
       {"metrics_port", static_cast<std::int64_t>(endpoint.port())}});
  std::optional<FrontEnd> front_end;
  if (options.front_end) front_end.emplace();
  return wait_for_end(ending, engine, *driver) ? 0 : 1;
}

int run(const Options& options) {
  if (options.help) return std::fputs(kUsage, stdout) < 0 ? 1 : 0;
  if (options.version) return std::puts("whiteroom-engine " WHITEROOM_VERSION) < 0 ? 1 : 0;
  if (!options.log_file.empty()) log_to(options.log_file);
  if (options.render.empty()) return play(options);
  driver::render_file({.path = options.render,
                       .seconds = options.seconds,
                       .sample_rate = options.sample_rate,
                       .block_frames = options.buffer_frames});
  return 0;
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
