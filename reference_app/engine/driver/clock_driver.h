/// Calls the client at the absolute times of a clock, where there is no sound server. The sound is
/// rendered for real and then thrown away.
#pragma once

#include <atomic>
#include <thread>

#include "driver/driver.h"

namespace whiteroom::engine::driver {

/// One thread, with real-time scheduling where that is allowed. A callback that ends later than one
/// buffer after it was due is an XRUN: the buffers that are lost are left out, as a sound card
/// would.
class ClockDriver final : public Driver {
 public:
  ClockDriver(Client& client, const Stream& stream) : client_(client), stream_(stream) {
    // One plays while the next is rendered.
    stream_.device_buffers = 2;
  }
  ~ClockDriver() override;

  monitoring::audio::Driver kind() const noexcept override {
    return monitoring::audio::Driver::clock;
  }
  Stream stream() const noexcept override { return stream_; }
  void start() override;
  bool is_lost() const noexcept override { return false; }

 private:
  void run() noexcept;

  Client& client_;
  Stream stream_;
  std::atomic<bool> stopping_{false};  // relaxed: join() orders what follows
  std::thread thread_;
};

}  // namespace whiteroom::engine::driver
