/// Reading what was recorded, as an endpoint would serve it.
#pragma once

#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <sstream>
#include <string>
#include <utility>

#include "whiteroom/monitoring/exposition.h"
#include "whiteroom/monitoring/fold.h"
#include "whiteroom/monitoring/plugin_process.h"

namespace whiteroom::testing {

/// A folder of segments, for as long as this lives: the one that is taken by default.
class SegmentFolder {
 public:
  SegmentFolder() { setenv("WHITEROOM_SEGMENTS", mkdtemp(path.data()), 1); }
  ~SegmentFolder() { std::filesystem::remove_all(path); }
  SegmentFolder(const SegmentFolder&) = delete;
  SegmentFolder& operator=(const SegmentFolder&) = delete;

  std::string path = "/dev/shm/whiteroom-juce-XXXXXX";
};

/// The folder of the plug-ins' segment, which a process has once.
inline const std::string& plugin_folder() {
  static const SegmentFolder folder;
  static const auto process = monitoring::PluginProcess::shared();
  return folder.path;
}

/// What is recorded while this lives. Series are read of one program if nothing else is said.
class Segments {
 public:
  explicit Segments(std::string program = "juce-backend")
      : program_(std::move(program)), plugins_before_(text(kPlugins)) {}

  /// Return the value of a series; -1 when it is not there.
  double operator[](const std::string& series) const { return of(program_, series); }
  /// The same of another program.
  double of(const std::string& program, const std::string& series) const {
    const double now = value(text(program), series);
    if (program != kPlugins || now < 0) return now;
    return now - std::max(0.0, value(plugins_before_, series));
  }
  /// Return the cumulative count of a histogram's bucket; -1 when it is not there.
  double bucket(const std::string& name, const std::string& labels, double bound) const {
    std::ostringstream number;
    number << bound;
    const std::string whole = bound == std::floor(bound) ? ".0" : "";
    return (*this)[name + "_bucket{" + labels + ",le=\"" + number.str() + whole + "\"}"];
  }
  /// Return all that a program exposes.
  std::string text(const std::string& program) const {
    const std::string& path = program == kPlugins ? plugin_folder() : folder_.path;
    return monitoring::expose(monitoring::read_program(path, program).view);
  }
  double dropouts(const std::string& cause) const {
    return (*this)["audio_dropouts_total{cause=\"" + cause + "\"}"];
  }
  double lost_s(const std::string& cause) const {
    return (*this)["audio_dropout_seconds_total{cause=\"" + cause + "\"}"];
  }

 private:
  static constexpr char kPlugins[] = "juce-plugin";

  static double value(const std::string& text, const std::string& series) {
    const std::size_t found = ("\n" + text).find("\n" + series + " ");
    return found == std::string::npos ? -1 : std::stod(text.substr(found + series.size() + 1));
  }

  std::string program_;
  std::string plugins_before_;  // the plug-ins' folder is there before the one of this
  SegmentFolder folder_;
};

}  // namespace whiteroom::testing
