#include "driver/jack_driver.h"

#include <jack/jack.h>
#include <jack/statistics.h>

#include <algorithm>
#include <atomic>
#include <string>

#include "driver/scheduling.h"
#include "log.h"

namespace whiteroom::engine::driver {
namespace {

constexpr const char* kName = "whiteroom-engine";
constexpr const char* kPlayback[] = {"system:playback_1", "system:playback_2"};

class JackDriver final : public Driver {
 public:
  explicit JackDriver(Client& client) : client_(client) {
    jack_set_error_function(
        [](const char* text) { log(Level::warning, "jack", {{"said", text}}); });
    jack_set_info_function([](const char* text) { log(Level::info, "jack", {{"said", text}}); });
    jack_status_t status{};
    jack_ = jack_client_open(kName, JackNoStartServer, &status);
    if (jack_ == nullptr) {
      throw DriverError("no JACK server answers (status " + std::to_string(status) +
                        "); start one, or choose --driver clock");
    }
    left_ = jack_port_register(jack_, "left", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    right_ = jack_port_register(jack_, "right", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    jack_set_process_callback(jack_, process, this);
    jack_set_xrun_callback(jack_, xrun, this);
    jack_set_buffer_size_callback(jack_, buffer_size, this);
    jack_set_freewheel_callback(jack_, freewheel, this);
    jack_on_shutdown(jack_, shutdown, this);
  }

  ~JackDriver() override { jack_client_close(jack_); }

  monitoring::audio::Driver kind() const noexcept override {
    return monitoring::audio::Driver::jack;
  }
  Stream stream() const noexcept override {
    const jack_nframes_t frames = jack_get_buffer_size(jack_);
    return {static_cast<double>(jack_get_sample_rate(jack_)), frames, device_buffers(frames)};
  }
  bool is_lost() const noexcept override { return lost_.load(std::memory_order_relaxed); }

  void start() override {
    if (left_ == nullptr || right_ == nullptr) throw DriverError("JACK has no port left for us");
    client_.stream_changed(stream());
    if (jack_activate(jack_) != 0) throw DriverError("JACK does not activate the client");
    // Without these ports the sound goes nowhere, and is rendered all the same.
    connect(left_, kPlayback[0]);
    connect(right_, kPlayback[1]);
  }

 private:
  /// How many buffers the server has between a client and the device: its latency.
  std::uint32_t device_buffers(jack_nframes_t frames) const noexcept {
    constexpr std::uint32_t kLeast = 2;
    jack_port_t* const playback = jack_port_by_name(jack_, kPlayback[0]);
    if (playback == nullptr || frames == 0) return kLeast;
    jack_latency_range_t latency{};
    jack_port_get_latency_range(playback, JackPlaybackLatency, &latency);
    return std::max(kLeast, latency.max / frames);
  }

  void connect(jack_port_t* port, const char* target) {
    if (jack_connect(jack_, jack_port_name(port), target) != 0) {
      log(Level::warning, "not connected", {{"port", std::string(target)}});
    }
  }

  static int process(jack_nframes_t frames, void* self) {
    auto& driver = *static_cast<JackDriver*>(self);
    // JACK gives the thread its priority after its own hook for a thread's start.
    if (!driver.thread_begun_) driver.client_.thread_begins(realtime_in_force());
    driver.thread_begun_ = true;
    auto* left = static_cast<float*>(jack_port_get_buffer(driver.left_, frames));
    auto* right = static_cast<float*>(jack_port_get_buffer(driver.right_, frames));
    driver.client_.render({left, frames}, {right, frames}, std::nullopt);
    return 0;
  }
  static int xrun(void* self) {
    auto& driver = *static_cast<JackDriver*>(self);
    const std::chrono::duration<double, std::micro> delay(
        jack_get_xrun_delayed_usecs(driver.jack_));
    driver.client_.xrun(std::chrono::duration_cast<std::chrono::nanoseconds>(delay));
    return 0;
  }
  static int buffer_size(jack_nframes_t frames, void* self) {
    auto& driver = *static_cast<JackDriver*>(self);
    driver.client_.stream_changed(
        {driver.stream().sample_rate, frames, driver.device_buffers(frames)});
    return 0;
  }
  static void freewheel(int begins, void* self) {
    static_cast<JackDriver*>(self)->client_.freewheel(begins != 0);
  }
  static void shutdown(void* self) {
    static_cast<JackDriver*>(self)->lost_.store(true, std::memory_order_relaxed);
  }

  Client& client_;
  jack_client_t* jack_ = nullptr;
  jack_port_t* left_ = nullptr;
  jack_port_t* right_ = nullptr;
  bool thread_begun_ = false;
  std::atomic<bool> lost_{false};  // relaxed: nothing is published with it
};

}  // namespace

std::unique_ptr<Driver> open_jack(Client& client) { return std::make_unique<JackDriver>(client); }

}  // namespace whiteroom::engine::driver
