/// Reads fields of many lines at once: what a query needs of JSON or logfmt, and conditions on it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rows.h"

namespace whiteroom::logs {

/// How a field is read: as it is, as a number, a duration (nanoseconds) or a size (bytes).
enum class FieldKind : std::uint8_t { kText, kNumber, kDuration, kBytes };
enum class Comparison : std::uint8_t { kEqual, kUnequal, kLess, kAtMost, kGreater, kAtLeast };

/// A condition on one field. A text is compared with `text`, all else with `number`.
struct FieldTest {
  std::size_t field;
  FieldKind kind;
  Comparison comparison;
  double number;
  std::string text;
};

/// What is read of lines: the names of labels, which no nesting may give.
///
/// With `stops`, a line is read no further than to its last field: what is wrong behind it is not
/// seen. This is as the general parsers do when a query needs no other label.
struct Scan {
  bool is_json;
  bool stops;
  std::vector<std::string> names;
  /// Names that the general parser looks for, too: an object that may give one is not skipped.
  std::vector<std::string> others;
  std::vector<FieldTest> tests;
};

/// What a line has: each field, or none, where the scan is sure to read it as the general parser.
struct Fields {
  std::vector<std::optional<std::string_view>> values;
  bool is_sure = true;
};

/// Read the fields of a row; not sure where its metadata may have one of the names.
void read_fields(const Scan& scan, const Row& row, Fields& fields);

/// The number that a text is; none where this is not sure.
std::optional<double> number_of(std::string_view text, FieldKind kind);

/// Whether the tests are met; none where this is not sure.
std::optional<bool> meets(const Scan& scan, const Fields& fields);

}  // namespace whiteroom::logs
