/// The body of an answer to a scrape: written, and compressed, as far as it is sent.
#pragma once

#include <zlib.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "whiteroom/monitoring/exposition.h"
#include "whiteroom/monitoring/segment.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

class ScrapeBody {
 public:
  using Clock = std::chrono::steady_clock;

  /// Fold and read the segments of `segment`'s program. Throws what reading them throws.
  ScrapeBody(Segment& segment, ExpositionOptions options, bool gzip);
  ~ScrapeBody();
  ScrapeBody(const ScrapeBody&) = delete;
  ScrapeBody& operator=(const ScrapeBody&) = delete;

  /// Write the next block; whoever got the last one needs it no more. Returns false, and counts the
  /// exposition, when nothing is left.
  bool next();
  const std::string& block() const noexcept { return block_; }
  bool finished() const noexcept { return finished_; }

  Clock::time_point begun() const noexcept { return begun_; }
  /// About how much memory it takes while it is under way.
  std::size_t held_bytes() const noexcept;

 private:
  void compress(bool last);

  Segment& segment_;
  const Clock::time_point begun_ = Clock::now();
  Exposition exposition_;
  std::unique_ptr<z_stream> stream_;
  std::string text_;
  std::string block_;
  std::chrono::nanoseconds spent_{0};
  bool finished_ = false;
};

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
