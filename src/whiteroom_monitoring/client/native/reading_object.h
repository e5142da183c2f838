/// Metrics as values: for the bridge into other registries, and for tests of applications.
#pragma once

#include "python_object.h"

namespace whiteroom::monitoring::python {

/// Add the functions that read them to the module. Returns false with a Python error set.
bool add_reading(PyObject* module);

}  // namespace whiteroom::monitoring::python
