#include "driver/clock_driver.h"

#include <time.h>

#include <cmath>
#include <vector>

#include "driver/scheduling.h"

namespace whiteroom::engine::driver {
namespace {

using std::chrono::nanoseconds;

nanoseconds now() noexcept {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

void sleep_until(nanoseconds time) noexcept {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  timespec wanted{};
  wanted.tv_sec = seconds.count();
  wanted.tv_nsec = (time - seconds).count();
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wanted, nullptr) != 0) {
  }
}

}  // namespace

ClockDriver::~ClockDriver() {
  stopping_.store(true, std::memory_order_relaxed);
  if (thread_.joinable()) thread_.join();
}

void ClockDriver::start() {
  client_.stream_changed(stream_);
  thread_ = std::thread([this] { run(); });
}

void ClockDriver::run() noexcept {
  std::vector<float> left(stream_.buffer_frames);
  std::vector<float> right(stream_.buffer_frames);
  client_.thread_begins(request_realtime());
  const double buffer_ns = 1e9 * stream_.buffer_frames / stream_.sample_rate;
  const nanoseconds start = now();
  // Counted in buffers from the start, so that rounding does not add up.
  double buffer = 0;
  while (!stopping_.load(std::memory_order_relaxed)) {
    const auto due = start + nanoseconds(std::llround(buffer * buffer_ns));
    sleep_until(due);
    // The steady clock is CLOCK_MONOTONIC, too.
    client_.render(left, right, std::chrono::steady_clock::time_point(due));
    const auto took = static_cast<double>((now() - due).count()) / buffer_ns;
    if (took > 1) client_.xrun(nanoseconds(std::llround((took - 1) * buffer_ns)));
    buffer += std::max(1.0, std::ceil(took));
  }
}

}  // namespace whiteroom::engine::driver
