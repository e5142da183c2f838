#include "reading_object.h"

#include <span>
#include <vector>

#include "family_values.h"
#include "metric.h"
#include "segment_object.h"
#include "whiteroom/monitoring/cells.h"
#include "whiteroom/monitoring/fold.h"

namespace whiteroom::monitoring::python {
namespace {

FamilyDescription description_of(const Family& family) {
  const FamilySpec& spec = family.spec();
  FamilyDescription made{.name = std::string(spec.name),
                         .help = std::string(spec.help),
                         .unit = std::string(spec.unit),
                         .type = spec.type,
                         .number = spec.number,
                         .aggregation = spec.aggregation,
                         .scale = spec.scale,
                         .labels = {},
                         .bounds = {spec.bounds.begin(), spec.bounds.end()},
                         .exemplars = spec.exemplars};
  for (const Family::Label& label : family.labels()) {
    made.labels.push_back({label.name, label.values, label.max_series});
  }
  return made;
}

Ref values_of(const MergedFamily& merged) {
  FamilyValues values(merged.description);
  std::vector<std::string_view> open(merged.description.open_labels());
  for (std::size_t i = 0; i < merged.size(); ++i) {
    LabelValues encoded(merged.values(i));
    for (std::string_view& value : open) value = encoded.next();
    values.add(open, merged.cells(i));
  }
  return values.take();
}

/// read_families(directory, program, own=None)
PyObject* read_families(PyObject*, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    const char* directory = nullptr;
    const char* program = nullptr;
    PyObject* own = Py_None;
    if (!PyArg_ParseTuple(arguments, "ss|O", &directory, &program, &own)) throw PythonError{};
    std::span<const std::byte> unshared;
    if (own != Py_None) unshared = open_segment(own).unshared_bytes();
    const ProgramReading reading = without_gil([&] {
      fold_program(directory, program);
      return read_program(directory, program, unshared);
    });
    Ref list(PyList_New(0));
    for (const auto& [name, merged] : reading.view.families()) {
      if (PyList_Append(list.get(), values_of(merged).get()) != 0) throw PythonError{};
    }
    return list.release();
  });
}

/// recorded(metric)
PyObject* recorded(PyObject*, PyObject* object) {
  return guarded([&]() -> PyObject* {
    if (!is_metric(object)) raise(PyExc_TypeError, "recorded: expected a metric");
    const Root& root = *reinterpret_cast<Metric*>(object)->root;
    const FamilyDescription description = description_of(*root.family);
    FamilyValues values(description);
    std::vector<std::uint64_t> copy(root.family->cells());
    for (const Cells& place : root.places) {
      // With open labels, place 0 is nobody's series.
      if (place.values.empty() && root.family->open_labels() != 0) continue;
      for (std::size_t i = 0; i < copy.size(); ++i) copy[i] = wrm_load(&place.cells[i]);
      const std::vector<std::string_view> open(place.values.begin(), place.values.end());
      values.add(open, copy);
    }
    return values.take().release();
  });
}

/// forget(metric)
PyObject* forget(PyObject*, PyObject* object) {
  return guarded([&]() -> PyObject* {
    if (!is_metric(object)) raise(PyExc_TypeError, "forget: expected a metric");
    Root& root = *reinterpret_cast<Metric*>(object)->root;
    if (root.segment == nullptr) root.unbind();
    Py_RETURN_NONE;
  });
}

PyMethodDef functions[] = {
    {"read_families", read_families, METH_VARARGS,
     "read_families(directory, program, own=None)\n--\n\n"
     "Return a program's metrics as values; dead segments are folded."},
    {"recorded", recorded, METH_O,
     "recorded(metric)\n--\n\nReturn what this process has recorded into one metric, as values."},
    {"forget", forget, METH_O,
     "forget(metric)\n--\n\n"
     "Forget what was recorded into a metric, unless the process is prepared for it."},
    {}};

}  // namespace

bool add_reading(PyObject* module) { return PyModule_AddFunctions(module, functions) == 0; }

}  // namespace whiteroom::monitoring::python
