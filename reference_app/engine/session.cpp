#include "session.h"

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <utility>

#include "driver/clock_driver.h"
#include "driver/render_file.h"
#include "log.h"
#ifdef WHITEROOM_WITH_JACK
#include "driver/jack_driver.h"
#endif

namespace whiteroom::engine {
namespace {

using namespace std::chrono_literals;

constexpr auto kEventsEvery = 20ms;
constexpr int kRoundsOfASecond = 50;
constexpr std::uint32_t kChannels = 2;

/// Resident memory in bytes: the second number of /proc/self/statm, in pages; see proc(5).
std::uint64_t resident_bytes() {
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

template <std::size_t size>
void copy_text(std::string_view text, char (&place)[size]) {
  place[text.copy(place, size - 1)] = '\0';
}

/// Return where in the song's performances `id` is; none when it is not there.
std::optional<std::uint32_t> performance_of(const song::Song& song, std::string_view id) {
  const auto found = std::find_if(song.performances.begin(), song.performances.end(),
                                  [&](const auto& performance) { return performance.id == id; });
  if (found == song.performances.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - song.performances.begin());
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

}  // namespace

void drain_events(monitoring::Segment& segment) {
  if (!segment.log_file().empty()) {
    segment.drain_log();
    return;
  }
  segment.drain_log([](std::string_view lines) {
    log_lines(lines);
    return true;
  });
}

Session::Session(SessionOptions options, monitoring::Segment& segment, Faults& faults)
    : options_(std::move(options)), segment_(segment), faults_(faults), engine_(segment, faults) {
  housekeeper_ = std::jthread([this](const std::stop_token& stop) { keep_house(stop); });
}

Session::~Session() {
  control_.reset();
  endpoint_.reset();
  if (housekeeper_.joinable()) {
    housekeeper_.request_stop();
    housekeeper_.join();
  }
  driver_.reset();
}

void Session::serve(sch_engine* handle) {
  if (options_.metrics_port) {
    endpoint_.emplace(segment_, monitoring::EndpointOptions{.address = options_.metrics_address,
                                                            .port = *options_.metrics_port});
  }
  if (!options_.control.empty()) control_.emplace(options_.control, *this, handle);
}

// --- songs

void Session::load(song::Song song) {
  const std::string name = song.name;
  const std::lock_guard lock(mutex_);
  channel_count_.store(song.parts.size(), std::memory_order_relaxed);
  engine_.set_tempo(song.tempo_bpm);
  song_ = std::move(song);
  prepare_song();
  engine_.post(SCH_EVENT_SONG_LOADED, 0, name);
}

/// Hand the song to the engine, once both it and the sample rate are known.
void Session::prepare_song() {
  if (song_ && driver_) engine_.play(engine_.load(*song_, driver_->stream().sample_rate));
}

/// Another sample rate needs another mixer, which goes on where the last one was.
void Session::prepare_song_again() {
  if (!song_) return;
  auto loaded = engine_.load(*song_, driver_->stream().sample_rate);
  loaded->mixer.seek(engine_.snapshot().position_beats);
  loaded->first = engine_.first_performance();
  loaded->second = engine_.second_performance();
  loaded->blend = engine_.blend();
  engine_.play(std::move(loaded));
}

std::optional<song::Song> Session::song() const {
  const std::lock_guard lock(mutex_);
  return song_;
}

std::vector<std::string> Session::channels() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  if (song_) {
    for (const song::Part& part : song_->parts) names.push_back(part.name);
  }
  return names;
}

std::int32_t Session::export_song(const std::string& path, double seconds) const {
  const std::optional<song::Song> exported = song();
  if (!exported) return SCH_NOT_FOUND;
  const Snapshot now = engine_.snapshot();
  const driver::FileRendering file{
      .path = path,
      .seconds = seconds,
      .sample_rate = now.stream.sample_rate > 0 ? static_cast<std::uint32_t>(now.stream.sample_rate)
                                                : driver::FileRendering{}.sample_rate};
  mixer::Mixer mixer(*exported, file.sample_rate);
  mixer.blend(engine_.first_performance(), engine_.second_performance(), engine_.blend());
  try {
    driver::render_file(file, mixer, now.tempo_bpm);
  } catch (const std::runtime_error& problem) {
    log(Level::error, problem.what());
    return SCH_REJECTED;
  }
  return SCH_OK;
}

// --- sound

std::unique_ptr<driver::Driver> Session::open_driver(const driver::Stream& stream) {
#ifdef WHITEROOM_WITH_JACK
  if (options_.driver != "clock") {
    try {
      return driver::open_jack(engine_);
    } catch (const driver::DriverError& problem) {
      if (options_.driver == "jack") throw;
      log(Level::info, "a clock drives the engine", {{"reason", problem.what()}});
    }
  }
#else
  if (options_.driver == "jack") throw driver::DriverError("built without JACK; choose clock");
#endif
  return std::make_unique<driver::ClockDriver>(engine_, stream);
}

std::int32_t Session::init_audio(const driver::Stream& stream) {
  const std::lock_guard lock(mutex_);
  const bool running = state_.load(std::memory_order_relaxed) == SCH_AUDIO_RUNNING;
  driver_.reset();
  state_.store(SCH_AUDIO_NONE, std::memory_order_relaxed);
  wanted_ = stream;
  try {
    driver_ = open_driver(stream);
    driver_name_ = monitoring::audio::kDriverValues[static_cast<std::size_t>(driver_->kind())];
    engine_.metrics().set_info(WHITEROOM_VERSION, driver_->kind());
    engine_.stream_changed(driver_->stream());
    running ? prepare_song_again() : prepare_song();
    state_.store(SCH_AUDIO_READY, std::memory_order_relaxed);
    if (running) start_driver();
  } catch (const driver::DriverError& problem) {
    log(Level::error, problem.what());
    return SCH_INVALID_STATE;
  }
  return SCH_OK;
}

/// After a stop. A sound server may have another sample rate than it had before.
void Session::reopen_driver() {
  driver_ = open_driver(*wanted_);
  if (driver_->stream().sample_rate != engine_.snapshot().stream.sample_rate) prepare_song_again();
}

void Session::start_driver() {
  driver_->start();
  state_.store(SCH_AUDIO_RUNNING, std::memory_order_relaxed);
  const driver::Stream stream = driver_->stream();
  compare(*wanted_, stream);
  log(Level::info, "playing",
      {{"version", WHITEROOM_VERSION},
       {"driver", driver_name_},
       {"sample_rate", stream.sample_rate},
       {"buffer_frames", static_cast<std::int64_t>(stream.buffer_frames)},
       {"device_buffers", static_cast<std::int64_t>(stream.device_buffers)},
       {"channels", static_cast<std::int64_t>(channel_count_.load(std::memory_order_relaxed))},
       {"metrics_port", static_cast<std::int64_t>(endpoint_ ? endpoint_->port() : 0)}});
}

std::int32_t Session::start_audio() {
  const std::lock_guard lock(mutex_);
  if (state_.load(std::memory_order_relaxed) != SCH_AUDIO_READY) return SCH_INVALID_STATE;
  try {
    if (driver_ == nullptr) reopen_driver();
    engine_.metrics().stream_starts();
    start_driver();
  } catch (const driver::DriverError& problem) {
    log(Level::error, problem.what());
    return SCH_INVALID_STATE;
  }
  engine_.post(SCH_EVENT_AUDIO_STARTED, 0, driver_name_);
  return SCH_OK;
}

std::int32_t Session::stop_audio() {
  const std::lock_guard lock(mutex_);
  if (state_.load(std::memory_order_relaxed) != SCH_AUDIO_RUNNING) return SCH_INVALID_STATE;
  state_.store(SCH_AUDIO_READY, std::memory_order_relaxed);
  driver_.reset();
  engine_.metrics().stream_stops();
  engine_.post(SCH_EVENT_AUDIO_STOPPED, 0, {});
  log(Level::info, "stopped");
  return SCH_OK;
}

std::int32_t Session::status(sch_audio_status& status) const {
  const Snapshot now = engine_.snapshot();
  status = {};
  status.state = state_.load(std::memory_order_relaxed);
  status.sample_rate = now.stream.sample_rate;
  status.buffer_frames = now.stream.buffer_frames;
  status.channels = kChannels;
  status.realtime = now.realtime;
  status.playing = now.playing;
  status.tempo_bpm = now.tempo_bpm;
  status.position_beats = now.position_beats;
  status.callbacks = now.callbacks;
  status.xruns = now.xruns;
  status.dropouts = now.dropouts;
  status.dropout_seconds = std::chrono::duration<double>(now.lost).count();
  status.metrics_port = endpoint_ ? endpoint_->port() : std::uint16_t{0};
  const std::lock_guard lock(mutex_);
  copy_text(driver_name_, status.driver);
  return SCH_OK;
}

// --- playing

std::int32_t Session::push(const sch_command& command) noexcept {
  if (!sensible(command)) return SCH_INVALID_ARGUMENT;
  if (names_channel(command) && command.channel >= channel_count_.load(std::memory_order_relaxed)) {
    return SCH_NOT_FOUND;
  }
  return enqueue(Command{command, engine_.first_performance(), engine_.second_performance()});
}

std::int32_t Session::enqueue(const Command& command) noexcept {
  if (!engine_.push(command)) return SCH_REJECTED;
  return state_.load(std::memory_order_relaxed) == SCH_AUDIO_RUNNING ? SCH_OK : SCH_DEFERRED;
}

std::int32_t Session::set_blend(std::string_view first, std::string_view second, double share) {
  std::optional<std::uint32_t> places[2];
  {
    const std::lock_guard lock(mutex_);
    if (!song_) return SCH_NOT_FOUND;
    places[0] = performance_of(*song_, first);
    places[1] = performance_of(*song_, second);
  }
  if (!places[0] || !places[1]) return SCH_NOT_FOUND;
  const sch_command command{SCH_COMMAND_BLEND, 0, 0, share};
  if (!sensible(command)) return SCH_INVALID_ARGUMENT;
  return enqueue(Command{command, *places[0], *places[1]});
}

std::int32_t Session::performance(sch_performance_state& state) const {
  const std::lock_guard lock(mutex_);
  if (!song_) return SCH_NOT_FOUND;
  state = {};
  engine_.describe(state);
  state.length_beats = song_->length_beats;
  const auto id = [&](std::uint32_t place) -> std::string_view {
    return place < song_->performances.size() ? song_->performances[place].id : std::string_view{};
  };
  copy_text(id(engine_.first_performance()), state.first);
  copy_text(id(engine_.second_performance()), state.second);
  return SCH_OK;
}

// --- what is done beside the sound

void Session::set_event_callback(sch_event_callback callback, void* context) {
  // Within a callback the thread holds the lock already.
  std::unique_lock lock(events_mutex_, std::defer_lock);
  if (!on_event_thread()) lock.lock();
  callback_ = callback;
  context_ = context;
}

void Session::keep_house(const std::stop_token& stop) noexcept {
  std::mutex mutex;
  std::condition_variable_any woken;
  for (int round = 0; !stop.stop_requested(); ++round) {
    deliver_events();
    drain_events(segment_);
    notice_lost_driver();
    if (round % kRoundsOfASecond == 0) {
      engine_.metrics().set_memory(resident_bytes());
      report_xruns();
    }
    std::unique_lock lock(mutex);
    woken.wait_for(lock, stop, kEventsEvery, [] { return false; });
  }
  deliver_events();
  drain_events(segment_);
}

void Session::deliver_events() {
  const std::lock_guard lock(events_mutex_);
  sch_event event;
  while (engine_.next_event(event)) {
    if (callback_ != nullptr) callback_(&event, context_);
  }
}

/// Also free the song that the callback has given back. Not worth waiting for whoever changes both.
void Session::notice_lost_driver() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  engine_.play(nullptr);
  if (state_.load(std::memory_order_relaxed) != SCH_AUDIO_RUNNING || !driver_->is_lost()) return;
  state_.store(SCH_AUDIO_LOST, std::memory_order_relaxed);
  engine_.events().device_lost(driver_->kind());
  engine_.post(SCH_EVENT_AUDIO_LOST, 0, driver_name_);
}

void Session::report_xruns() {
  const Snapshot now = engine_.snapshot();
  const std::chrono::nanoseconds longest = engine_.take_longest_render();
  if (now.xruns == known_xruns_) return;
  log(Level::warning, "xruns",
      {{"new", static_cast<std::int64_t>(now.xruns - known_xruns_)},
       {"total", static_cast<std::int64_t>(now.xruns)},
       {"longest_render_ms", static_cast<double>(longest.count()) / 1e6}});
  known_xruns_ = now.xruns;
}

}  // namespace whiteroom::engine
