/// Writes sound to a file.
#pragma once

#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "dsp/noise.h"

namespace whiteroom::engine::driver {

/// A stereo RIFF/WAVE file of 16 or 24 bits (Multimedia Programming Interface and Data
/// Specifications 1.0, IBM and Microsoft, 1991). Throws std::runtime_error, with the path and the
/// system's reason, for whatever can't be written.
class WavFile {
 public:
  WavFile(std::string path, std::uint32_t sample_rate, unsigned bits);

  /// Append frames of samples between -1 and 1. At 16 bits triangular noise of one step is added,
  /// which turns the error of rounding into noise; it is the same in every run.
  void write(std::span<const float> left, std::span<const float> right);
  /// Write the lengths into the header and close the file.
  void finish();

 private:
  void write_header(std::uint32_t data_bytes);
  void append_sample(float sample);
  [[noreturn]] void fail() const;

  std::string path_;
  std::uint32_t sample_rate_;
  unsigned bits_;
  std::ofstream file_;
  std::vector<char> buffer_;
  std::uint64_t data_bytes_ = 0;
  dsp::Noise dither_;
};

}  // namespace whiteroom::engine::driver
