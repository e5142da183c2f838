#include "family_writer.h"

#include <array>

#include "whiteroom/monitoring/cells.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
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

/// Append a bound as OpenMetrics wants it: 1 as 1.0.
void append_bound(std::string& out, double bound) {
  const std::size_t start = out.size();
  append_double(out, bound);
  if (out.find_first_of(".eE", start) == std::string::npos) out += ".0";
}

constexpr std::string_view kTotal = "_total";
constexpr std::string_view kInfo = "_info";
constexpr std::uint32_t kBillion = 1'000'000'000;

/// What OpenMetrics leaves out of a family's name and appends to its value's.
std::string_view suffix_of(const FamilyDescription& family) {
  if (family.type == MetricType::counter) return kTotal;
  return family.type == MetricType::info ? kInfo : std::string_view();
}

/// The type as a format names it. To OpenMetrics a counter without `_total` is of no known type.
std::string_view type_name(MetricType type, bool open_metrics, bool named_as_its_type) {
  switch (type) {
    case MetricType::counter:
      return open_metrics && !named_as_its_type ? "unknown" : "counter";
    case MetricType::histogram:
      return "histogram";
    case MetricType::summary:
      return "summary";
    case MetricType::info:
      return open_metrics && named_as_its_type ? "info" : "gauge";
    case MetricType::gauge:
      break;
  }
  return "gauge";
}

}  // namespace

FamilyWriter::FamilyWriter(TextBuffer& out, const MergedFamily& family, ExpositionOptions options,
                           std::uint64_t created_unix_ns)
    : out_(out),
      family_(family),
      described_(family.description),
      options_(options),
      created_unix_ns_(created_unix_ns),
      groups_(described_.groups()),
      group_cells_(described_.group_cells()),
      value_cells_(described_.value_cells()),
      name_(described_.name) {
  if (open_metrics() && name_.ends_with(suffix_of(described_))) {
    suffix_ = suffix_of(described_);
    name_.remove_suffix(suffix_.size());
  }
  for (const LabelDescription& label : described_.labels) {
    label_heads_.push_back((label_heads_.empty() ? "" : ",") + label.name + "=\"");
  }
  const std::string first_bound = described_.labels.empty() ? "le=\"" : ",le=\"";
  for (const double bound : described_.bounds) {
    append_bound(bounds_.emplace_back(first_bound), bound);
    bounds_.back() += "\"} ";
  }
  bounds_.push_back(first_bound + "+Inf\"} ");
}

void FamilyWriter::write_head() {
  const bool named_as_its_type = !suffix_.empty();
  const std::string name(name_);
  std::string text = "# HELP " + name + " ";
  append_escaped(text, described_.help, open_metrics());
  text.append("\n# TYPE ").append(name).append(" ");
  text.append(type_name(described_.type, open_metrics(), named_as_its_type)).append("\n");
  const std::string& unit = described_.unit;
  if (open_metrics() && !unit.empty() && name.ends_with("_" + unit)) {
    text.append("# UNIT ").append(name).append(" ").append(unit).append("\n");
  }
  out_.append(text);
}

bool FamilyWriter::has_value(const std::uint64_t* cells) const noexcept {
  const bool may_be_unset = described_.number == Number::f64 || described_.type == MetricType::info;
  return !may_be_unset || cells[0] != 0;
}

void FamilyWriter::write(std::size_t series, bool& headed) {
  const Span<const std::uint64_t> cells = family_.cells(series);
  for (std::uint32_t group = 0; group < groups_; ++group) {
    const std::uint64_t* const first = &cells[std::size_t{group} * group_cells_];
    if (!has_value(first)) continue;
    if (!headed) write_head();
    headed = true;
    set_labels(family_.values(series), group);
    write_group(first);
  }
}

void FamilyWriter::set_labels(std::string_view encoded, std::uint32_t group) {
  LabelValues open(encoded);
  std::uint32_t groups = groups_;
  labels_.clear();
  for (std::size_t i = 0; i < label_heads_.size(); ++i) {
    const std::vector<std::string>& values = described_.labels[i].values;
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

void FamilyWriter::write_group(const std::uint64_t* cells) {
  switch (described_.type) {
    case MetricType::counter:
      return write_counter(cells);
    case MetricType::histogram:
      return write_histogram(cells);
    case MetricType::summary:
      return write_summary(cells);
    case MetricType::gauge:
    case MetricType::info:
      break;
  }
  write_value(suffix_, described_.number, cells[0]);
  out_.append('\n');
}

void FamilyWriter::write_counter(const std::uint64_t* cells) {
  write_value(suffix_, described_.number, cells[0]);
  if (described_.exemplars) write_exemplar(&cells[value_cells_]);
  out_.append('\n');
  if (!suffix_.empty()) write_created();
}

void FamilyWriter::write_histogram(const std::uint64_t* cells) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < bounds_.size(); ++i) {
    count += cells[i];
    out_.append(name_);
    out_.append("_bucket{");
    out_.append(labels_);
    out_.append(bounds_[i]);
    out_.append(count);
    if (described_.exemplars) write_exemplar(&cells[value_cells_ + i * WRM_EXEMPLAR_CELLS]);
    out_.append('\n');
  }
  write_value("_sum", Number::i64, cells[bounds_.size()]);
  out_.append('\n');
  write_count("_count", count);
  write_created();
}

void FamilyWriter::write_summary(const std::uint64_t* cells) {
  write_value("_sum", Number::i64, cells[1]);
  out_.append('\n');
  write_count("_count", cells[0]);
  write_created();
}

void FamilyWriter::write_value(std::string_view suffix, Number number, std::uint64_t cell) {
  write_name(suffix);
  write_cell(number, cell);
}

void FamilyWriter::write_count(std::string_view suffix, std::uint64_t count) {
  write_name(suffix);
  out_.append(count);
  out_.append('\n');
}

void FamilyWriter::write_created() {
  if (!open_metrics() || !options_.created) return;
  write_name("_created");
  append_scaled(out_, created_unix_ns_, kBillion);
  out_.append('\n');
}

void FamilyWriter::write_exemplar(const std::uint64_t* slot) {
  if (!open_metrics() || slot[WRM_EXEMPLAR_CHECK] != wrm_exemplar_check(slot)) return;
  out_.append(" # {trace_id=\"");
  out_.append_hex(slot[WRM_EXEMPLAR_TRACE_HIGH]);
  out_.append_hex(slot[WRM_EXEMPLAR_TRACE_LOW]);
  if (slot[WRM_EXEMPLAR_SPAN] != 0) {
    out_.append("\",span_id=\"");
    out_.append_hex(slot[WRM_EXEMPLAR_SPAN]);
  }
  out_.append("\"} ");
  write_cell(Number::i64, slot[WRM_EXEMPLAR_VALUE]);
  out_.append(' ');
  append_scaled(out_, slot[WRM_EXEMPLAR_UNIX_NS], kBillion);
}

void FamilyWriter::write_name(std::string_view suffix) {
  out_.append(name_);
  out_.append(suffix);
  if (labels_.empty()) return out_.append(' ');
  out_.append('{');
  out_.append(labels_);
  out_.append("} ");
}

void FamilyWriter::write_cell(Number number, std::uint64_t cell) {
  if (number == Number::f64) {
    std::string text;
    append_double(text, wrm_f64_value(cell));
    return out_.append(text);
  }
  if (number == Number::i64 && static_cast<std::int64_t>(cell) < 0) {
    out_.append('-');
    cell = ~cell + 1;
  }
  append_scaled(out_, cell, described_.scale);
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
