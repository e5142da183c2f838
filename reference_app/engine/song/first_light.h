/// The song that the reference engine plays.
#pragma once

#include "song/song.h"

namespace whiteroom::engine::song {

/// Return "First Light": ten channels, sixteen bars in A minor at 112 beats per minute. The parts
/// enter one after the other, and from the ninth bar all of them play.
Song first_light();

}  // namespace whiteroom::engine::song
