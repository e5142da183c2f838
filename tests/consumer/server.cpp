/// Serves what was recorded until its standard input ends. usage: server FOLDER
#include <whiteroom/monitoring/generated/ui.h>
#include <whiteroom/monitoring/http_endpoint.h>
#include <whiteroom/monitoring/segment.h>

#include <iostream>

namespace wrm = whiteroom::monitoring;

int main(int, char** words) {
  wrm::Segment segment({.program = "swift-frontend", .directory = words[1]});
  segment.declare(wrm::ui::families());
  segment.prepare();
  wrm::ui::Shared(segment).ui_active_sessions.set(3);
  const wrm::MetricsEndpoint endpoint(segment, {.port = 0});
  std::cout << endpoint.port() << std::endl;
  std::cin.get();
}
