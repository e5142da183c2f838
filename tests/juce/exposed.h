/// Reading what was recorded, as an endpoint would serve it.
#pragma once

#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <sstream>
#include <string>
#include <utility>

#include "whiteroom/monitoring/exposition.h"
#include "whiteroom/monitoring/fold.h"

namespace whiteroom::testing {

/// A folder of segments, for as long as this lives: the one that is taken by default.
class Segments {
 public:
  /// Series are read of this program.
  explicit Segments(std::string program = "juce-backend") : program_(std::move(program)) {
    setenv("WHITEROOM_SEGMENTS", mkdtemp(path_.data()), 1);
  }
  ~Segments() { std::filesystem::remove_all(path_); }
  Segments(const Segments&) = delete;
  Segments& operator=(const Segments&) = delete;

  /// Return the value of a series; -1 when it is not there.
  double operator[](const std::string& series) const { return of(program_, series); }
  /// The same of another program.
  double of(const std::string& program, const std::string& series) const {
    const std::string text = this->text(program);
    const std::size_t found = ("\n" + text).find("\n" + series + " ");
    return found == std::string::npos ? -1 : std::stod(text.substr(found + series.size() + 1));
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
    return monitoring::expose(monitoring::read_program(path_, program).view);
  }
  double dropouts(const std::string& cause) const {
    return (*this)["audio_dropouts_total{cause=\"" + cause + "\"}"];
  }
  double lost_s(const std::string& cause) const {
    return (*this)["audio_dropout_seconds_total{cause=\"" + cause + "\"}"];
  }

 private:
  std::string program_;
  std::string path_ = "/dev/shm/whiteroom-juce-XXXXXX";
};

}  // namespace whiteroom::testing
