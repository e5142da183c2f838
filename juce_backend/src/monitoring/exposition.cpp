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
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (quotes && c == '"') {
      out += "\\\"";
    } else {
      out += c;
    }
  }
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
      : out_(out), family_(family), headed_(headed) {}

  void write(const MergedSeries& series) {
    for (std::uint32_t group = 0; group < family_.groups(); ++group) {
      const std::uint64_t* const cells = &series.cells[std::size_t{group} * family_.group_cells()];
      if (family_.number == Number::f64 && cells[0] == 0) continue;  // never set
      if (family_.type == MetricType::info && cells[0] == 0) continue;
      if (!headed_) write_head();
      write_group(cells, labels_of(series, group));
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

  std::string labels_of(const MergedSeries& series, std::uint32_t group) const {
    std::vector<std::size_t> closed(family_.labels.size());
    for (std::size_t i = family_.labels.size(); i-- != 0;) {
      const std::size_t count = family_.labels[i].values.size();
      if (count == 0) continue;
      closed[i] = group % count;
      group /= static_cast<std::uint32_t>(count);
    }
    std::string labels;
    std::size_t open = 0;
    for (std::size_t i = 0; i < family_.labels.size(); ++i) {
      const LabelDescription& label = family_.labels[i];
      append_label(labels, label.name,
                   label.values.empty() ? series.values[open++] : label.values[closed[i]]);
    }
    return labels;
  }

  void write_group(const std::uint64_t* cells, const std::string& labels) {
    switch (family_.type) {
      case MetricType::histogram:
        return write_histogram(cells, labels);
      case MetricType::summary:
        write_name("_sum", labels);
        append_cell(out_, family_, Number::i64, cells[1]);
        out_ += '\n';
        return write_count("_count", labels, cells[0]);
      default:
        write_name("", labels);
        append_cell(out_, family_, family_.number, cells[0]);
        out_ += '\n';
    }
  }

  void write_histogram(const std::uint64_t* cells, const std::string& labels) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= family_.bounds.size(); ++i) {
      count += cells[i];
      std::string bound = "+Inf";
      if (i < family_.bounds.size()) {
        bound.clear();
        append_double(bound, family_.bounds[i]);
      }
      std::string with_bound = labels;
      append_label(with_bound, "le", bound);
      write_count("_bucket", with_bound, count);
    }
    write_name("_sum", labels);
    append_cell(out_, family_, Number::i64, cells[family_.bounds.size() + 1]);
    out_ += '\n';
    write_count("_count", labels, count);
  }

  void write_count(std::string_view suffix, const std::string& labels, std::uint64_t count) {
    write_name(suffix, labels);
    append_unsigned(out_, count);
    out_ += '\n';
  }

  void write_name(std::string_view suffix, const std::string& labels) {
    out_.append(family_.name).append(suffix);
    if (!labels.empty()) out_.append("{").append(labels).append("}");
    out_ += ' ';
  }

  std::string& out_;
  const FamilyDescription& family_;
  bool& headed_;
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

void expose_text(std::span<const ProgramView> views, std::string& out) {
  std::map<std::string_view, std::vector<const MergedFamily*>> families;
  for (const ProgramView& view : views) {
    for (const auto& [name, family] : view.families()) families[name].push_back(&family);
  }
  for (const auto& [name, parts] : families) {
    bool headed = false;
    for (const MergedFamily* part : parts) {
      FamilyWriter writer(out, part->description, headed);
      for (const MergedSeries& series : part->series) writer.write(series);
    }
  }
}

}  // namespace whiteroom::monitoring
