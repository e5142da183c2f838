/// Writes the series of one family of one program, in the format of an exposition.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text_buffer.h"
#include "whiteroom/monitoring/exposition.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

class FamilyWriter {
 public:
  /// `created_unix_ns` is since when the program counts. What is given must outlive the writer.
  FamilyWriter(TextBuffer& out, const MergedFamily& family, ExpositionOptions options,
               std::uint64_t created_unix_ns);

  /// Write what describes the family: before its first series, of whatever program.
  void write_head();
  /// Write a series: every combination of closed labels that has a value.
  /// Calls write_head() before the first line when `headed` is false, and sets it.
  void write(std::size_t series, bool& headed);

 private:
  bool open_metrics() const noexcept { return options_.format == ExpositionFormat::open_metrics; }
  bool has_value(const std::uint64_t* cells) const noexcept;
  void set_labels(std::string_view encoded, std::uint32_t group);
  void write_group(const std::uint64_t* cells);
  void write_counter(const std::uint64_t* cells);
  void write_histogram(const std::uint64_t* cells);
  void write_summary(const std::uint64_t* cells);
  void write_value(std::string_view suffix, Number number, std::uint64_t cell);
  void write_count(std::string_view suffix, std::uint64_t count);
  void write_created();
  void write_exemplar(const std::uint64_t* slot);
  void write_name(std::string_view suffix);
  void write_cell(Number number, std::uint64_t cell);

  TextBuffer& out_;
  const MergedFamily& family_;
  const FamilyDescription& described_;
  const ExpositionOptions options_;
  const std::uint64_t created_unix_ns_;
  const std::uint32_t groups_;
  const std::uint32_t group_cells_;
  const std::uint32_t value_cells_;
  std::string_view name_;                 ///< of the family, without what the type appends
  std::string_view suffix_;               ///< that a value's name has after it
  std::vector<std::string> label_heads_;  ///< `name="`, from the second on after a comma
  std::vector<std::string> bounds_;       ///< what ends a bucket's labels
  std::string labels_;
};

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
