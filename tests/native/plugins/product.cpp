/// A plug-in as its vendor builds it: one library that exports its entry points and nothing else.
#include <cstdint>

#include "whiteroom/monitoring/juce_processor.h"

using whiteroom::monitoring::ProcessorMetrics;

namespace {

struct Host {
  double getSampleRate() const { return 48000; }
  int getBlockSize() const { return 480; }
  bool isNonRealtime() const { return false; }
};
struct Buffer {
  int getNumSamples() const { return 480; }
};

}  // namespace

#define EXPORTED extern "C" [[gnu::visibility("default")]]

EXPORTED void* product_make(const char* name) { return new ProcessorMetrics(name); }
EXPORTED void product_process(void* product) {
  const auto block = static_cast<ProcessorMetrics*>(product)->block(Host(), Buffer());
}
EXPORTED void product_end(void* product) { delete static_cast<ProcessorMetrics*>(product); }
EXPORTED const char* product_problem(void* product) {
  return static_cast<ProcessorMetrics*>(product)->preparation().problem.c_str();
}
EXPORTED std::uint64_t product_lost(void* product) {
  return static_cast<ProcessorMetrics*>(product)->observations_lost();
}
