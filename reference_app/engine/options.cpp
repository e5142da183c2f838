#include "options.h"

#include <getopt.h>

#include <bit>
#include <charconv>
#include <map>
#include <string_view>

namespace whiteroom::engine {

const char* const kUsage = R"(usage: whiteroom-engine [OPTION ...]

Plays "First Light", ten channels of real sound, and records how well it keeps its deadlines.

  --driver auto|jack|clock  what calls the render callback; auto takes JACK when a server runs,
                            else a thread on an absolute clock (default auto)
  --sample-rate HERTZ       44100 to 192000 (default 48000; JACK has its own)
  --buffer-frames FRAMES    32 to 2048, a power of two (default 256; JACK has its own)
  --metrics-address ADDRESS serve metrics here (default 127.0.0.1)
  --metrics-port PORT       0 takes a free one, which the log names (default 8000)
  --segments DIR            folder of metric segments (default /dev/shm/whiteroom-<uid>)
  --control SOCKET          take commands on this Unix socket (default: none)
  --log-file FILE           append JSON lines here (default: standard output)
  --event-log FILE          append what callbacks log here, also if this process is killed
                            (default: to the log)
  --no-front-end            don't call the engine over its C ABI, as a front end would
  --render FILE             write the song to a WAV file instead of playing it
  --seconds SECONDS         length of that file (default 35: the song once)
  --version, --help

Exit status: 0 stopped by a signal or rendered, 1 failure, 2 usage.
)";

namespace {

template <class Number>
Number number(const std::string& option, std::string_view text, Number low, Number high) {
  Number value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Written so that what is no number is refused, too.
  if (problem != std::errc{} || end != text.data() + text.size() ||
      !(value >= low && value <= high)) {
    throw UsageError(option + " " + std::string(text) + ": expected a number from " +
                     std::to_string(low) + " to " + std::to_string(high));
  }
  return value;
}

void set_driver(Options& options, std::string_view text) {
  if (text != "auto" && text != "jack" && text != "clock") {
    throw UsageError("--driver " + std::string(text) + ": expected auto, jack or clock");
  }
  options.driver = text;
}

void set_buffer_frames(Options& options, std::string_view text) {
  options.buffer_frames = number<std::uint32_t>("--buffer-frames", text, 32, 2048);
  if (!std::has_single_bit(options.buffer_frames)) {
    throw UsageError("--buffer-frames " + std::string(text) + ": expected a power of two");
  }
}

using Setter = void (*)(Options&, std::string_view);

/// What each option with a value does, by the code that getopt_long returns for it.
const std::map<int, Setter> kSetters{
    {'d', set_driver},
    {'r',
     [](Options& o, std::string_view text) {
       o.sample_rate = number<std::uint32_t>("--sample-rate", text, 44100, 192000);
     }},
    {'b', set_buffer_frames},
    {'a', [](Options& o, std::string_view text) { o.metrics_address = text; }},
    {'p',
     [](Options& o, std::string_view text) {
       o.metrics_port = number<std::uint16_t>("--metrics-port", text, 0, 65535);
     }},
    {'s', [](Options& o, std::string_view text) { o.segments = text; }},
    {'c', [](Options& o, std::string_view text) { o.control = text; }},
    {'l', [](Options& o, std::string_view text) { o.log_file = text; }},
    {'e', [](Options& o, std::string_view text) { o.event_log = text; }},
    {'n', [](Options& o, std::string_view) { o.front_end = false; }},
    {'w', [](Options& o, std::string_view text) { o.render = text; }},
    {'t',
     [](Options& o, std::string_view text) {
       o.seconds = number<double>("--seconds", text, 0.001, 3600);
     }},
    {'V', [](Options& o, std::string_view) { o.version = true; }},
    {'h', [](Options& o, std::string_view) { o.help = true; }},
};

constexpr option kOptions[] = {
    {"driver", required_argument, nullptr, 'd'},
    {"sample-rate", required_argument, nullptr, 'r'},
    {"buffer-frames", required_argument, nullptr, 'b'},
    {"metrics-address", required_argument, nullptr, 'a'},
    {"metrics-port", required_argument, nullptr, 'p'},
    {"segments", required_argument, nullptr, 's'},
    {"control", required_argument, nullptr, 'c'},
    {"log-file", required_argument, nullptr, 'l'},
    {"event-log", required_argument, nullptr, 'e'},
    {"no-front-end", no_argument, nullptr, 'n'},
    {"render", required_argument, nullptr, 'w'},
    {"seconds", required_argument, nullptr, 't'},
    {"version", no_argument, nullptr, 'V'},
    {"help", no_argument, nullptr, 'h'},
    {nullptr, 0, nullptr, 0},
};

}  // namespace

Options parse_options(int count, char** words) {
  Options options;
  opterr = 0;
  for (int found; (found = getopt_long(count, words, "", kOptions, nullptr)) != -1;) {
    const auto setter = kSetters.find(found);
    if (setter == kSetters.end()) {
      const std::string word = words[optind - 1];
      throw UsageError(word + ": unknown, or its value is missing; see --help");
    }
    setter->second(options, optarg != nullptr ? optarg : "");
  }
  if (optind < count) throw UsageError(std::string(words[optind]) + ": unexpected; see --help");
  return options;
}

}  // namespace whiteroom::engine
