#include <doctest/doctest.h>

#include "fixture.h"
#include "segment_directory.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

namespace {

std::size_t segment_files(const std::string& directory) {
  return list_segments(directory, "test").size();
}

}  // namespace

TEST_CASE("what a killed process has counted stays, its gauges end, and it is reported gone") {
  const SegmentFolder folder;
  run_and_kill([&] {
    auto* const test = new TestSegment(folder.path);  // never closed
    test->events().increment(7);
    Gauge<Writers::many>(test->segment.cells(kLevel), nullptr).set(1);
  });
  CHECK(line(exposed(folder.path), "test_events_total") == "test_events_total 7");
  CHECK(fold_program(folder.path, "test") == 1);
  CHECK(fold_program(folder.path, "test") == 0);
  const std::string text = exposed(folder.path);
  CHECK(line(text, "test_events_total") == "test_events_total 7");
  CHECK(line(text, "test_level").empty());
  CHECK(line(text, "monitoring_processes{program=\"test\"}").empty());
  CHECK(line(text, "monitoring_processes_lost_total{program=\"test\"}").ends_with(" 1"));
  CHECK(segment_files(folder.path) == 1);  // the base
}

TEST_CASE("a new process goes on where the one before it stopped, and an orderly end is no loss") {
  const SegmentFolder folder;
  for (int i = 0; i < 3; ++i) {
    run_and_kill([&] { TestSegment(folder.path).events().increment(10); });
  }
  TestSegment test(folder.path);
  test.events().increment();
  // Each TestSegment above was destroyed, and so closed, before the kill.
  const std::string text = exposed(folder.path);
  CHECK(line(text, "test_events_total") == "test_events_total 31");
  CHECK(line(text, "monitoring_processes_lost_total{program=\"test\"}").ends_with(" 0"));
  CHECK(line(text, "monitoring_processes{program=\"test\"}").ends_with(" 1"));
}

TEST_CASE("many short processes leave one file and every count") {
  const SegmentFolder folder;
  for (int i = 0; i < 50; ++i) {
    run_and_kill([&] {
      auto* const test = new TestSegment(folder.path);  // never closed
      test->events().increment();
      wrm_any_add(&test->segment.cells(kDuration)[0], 1);
    });
  }
  fold_program(folder.path, "test");
  CHECK(segment_files(folder.path) == 1);
  const std::string text = exposed(folder.path);
  CHECK(line(text, "test_events_total") == "test_events_total 50");
  CHECK(line(text, "test_duration_seconds_count").ends_with(" 50"));
  CHECK(line(text, "monitoring_processes_lost_total{program=\"test\"}").ends_with(" 50"));
}

TEST_CASE("a segment that its base holds already is not added again") {
  const SegmentFolder folder;
  const std::string kept = folder.path + "/kept";
  run_and_kill([&] {
    auto* const test = new TestSegment(folder.path);
    test->events().increment(5);
  });
  const std::string path = list_segments(folder.path, "test").front().path;
  std::filesystem::copy_file(path, kept);
  fold_program(folder.path, "test");
  std::filesystem::rename(kept, path);  // as if the fold had been killed before the removal
  CHECK(line(exposed(folder.path), "test_events_total") == "test_events_total 5");
  fold_program(folder.path, "test");
  CHECK(line(exposed(folder.path), "test_events_total") == "test_events_total 5");
  CHECK(segment_files(folder.path) == 1);
}

TEST_CASE("a child after fork() has a zeroed segment of its own at the same address") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  const Counter<Writers::many> events = test.events();
  events.increment(100);
  run_and_kill([&] {
    events.increment();
    if (segment_files(folder.path) != 2) events.increment(1000);
    run_and_kill([&] { events.increment(); });  // a grandchild, too
  });
  events.increment(100);
  const std::string text = exposed(folder.path);
  CHECK(line(text, "test_events_total") == "test_events_total 202");
  CHECK(line(text, "monitoring_processes{program=\"test\"}").ends_with(" 1"));
}

TEST_CASE("a child after fork() says where its own segment is, and that it is not closed") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  test.segment.mark_closed();
  const std::string parents = test.segment.preparation().path;
  const pid_t child = fork();
  if (child == 0) {
    const std::string& mine = test.segment.preparation().path;
    test.events().increment();
    const bool own = mine != parents && std::filesystem::exists(mine);
    _exit(own && mine.find("." + std::to_string(getpid()) + ".") != std::string::npos ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  fold_program(folder.path, "test");
  // It ended without closing, whatever its parent had said before.
  const std::string lost = "monitoring_processes_lost_total{program=\"test\"}";
  CHECK(line(exposed(folder.path), lost).ends_with(" 1"));
}

TEST_CASE("a process that a signal ends after it was marked closed is no loss") {
  const SegmentFolder folder;
  run_and_kill([&] {
    TestSegment test(folder.path);
    test.segment.mark_closed();
    test.events().increment();  // still counts
    kill(getpid(), SIGKILL);
  });
  fold_program(folder.path, "test");
  const std::string text = exposed(folder.path);
  CHECK(line(text, "test_events_total") == "test_events_total 1");
  CHECK(line(text, "monitoring_processes_lost_total{program=\"test\"}").ends_with(" 0"));
}

TEST_CASE("a damaged segment is set aside and the others are read") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  test.events().increment();
  const std::string damaged = folder.path + "/test.1.dead.seg";
  std::FILE* const file = std::fopen(damaged.c_str(), "wb");
  std::fputs("no segment", file);
  std::fclose(file);
  CHECK(read_program(folder.path, "test").problems.size() == 1);
  CHECK(line(exposed(folder.path), "test_events_total") == "test_events_total 1");
  fold_program(folder.path, "test");
  CHECK(std::filesystem::exists(damaged + ".damaged"));
  CHECK(read_program(folder.path, "test").problems.empty());
}

TEST_CASE("a program that a live process serves is left out of what the agent serves") {
  const SegmentFolder folder;
  auto* const test = new TestSegment(folder.path);
  CHECK(read_unserved(folder.path).views.size() == 1);
  test->segment.set_served(true);
  CHECK(read_unserved(folder.path).views.empty());
  delete test;
  CHECK(read_unserved(folder.path).views.size() == 1);
}
