/// What a device really plays: a simulation of its queue and of the thread that fills it, on a
/// virtual clock. It knows nothing of how dropouts are told from callbacks, and shares no code with
/// what does: it sees the queue, the classifier sees callbacks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace whiteroom::testing {

/// The same pseudo-random numbers in each run (SplitMix64, Sebastiano Vigna, public domain).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  /// In [0, 1).
  double share() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  double between(double low, double high) { return low + (high - low) * share(); }
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(next() % limit); }
  bool one_in(double times) { return share() * times < 1; }
  /// How long until something that happens every `mean` on average.
  double wait(double mean) { return -mean * std::log(1 - share()); }

 private:
  std::uint64_t state_;
};

/// How the host hands out what the device asks for at once.
enum class Split : std::uint8_t {
  whole,     ///< in one callback
  parts,     ///< in several that add up to it
  buffered,  ///< in blocks of any length, with a store in between, as a resampler has
};

/// What makes a device play nothing.
enum class Fault : std::uint8_t { over_budget, late_callback, device };

/// A host and its device. Times are seconds; 0 as an interval: never.
struct Shape {
  std::uint64_t seed = 1;
  double duration = 60;
  double rate = 48'000;        ///< as it is told
  double ppm = 0;              ///< by how much the device's clock is faster
  std::uint32_t frames = 512;  ///< of a block
  std::uint32_t depth = 2;     ///< blocks in the queue, the one that plays counted
  std::uint32_t at_once = 1;   ///< blocks that are asked for at once
  Split split = Split::whole;
  std::uint32_t parts = 4;
  bool told = true;           ///< the host tells the depth
  bool wait_told = false;     ///< ... and when it had to wait
  bool grid = false;          ///< the device begins anew at the next of its periods
  bool starts_empty = false;  ///< else full of silence
  double load = 0.3;          ///< rendering, as a share of what is rendered
  double load_spread = 0.3;   ///< of itself, up and down
  double heavy_every = 0;     ///< a time in which load is `heavy`
  double heavy = 0.9;
  double jitter = 0;          ///< at most, of a thread that is woken
  double overload_every = 0;  ///< one callback takes up to `fault_most` longer than its block
  double late_every = 0;      ///< one is called up to `fault_most` late
  double fault_most = 0.08;
  double device_every = 0;       ///< the device loses up to 10 ms, and reports it
  double hole_every = 0;         ///< it stands still for 0.6 to 3 s and reports nothing
  double pause_every = 0;        ///< the stream stops for 0.1 to 20 s, and that is told
  bool reports_xruns = false;    ///< the device reports what it could not play
  std::uint32_t report_lag = 0;  ///< so many callbacks later
};

/// A callback, as the host sees it, and what the device could not play until it ended.
struct SimulatedCall {
  double start_ns = 0;
  double render_ns = 0;
  std::uint32_t frames = 0;
  bool waited = false;
  bool paused_before = false;
  double xrun_ns = 0;
  bool xrun = false;
  double silence_ns = 0;
  Fault fault = Fault::late_callback;
};

/// Plays a shape, callback by callback.
class DeviceOracle {
 public:
  explicit DeviceOracle(const Shape& shape)
      : shape_(shape),
        dice_(shape.seed),
        frame_ns_(1e9 / (shape.rate * (1 + shape.ppm * 1e-6))),
        block_ns_(shape.frames * frame_ns_),
        capacity_ns_(shape.depth * block_ns_),
        asked_ns_(shape.at_once * block_ns_) {
    begin_stream(1e9);
    plan();
  }

  bool ended() const { return free_ns_ > shape_.duration * 1e9; }

  SimulatedCall next() {
    SimulatedCall call;
    if (left_.empty()) wake(call);
    call.frames = left_.back();
    left_.pop_back();
    call.start_ns = free_ns_;
    call.render_ns = render_time(call.frames);
    if (due(next_overload_, shape_.overload_every)) {
      call.render_ns = block_ns_ * call.frames / shape_.frames + fault_size();
      blame_ = Fault::over_budget;
    }
    free_ns_ = call.start_ns + call.render_ns;
    deliver(call);
    report(call);
    free_ns_ += dice_.between(500, 5'000);  // what the host does between two callbacks
    return call;
  }

 private:
  void begin_stream(double now) {
    free_ns_ = now;
    dry_ns_ = now + (shape_.starts_empty ? 0 : capacity_ns_ - block_ns_);
    if (shape_.starts_empty) dry_ns_ = now + block_ns_;
    grid_ns_ = dry_ns_;
    stored_ = 0;
    left_.clear();
    blame_ = Fault::late_callback;
  }
  void plan() {
    for (double* each :
         {&next_overload_, &next_late_, &next_device_, &next_hole_, &next_pause_, &next_heavy_}) {
      *each = -1;
    }
  }
  bool due(double& when, double every) {
    if (every <= 0) return false;
    if (when < 0) when = free_ns_ + dice_.wait(every * 1e9);
    if (free_ns_ < when) return false;
    when = free_ns_ + dice_.wait(every * 1e9);
    return true;
  }
  double fault_size() { return dice_.between(0.0, shape_.fault_most) * 1e9; }

  double render_time(std::uint32_t frames) {
    if (due(next_heavy_, shape_.heavy_every)) heavy_until_ns_ = free_ns_ + dice_.between(0, 4e9);
    const double load = free_ns_ < heavy_until_ns_ ? shape_.heavy : shape_.load;
    const double spread = dice_.between(1 - shape_.load_spread, 1 + shape_.load_spread);
    return std::max(1'000.0, load * spread * frames * frame_ns_);
  }

  /// Until the device asks for more.
  void wake(SimulatedCall& call) {
    if (due(next_pause_, shape_.pause_every)) {
      begin_stream(free_ns_ + dice_.between(0.1, 20) * 1e9);
      call.paused_before = true;
    }
    if (due(next_device_, shape_.device_every)) lose(dice_.between(1e3, 10e6));
    if (due(next_hole_, shape_.hole_every)) stand_still(dice_.between(0.6e9, 3e9));
    do {
      const double room_ns = dry_ns_ - (capacity_ns_ - asked_ns_);
      call.waited = room_ns > free_ns_;
      if (call.waited) {
        free_ns_ = room_ns + dice_.share() * dice_.share() * shape_.jitter * 1e9;
        blame_ = Fault::late_callback;
        late_ = due(next_late_, shape_.late_every);
        if (late_) free_ns_ += fault_size();
      } else if (!late_) {
        blame_ = Fault::over_budget;  // of those before
      }
      hand_out();
    } while (left_.empty());
  }
  void stand_still(double length) {
    dry_ns_ += length;
    grid_ns_ += length;
    pending_silence_ns_ += length;
  }
  /// What was delivered is not heard; no callback is any later.
  void lose(double length) {
    pending_silence_ns_ += length;
    reports_.push_back({length, 0});
  }

  /// Cut what is asked for into callbacks; the last is the first of `left_`.
  void hand_out() {
    const std::uint32_t asked = shape_.frames * shape_.at_once;
    if (shape_.split == Split::whole) {
      left_.assign(shape_.at_once, shape_.frames);
    } else if (shape_.split == Split::parts) {
      std::uint32_t rest = asked;
      for (std::uint32_t i = 1; i < shape_.parts * shape_.at_once && rest > 1; ++i) {
        const std::uint32_t part =
            1 + dice_.below(std::max(1U, 2 * asked / (shape_.parts * shape_.at_once)));
        left_.push_back(std::min(part, rest - 1));
        rest -= left_.back();
      }
      left_.push_back(rest);
    } else {
      for (std::uint32_t stored = stored_; stored < asked; stored += left_.back()) {
        left_.push_back(1 + dice_.below(shape_.frames + shape_.frames / 2));
      }
      for (const std::uint32_t part : left_) stored_ += part;
      stored_ -= asked;
      if (left_.empty()) dry_ns_ += asked_ns_;
    }
  }

  void deliver(SimulatedCall& call) {
    if (pending_silence_ns_ > 0) {
      call.silence_ns += std::exchange(pending_silence_ns_, 0.0);
      call.fault = Fault::device;
    }
    if (free_ns_ > dry_ns_) {
      call.silence_ns += free_ns_ - dry_ns_;
      missing_ns_ += free_ns_ - dry_ns_;
      call.fault = call.render_ns > block_ns_ ? Fault::over_budget : blame_;
      dry_ns_ = free_ns_;
    }
    const bool stored = shape_.split == Split::buffered;
    if (stored && !left_.empty()) return;
    if (missing_ns_ > 0) {
      if (shape_.reports_xruns) reports_.push_back({missing_ns_, shape_.report_lag});
      missing_ns_ = 0;
      if (shape_.grid) {
        dry_ns_ = grid_ns_ + std::ceil((free_ns_ - grid_ns_) / asked_ns_) * asked_ns_;
        call.silence_ns += dry_ns_ - free_ns_;
      }
    }
    dry_ns_ += stored ? asked_ns_ : call.frames * frame_ns_;
  }

  void report(SimulatedCall& call) {
    for (auto each = reports_.begin(); each != reports_.end();) {
      if (each->lag > 0) {
        --each->lag;
        ++each;
        continue;
      }
      call.xrun = true;
      call.xrun_ns += each->length_ns;
      each = reports_.erase(each);
    }
  }

  struct Report {
    double length_ns;
    std::uint32_t lag;
  };

  Shape shape_;
  Dice dice_;
  double frame_ns_;
  double block_ns_;
  double capacity_ns_;
  double asked_ns_;
  double free_ns_ = 0;  ///< when the thread is free
  double dry_ns_ = 0;   ///< when the device has played all that was delivered
  double grid_ns_ = 0;  ///< one of its periods begins then
  std::uint32_t stored_ = 0;
  std::vector<std::uint32_t> left_;
  std::vector<Report> reports_;
  double pending_silence_ns_ = 0;
  double missing_ns_ = 0;
  Fault blame_ = Fault::late_callback;
  bool late_ = false;
  double heavy_until_ns_ = 0;
  double next_overload_ = -1, next_late_ = -1, next_device_ = -1, next_hole_ = -1, next_pause_ = -1,
         next_heavy_ = -1;
};

}  // namespace whiteroom::testing
