/// Records in C++17 and without exceptions. usage: plain FOLDER
#include <whiteroom/monitoring.h>

#include <cstdio>

#if WHITEROOM_MONITORING_VERSION < 100
#error "the version is that of the package"
#endif

namespace wrm = whiteroom::monitoring;

int main(int, char** words) {
  wrm::SegmentOptions options;
  options.program = "swift-frontend";
  options.directory = words[1];
  wrm::Segment segment(options);
  segment.declare(wrm::audio::families());
  segment.declare(wrm::ui::families());
  segment.prepare();
  const wrm::ui::Shared shared(segment);
  const wrm::ui::Realtime realtime(segment);
  const std::array<std::string, 1> channels{"bass"};
  wrm::AudioMetrics audio(segment, channels);
  audio.set_stream(48'000, 128);
  shared.ui_errors_total[wrm::ui::Type::engine].increment(2);
  realtime.ui_frames_total.increment(60);
  {
    const wrm::AudioBlock block(audio, 128);
  }
  wrm::ProgramReading read = wrm::read_program(words[1], "swift-frontend");
  std::fputs(wrm::expose(std::move(read.view)).c_str(), stdout);
}
