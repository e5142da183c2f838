#include "exposition.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>
#include <vector>

#include "cells.h"
#include "text_buffer.h"

namespace whiteroom::monitoring {
namespace {

/// Append `text` with a backslash before what would end it, or a line, too early.
void append_escaped(std::string& out, std::string_view text, bool quotes) {
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char character = text[i];
    if (character != '\\' && character != '\n' && (character != '"' || !quotes)) continue;
    out.append(text, plain, i - plain).append(character == '\n' ? "\\n" : "\\");
    plain = character == '\n' ? i + 1 : i;
  }
  out.append(text, plain);
}

/// Append value / scale exactly: a cell of 1500000000 with scale 1e9 reads 1.5.
void append_scaled(TextBuffer& out, std::uint64_t value, std::uint32_t scale) {
  if (scale == 1) return out.append(value);
  out.append(value / scale);
  std::uint64_t fraction = value % scale;
  if (fraction == 0) return;
  std::array<char, 10> digits;
  digits[0] = '.';
  for (std::size_t i = digits.size(); --i != 0; fraction /= 10) {
    digits[i] = static_cast<char>('0' + fraction % 10);
  }
  std::size_t length = digits.size();
  while (digits[length - 1] == '0') --length;
  out.append(std::string_view(digits.data(), length));
}

void append_cell(TextBuffer& out, const FamilyDescription& family, Number number,
                 std::uint64_t cell) {
  if (number == Number::f64) {
    std::string text;
    append_double(text, wrm_f64_value(cell));
    return out.append(text);
  }
  if (number == Number::i64 && static_cast<std::int64_t>(cell) < 0) {
    out.append('-');
    cell = ~cell + 1;
  }
  append_scaled(out, cell, family.scale);
}

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::histogram:
      return "histogram";
    case MetricType::summary:
      return "summary";
    case MetricType::gauge:
    case MetricType::info:
      break;
  }
  return "gauge";
}

/// Writes the series of one family. What stands in every line of it is put together once.
class FamilyWriter {
 public:
  /// `headed` tells whether the family's head is written; the first series writes it.
  FamilyWriter(TextBuffer& out, const FamilyDescription& family, bool& headed)
      : out_(out),
        family_(family),
        headed_(headed),
        groups_(family.groups()),
        group_cells_(family.group_cells()) {
    for (const LabelDescription& label : family.labels) {
      label_heads_.push_back((label_heads_.empty() ? "" : ",") + label.name + "=\"");
    }
    const std::string first_bound = family.labels.empty() ? "le=\"" : ",le=\"";
    for (const double bound : family.bounds) {
      append_double(bounds_.emplace_back(first_bound), bound);
      bounds_.back() += "\"} ";
    }
    bounds_.push_back(first_bound + "+Inf\"} ");
  }

  void write(const MergedFamily& family, std::size_t series) {
    const std::span<const std::uint64_t> cells = family.cells(series);
    const bool may_be_unset = family_.number == Number::f64 || family_.type == MetricType::info;
    for (std::uint32_t group = 0; group < groups_; ++group) {
      const std::uint64_t* const first = &cells[std::size_t{group} * group_cells_];
      if (may_be_unset && first[0] == 0) continue;
      if (!headed_) write_head();
      set_labels(family.values(series), group);
      write_group(first);
    }
  }

 private:
  void write_head() {
    headed_ = true;
    std::string text = "# HELP " + family_.name + " ";
    append_escaped(text, family_.help, false);
    text.append("\n# TYPE ").append(family_.name).append(" ");
    out_.append(text.append(type_name(family_.type)).append("\n"));
  }

  void set_labels(std::string_view encoded, std::uint32_t group) {
    LabelValues open(encoded);
    std::uint32_t groups = groups_;
    labels_.clear();
    for (std::size_t i = 0; i < label_heads_.size(); ++i) {
      const std::vector<std::string>& values = family_.labels[i].values;
      labels_ += label_heads_[i];
      if (values.empty()) {
        append_escaped(labels_, open.next(), true);
      } else {
        groups /= static_cast<std::uint32_t>(values.size());
        append_escaped(labels_, values[group / groups], true);
        group %= groups;
      }
      labels_ += '"';
    }
  }

  void write_group(const std::uint64_t* cells) {
    switch (family_.type) {
      case MetricType::histogram:
        return write_histogram(cells);
      case MetricType::summary:
        write_value("_sum", Number::i64, cells[1]);
        return write_count("_count", cells[0]);
      default:
        return write_value("", family_.number, cells[0]);
    }
  }

  void write_histogram(const std::uint64_t* cells) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < bounds_.size(); ++i) {
      count += cells[i];
      out_.append(family_.name);
      out_.append("_bucket{");
      out_.append(labels_);
      out_.append(bounds_[i]);
      out_.append(count);
      out_.append('\n');
    }
    write_value("_sum", Number::i64, cells[bounds_.size()]);
    write_count("_count", count);
  }

  void write_value(std::string_view suffix, Number number, std::uint64_t cell) {
    write_name(suffix);
    append_cell(out_, family_, number, cell);
    out_.append('\n');
  }

  void write_count(std::string_view suffix, std::uint64_t count) {
    write_name(suffix);
    out_.append(count);
    out_.append('\n');
  }

  void write_name(std::string_view suffix) {
    out_.append(family_.name);
    out_.append(suffix);
    if (labels_.empty()) return out_.append(' ');
    out_.append('{');
    out_.append(labels_);
    out_.append("} ");
  }

  TextBuffer& out_;
  const FamilyDescription& family_;
  bool& headed_;
  const std::uint32_t groups_;
  const std::uint32_t group_cells_;
  std::vector<std::string> label_heads_;  ///< `name="`, from the second on after a comma
  std::vector<std::string> bounds_;       ///< what ends a bucket's labels
  std::string labels_;
};

}  // namespace

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

namespace {

/// About how long a family's text will be: better a little too much than another copy of it all.
std::size_t expected_length(const MergedFamily& family) {
  if (family.size() == 0) return 0;
  const FamilyDescription& description = family.description;
  std::size_t line = description.name.size() + family.values(family.size() - 1).size() + 24;
  for (const LabelDescription& label : description.labels) line += label.name.size() + 8;
  std::size_t lines = 1;
  if (description.type == MetricType::summary) lines = 2;
  if (description.type == MetricType::histogram) lines = description.bounds.size() + 3;
  return family.size() * description.groups() * lines * line;
}

}  // namespace

void expose_text(std::span<const ProgramView> views, std::string& out) {
  std::map<std::string_view, std::vector<const MergedFamily*>> families;
  std::size_t length = out.size();
  for (const ProgramView& view : views) {
    for (const auto& [name, family] : view.families()) {
      families[name].push_back(&family);
      length += expected_length(family);
    }
  }
  out.reserve(length);
  TextBuffer buffer(out);
  for (const auto& [name, parts] : families) {
    bool headed = false;
    for (const MergedFamily* part : parts) {
      FamilyWriter writer(buffer, part->description, headed);
      for (std::size_t i = 0; i < part->size(); ++i) writer.write(*part, i);
    }
  }
  buffer.flush();
}

}  // namespace whiteroom::monitoring
