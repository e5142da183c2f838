/// The extension module whiteroom_monitoring.client._native: the core, for Python.
#include "exposition_object.h"
#include "metric.h"
#include "python_object.h"
#include "reading_object.h"
#include "segment_object.h"
#include "signal_end.h"

namespace {

PyModuleDef module_definition = {PyModuleDef_HEAD_INIT,
                                 "_native",
                                 "The wait-free core of White Room Monitoring.",
                                 -1,
                                 nullptr,
                                 nullptr,
                                 nullptr,
                                 nullptr,
                                 nullptr};

}  // namespace

PyMODINIT_FUNC PyInit__native() {
  using namespace whiteroom::monitoring::python;
  PyObject* const module = PyModule_Create(&module_definition);
  if (module == nullptr) return nullptr;
  if (!add_metric_types(module) || !add_segment(module) || !add_exposition(module) ||
      !add_signal_end(module) || !add_reading(module)) {
    Py_DECREF(module);
    return nullptr;
  }
  return module;
}
