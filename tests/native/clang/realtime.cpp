/// Records everything from a function that RealtimeSanitizer watches. With an argument it breaks
/// one promise on purpose: the sanitizer must then end it.
#include <mutex>
#include <span>
#include <string_view>

#include "../fixture.h"
#include "whiteroom/monitoring/audio_metrics.h"
#include "whiteroom/monitoring/ffi_metrics.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

namespace {

std::string channel = "bass";
std::mutex mutex;

struct Recorder {
  explicit Recorder(const std::string& folder) : segment({.program = "test", .directory = folder}) {
    segment.declare(kFamilies);
    segment.declare(audio::families());
    segment.declare(ffi::families());
    segment.declare(audio::events());
    segment.prepare();
  }

  void everything(int i) noexcept [[clang::nonblocking]] {
    const std::chrono::nanoseconds took(i % 20'000'000 - 5);
    events->increment();
    callbacks->increment();
    level->set(i);
    duration->observe(took);
    const auto end = AudioMetrics::Clock::now();
    audio->channel_rendered(0, took);
    audio->report_xrun(took);
    audio->callback_rendered(end - took, end, 256);
    const FfiCall call(*ffi, ffi::Function::sch_engine_set_tempo);
    static_cast<void>(call.ended(i % 12));
    log->dropout_began(1, audio::Cause::device, 0.001, 0.006, LogText{1}, end);
    log->song_loaded(LogText{}, i);
  }

  Segment segment;
  std::optional<Instance> instance;
  std::optional<AudioMetrics> audio;
  std::optional<ffi::Shared> ffi;
  std::optional<audio::Events> log;
  std::optional<Counter<Writers::many>> events;
  std::optional<Counter<Writers::one>> callbacks;
  std::optional<Gauge<Writers::many>> level;
  std::optional<Histogram<Writers::many, Seconds, kCellBounds>> duration;
};

void breaks(std::string_view promise, Recorder& recorder) noexcept [[clang::nonblocking]] {
  if (promise == "allocates") channel = std::string(1000, 'x');
  if (promise == "locks") {
    mutex.lock();
    mutex.unlock();
  }
  if (promise == "registers") {
    const std::array<std::string_view, 1> tool{"pen"};
    static_cast<void>(recorder.segment.series(kByTool, tool));
  }
  if (promise == "drains") recorder.segment.drain_log([](std::string_view) { return true; });
}

}  // namespace

int main(int count, char** words) {
  const SegmentFolder folder;
  Recorder recorder(folder.path);
  recorder.instance.emplace(recorder.segment.instance(kFamilies));
  recorder.audio.emplace(recorder.segment, std::span(&channel, 1));
  recorder.ffi.emplace(recorder.segment);
  recorder.log.emplace(recorder.segment);
  recorder.events.emplace(recorder.segment.cells(kEvents), recorder.segment.lost());
  recorder.callbacks.emplace(recorder.instance->cells(kCallbacks), recorder.segment.lost());
  recorder.level.emplace(recorder.segment.cells(kLevel), recorder.segment.lost());
  recorder.duration.emplace(recorder.segment.cells(kDuration), recorder.segment.lost());
  for (int i = 0; i < 1'000'000; ++i) recorder.everything(i);
  if (count > 1) breaks(words[1], recorder);
}
