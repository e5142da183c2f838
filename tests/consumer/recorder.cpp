/// Records and shows what was recorded, without an endpoint. usage: recorder FOLDER
#include <whiteroom/monitoring/exposition.h>
#include <whiteroom/monitoring/fold.h>
#include <whiteroom/monitoring/generated/ui.h>
#include <whiteroom/monitoring/segment.h>

#include <iostream>

namespace wrm = whiteroom::monitoring;

int main(int, char** words) {
  wrm::Segment segment({.program = "swift-frontend", .directory = words[1]});
  segment.declare(wrm::ui::families());
  segment.prepare();
  const wrm::ui::Shared shared(segment);
  const wrm::ui::Realtime realtime(segment);
  shared.ui_errors_total[wrm::ui::Type::engine].increment(2);
  realtime.ui_frames_total.increment(60);
  std::cout << wrm::expose(wrm::read_program(words[1], "swift-frontend").view, {});
}
