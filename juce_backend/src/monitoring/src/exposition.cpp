#include "whiteroom/monitoring/exposition.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "family_writer.h"
#include "text_buffer.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

std::string_view content_type(ExpositionFormat format) noexcept {
  return format == ExpositionFormat::text
             ? "text/plain; version=0.0.4; charset=utf-8"
             : "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

void append_double(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-Inf" : "+Inf";
    return;
  }
  std::array<char, 32> text;
  const double size = std::abs(value);
  // The limits between positional and exponent notation are those of Python's repr().
  const bool positional = size == 0 || (size >= 1e-4 && size < 1e16);
  const auto end =
      std::to_chars(text.begin(), text.end(), value,
                    positional ? std::chars_format::fixed : std::chars_format::scientific)
          .ptr;
  out.append(text.data(), end);
}

/// Where the writing is: at a series of a part, a program's share, of a family.
class Exposition::Position {
 public:
  explicit Position(const std::vector<ProgramView>& views) {
    for (const ProgramView& view : views) {
      for (const auto& [name, family] : view.families()) {
        families_[name].push_back({&family, view.created_unix_ns()});
      }
    }
    family_ = families_.begin();
  }

  bool append(std::string& out, std::size_t bytes, ExpositionOptions options) {
    buffer_.write_to(out);
    const std::size_t enough = out.size() + bytes;
    while (family_ != families_.end() && buffer_.size() < enough) write_one(options);
    const bool done = family_ == families_.end();
    if (done && options.format == ExpositionFormat::open_metrics) buffer_.append("# EOF\n");
    buffer_.flush();
    return !done;
  }

 private:
  struct Part {
    const MergedFamily* family;
    std::uint64_t created_unix_ns;
  };

  /// Write the next series, or go on to the next part or family.
  void write_one(ExpositionOptions options) {
    const std::vector<Part>& parts = family_->second;
    if (part_ == parts.size()) {
      ++family_;
      part_ = 0;
      headed_ = false;
      return;
    }
    const Part& part = parts[part_];
    if (!writer_) writer_.emplace(buffer_, *part.family, options, part.created_unix_ns);
    if (series_ != part.family->size()) return writer_->write(series_++, headed_);
    writer_.reset();
    series_ = 0;
    ++part_;
  }

  TextBuffer buffer_;
  std::map<std::string_view, std::vector<Part>> families_;
  std::map<std::string_view, std::vector<Part>>::const_iterator family_;
  std::size_t part_ = 0;
  std::size_t series_ = 0;
  bool headed_ = false;  ///< whether the family's head is written
  std::optional<FamilyWriter> writer_;
};

Exposition::Exposition(std::vector<ProgramView> views, ExpositionOptions options)
    : views_(std::move(views)), options_(options), position_(std::make_unique<Position>(views_)) {}
Exposition::Exposition(Exposition&&) noexcept = default;
Exposition::~Exposition() = default;

bool Exposition::append(std::string& out, std::size_t bytes) {
  return position_->append(out, bytes, options_);
}

std::size_t Exposition::held_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const ProgramView& view : views_) bytes += view.held_bytes();
  return bytes;
}

std::string expose(std::vector<ProgramView> views, ExpositionOptions options) {
  std::string text;
  Exposition(std::move(views), options).append(text, std::numeric_limits<std::size_t>::max() / 2);
  return text;
}

std::string expose(ProgramView view, ExpositionOptions options) {
  std::vector<ProgramView> views;
  views.push_back(std::move(view));
  return expose(std::move(views), options);
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
