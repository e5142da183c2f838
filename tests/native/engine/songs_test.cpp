#include <doctest/doctest.h>

#include <array>
#include <string>

#include "../fixture.h"
#include "engine.h"
#include "song/first_light.h"
#include "whiteroom/monitoring/generated/audio.h"

using namespace whiteroom::engine;
namespace monitoring = whiteroom::monitoring;

namespace {

/// A song whose ten tracks no other song has.
song::Song song_number(int number) {
  song::Song song = song::first_light();
  for (song::Part& part : song.parts) part.name += " " + std::to_string(number);
  return song;
}

void render(Engine& engine) {
  std::array<float, 128> left{};
  std::array<float, 128> right{};
  for (int callback = 0; callback < 3; ++callback) engine.render(left, right, std::nullopt);
}

std::string exposed(const monitoring::Segment& segment) {
  return monitoring::testing::exposed("", segment.unshared_bytes());
}

}  // namespace

TEST_CASE("an engine that plays one song after the other names the tracks of each") {
  monitoring::Segment segment({.program = "test", .shared = false});
  segment.declare(monitoring::audio::families());
  segment.declare(monitoring::audio::events());
  segment.prepare();
  Faults faults;
  Engine engine(segment, faults);
  engine.stream_changed({48'000, 128});
  for (int number = 1; number <= 20; ++number) {
    engine.play(engine.load(song_number(number), 48'000));
    render(engine);
    const std::string text = exposed(segment);
    const std::string track = song_number(number).parts.back().name;
    CHECK(text.find("audio_channel_render_seconds_total{channel=\"" + track + "\"}") !=
          std::string::npos);
    CHECK(text.find("audio_plugin_render_seconds_total{channel=\"" + track + "\"") !=
          std::string::npos);
    CHECK(text.find("\"other\"") == std::string::npos);
  }
  const std::string first = song_number(1).parts.back().name;
  CHECK(exposed(segment).find("audio_channel_render_seconds_total{channel=\"" + first + "\"}") ==
        std::string::npos);
}
