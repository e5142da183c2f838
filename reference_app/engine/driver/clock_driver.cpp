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
    client_.render(left, right);
    const auto late = static_cast<double>((now() - due).count()) / buffer_ns;
    if (late > 2) client_.xrun(nanoseconds(std::llround((late - 1) * buffer_ns)));
    buffer += std::max(1.0, std::floor(late));
  }
}

}  // namespace whiteroom::engine::driver
