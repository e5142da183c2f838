/// Reading what was recorded, as an endpoint would serve it.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "exposition.h"
#include "fold.h"

namespace whiteroom::testing {

/// A folder of segments, for as long as this lives: the one that is taken by default.
class Segments {
 public:
  Segments() { setenv("WHITEROOM_SEGMENTS", mkdtemp(path_.data()), 1); }
  ~Segments() { std::filesystem::remove_all(path_); }
  Segments(const Segments&) = delete;
  Segments& operator=(const Segments&) = delete;

  /// Return the value of a series; -1 when it is not there.
  double operator[](const std::string& series) const {
    const std::string text =
        monitoring::expose(monitoring::read_program(path_, "juce-backend").view);
    const std::size_t found = ("\n" + text).find("\n" + series + " ");
    return found == std::string::npos ? -1 : std::stod(text.substr(found + series.size() + 1));
  }
  double dropouts(const std::string& cause) const {
    return (*this)["audio_dropouts_total{cause=\"" + cause + "\"}"];
  }
  double lost_s(const std::string& cause) const {
    return (*this)["audio_dropout_seconds_total{cause=\"" + cause + "\"}"];
  }

 private:
  std::string path_ = "/dev/shm/whiteroom-juce-XXXXXX";
};

}  // namespace whiteroom::testing
