/// The Segment of Python, and the functions that read segments.
#pragma once

#include "python_object.h"

namespace whiteroom::monitoring::python {

/// Add the type Segment and the reading functions to the module. Returns false with a Python error
/// set.
bool add_segment(PyObject* module);

}  // namespace whiteroom::monitoring::python
