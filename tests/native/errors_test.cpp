/// An error is no answer: what can't be opened is neither dead nor read.
#include <dirent.h>
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <system_error>
#include <vector>

#include "fixture.h"
#include "label_text.h"
#include "segment_directory.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

namespace {

/// Run `body` in a child of its own limits; return its exit status.
int in_child(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Let this process open that many files more.
void allow_descriptors(int more) {
  const int next = dup(0);
  close(next);
  const rlimit limit{static_cast<rlim_t>(next + more), static_cast<rlim_t>(next + more)};
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void leave_dead(const std::string& folder, std::uint64_t events) {
  run_and_kill([&] { (new TestSegment(folder))->events().increment(events); });
}

}  // namespace

TEST_CASE("however few descriptors are free, a scrape is whole or fails, and removes no segment") {
  const SegmentFolder folder;
  TestSegment living(folder.path);
  living.events().increment(5);
  leave_dead(folder.path, 10);
  for (int free = 0; free < 6; ++free) {
    const int status = in_child([&] {
      // The child's own segment is made before its limit holds.
      allow_descriptors(free);
      try {
        fold_program(folder.path, "test");
        const std::string text = exposed(folder.path);
        return line(text, "test_events_total") == "test_events_total 15" ? 0 : 1;
      } catch (const std::system_error&) {
        return 0;
      }
    });
    CHECK(status == 0);
    CHECK(std::filesystem::exists(living.segment.preparation().path));
    for (const auto& entry : std::filesystem::directory_iterator(folder.path)) {
      CHECK(entry.path().extension() != ".damaged");
    }
  }
  CHECK(line(exposed(folder.path), "test_events_total") == "test_events_total 15");
}

TEST_CASE("the segment exporter leaves out a program whose segments can't all be opened") {
  const SegmentFolder folder;
  TestSegment living(folder.path);
  living.events().increment(5);
  CHECK(in_child([&] {
          allow_descriptors(2);  // the folder's and one more: too few for lock, folder and segment
          try {
            const UnservedReading found = read_unserved(folder.path);
            return found.views.empty() && found.problems.size() == 1 ? 0 : 1;
          } catch (const std::system_error&) {
            return 0;
          }
        }) == 0);
}

TEST_CASE("a link is not followed, and a FIFO not waited for") {
  const SegmentFolder folder;
  const SegmentFolder elsewhere;
  const std::string victim = elsewhere.path + "/victim";
  std::ofstream(victim) << "untouched";
  leave_dead(folder.path, 7);
  for (const char* name : {"/test.base.seg.new", "/test.9.9.seg", "/test.lock"}) {
    std::filesystem::create_symlink(victim, folder.path + name);
  }
  mkfifo((folder.path + "/test.8.8.seg").c_str(), 0600);
  mkfifo((folder.path + "/other.8.8.seg").c_str(), 0600);
  alarm(20);  // a FIFO that is waited for ends the test
  CHECK(line(exposed(folder.path), "test_events_total") == "test_events_total 7");
  std::filesystem::remove(folder.path + "/test.lock");
  CHECK(fold_program(folder.path, "test") == 1);
  CHECK(read_unserved(folder.path).problems.empty());
  alarm(0);
  CHECK(read_file(victim) == "untouched");
  CHECK(line(exposed(folder.path), "test_events_total") == "test_events_total 7");
}

TEST_CASE("a folder that belongs to somebody else is refused by readers, too") {
  const SegmentFolder folder;
  leave_dead(folder.path, 1);
  constexpr uid_t kNobody = 65534;
  if (chown(folder.path.c_str(), kNobody, static_cast<gid_t>(-1)) != 0) {
    MESSAGE("skipped: this user may not give a folder away");
    return;
  }
  CHECK_THROWS_WITH_AS(read_program(folder.path, "test"),
                       doctest::Contains("belongs to user 65534"), std::system_error);
  CHECK(fold_program(folder.path, "test") == 0);
  CHECK_THROWS_AS(read_unserved(folder.path), std::system_error);
}

TEST_CASE("a link to a folder is refused by readers, too") {
  const SegmentFolder folder;
  const std::string link = folder.path + "/link";
  std::filesystem::create_directory_symlink(folder.path, link);
  CHECK_THROWS_AS(list_segments(link, "test"), std::system_error);
}

TEST_CASE("a label value that is no UTF-8, or holds NUL, becomes U+FFFD where its series is made") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  test.by_tool("a\xFFz").increment();
  test.by_tool("a\xFEz").increment();  // the same series then
  test.by_tool(std::string_view("n\0l", 3)).increment();
  const Instance instance = test.segment.instance(kFamilies);
  const std::array<std::string_view, 1> values{"\xC3("};
  wrm_realtime_add(instance.series(kChannelSeconds, values), 1'000'000'000);
  const std::string text = exposed(folder.path);
  CHECK(line(text, "test_events_by_tool_total{tool=\"a\uFFFDz\"}").ends_with(" 2"));
  CHECK(line(text, "test_events_by_tool_total{tool=\"n\uFFFDl\"}").ends_with(" 1"));
  CHECK(line(text, "test_channel_seconds_total{tool=\"\uFFFD(\"}").ends_with(" 1"));
}

TEST_CASE("what an older version has recorded under such a value is read as U+FFFD") {
  const SegmentFolder folder;
  leave_dead(folder.path, 1);
  run_and_kill([&] { (new TestSegment(folder.path))->by_tool("old-value").increment(3); });
  for (const SegmentFile& file : list_segments(folder.path, "test")) {
    std::string bytes = read_file(file.path);
    const std::size_t at = bytes.find("old-value");
    if (at == std::string::npos) continue;
    std::fstream changed(file.path, std::ios::in | std::ios::out | std::ios::binary);
    changed.seekp(static_cast<std::streamoff>(at));
    changed.write("\xF0\x9F\0-value", 9);
  }
  const std::string name = "test_events_by_tool_total{tool=\"\uFFFD\uFFFD-value\"}";
  CHECK(line(exposed(folder.path), name).ends_with(" 3"));
  fold_program(folder.path, "test");
  CHECK(line(exposed(folder.path), name).ends_with(" 3"));
}

TEST_CASE("each longest beginning of a character is replaced by one U+FFFD") {
  const auto check = [](std::string_view given, std::string_view expected) {
    CHECK(label_text(given) == expected);
    CHECK(is_label_text(given) == (given == expected));
  };
  check("", "");
  check("Gr\xC3\xBC\xC3\x9F", "Gr\u00FC\u00DF");
  check("\xF0\x9F\x8E\xB5", "\U0001F3B5");
  check("\xC0\xAF", "\uFFFD\uFFFD");            // overlong
  check("\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD");  // a surrogate
  check("\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD");
  check("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "\uFFFD\uFFFD\uFFFD\uFFFD\x41");
  check("\xE2\x82", "\uFFFD");
  check(std::string(70'000, 'a'), std::string(65'535, 'a'));
}
