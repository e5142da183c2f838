#include "driver/wav_file.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace whiteroom::engine::driver {
namespace {

constexpr unsigned kChannels = 2;
constexpr std::uint32_t kHeaderBytes = 44;

/// Append the `bytes` low bytes of `value`, the lowest first, as RIFF has it.
void append(std::vector<char>& out, std::uint32_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xFFU));
}
void append(std::vector<char>& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

}  // namespace

WavFile::WavFile(std::string path, std::uint32_t sample_rate, unsigned bits)
    : path_(std::move(path)),
      sample_rate_(sample_rate),
      bits_(bits),
      file_(path_, std::ios::binary | std::ios::trunc) {
  if (!file_) fail();
  write_header(0);
}

void WavFile::write_header(std::uint32_t data_bytes) {
  const std::uint32_t frame_bytes = kChannels * bits_ / 8;
  std::vector<char> header;
  append(header, "RIFF");
  append(header, kHeaderBytes - 8 + data_bytes, 4);
  append(header, "WAVEfmt ");
  append(header, 16, 4);  // length of the format
  append(header, 1, 2);   // PCM
  append(header, kChannels, 2);
  append(header, sample_rate_, 4);
  append(header, sample_rate_ * frame_bytes, 4);
  append(header, frame_bytes, 2);
  append(header, bits_, 2);
  append(header, "data");
  append(header, data_bytes, 4);
  file_.seekp(0);
  file_.write(header.data(), static_cast<std::streamsize>(header.size()));
  if (!file_) fail();
}

void WavFile::append_sample(float sample) {
  const auto full_scale = static_cast<float>((1U << (bits_ - 1)) - 1);
  float scaled = sample * full_scale;
  if (bits_ == 16) scaled += 0.5F * (dither_.next() + dither_.next());
  const float bounded = std::clamp(std::round(scaled), -full_scale, full_scale);
  append(buffer_, static_cast<std::uint32_t>(static_cast<std::int32_t>(bounded)), bits_ / 8);
}

void WavFile::write(std::span<const float> left, std::span<const float> right) {
  buffer_.clear();
  for (std::size_t i = 0; i < left.size(); ++i) {
    append_sample(left[i]);
    append_sample(right[i]);
  }
  data_bytes_ += buffer_.size();
  if (data_bytes_ > std::numeric_limits<std::uint32_t>::max() - kHeaderBytes) {
    throw std::runtime_error(path_ + ": more than the 4 GiB that a WAV file can hold");
  }
  file_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  if (!file_) fail();
}

void WavFile::finish() {
  write_header(static_cast<std::uint32_t>(data_bytes_));
  file_.close();
  if (!file_) fail();
}

void WavFile::fail() const {
  throw std::runtime_error(path_ + ": can't be written: " + std::strerror(errno));
}

}  // namespace whiteroom::engine::driver
