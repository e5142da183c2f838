/// Renders the song to a file, as fast as the machine can.
#pragma once

#include <cstdint>
#include <string>

namespace whiteroom::engine::driver {

struct FileRendering {
  std::string path;
  double seconds = 0;
  std::uint32_t sample_rate = 48000;
  std::uint32_t block_frames = 512;
  unsigned bits = 24;
};

/// Render First Light. The same options give the same bytes, and the block size does not change
/// them. Nothing is recorded: without a device there is no deadline. Throws std::runtime_error.
void render_file(const FileRendering& rendering);

}  // namespace whiteroom::engine::driver
