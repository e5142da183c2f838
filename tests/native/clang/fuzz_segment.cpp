/// A target for libFuzzer: any bytes in a segment's file are an error or a reading.
#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "whiteroom/monitoring/exposition.h"
#include "whiteroom/monitoring/segment_reader.h"

using namespace whiteroom::monitoring;

namespace {

/// A file on the memory file system that holds the bytes of one try.
class File {
 public:
  File() : file_(mkstemp(path.data())) {}
  ~File() {
    close(file_);
    unlink(path.c_str());
  }
  void hold(const std::uint8_t* data, std::size_t size) const {
    if (ftruncate(file_, 0) != 0 || pwrite(file_, data, size, 0) != static_cast<ssize_t>(size)) {
      abort();
    }
  }

  std::string path = "/dev/shm/whiteroom-fuzz-XXXXXX";

 private:
  int file_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const File file;
#ifdef BREAK_TRUST_LENGTHS
  // What a reader does that believes a header: the fuzzer must find it.
  wrm_segment_header header{};
  std::memcpy(&header, data, size < sizeof header ? size : sizeof header);
  if (std::memcmp(header.magic, WRM_MAGIC, sizeof header.magic) == 0 && header.records_used != 0) {
    volatile std::uint8_t last = data[header.records_offset + header.records_used - 1];
    static_cast<void>(last);
  }
#endif
  file.hold(data, size);
  try {
    std::vector<SegmentReading> readings;
    readings.push_back({SegmentImage::read(file.path), true});
    expose(ProgramView(std::move(readings)), {ExpositionFormat::open_metrics, true});
  } catch (const SegmentError&) {
  }
  return 0;
}
