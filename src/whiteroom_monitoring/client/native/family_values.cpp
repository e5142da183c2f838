#include "family_values.h"

#include <cstdio>
#include <string>

#include "whiteroom/monitoring/cells.h"

namespace whiteroom::monitoring::python {
namespace {

constexpr const char* kTypeNames[] = {"", "counter", "gauge", "histogram", "summary", "info"};
constexpr double kNanosecondsPerSecond = 1e9;

/// Append to a list. Throws PythonError.
void append(const Ref& list, const Ref& item) {
  if (PyList_Append(list.get(), item.get()) != 0) throw PythonError{};
}

/// Other programs may have recorded what is no UTF-8.
Ref text(std::string_view value) {
  return Ref(PyUnicode_DecodeUTF8(value.data(), static_cast<Py_ssize_t>(value.size()), "replace"));
}

Ref tuple_of(const Ref& list) { return Ref(PyList_AsTuple(list.get())); }

std::string hexadecimal(std::uint64_t value) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(value));
  return digits;
}

}  // namespace

FamilyValues::FamilyValues(const FamilyDescription& description)
    : family_(description), series_(PyList_New(0)) {}

void FamilyValues::add(std::span<const std::string_view> open,
                       std::span<const std::uint64_t> cells) {
  for (std::uint32_t group = 0; group < family_.groups(); ++group) {
    const std::uint64_t* const first = &cells[std::size_t{group} * family_.group_cells()];
    // A gauge that was never set, and a fact that is not stated, have no value.
    const bool may_be_unset = family_.number == Number::f64 || family_.type == MetricType::info;
    if (!may_be_unset || first[0] != 0) add_group(open, first, group);
  }
}

void FamilyValues::add_group(std::span<const std::string_view> open, const std::uint64_t* cells,
                             std::uint32_t group) {
  const Ref chosen = labels(open, group);
  const Ref numbers = values(cells);
  const Ref traces = exemplars(cells);
  append(series_, Ref(PyTuple_Pack(3, chosen.get(), numbers.get(), traces.get())));
}

Ref FamilyValues::labels(std::span<const std::string_view> open, std::uint32_t group) const {
  const Ref list(PyList_New(0));
  std::uint32_t groups = family_.groups();
  for (const LabelDescription& label : family_.labels) {
    if (label.values.empty()) {
      append(list, text(open.front()));
      open = open.subspan(1);
    } else {
      groups /= static_cast<std::uint32_t>(label.values.size());
      append(list, text(label.values[group / groups]));
      group %= groups;
    }
  }
  return tuple_of(list);
}

Ref FamilyValues::values(const std::uint64_t* cells) const {
  const Ref list(PyList_New(0));
  const std::uint32_t count = family_.value_cells();
  // The last of several is a sum, in the metric's unit; the others count.
  for (std::uint32_t i = 0; i + 1 < count; ++i)
    append(list, Ref(PyLong_FromUnsignedLongLong(cells[i])));
  append(list, number(count > 1 ? Number::i64 : family_.number, cells[count - 1]));
  return tuple_of(list);
}

Ref FamilyValues::exemplars(const std::uint64_t* cells) const {
  const Ref list(PyList_New(0));
  for (std::uint32_t i = family_.value_cells(); i < family_.group_cells();
       i += WRM_EXEMPLAR_CELLS) {
    append(list, exemplar(&cells[i]));
  }
  return tuple_of(list);
}

Ref FamilyValues::exemplar(const std::uint64_t* slot) const {
  if (slot[WRM_EXEMPLAR_CHECK] != wrm_exemplar_check(slot)) return Ref(Py_NewRef(Py_None));
  const std::string trace =
      hexadecimal(slot[WRM_EXEMPLAR_TRACE_HIGH]) + hexadecimal(slot[WRM_EXEMPLAR_TRACE_LOW]);
  const std::uint64_t span = slot[WRM_EXEMPLAR_SPAN];
  return Ref(
      Py_BuildValue("(ssNd)", trace.c_str(), span == 0 ? "" : hexadecimal(span).c_str(),
                    number(Number::i64, slot[WRM_EXEMPLAR_VALUE]).release(),
                    static_cast<double>(slot[WRM_EXEMPLAR_UNIX_NS]) / kNanosecondsPerSecond));
}

Ref FamilyValues::number(Number kind, std::uint64_t cell) const {
  if (kind == Number::f64) return Ref(PyFloat_FromDouble(wrm_f64_value(cell)));
  const Ref whole(kind == Number::i64 ? PyLong_FromLongLong(static_cast<std::int64_t>(cell))
                                      : PyLong_FromUnsignedLongLong(cell));
  if (family_.scale == 1) return Ref(Py_NewRef(whole.get()));
  // Python's division of whole numbers rounds correctly, as reading the exposition's decimal does.
  const Ref scale(PyLong_FromUnsignedLong(family_.scale));
  return Ref(PyNumber_TrueDivide(whole.get(), scale.get()));
}

Ref FamilyValues::take() {
  const Ref names(PyList_New(0));
  for (const LabelDescription& label : family_.labels) append(names, text(label.name));
  const Ref bounds(PyList_New(0));
  for (const double bound : family_.bounds) append(bounds, Ref(PyFloat_FromDouble(bound)));
  return Ref(Py_BuildValue("(sssNNNN)", family_.name.c_str(),
                           kTypeNames[static_cast<std::size_t>(family_.type)], family_.help.c_str(),
                           text(family_.unit).release(), tuple_of(names).release(),
                           tuple_of(bounds).release(), series_.release()));
}

}  // namespace whiteroom::monitoring::python
