#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <system_error>
#include <thread>

#include "fixture.h"
#include "segment_directory.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

namespace {

std::vector<char> bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::string& path, const std::vector<char>& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<long>(bytes.size()));
}

/// More of them where test.sh --long says so.
int mutants() { return std::getenv("WHITEROOM_LONG") != nullptr ? 100'000 : 3000; }

/// Read a file as a scrape would; an error is fine, a crash is not.
void read_whatever(const std::string& path) {
  try {
    std::vector<SegmentReading> readings;
    readings.push_back({SegmentImage::read(path), true});
    expose(ProgramView(std::move(readings)), {ExpositionFormat::open_metrics, true});
  } catch (const SegmentError&) {
  }
}

}  // namespace

TEST_CASE("a mutated or truncated segment gives an error or a reading, never a crash") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  test.by_tool("saw").increment();
  const std::vector<char> whole = bytes_of(list_segments(folder.path, "test").front().path);
  const std::string path = folder.path + "/mutant";
  std::mt19937 random(7);  // NOLINT: the same mutants at each run
  for (int i = 0; i < mutants(); ++i) {
    std::vector<char> mutant = whole;
    for (int change = 0; change < 1 + i % 8; ++change) {
      // Nearly all structure lies in the first part: header and records.
      mutant[random() % 6000] = static_cast<char>(random());
    }
    if (i % 3 == 0) mutant.resize(random() % mutant.size());
    write_bytes(path, mutant);
    read_whatever(path);
  }
}

TEST_CASE("a segment that is cut while it is read gives an error or a reading, never a crash") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  const std::vector<char> whole = bytes_of(list_segments(folder.path, "test").front().path);
  const std::string path = folder.path + "/cut";
  write_bytes(path, whole);
  std::atomic<bool> done = false;
  std::thread cutter([&] {
    std::mt19937 random(7);  // NOLINT: as above
    while (!done) {
      std::filesystem::resize_file(path, random() % whole.size());
      std::filesystem::resize_file(path, whole.size());
    }
  });
  for (int i = 0; i < mutants(); ++i) read_whatever(path);
  done = true;
  cutter.join();
}

TEST_CASE("a file that is no segment is refused with a message") {
  const SegmentFolder folder;
  const std::string path = folder.path + "/file";
  CHECK_THROWS_WITH_AS(SegmentImage::read(path), (path + ": No such file or directory").c_str(),
                       std::system_error);
  write_bytes(path, std::vector<char>(100));
  CHECK_THROWS_WITH_AS(SegmentImage::read(path),
                       (path + ": is shorter than a segment's header").c_str(), SegmentError);
  write_bytes(path, std::vector<char>(5000));
  CHECK_THROWS_WITH_AS(SegmentImage::read(path), (path + ": is no segment").c_str(), SegmentError);
}
