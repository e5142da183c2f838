#include "command.h"

#include "song/song.h"

namespace whiteroom::engine {
namespace {

constexpr double kFarthest_beats = 1'000'000;

/// Whether a number is in a range; what is no number is not.
bool within(double value, double low, double high) { return value >= low && value <= high; }

}  // namespace

bool sensible(const sch_command& command) noexcept {
  switch (command.kind) {
    case SCH_COMMAND_PLAY:
    case SCH_COMMAND_STOP:
    case SCH_COMMAND_ALL_NOTES_OFF:
      return true;
    case SCH_COMMAND_TEMPO:
      return within(command.value, song::kSlowestBpm, song::kFastestBpm);
    case SCH_COMMAND_POSITION:
      return within(command.value, 0, kFarthest_beats);
    case SCH_COMMAND_NOTE_ON:
      return within(command.pitch, 0, 127) && command.value > 0 && command.value <= 1;
    case SCH_COMMAND_NOTE_OFF:
      return within(command.pitch, 0, 127);
    case SCH_COMMAND_BLEND:
      return within(command.value, 0, 1);
    default:
      return false;
  }
}

bool names_channel(const sch_command& command) noexcept {
  return command.kind == SCH_COMMAND_NOTE_ON || command.kind == SCH_COMMAND_NOTE_OFF;
}

}  // namespace whiteroom::engine
