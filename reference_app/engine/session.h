/// An engine with all that it is connected to: its song, its driver, its endpoint, its listeners.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "abi/sch_engine.h"
#include "control/server.h"
#include "driver/driver.h"
#include "engine.h"
#include "faults.h"
#include "song/song.h"
#include "whiteroom/monitoring/http_endpoint.h"
#include "whiteroom/monitoring/segment.h"

namespace whiteroom::engine {

/// Write what has been logged since, on a thread that may block: to the segment's log file, else to
/// the engine's log.
void drain_events(monitoring::Segment& segment);

struct SessionOptions {
  std::string driver = "auto";  ///< auto, jack or clock
  std::string metrics_address = "127.0.0.1";
  std::optional<std::uint16_t> metrics_port{};  ///< 0: any free one; nothing: no endpoint
  std::string control{};                        ///< path of the control socket; empty: none
};

/// The implementation of the C ABI; its functions return the ABI's result codes and say why in the
/// log. Any thread may call but the audio thread, for which push() alone is fit.
class Session {
 public:
  /// `segment` has declared the domain audio and is prepared; both outlive the session.
  Session(SessionOptions options, monitoring::Segment& segment, Faults& faults);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Open the endpoint and the control socket, whose commands call the ABI with this handle. Throws
  /// EndpointError or SocketError.
  void serve(sch_engine* handle);

  void load(song::Song song);
  /// Return the song that is loaded, if one is.
  std::optional<song::Song> song() const;
  std::int32_t export_song(const std::string& path, double seconds) const;

  std::int32_t init_audio(const driver::Stream& stream);
  std::int32_t start_audio();
  std::int32_t stop_audio();
  std::int32_t status(sch_audio_status& status) const;

  std::int32_t push(const sch_command& command) noexcept;
  std::int32_t set_blend(std::string_view first, std::string_view second, double share);
  std::int32_t performance(sch_performance_state& state) const;

  void set_event_callback(sch_event_callback callback, void* context);
  /// Whether the caller is within an event callback.
  bool on_event_thread() const noexcept {
    return std::this_thread::get_id() == housekeeper_.get_id();
  }

  Engine& engine() noexcept { return engine_; }
  Faults& faults() noexcept { return faults_; }
  /// Names of the channels of the song.
  std::vector<std::string> channels() const;

 private:
  std::int32_t enqueue(const Command& command) noexcept;
  std::unique_ptr<driver::Driver> open_driver(const driver::Stream& stream);
  void reopen_driver();
  void start_driver();
  void prepare_song();
  void prepare_song_again();
  void keep_house(const std::stop_token& stop) noexcept;
  void deliver_events();
  void notice_lost_driver();
  void report_xruns();

  SessionOptions options_;
  monitoring::Segment& segment_;
  Faults& faults_;
  Engine engine_;

  mutable std::mutex mutex_;  ///< of what follows
  std::optional<song::Song> song_;
  std::optional<driver::Stream> wanted_;
  std::unique_ptr<driver::Driver> driver_;
  std::string driver_name_;
  // Relaxed: a command that crosses a start or a stop is answered either way.
  std::atomic<sch_audio_state> state_{SCH_AUDIO_NONE};
  std::atomic<std::size_t> channel_count_{0};

  std::mutex events_mutex_;
  sch_event_callback callback_ = nullptr;
  void* context_ = nullptr;

  std::uint64_t known_xruns_ = 0;
  std::optional<monitoring::MetricsEndpoint> endpoint_;
  std::optional<control::Server> control_;
  std::jthread housekeeper_;
};

}  // namespace whiteroom::engine
