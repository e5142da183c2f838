#include "driver/render_file.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "driver/wav_file.h"
#include "dsp/denormals.h"

namespace whiteroom::engine::driver {

void render_file(const FileRendering& rendering, mixer::Mixer& mixer, double tempo_bpm) {
  WavFile file(rendering.path, rendering.sample_rate, rendering.bits);
  std::vector<float> left(rendering.block_frames);
  std::vector<float> right(rendering.block_frames);
  const dsp::FlushDenormals flush;
  auto remaining =
      static_cast<std::uint64_t>(std::llround(rendering.seconds * rendering.sample_rate));
  while (remaining > 0) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(remaining, rendering.block_frames));
    const std::span<float> now_left = std::span(left).first(count);
    const std::span<float> now_right = std::span(right).first(count);
    mixer.render(now_left, now_right, {.playing = true, .tempo_bpm = tempo_bpm}, nullptr);
    file.write(now_left, now_right);
    remaining -= count;
  }
  file.finish();
}

}  // namespace whiteroom::engine::driver
