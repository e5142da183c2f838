/// The type Exposition of the extension module, and the functions that make one.
#pragma once

#include "python_object.h"

namespace whiteroom::monitoring::python {

/// Add them to the module. Returns false with a Python error set.
bool add_exposition(PyObject* module);

}  // namespace whiteroom::monitoring::python
