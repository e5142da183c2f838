/// The type Segment of the extension module, and the functions about folders of segments.
#pragma once

#include <string>
#include <vector>

#include "python_object.h"
#include "whiteroom/monitoring/segment.h"

namespace whiteroom::monitoring::python {

/// Add them to the module. Returns false with a Python error set.
bool add_segment(PyObject* module);

/// Return what a Segment object holds. Throws PythonError when it is closed, or is no Segment.
Segment& open_segment(PyObject* segment);
/// Return what a Segment object holds, or null when it is closed.
Segment* segment_if_open(PyObject* segment);

/// Return a list of texts; what is no UTF-8 in them is kept as os.fsdecode() does.
PyObject* list_from(const std::vector<std::string>& texts);

}  // namespace whiteroom::monitoring::python
