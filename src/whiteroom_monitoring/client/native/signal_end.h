/// Lets a process that a signal ends do so in order: it was asked to, and is not lost.
#pragma once

#include "python_object.h"
#include "whiteroom/monitoring/segment.h"

namespace whiteroom::monitoring::python {

/// Add the function that installs it to the module. Returns false with a Python error set.
bool add_signal_end(PyObject* module);

/// Let `segment` be the one that such a signal marks.
void mark_at_signal(Segment& segment) noexcept;
/// Let it not be marked any more; nothing happens when it is another one.
void forget_at_signal(Segment& segment) noexcept;

}  // namespace whiteroom::monitoring::python
