/// Writes metrics for scrapers: text format 0.0.4 and OpenMetrics 1.0.
///
/// Sources: github.com/prometheus/docs, exposition formats; the OpenMetrics specification 1.0.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "program_view.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

enum class ExpositionFormat : std::uint8_t { text, open_metrics };

/// Return the media type that an answer in this format has.
std::string_view content_type(ExpositionFormat format) noexcept;

/// What an exposition contains.
struct ExpositionOptions {
  ExpositionFormat format = ExpositionFormat::text;
  /// OpenMetrics only: say since when a counter, histogram or summary counts. A Prometheus that is
  /// not told otherwise stores these as series of their own.
  bool created = false;
};

/// The families of `views` that have a series, by name, written block by block, so that no more
/// of the text is in memory than was asked for. A family of several programs stands once, with the
/// series of all. Text has no info, which becomes a gauge, and no exemplars.
///
/// A bucket's bound is written as OpenMetrics asks, with a point or an exponent, in both formats:
/// a series must not change its identity with the format that a scraper prefers.
class Exposition {
 public:
  Exposition(std::vector<ProgramView> views, ExpositionOptions options);
  Exposition(Exposition&&) noexcept;
  ~Exposition();

  /// Append about `bytes` or more, whole series only. Returns whether there is more to come.
  bool append(std::string& out, std::size_t bytes);

  /// About how much memory the metrics to be written hold.
  std::size_t held_bytes() const noexcept;

 private:
  class Position;

  std::vector<ProgramView> views_;
  ExpositionOptions options_;
  std::unique_ptr<Position> position_;
};

/// Return the whole text.
std::string expose(std::vector<ProgramView> views, ExpositionOptions options = {});
std::string expose(ProgramView view, ExpositionOptions options = {});

/// Append the shortest decimal that reads back as `value`, laid out as Python's repr() does, less a
/// trailing ".0".
void append_double(std::string& out, double value);

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
