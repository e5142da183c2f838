/// The command line of the reference engine.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace whiteroom::engine {

struct Options {
  std::string driver = "auto";  ///< auto, jack or clock
  std::uint32_t sample_rate = 48000;
  std::uint32_t buffer_frames = 256;
  std::string metrics_address = "127.0.0.1";
  std::uint16_t metrics_port = 8000;  ///< 0: any free one
  std::string segments{};             ///< folder; empty: the client's default
  std::string control{};              ///< path of the control socket; empty: none
  std::string log_file{};             ///< empty: standard output
  std::string event_log{};            ///< empty: to the log
  bool front_end = true;
  std::string render{};  ///< path of a WAV file; empty: play live
  double seconds = 35;   ///< of the file; First Light is played once in 34.3
  bool help = false;
  bool version = false;
};

/// The command line asks for something that does not exist; exit status 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws UsageError saying what was found and what was expected.
Options parse_options(int count, char** words);

extern const char* const kUsage;

}  // namespace whiteroom::engine
