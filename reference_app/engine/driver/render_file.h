/// Renders the song to a file, as fast as the machine can.
#pragma once

#include <cstdint>
#include <string>

#include "mixer/mixer.h"

namespace whiteroom::engine::driver {

struct FileRendering {
  std::string path;
  double seconds = 0;
  std::uint32_t sample_rate = 48000;
  std::uint32_t block_frames = 512;
  unsigned bits = 24;
};

/// Render what `mixer` plays from where it is. The same options give the same bytes, and the block
/// size does not change them. Nothing is recorded: without a device there is no deadline. Throws
/// std::runtime_error.
void render_file(const FileRendering& rendering, mixer::Mixer& mixer, double tempo_bpm);

}  // namespace whiteroom::engine::driver
