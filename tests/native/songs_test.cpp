#include <doctest/doctest.h>

#include <atomic>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "fixture.h"
#include "segment_directory.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

namespace {

/// Tracks that play and end. The family allows three at once.
class Tracks {
 public:
  explicit Tracks(Segment& segment) : segment_(segment) {}

  Instance play(std::initializer_list<std::string_view> names, std::uint64_t seconds) {
    Instance instance = segment_.instance({&kChannelSeconds});
    for (const std::string_view name : names) spend(instance, name, seconds);
    return instance;
  }
  static void spend(const Instance& instance, std::string_view name, std::uint64_t seconds) {
    wrm_realtime_add(instance.series(kChannelSeconds, std::array{name}), seconds * kBillion);
  }

 private:
  Segment& segment_;
};

/// The exposed value of a track, or nothing.
std::optional<std::string> value(const std::string& text, const std::string& track) {
  const std::string found = line(text, "test_channel_seconds_total{tool=\"" + track + "\"}");
  if (found.empty()) return std::nullopt;
  return found.substr(found.rfind(' ') + 1);
}

std::string self(const std::string& text, const std::string& name) {
  const std::string found = line(text, name);
  return found.substr(found.rfind(' ') + 1);
}

constexpr char kEvicted[] = "monitoring_series_evicted_total{program=\"test\"}";
constexpr char kLimit[] =
    "monitoring_observations_lost_total{program=\"test\",reason=\"series_limit\"}";

}  // namespace

TEST_CASE("tracks that ended make room for new ones, the longest ended first, and none is other") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  Tracks tracks(test.segment);
  for (int song = 0; song < 30; ++song) {
    const std::string name = "track " + std::to_string(song);
    const Instance playing = tracks.play({name}, 1);
    const std::string text = exposed(folder.path);
    CHECK(value(text, name) == "1");
    CHECK_FALSE(value(text, "other"));
    for (int old = 0; old < song; ++old) {
      const auto found = value(text, "track " + std::to_string(old));
      CHECK(found.has_value() == (old > song - 3));
    }
  }
  const std::string text = exposed(folder.path);
  CHECK(self(text, kEvicted) == "27");
  CHECK(self(text, kLimit) == "0");
}

TEST_CASE("a track that comes back before it had to go counts on, and after that from 0") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  Tracks tracks(test.segment);
  tracks.play({"bass"}, 5);
  tracks.play({"bass"}, 5);
  CHECK(value(exposed(folder.path), "bass") == "10");
  tracks.play({"a"}, 1);
  tracks.play({"b"}, 1);
  tracks.play({"c"}, 1);
  CHECK_FALSE(value(exposed(folder.path), "bass"));
  const Instance again = tracks.play({"bass"}, 2);
  CHECK(value(exposed(folder.path), "bass") == "2");
}

TEST_CASE("a track that plays stays, and those beyond the limit of one mixer are other") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  Tracks tracks(test.segment);
  const Instance long_one = tracks.play({"drone"}, 1);
  for (int song = 0; song < 10; ++song) {
    tracks.play({"x" + std::to_string(song), "y" + std::to_string(song)}, 1);
    Tracks::spend(long_one, "drone", 1);
    CHECK(value(exposed(folder.path), "drone") == std::to_string(song + 2));
  }
  const Instance crowded = tracks.play({"1", "2", "3", "4", "5"}, 1);
  const std::string text = exposed(folder.path);
  CHECK(value(text, "3") == "1");
  CHECK(value(text, "other") == "2");
  CHECK(self(text, kLimit) == "2");
}

TEST_CASE("a track of two mixers goes when both have ended, and as one") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  Tracks tracks(test.segment);
  std::optional<Instance> one = tracks.play({"bass"}, 1);
  {
    const Instance two = tracks.play({"bass"}, 10);
    tracks.play({"a", "b"}, 1);
  }
  tracks.play({"c"}, 1);
  CHECK(value(exposed(folder.path), "bass") == "11");
  one.reset();
  for (const char* name : {"d", "e", "f"}) tracks.play({name}, 1);
  CHECK_FALSE(value(exposed(folder.path), "bass"));
}

TEST_CASE("what dead processes have counted of a track goes with it") {
  const SegmentFolder folder;
  run_and_kill([&] {
    auto* const before = new TestSegment(folder.path);
    static const Instance playing = Tracks(before->segment).play({"bass", "lead"}, 100);
  });
  TestSegment test(folder.path);
  Tracks tracks(test.segment);
  tracks.play({"bass"}, 1);
  CHECK(value(exposed(folder.path), "bass") == "101");
  for (const char* name : {"a", "b", "c"}) tracks.play({name}, 1);
  CHECK_FALSE(value(exposed(folder.path), "bass"));
  CHECK(value(exposed(folder.path), "lead") == "100");
  const Instance again = tracks.play({"bass"}, 1);
  CHECK(value(exposed(folder.path), "bass") == "1");
}

TEST_CASE("a track that another process plays does not fall when it makes room here") {
  const SegmentFolder folder;
  TestSegment here(folder.path);
  TestSegment there(folder.path);
  const Instance playing = Tracks(there.segment).play({"bass"}, 10);
  Tracks tracks(here.segment);
  tracks.play({"bass"}, 1);
  CHECK(value(exposed(folder.path), "bass") == "11");
  for (const char* name : {"a", "b", "c"}) tracks.play({name}, 1);
  CHECK(value(exposed(folder.path), "bass") == "11");
  tracks.play({"bass"}, 5);
  CHECK(value(exposed(folder.path), "bass") == "16");
}

TEST_CASE("the segment of a killed process with evicted tracks is folded as it was seen") {
  const SegmentFolder folder;
  run_and_kill([&] {
    auto* const before = new TestSegment(folder.path);
    Tracks tracks(before->segment);
    for (int song = 0; song < 10; ++song) tracks.play({"track " + std::to_string(song)}, 1);
    before->events().increment(7);
  });
  const std::string before = exposed(folder.path);
  CHECK(fold_program(folder.path, "test") == 1);
  const std::string after = exposed(folder.path);
  for (int song = 0; song < 10; ++song) {
    const std::string name = "track " + std::to_string(song);
    CHECK(value(before, name) == value(after, name));
    CHECK(value(after, name).has_value() == (song >= 7));
  }
  CHECK(line(after, "test_events_total") == "test_events_total 7");
  CHECK(self(after, kEvicted) == "7");
}

TEST_CASE("of the tracks of killed processes as many stay as one process may have") {
  const SegmentFolder folder;
  for (int run = 0; run < 6; ++run) {
    run_and_kill([&] {
      auto* const test = new TestSegment(folder.path);
      const std::string name = "track " + std::to_string(run);
      static const Instance playing = Tracks(test->segment).play({name, "bass"}, 1);
    });
    fold_program(folder.path, "test");
  }
  const std::string text = exposed(folder.path);
  CHECK(value(text, "bass") == "6");
  CHECK(value(text, "track 5") == "1");
  CHECK(value(text, "track 4") == "1");
  for (const char* gone : {"track 0", "track 1", "track 2", "track 3"}) {
    CHECK_FALSE(value(text, gone));
  }
  TestSegment test(folder.path);
  const Instance playing = Tracks(test.segment).play({"track 4"}, 1);
  run_and_kill([&] {
    auto* const other = new TestSegment(folder.path);
    static const Instance last = Tracks(other->segment).play({"a", "b", "c"}, 1);
  });
  fold_program(folder.path, "test");
  CHECK(value(exposed(folder.path), "track 4") == "2");  // it plays
}

TEST_CASE("while a reader has the program to itself nothing is evicted, and what comes is other") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  Tracks tracks(test.segment);
  for (const char* name : {"a", "b", "c"}) tracks.play({name}, 1);
  {
    const ProgramLock reading(folder.path, "test", ProgramLock::Mode::shared);
    const Instance playing = tracks.play({"d"}, 1);
  }
  const std::string text = exposed(folder.path);
  CHECK(value(text, "a") == "1");
  CHECK(value(text, "other") == "1");
  CHECK(self(text, kEvicted) == "0");
  CHECK(self(text, kLimit) == "1");
  tracks.play({"d"}, 1);
  CHECK(value(exposed(folder.path), "d") == "1");
}

TEST_CASE("in private memory tracks make room, too") {
  Segment segment({.program = "test", .shared = false});
  segment.declare(kFamilies);
  segment.prepare();
  Tracks tracks(segment);
  for (int song = 0; song < 10; ++song) tracks.play({"track " + std::to_string(song)}, 1);
  const std::string text = exposed("", segment.unshared_bytes());
  CHECK(value(text, "track 9") == "1");
  CHECK_FALSE(value(text, "track 0"));
  CHECK_FALSE(value(text, "other"));
}

namespace {

// Track n costs n + 1 million seconds, and then n + 1 more each time: whose they are can be told.
constexpr std::uint64_t kMark = 1'000'000;

/// Play a track that another one makes room for.
void play_one_of_many(Tracks& tracks, std::uint64_t i) {
  // Lengths differ, so that records are used for shorter and longer names.
  const std::uint64_t number = i * 7919 % 1000;
  const std::string name = std::string(i % 5, '0') + std::to_string(number);
  const Instance playing = tracks.play({name}, 0);
  wrm_realtime_add(playing.series(kChannelSeconds, std::array{std::string_view(name)}),
                   (number + 1) * kBillion);
}

/// Return how many of these tracks have the time of another one.
int wrong_tracks(const SegmentImage& image) {
  int wrong = 0;
  image.visit_series([&](const SeriesView& series) {
    if (image.families()[series.family].name != kChannelSeconds.name) return;
    const std::uint64_t number = std::stoull(std::string(LabelValues(series.values).next())) + 1;
    const std::uint64_t seconds = series.cells[0] / kBillion;
    // It may not have begun yet, and may have been played many times.
    if (seconds % number != 0 || (seconds != 0 && seconds / number % kMark > 1000)) ++wrong;
  });
  return wrong;
}

/// Reads as SegmentImage does, but for the number of rewrites.
class CarelessReader {
 public:
  explicit CarelessReader(std::span<const std::byte> segment)
      : segment_(segment), copy_(segment.size()) {}

  SegmentImage read() {
    const auto* const header = reinterpret_cast<const wrm_segment_header*>(segment_.data());
    const std::uint64_t records = __atomic_load_n(&header->records_used, __ATOMIC_ACQUIRE);
    const std::uint64_t cells = __atomic_load_n(&header->cells_used, __ATOMIC_RELAXED);
    copy_words(0, sizeof *header);
    copy_words(header->records_offset, records);
    copy_words(header->cells_offset, cells);
    reinterpret_cast<wrm_segment_header*>(copy_.data())->rewrites = 0;
    return SegmentImage::copy(copy_);
  }

 private:
  void copy_words(std::uint64_t offset, std::uint64_t size) {
    for (std::uint64_t at = offset; at < offset + size; at += sizeof(std::uint64_t)) {
      const auto* const from = reinterpret_cast<const std::uint64_t*>(&segment_[at]);
      *reinterpret_cast<std::uint64_t*>(&copy_[at]) = __atomic_load_n(from, __ATOMIC_ACQUIRE);
    }
  }

  std::span<const std::byte> segment_;
  std::vector<std::byte> copy_;
};

}  // namespace

TEST_CASE("no reader sees a track with the time of another one, or one that falls") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> readers;
  const std::string path = test.segment.preparation().path;
  readers.emplace_back([&] {
    while (!done) wrong += wrong_tracks(SegmentImage::read(path));
  });
  readers.emplace_back([&] {
    while (!done) wrong += wrong_tracks(SegmentImage::copy(test.segment.bytes()));
  });
  Tracks tracks(test.segment);
  for (std::uint64_t i = 0; i < 6000; ++i) play_one_of_many(tracks, i);
  done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
  CHECK(self(exposed(folder.path), kLimit) == "0");
}

TEST_CASE("a reader that does not look whether records are rewritten fails the same check") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  std::thread reader([&] {
    CarelessReader careless(test.segment.bytes());
    while (!done) {
      try {
        wrong += wrong_tracks(careless.read());
      } catch (const std::exception&) {
        ++wrong;  // half of one name and half of another one
      }
    }
  });
  Tracks tracks(test.segment);
  constexpr std::uint64_t kPatience = 500'000;  // it takes some thousand
  std::uint64_t played = 0;
  for (; wrong == 0 && played < kPatience; ++played) play_one_of_many(tracks, played);
  done = true;
  reader.join();
  MESSAGE("tracks played until a reader saw a wrong one: " << played);
  CHECK(wrong > 0);
}
