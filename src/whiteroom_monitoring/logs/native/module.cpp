/// The extension module whiteroom_monitoring.logs._native: rows of logs, for Python.
#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#include "rows_object.h"

namespace {

PyModuleDef module_definition = {PyModuleDef_HEAD_INIT,
                                 "_native",
                                 "Rows of logs as columns.",
                                 -1,
                                 nullptr,
                                 nullptr,
                                 nullptr,
                                 nullptr,
                                 nullptr};

}  // namespace

PyMODINIT_FUNC PyInit__native() {
  using namespace whiteroom::logs;
#ifdef __GLIBC__
  // Large columns get pages of their own, always: those can be moved and given back.
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
#endif
  PyObject* const module = PyModule_Create(&module_definition);
  if (module == nullptr) return nullptr;
  if (!add_rows(module) || !add_slices(module) || !add_push(module) || !add_scan(module) ||
      !add_masks(module) || !add_labels(module)) {
    Py_DECREF(module);
    return nullptr;
  }
  return module;
}
