/// Hosts that hand their callbacks over to a plug-in as common ones do, on the machine's own clock.
///
/// What each is known to do:
///
/// - FL Studio cuts a callback at the events of its automation, into parts such as 50, 78 and 4
///   frames (UJAM, "FL Studio Audio Architecture"; js80p, issue 12).
/// - REAPER renders up to 200 ms ahead, several blocks in a row on worker threads, and a block
///   twice at the edge of a loop (J. Frankel on "FX render-ahead"; helgobox, "REAPER Internals").
/// - Cubase announces blocks of 1024 frames and renders a monitored track in the device's blocks,
///   of 32 frames even; with ASIO-Guard it goes over to blocks ahead, without a word to the
///   plug-in (clap-wrapper, pull request 567; VST 3, `ProcessModes`).
/// - Logic Pro renders tracks that play in its process buffer on several threads, and the live
///   track in the device's (Logic Pro User Guide, "Process Buffer Range", "Multithreading").
#pragma once

#include <doctest/doctest.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "exposed.h"
#include "whiteroom/monitoring/generated/plugin.h"

namespace whiteroom::testing {

/// One host: what it announces, how often its device calls, and the blocks that it makes of a call.
struct Host {
  std::string name;
  int longest_block;    ///< what the plug-in is told by prepareToPlay()
  int device_frames;    ///< of one call of the device
  int callback_frames;  ///< of one callback of the host, which its blocks add up to
  bool worker_threads;
  /// The lengths of the blocks that follow from the device's call of this number. Without any, the
  /// host has rendered ahead.
  std::function<std::vector<int>(int)> blocks;
};

/// Return the blocks of a host that renders so many of them ahead, in as many calls of its device.
inline std::function<std::vector<int>(int)> ahead(int calls, std::vector<int> blocks) {
  return [calls, blocks = std::move(blocks)](int call) {
    return call % calls == 0 ? blocks : std::vector<int>{};
  };
}

inline const std::vector<Host>& hosts() {
  static const auto two_parts = [](int) { return std::vector{100, 412}; };
  static const auto at_events = [](int call) {
    return call % 3 == 0 ? std::vector{50, 78, 4, 380} : std::vector{211, 1, 300};
  };
  static const auto one_block = [](int) { return std::vector{128}; };
  static std::vector loop(19, 512);
  loop[6] = 301;  // the loop ends within the seventh block
  loop.insert(loop.begin() + 7, 211);
  static const std::vector<Host> all{
      {"a callback in two parts", 512, 512, 512, false, two_parts},
      {"FL Studio", 512, 512, 512, false, at_events},
      {"REAPER", 512, 512, 512, true, ahead(19, loop)},
      {"Cubase, a monitored track", 1024, 128, 128, false, one_block},
      {"Cubase with ASIO-Guard", 1024, 128, 1024, true, ahead(8, {1024})},
      {"Logic Pro, a track that plays", 1024, 256, 1024, true, ahead(4, {1000, 24})},
  };
  return all;
}

/// What a host has seen of a plug-in while it played, by its own clock.
struct Played {
  std::chrono::nanoseconds spent{};  ///< in the plug-in
  std::vector<double> shares{};      ///< of real time, for each of the host's callbacks
};

/// Lets a host play.
class Stage {
 public:
  using Clock = std::chrono::steady_clock;
  using Process = std::function<void(int)>;
  static constexpr double kRate = 48'000;

  Stage(const Host& host, Process process) : host_(host), process_(std::move(process)) {}

  Played play(std::chrono::milliseconds time) {
    prefer_realtime();
    const auto period = std::chrono::nanoseconds(host_.device_frames * 1'000'000'000LL / 48'000);
    const auto end = Clock::now() + time;
    int call = 0;
    for (auto due = Clock::now(); due < end; due += period) {
      std::this_thread::sleep_until(due);
      const std::vector<int> blocks = host_.blocks(call++);
      if (host_.worker_threads && !blocks.empty()) {
        std::jthread([&] { render(blocks); }).join();
      } else {
        render(blocks);
      }
    }
    return played_;
  }

 private:
  static void prefer_realtime() {
    const sched_param wanted{.sched_priority = 60};
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted);  // where it is allowed
  }

  void render(const std::vector<int>& blocks) {
    for (const int frames : blocks) {
      const auto begin = Clock::now();
      process_(frames);
      callback_spent_ += Clock::now() - begin;
      callback_frames_ += frames;
      if (callback_frames_ == host_.callback_frames) complete();
    }
  }

  void complete() {
    const std::chrono::duration<double> spent = callback_spent_;
    played_.shares.push_back(spent.count() * kRate / callback_frames_);
    played_.spent += callback_spent_;
    callback_spent_ = {};
    callback_frames_ = 0;
  }

  const Host& host_;
  Process process_;
  Played played_;
  std::chrono::nanoseconds callback_spent_{};
  int callback_frames_ = 0;
};

/// Use the processor for that long.
inline void spend(std::chrono::nanoseconds time) {
  for (const auto end = Stage::Clock::now() + time; Stage::Clock::now() < end;) {
  }
}

/// How long a host plays: $WHITEROOM_HOST_SECONDS, or a moment.
inline std::chrono::milliseconds time_of_each() {
  const char* const seconds = std::getenv("WHITEROOM_HOST_SECONDS");
  return std::chrono::milliseconds(seconds == nullptr ? 1500 : 1000 * std::atoi(seconds));
}

/// Check that a plug-in's distribution is the host's. A host that is interrupted within a callback
/// may look as if it had waited for its device: one in twenty may be judged otherwise.
inline void compare(const Segments& segments, const Played& played, const std::string& labels) {
  const auto callbacks = static_cast<double>(played.shares.size());
  REQUIRE(callbacks > 0);
  const double tolerance = 0.05 * callbacks + 4;
  const double judged = segments["plugin_load_ratio_count{" + labels + "}"];
  CHECK(judged == doctest::Approx(callbacks).epsilon(tolerance / callbacks));
  for (const double bound : monitoring::plugin::kPluginLoadRatioBounds) {
    const auto below = std::count_if(played.shares.begin(), played.shares.end(),
                                     [bound](double share) { return share <= bound; });
    CAPTURE(bound);
    CHECK(std::abs(segments.bucket("plugin_load_ratio", labels, bound) -
                   static_cast<double>(below)) <= tolerance);
  }
  const double spent_s = std::chrono::duration<double>(played.spent).count();
  const double rendered_s = segments["plugin_render_seconds_total{" + labels + "}"];
  CHECK(rendered_s <= spent_s + 0.1);  // and the blocks of a callback that isn't complete
  CHECK(rendered_s >= 0.95 * spent_s);
}

/// Whether somebody has counted a dropout, or anything else that a device's owner counts.
inline bool counts_for_a_device(const Segments& segments) {
  return (segments.text("juce-plugin") + segments.text("juce-backend")).find("audio_") !=
         std::string::npos;
}

}  // namespace whiteroom::testing
