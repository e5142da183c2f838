#include "family.h"

#include <cmath>
#include <memory>

namespace whiteroom::monitoring::python {
namespace {

Number number_from(const std::string& name) {
  if (name == "i64") return Number::i64;
  return name == "f64" ? Number::f64 : Number::u64;
}

Aggregation aggregation_from(const std::string& name) {
  if (name == "max") return Aggregation::max;
  if (name == "min") return Aggregation::min;
  return name == "latest" ? Aggregation::latest : Aggregation::sum;
}

}  // namespace

Family* Family::from_arguments(MetricType type, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"name",  "help",   "unit",    "number",    "aggregation", "writers",
                                "scale", "labels", "buckets", "exemplars", nullptr};
  const char *name = "", *help = "", *unit = "", *number = "u64", *aggregation = "sum",
             *writers = "many";
  unsigned int scale = 1;
  PyObject* labels = nullptr;
  PyObject* buckets = nullptr;
  int exemplars = 0;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "ss|ssssIOOp", const_cast<char**>(names),
                                   &name, &help, &unit, &number, &aggregation, &writers, &scale,
                                   &labels, &buckets, &exemplars)) {
    throw PythonError{};
  }
  auto family = std::make_unique<Family>();
  family->name_ = name;
  family->help_ = help;
  family->unit_ = unit;
  FamilySpec& spec = family->spec_;
  spec = {.name = family->name_,
          .help = family->help_,
          .unit = family->unit_,
          .type = type,
          .number = number_from(number),
          .aggregation = aggregation_from(aggregation),
          .writers = std::string_view(writers) == "one" ? Writers::one : Writers::many,
          .scale = scale,
          .exemplars = exemplars != 0};
  if (buckets != nullptr) family->add_bounds(buckets);
  if (labels != nullptr) {
    const Ref items(PySequence_Fast(labels, "labels: expected a sequence"));
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
      family->add_label(PySequence_Fast_GET_ITEM(items.get(), i));
    }
  }
  for (Label& label : family->labels_) {
    label.views.assign(label.values.begin(), label.values.end());
    family->label_specs_.push_back({label.name, label.views, label.max_series});
    family->open_labels_ += label.index_of == nullptr ? 1 : 0;
  }
  spec.labels = family->label_specs_;
  spec.bounds = family->bounds_;
  return family.release();
}

/// `label` is a tuple (name, values) of a closed label, or (name, max_series) of an open one.
void Family::add_label(PyObject* label) {
  const char* name = nullptr;
  PyObject* domain = nullptr;
  if (!PyArg_ParseTuple(label, "sO", &name, &domain)) throw PythonError{};
  Label& added = labels_.emplace_back();
  added.name = name;
  added.interned = Ref(PyUnicode_InternFromString(name)).release();
  if (PyLong_Check(domain)) {
    added.max_series = static_cast<std::uint32_t>(PyLong_AsUnsignedLong(domain));
    if (PyErr_Occurred() != nullptr || added.max_series == 0) {
      raise(PyExc_ValueError, name_ + ": label " + added.name + ": max_series must be positive");
    }
    return;
  }
  const Ref values(PySequence_Fast(domain, "label: expected its values or max_series"));
  added.index_of = Ref(PyDict_New()).release();
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(values.get()); ++i) {
    PyObject* const value = PySequence_Fast_GET_ITEM(values.get(), i);
    added.values.emplace_back(text_of(value));
    const Ref index(PyLong_FromSsize_t(i));
    if (PyDict_SetItem(added.index_of, value, index.get()) != 0) throw PythonError{};
  }
}

void Family::add_bounds(PyObject* buckets) {
  const Ref items(PySequence_Fast(buckets, "buckets: expected a sequence"));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    const double bound = PyFloat_AsDouble(PySequence_Fast_GET_ITEM(items.get(), i));
    if (PyErr_Occurred() != nullptr) throw PythonError{};
    bounds_.push_back(bound);
    cell_bounds_.push_back(std::llround(bound * spec_.scale));
  }
}

}  // namespace whiteroom::monitoring::python
