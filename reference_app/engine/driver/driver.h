/// What calls the engine to render: a sound server, or a clock where there is none.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>

#include "whiteroom/monitoring/generated/audio.h"

namespace whiteroom::engine::driver {

struct Stream {
  double sample_rate = 48000;
  std::uint32_t buffer_frames = 256;
  std::uint32_t device_buffers = 0;  ///< that the device holds; 0: unknown
};

using Due = std::optional<std::chrono::steady_clock::time_point>;

/// What a driver calls. Everything but stream_changed() may be called from the audio thread.
class Client {
 public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The audio thread begins, with or without real-time scheduling.
  virtual void thread_begins(bool realtime) noexcept = 0;
  virtual void stream_changed(const Stream& stream) noexcept = 0;
  /// `due` is when the device wanted the callback, where the driver knows that.
  virtual void render(std::span<float> left, std::span<float> right, Due due) noexcept = 0;
  virtual void xrun(std::chrono::nanoseconds delay) noexcept = 0;
  /// The sound server renders as fast as it can from now on, and nobody listens; or no more.
  virtual void freewheel(bool begins) noexcept = 0;

 protected:
  ~Client() = default;
};

/// The driver can't be had; the text says why and what to do.
class DriverError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Calls its client from start() to its destruction.
class Driver {
 public:
  Driver() = default;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  virtual ~Driver() = default;

  virtual monitoring::audio::Driver kind() const noexcept = 0;
  virtual Stream stream() const noexcept = 0;
  /// Begin to call the client. Throws DriverError.
  virtual void start() = 0;
  /// The sound server is gone; nobody calls the client any more.
  virtual bool is_lost() const noexcept = 0;
};

}  // namespace whiteroom::engine::driver
