/// The log: what threads leave as numbers becomes lines, each event once, also after a kill.
#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <limits>
#include <map>
#include <random>
#include <sstream>
#include <thread>
#include <vector>

#include "fixture.h"
#include "log_drain.h"
#include "whiteroom/monitoring/log_events.h"

namespace {

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

constexpr std::string_view kCauses[] = {"late", "device"};
constexpr LogFieldSpec kFields[] = {{"dropout_id", LogFieldType::id},
                                    {"cause", LogFieldType::choice, {}, kCauses},
                                    {"lost_seconds", LogFieldType::number, "seconds"},
                                    {"frames", LogFieldType::integer},
                                    {"plugin", LogFieldType::text}};
constexpr LogEventSpec kLogEvents[] = {
    {"sound_lost", LogLevel::warn, "{lost_seconds} s lost by {plugin} ({cause})", kFields},
    {"engine_started", LogLevel::info, "started"}};
constexpr std::uint32_t kSoundLost = log_event_id("sound_lost");
constexpr std::uint32_t kStarted = log_event_id("engine_started");

/// A prepared segment with the events above; its log is `folder`/log.
struct LoggingSegment {
  explicit LoggingSegment(const std::string& folder, bool shared = true)
      : segment({.program = "test", .directory = folder, .shared = shared}) {
    segment.declare(kFamilies);
    segment.declare(kLogEvents);
    segment.prepare();
    segment.set_log_file(folder + "/log");
    log = segment.log();
  }
  /// Log events that are told apart by their number of frames.
  void put(std::int64_t frames) {
    log.put(kSoundLost, EventLog::Clock::now(), 7, 1, wrm_log_float(0.25),
            static_cast<std::uint64_t>(frames));
  }
  void put_all(std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i <= last; ++i) put(i);
  }
  std::string drained() {
    std::string all;
    segment.drain_log([&](std::string_view lines) {
      all += lines;
      return true;
    });
    return all;
  }

  Segment segment;
  EventLog log;
};

std::string contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// The numbers of frames in the lines, in their order.
std::vector<std::int64_t> frames_in(const std::string& lines) {
  const std::string key = "\"frames\":";
  std::vector<std::int64_t> found;
  for (std::size_t at = lines.find(key); at != std::string::npos; at = lines.find(key, at + 1)) {
    found.push_back(std::stoll(lines.substr(at + key.size(), 20)));
  }
  return found;
}

std::vector<std::int64_t> numbers(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> all;
  for (std::int64_t i = first; i <= last; ++i) all.push_back(i);
  return all;
}

/// How many events are exposed as lost for a reason.
std::string lost_for(const std::string& folder, const std::string& reason) {
  const std::string name =
      "monitoring_observations_lost_total{program=\"test\",reason=\"" + reason + "\"}";
  return line(exposed(folder), name).substr(name.size());
}

}  // namespace

TEST_CASE("an event becomes a line with its fields, its time and its place") {
  const SegmentFolder folder;
  LoggingSegment logging(folder.path);
  const LogText synth = logging.segment.log_text("bass/\"synth\"\n");
  logging.log.put(kSoundLost, EventLog::Clock::now(), 0xabcdef, 1, wrm_log_float(0.0123456), 480,
                  synth.number);
  const std::string text = logging.drained();
  CHECK(text.substr(0, 11) == "{\"time\":\"20");
  // Nanoseconds, in UTC.
  CHECK(text.substr(28, 1) == ".");
  CHECK(text.substr(38, 2) == "Z\"");
  const std::string rest = text.substr(40);
  CHECK(rest.rfind(",\"level\":\"warn\",\"message\":\"0.01235 s lost by bass/\\\"synth\\\"\\u000a "
                   "(device)\",\"event\":\"sound_lost\",\"dropout_id\":\"0000000000abcdef\","
                   "\"cause\":\"device\",\"lost_seconds\":0.0123456,\"frames\":480,"
                   "\"plugin\":\"bass/\\\"synth\\\"\\u000a\",\"program\":\"test\",\"pid\":" +
                       std::to_string(getpid()) + ",\"segment\":\"",
                   0) == 0);
  CHECK(rest.substr(rest.size() - 15) == ",\"sequence\":1}\n");
}

TEST_CASE("the time of a line is that of the event") {
  const SegmentFolder folder;
  LoggingSegment logging(folder.path);
  const auto now = EventLog::Clock::now();
  logging.log.put(kStarted, now - std::chrono::hours(24));
  logging.log.put(kStarted, now);
  const std::string text = logging.drained();
  const std::string second = text.substr(text.find('\n') + 1);
  CHECK(text.substr(20, 19) == second.substr(20, 19));  // the time of day
  CHECK(text.substr(9, 10) != second.substr(9, 10));    // the day
}

TEST_CASE("values that nobody has described are not made up") {
  const SegmentFolder folder;
  LoggingSegment logging(folder.path);
  logging.log.put(kSoundLost, EventLog::Clock::now(), 0, 2,
                  wrm_log_float(std::numeric_limits<double>::quiet_NaN()),
                  static_cast<std::uint64_t>(std::int64_t{-3}), 99);
  logging.log.put(12345, EventLog::Clock::now(), 1);
  const std::string text = logging.drained();
  CHECK(text.find("\"cause\":\"other\",\"lost_seconds\":null,\"frames\":-3,\"plugin\":\"other\"") !=
        std::string::npos);
  CHECK(text.find("\"event\":\"undeclared\"") != std::string::npos);
}

TEST_CASE("a full ring keeps the first events and counts the others") {
  const SegmentFolder folder;
  LoggingSegment logging(folder.path);
  logging.put_all(1, 1000);
  CHECK(logging.segment.lost()[WRM_LOST_LOG_FULL] == 1000 - WRM_LOG_MOST_WAITING);
  CHECK(frames_in(logging.drained()) == numbers(1, WRM_LOG_MOST_WAITING));
  logging.put_all(2001, 2500);
  CHECK(frames_in(logging.drained()) == numbers(2001, 2500));
  CHECK(lost_for(folder.path, "log_full") == " 232");
}

TEST_CASE("threads that log at once lose nothing that is not counted, and keep their order") {
  constexpr std::int64_t kOfThread = 1'000'000'000;
  constexpr std::int64_t kThreads = 4;
  constexpr std::size_t kTurns = 20;  // of the ring
  const SegmentFolder folder;
  LoggingSegment logging(folder.path);
  std::atomic<bool> enough{false};
  std::atomic<std::uint64_t> logged{0};
  std::vector<std::thread> threads;
  for (std::int64_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      std::int64_t count = 0;
      while (!enough) {
        logging.put(thread * kOfThread + count++);
        if (count % 16 == 0) std::this_thread::yield();
      }
      logged += static_cast<std::uint64_t>(count);
    });
  }
  std::string lines;
  std::size_t delivered = 0;
  while (delivered < kTurns * WRM_LOG_CAPACITY) {
    const std::string some = logging.drained();
    delivered += frames_in(some).size();
    lines += some;
  }
  enough = true;
  for (std::thread& thread : threads) thread.join();
  lines += logging.drained();

  std::map<std::int64_t, std::int64_t> last;
  delivered = 0;
  bool ordered = true;
  for (const std::int64_t number : frames_in(lines)) {
    const auto [place, is_first] = last.emplace(number / kOfThread, number);
    ordered = ordered && (is_first || place->second < number);
    place->second = number;
    ++delivered;
  }
  CHECK(ordered);
  CHECK(delivered + logging.segment.lost()[WRM_LOST_LOG_FULL] == logged);
}

TEST_CASE("what a killed process has logged is written by whoever folds it, once") {
  const SegmentFolder folder;
  run_and_kill([&] {
    auto& logging = *new LoggingSegment(folder.path);  // not closed in order
    logging.put_all(1, 10);
    logging.segment.drain_log();
    logging.put_all(11, 20);
  });
  CHECK(frames_in(contents(folder.path + "/log")) == numbers(1, 10));
  fold_program(folder.path, "test");
  fold_program(folder.path, "test");
  CHECK(frames_in(contents(folder.path + "/log")) == numbers(1, 20));
}

TEST_CASE("a process that is killed after writing, and before it says so, has no line twice") {
  const SegmentFolder folder;
  run_and_kill([&] {
    auto& logging = *new LoggingSegment(folder.path);  // not closed in order
    logging.put_all(1, 10);
    logging.segment.drain_log([&](std::string_view lines) {
      std::ofstream(folder.path + "/log", std::ios::app) << lines << std::flush;
      logging.put_all(11, 12);
      kill(getpid(), SIGKILL);
      return true;
    });
  });
  fold_program(folder.path, "test");
  CHECK(frames_in(contents(folder.path + "/log")) == numbers(1, 12));
}

TEST_CASE("a line that was cut short does not swallow the next") {
  const SegmentFolder folder;
  run_and_kill([&] {
    auto& logging = *new LoggingSegment(folder.path);  // not closed in order
    logging.put_all(1, 2);
    std::ofstream(folder.path + "/log", std::ios::app) << "{\"time\":\"20";
  });
  fold_program(folder.path, "test");
  CHECK(contents(folder.path + "/log").substr(0, 13) == "{\"time\":\"20\n{");
  CHECK(frames_in(contents(folder.path + "/log")) == numbers(1, 2));
}

TEST_CASE("an event that was being written at a kill is counted, and the others are kept") {
  const SegmentFolder folder;
  run_and_kill([&] {
    auto& logging = *new LoggingSegment(folder.path);  // not closed in order
    logging.put(1);
    wrm_log_take(logging.segment.log_cells().ring);
    logging.put(2);
  });
  fold_program(folder.path, "test");
  CHECK(frames_in(contents(folder.path + "/log")) == numbers(1, 2));
  CHECK(lost_for(folder.path, "log_unfinished") == " 1");
}

TEST_CASE("what a damaged segment says of its log harms nobody") {
  const SegmentFolder folder;
  run_and_kill([&] {
    auto& logging = *new LoggingSegment(folder.path);  // not closed in order
    logging.put_all(1, 100);
    static_cast<void>(logging.segment.log_text("bass/synth"));
  });
  std::string path;
  for (const auto& file : std::filesystem::directory_iterator(folder.path)) {
    path = file.path().string();
  }
  const std::string whole = contents(path);
  std::mt19937 chance(20);
  for (int mutant = 0; mutant < 300; ++mutant) {
    std::string bytes = whole;
    // In the records: what is behind them is mostly the ring.
    for (int i = 0; i < 8; ++i) bytes[4096 + chance() % 16384] = static_cast<char>(chance());
    for (std::size_t at = bytes.size() - 70'000; at < bytes.size() && mutant % 2 == 0; at += 997) {
      bytes[at] = static_cast<char>(chance());
    }
    std::ofstream(path, std::ios::binary) << bytes;
    fold_program(folder.path, "test");
    for (const auto& file : std::filesystem::directory_iterator(folder.path)) {
      std::filesystem::remove_all(file.path());
    }
  }
  std::ofstream(path, std::ios::binary) << whole;
  CHECK(fold_program(folder.path, "test") == 1);
  CHECK(frames_in(contents(folder.path + "/log")) == numbers(1, 100));
}

TEST_CASE("an orderly end writes what is left") {
  const SegmentFolder folder;
  for (const bool shared : {true, false}) {
    LoggingSegment logging(folder.path, shared);
    logging.segment.set_log_file(folder.path + "/log");
    logging.put_all(1, 3);
    logging.segment.close();
  }
  CHECK(frames_in(contents(folder.path + "/log")) == std::vector<std::int64_t>{1, 2, 3, 1, 2, 3});
}

TEST_CASE("lines that find no room on the disk wait") {
  const SegmentFolder folder;
  LoggingSegment logging(folder.path);
  logging.segment.set_log_file("/dev/full");
  logging.put_all(1, 3);
  CHECK(logging.segment.drain_log() == 0);
  logging.segment.set_log_file(folder.path + "/log");
  CHECK(logging.segment.drain_log() == 3);
}

TEST_CASE("a file that has grown large is set aside, and no line of it is written again") {
  const SegmentFolder folder;
  const std::string path = folder.path + "/log";
  run_and_kill([&] {
    auto& logging = *new LoggingSegment(folder.path);  // not closed in order
    std::ofstream(path) << std::string(10 << 20, '\n');
    logging.put_all(1, 3);
    logging.segment.drain_log();
    logging.put_all(4, 5);
    logging.segment.drain_log([&](std::string_view lines) {
      std::ofstream(path, std::ios::app) << std::string(10 << 20, '\n') << lines << std::flush;
      std::filesystem::rename(path, path + ".1");
      logging.put(6);
      kill(getpid(), SIGKILL);
      return true;
    });
  });
  fold_program(folder.path, "test");
  CHECK(frames_in(contents(path)) == numbers(6, 6));
  // What was there before is gone: of older files, one is kept.
  CHECK(frames_in(contents(path + ".1")) == numbers(1, 5));
}

TEST_CASE("a file is set aside by one of those who write it, and all lines are kept") {
  const SegmentFolder folder;
  const std::string path = folder.path + "/log";
  std::ofstream(path) << std::string(10 << 20, '\n');
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 8; ++writer) {
    writers.emplace_back([&] { CHECK(append_to_file(path, "line\n")); });
  }
  for (std::thread& writer : writers) writer.join();
  std::string all = contents(path) + contents(path + ".1");
  CHECK(std::filesystem::file_size(path + ".1") >= 10 << 20);
  all.erase(0, all.find('l'));
  std::size_t lines = 0;
  for (std::size_t at = all.find("line"); at != std::string::npos; at = all.find("line", at + 1)) {
    ++lines;
  }
  CHECK(lines == 8);
}

TEST_CASE("what a dead process could not write waits in its segment") {
  const SegmentFolder folder;
  run_and_kill([&] {
    auto& logging = *new LoggingSegment(folder.path);  // not closed in order
    logging.segment.set_log_file("/dev/full");
    logging.put(1);
  });
  CHECK(fold_program(folder.path, "test") == 1);
  CHECK(list_programs(folder.path) == std::vector<std::string>{"test"});
  std::size_t left = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder.path)) {
    left += file.path().string().find(".base.") == std::string::npos &&
                    file.path().extension() == ".seg"
                ? 1
                : 0;
  }
  CHECK(left == 1);
}

TEST_CASE("a forked process logs by itself, and its events have its number") {
  const SegmentFolder folder;
  LoggingSegment logging(folder.path);
  logging.put(1);
  run_and_kill([&] { logging.put(2); });
  fold_program(folder.path, "test");
  const std::string of_child = contents(folder.path + "/log");
  CHECK(frames_in(of_child) == numbers(2, 2));
  CHECK(of_child.find("\"pid\":" + std::to_string(getpid()) + ",") == std::string::npos);
  CHECK(frames_in(logging.drained()) == numbers(1, 1));
}

TEST_CASE("a text has one number, and those beyond the limit are other") {
  const SegmentFolder folder;
  LoggingSegment logging(folder.path);
  CHECK(logging.segment.log_text("synth").number == 1);
  CHECK(logging.segment.log_text("delay").number == 2);
  CHECK(logging.segment.log_text("synth").number == 1);
  for (std::size_t i = 2; i < Segment::kMostLogTexts; ++i) {
    CHECK(logging.segment.log_text(std::to_string(i)).number == i + 1);
  }
  CHECK(logging.segment.log_text("one more").number == 0);
}

TEST_CASE("a log that can't be is refused") {
  static constexpr LogEventSpec kTwice[] = {{"engine_started"}, {"engine_started"}};
  static constexpr LogFieldSpec kSeven[] = {{"a"}, {"b"}, {"c"}, {"d"}, {"e"}, {"f"}, {"g"}};
  static constexpr LogEventSpec kLong[] = {{"engine_started", LogLevel::info, "", kSeven}};
  Segment segment({.program = "test", .shared = false});
  CHECK_THROWS_AS(segment.declare(kTwice), PreparationError);
  CHECK_THROWS_AS(segment.declare(kLong), PreparationError);
  Segment without({.program = "test", .shared = false});
  without.prepare();
  CHECK_THROWS_AS(without.log(), PreparationError);
  CHECK_THROWS_AS(without.declare(kLogEvents), PreparationError);
}

TEST_CASE("an event of no segment is counted") {
  Segment segment({.program = "test", .shared = false});
  segment.prepare();
  detail::asserts_mistakes = false;
  EventLog().put(kStarted, EventLog::Clock::now());
  detail::asserts_mistakes = true;
  CHECK(segment.lost()[WRM_LOST_NOT_PREPARED] == 1);
}
