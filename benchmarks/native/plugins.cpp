/// What the first instance of a plug-in costs its host, beside what dead processes have left.
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>

#include "measure.h"
#include "whiteroom/monitoring/fold.h"
#include "whiteroom/monitoring/juce_processor.h"

namespace benchmark {
namespace {

using whiteroom::monitoring::PluginProcess;

constexpr int kRounds = 9;
constexpr int kDead = 100;

void leave_a_dead_segment() {
  const pid_t child = fork();
  if (child == 0) {
    auto* const process = new PluginProcess;
    process->cells().plugin_blocks_total.with("Reverb");
    kill(getpid(), SIGKILL);
  }
  waitpid(child, nullptr, 0);
}

void print(const char* name, double ours) {
  std::printf("{\"name\": \"%s\", \"ours\": %.3f, \"peer\": null}\n", name, ours);
  std::fflush(stdout);
}

}  // namespace

void first_plugin_instance() {
  std::string folder = "/dev/shm/whiteroom-bench-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return;
  setenv("WHITEROOM_SEGMENTS", folder.c_str(), 1);
  for (int i = 0; i < kDead; ++i) leave_a_dead_segment();
  std::vector<double> milliseconds, kibibytes;
  for (int i = 0; i < kRounds; ++i) {
    const auto start = std::chrono::steady_clock::now();
    std::optional<PluginProcess> process(std::in_place);
    const auto series = process->cells().plugin_load_ratio.with("Reverb", "1");
    milliseconds.push_back(seconds_since(start) * 1e3);
    series.observe(0.5);
    struct stat facts{};
    stat(process->preparation().path.c_str(), &facts);
    kibibytes.push_back(static_cast<double>(facts.st_blocks) / 2);
    process.reset();  // which folds the dead
    for (int j = 0; j < kDead && i + 1 < kRounds; ++j) leave_a_dead_segment();
  }
  print("first plug-in instance, beside 100 dead segments", median(milliseconds));
  print("memory of the first plug-in instance", median(kibibytes));
  std::filesystem::remove_all(folder);
}

}  // namespace benchmark
