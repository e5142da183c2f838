/// Children that a process forks for other purposes, and processes that go into the background.
#include <doctest/doctest.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "fixture.h"
#include "segment_directory.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

namespace {

void wait_for(pid_t child) { waitpid(child, nullptr, 0); }

/// Run `body` in a child that ends without a word.
pid_t forked(const std::function<void()>& body) {
  const pid_t child = fork();
  if (child != 0) return child;
  body();
  _exit(0);
}

std::string lost(const std::string& folder) {
  fold_program(folder, "test");
  const std::string found =
      line(exposed(folder), "monitoring_processes_lost_total{program=\"test\"}");
  return found.substr(found.rfind(' ') + 1);
}

/// The same, once it is that much: a child that has just been forked may hold its parent's segment
/// yet.
std::string lost_in_the_end(const std::string& folder, const std::string& expected) {
  std::string found = lost(folder);
  for (int i = 0; i < 10'000 && found != expected; ++i) {
    usleep(1000);
    found = lost(folder);
  }
  return found;
}

/// A pipe whose other end a child holds until it may end.
class Gate {
 public:
  Gate() { REQUIRE(pipe(ends_) == 0); }
  ~Gate() {
    close(ends_[0]);
    close(ends_[1]);
  }
  void open() const { REQUIRE(write(ends_[1], "x", 1) == 1); }
  void pass() const {
    char byte = 0;
    if (read(ends_[0], &byte, 1) != 1) _exit(1);
  }

 private:
  int ends_[2];
};

}  // namespace

TEST_CASE("a child that executes another program is no lost process, and leaves no file") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  test.events().increment(3);
  wait_for(forked([] { execl("/bin/true", "true", nullptr); }));
  CHECK(lost(folder.path) == "0");
  CHECK(line(exposed(folder.path), "test_events_total") == "test_events_total 3");
  std::size_t segments = 0;
  for (const SegmentFile& file : list_segments(folder.path, "test")) segments += file.base ? 0 : 1;
  CHECK(segments == 1);
}

TEST_CASE("a child that ends at once is no lost process, and one that has recorded is") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  const auto events = test.events();
  wait_for(forked([] {}));
  CHECK(lost(folder.path) == "0");
  wait_for(forked([&] { events.increment(); }));
  CHECK(lost(folder.path) == "1");
  wait_for(forked([&] { Gauge<Writers::many>(test.segment.cells(kLevel), nullptr).set(1); }));
  CHECK(lost(folder.path) == "2");
  CHECK(line(exposed(folder.path), "test_events_total") == "test_events_total 1");
}

TEST_CASE("a process that goes into the background is no lost process, and its end there is one") {
  const SegmentFolder folder;
  const Gate gate;
  const Gate ended;
  wait_for(forked([&] {
    auto* const test = new TestSegment(folder.path);
    test->events().increment(4);
    wait_for(forked([&] {
      forked([&] {
        gate.pass();
        test->events().increment();
        ended.open();
      });
    }));
  }));
  CHECK(lost(folder.path) == "0");
  gate.open();
  ended.pass();
  CHECK(lost_in_the_end(folder.path, "1") == "1");
  CHECK(line(exposed(folder.path), "test_events_total") == "test_events_total 5");
}

TEST_CASE("a process that records after its last fork is lost when it ends without a word") {
  const SegmentFolder folder;
  const Gate gate;
  wait_for(forked([&] {
    auto* const test = new TestSegment(folder.path);
    forked([&] { gate.pass(); });
    test->events().increment();
  }));
  CHECK(lost_in_the_end(folder.path, "1") == "1");
  gate.open();
}
