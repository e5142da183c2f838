#include <doctest/doctest.h>

#include <atomic>
#include <barrier>
#include <random>
#include <span>
#include <thread>

#include "fixture.h"
#include "whiteroom/monitoring/audio_metrics.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;
using namespace std::chrono_literals;

namespace {

constexpr int kWorkers = 4;
constexpr int kPluginsOfWorker = 3;
constexpr int kRounds = 400;

/// Each worker renders channels of its own, and all of them a share of the channel "bus".
std::vector<ChannelNames> channels_of(int worker) {
  return {{"track " + std::to_string(worker), {"synth", "delay"}}, {"bus", {"reverb"}}};
}

/// How long each plug-in of each worker takes in each callback: never twice the same, so that there
/// is one that took longest.
using Plan =
    std::vector<std::array<std::array<std::chrono::nanoseconds, kPluginsOfWorker>, kWorkers>>;

Plan made_plan() {
  std::mt19937 random(7);  // NOLINT: the same at each run
  Plan plan(kRounds);
  int number = 0;
  for (auto& callback : plan) {
    for (auto& worker : callback) {
      for (auto& took : worker)
        took = std::chrono::nanoseconds(random() % 1000 * 10'000 + ++number % 10'000);
    }
  }
  return plan;
}

/// A callback for 256 frames at 48 kHz; every other one is over budget.
void end_callback(AudioMetrics& metrics, int number) {
  const auto now = AudioMetrics::Clock::now();
  metrics.callback_rendered(now, now + (number % 2 == 0 ? 1ms : 10ms), 256);
}

struct Audio {
  explicit Audio(const std::string& folder)
      : segment({.program = "test", .directory = folder}), metrics(prepared(segment), {}) {}
  static Segment& prepared(Segment& segment) {
    segment.declare(audio::families());
    segment.prepare();
    return segment;
  }
  Segment segment;
  AudioMetrics metrics;
};

/// The lines of a family of the exposition.
std::string family_of(const std::string& text, const std::string& name) {
  std::string lines;
  for (std::size_t at = text.find("\n" + name + "{"); at != std::string::npos;
       at = text.find("\n" + name + "{", at + 1)) {
    lines += text.substr(at, text.find('\n', at + 1) - at);
  }
  return lines;
}

std::string costs(const std::string& folder) {
  const std::string text = exposed(folder);
  return family_of(text, "audio_channel_render_seconds_total") +
         family_of(text, "audio_plugin_render_seconds_total") +
         family_of(text, "audio_plugin_deadlines_missed_total");
}

/// One thread renders all. Return what took longest in each callback, by its name.
std::vector<std::string> oracle(Audio& audio, const Plan& plan) {
  std::vector<ChannelNames> all;
  for (int worker = 0; worker < kWorkers; ++worker) {
    for (const ChannelNames& channel : channels_of(worker)) all.push_back(channel);
  }
  const PluginSlots slots = audio.metrics.plugin_slots(all);
  audio.metrics.use(slots);
  std::vector<std::string> longest;
  for (int number = 0; number < kRounds; ++number) {
    for (int i = 0; i < kWorkers * kPluginsOfWorker; ++i) {
      audio.metrics.plugin_rendered(
          static_cast<std::size_t>(i),
          plan[static_cast<std::size_t>(number)][static_cast<std::size_t>(i / kPluginsOfWorker)]
              [static_cast<std::size_t>(i % kPluginsOfWorker)]);
    }
    end_callback(audio.metrics, number);
    longest.emplace_back(slots.name(audio.metrics.most_expensive().value().plugin));
  }
  return longest;
}

/// The same, each worker on a thread of its own with a slots of its own.
std::vector<std::string> in_parallel(Audio& audio, const Plan& plan) {
  std::vector<PluginSlots> slots;
  for (int worker = 0; worker < kWorkers; ++worker) {
    slots.push_back(audio.metrics.plugin_slots(channels_of(worker)));
  }
  std::vector<const PluginSlots*> used;
  for (const PluginSlots& one : slots) used.push_back(&one);
  audio.metrics.use(used);
  std::barrier begin(kWorkers + 1);
  std::barrier end(kWorkers + 1);
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker < kWorkers; ++worker) {
    threads.emplace_back([&, worker] {
      for (const auto& callback : plan) {
        begin.arrive_and_wait();
        for (std::size_t i = 0; i < kPluginsOfWorker; ++i) {
          slots[worker].plugin_rendered(i, callback[worker][i]);
        }
        end.arrive_and_wait();
      }
    });
  }
  std::vector<std::string> longest;
  for (int number = 0; number < kRounds; ++number) {
    begin.arrive_and_wait();
    end.arrive_and_wait();
    end_callback(audio.metrics, number);
    const PluginPlace place = audio.metrics.most_expensive().value();
    longest.emplace_back(slots[place.slots].name(place.plugin));
  }
  for (std::thread& thread : threads) thread.join();
  return longest;
}

}  // namespace

TEST_CASE("plug-ins on four threads add up, and are blamed, as on one") {
  const SegmentFolder one;
  const SegmentFolder four;
  const Plan plan = made_plan();
  Audio alone(one.path);
  Audio parallel(four.path);
  const std::vector<std::string> expected = oracle(alone, plan);
  CHECK(in_parallel(parallel, plan) == expected);
  CHECK(costs(four.path) == costs(one.path));
  CHECK(costs(one.path).find("plugin=\"reverb\"") != std::string::npos);
}

TEST_CASE("four threads that spend 8 s are 8 s") {
  const SegmentFolder folder;
  Audio audio(folder.path);
  std::vector<PluginSlots> slots;
  for (int i = 0; i < kWorkers; ++i) {
    slots.push_back(audio.metrics.plugin_slots(std::array<ChannelNames, 1>{{{"bus", {"reverb"}}}}));
  }
  std::vector<std::thread> threads;
  for (const PluginSlots& one : slots) {
    threads.emplace_back([&one] {
      for (int i = 0; i < 2000; ++i) one.plugin_rendered(0, 1ms);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = exposed(folder.path);
  CHECK(line(text, "audio_channel_render_seconds_total{channel=\"bus\"}").ends_with(" 8"));
  CHECK(line(text, "audio_plugin_render_seconds_total{channel=\"bus\",plugin=\"reverb\"}")
            .ends_with(" 8"));
}

TEST_CASE("workers that render ahead of the callback, while slots change, lose no time") {
  const SegmentFolder folder;
  Audio audio(folder.path);
  constexpr int kEach = 20'000;
  std::vector<PluginSlots> slots;
  for (int i = 0; i < kWorkers; ++i) slots.push_back(audio.metrics.plugin_slots(channels_of(i)));
  std::vector<const PluginSlots*> used;
  for (const PluginSlots& one : slots) used.push_back(&one);
  std::vector<std::thread> threads;
  for (const PluginSlots& one : slots) {
    threads.emplace_back([&one] {
      for (std::size_t i = 0; i < kEach; ++i) one.plugin_rendered(i % kPluginsOfWorker, 1us);
    });
  }
  std::atomic<bool> done = false;
  std::thread songs([&] {
    for (int i = 0; !done; ++i) {
      const PluginSlots other = audio.metrics.plugin_slots(channels_of(i % 50));
      other.plugin_rendered(0, 0ns);
    }
  });
  for (int number = 0; number < 2000; ++number) {
    audio.metrics.use(std::span(used).first(static_cast<std::size_t>(number) % used.size()));
    end_callback(audio.metrics, number);
    const auto place = audio.metrics.most_expensive();
    CHECK((!place || place->slots < used.size()));
  }
  for (std::thread& thread : threads) thread.join();
  done = true;
  songs.join();
  const std::string bus =
      line(exposed(folder.path), "audio_channel_render_seconds_total{channel=\"bus\"}");
  // A third of the plug-ins is on the bus.
  const int on_bus = kWorkers * (kEach / kPluginsOfWorker);
  CHECK(std::stod(bus.substr(bus.rfind(' '))) == doctest::Approx(on_bus * 1e-6));
}
