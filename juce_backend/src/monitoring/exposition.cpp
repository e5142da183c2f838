#include "exposition.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>
#include <vector>

#include "cells.h"

namespace whiteroom::monitoring {
namespace {

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  const std::string_view special = quotes ? "\\\n\"" : "\\\n";
  for (std::size_t plain = text.find_first_of(special); plain != std::string_view::npos;
       plain = text.find_first_of(special)) {
    out.append(text.substr(0, plain)).append("\\");
    out += text[plain] == '\n' ? 'n' : text[plain];
    text.remove_prefix(plain + 1);
  }
  out.append(text);
}

void append_unsigned(std::string& out, std::uint64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
  out.append(digits.data(), end);
}

/// Append value / scale exactly: a cell of 1500000000 with scale 1e9 reads 1.5.
void append_scaled(std::string& out, std::uint64_t value, std::uint32_t scale) {
  append_unsigned(out, value / scale);
  std::uint64_t fraction = value % scale;
  if (fraction == 0) return;
  std::array<char, 9> digits;
  for (std::size_t i = digits.size(); i-- != 0; fraction /= 10) {
    digits[i] = static_cast<char>('0' + fraction % 10);
  }
  std::size_t length = digits.size();
  while (digits[length - 1] == '0') --length;
  out += '.';
  out.append(digits.data(), length);
}

void append_cell(std::string& out, const FamilyDescription& family, Number number,
                 std::uint64_t cell) {
  if (number == Number::f64) return append_double(out, wrm_f64_value(cell));
  if (number == Number::i64 && static_cast<std::int64_t>(cell) < 0) {
    out += '-';
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

void append_label(std::string& labels, std::string_view name, std::string_view value) {
  if (!labels.empty()) labels += ',';
  labels.append(name).append("=\"");
  append_escaped(labels, value, true);
  labels += '"';
}

class FamilyWriter {
 public:
  /// `headed` tells whether the family's head is written; the first series writes it.
  FamilyWriter(std::string& out, const FamilyDescription& family, bool& headed)
      : out_(out), family_(family), headed_(headed) {
    for (const double bound : family.bounds) append_double(bounds_.emplace_back(), bound);
    bounds_.emplace_back("+Inf");
  }

  void write(const MergedFamily& family, std::size_t series) {
    const std::span<const std::uint64_t> cells = family.cells(series);
    const std::uint32_t groups = family_.groups();
    const std::uint32_t size = family_.group_cells();
    for (std::uint32_t group = 0; group < groups; ++group) {
      const std::uint64_t* const first = &cells[std::size_t{group} * size];
      const bool may_be_unset = family_.number == Number::f64 || family_.type == MetricType::info;
      if (may_be_unset && first[0] == 0) continue;
      if (!headed_) write_head();
      set_labels(family.values(series), group);
      write_group(first);
    }
  }

 private:
  void write_head() {
    headed_ = true;
    out_.append("# HELP ").append(family_.name).append(" ");
    append_escaped(out_, family_.help, false);
    out_.append("\n# TYPE ").append(family_.name).append(" ");
    out_.append(type_name(family_.type)).append("\n");
  }

  void set_labels(std::string_view encoded, std::uint32_t group) {
    LabelValues open(encoded);
    std::uint32_t groups = family_.groups();
    labels_.clear();
    for (const LabelDescription& label : family_.labels) {
      const auto count = static_cast<std::uint32_t>(label.values.size());
      if (count == 0) {
        append_label(labels_, label.name, open.next());
        continue;
      }
      groups /= count;
      append_label(labels_, label.name, label.values[group / groups]);
      group %= groups;
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
      out_.append(family_.name).append("_bucket{").append(labels_);
      out_.append(labels_.empty() ? "le=\"" : ",le=\"").append(bounds_[i]).append("\"} ");
      append_unsigned(out_, count);
      out_ += '\n';
    }
    write_value("_sum", Number::i64, cells[bounds_.size()]);
    write_count("_count", count);
  }

  void write_value(std::string_view suffix, Number number, std::uint64_t cell) {
    write_name(suffix);
    append_cell(out_, family_, number, cell);
    out_ += '\n';
  }

  void write_count(std::string_view suffix, std::uint64_t count) {
    write_name(suffix);
    append_unsigned(out_, count);
    out_ += '\n';
  }

  void write_name(std::string_view suffix) {
    out_.append(family_.name).append(suffix);
    if (!labels_.empty()) out_.append("{").append(labels_).append("}");
    out_ += ' ';
  }

  std::string& out_;
  const FamilyDescription& family_;
  bool& headed_;
  std::vector<std::string> bounds_;
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
  for (const auto& [name, parts] : families) {
    bool headed = false;
    for (const MergedFamily* part : parts) {
      FamilyWriter writer(out, part->description, headed);
      for (std::size_t i = 0; i < part->size(); ++i) writer.write(*part, i);
    }
  }
}

}  // namespace whiteroom::monitoring
