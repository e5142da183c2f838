/// Methods and functions of Python that return numbers of rows: counts by window, volume, quantile.
#pragma once

#include "python_object.h"

namespace whiteroom::logs {

PyObject* rows_count_between(PyObject* self, PyObject* arguments);
PyObject* rows_count(PyObject* self, PyObject* arguments);
PyObject* rows_volume(PyObject* self, PyObject* arguments);
PyObject* count_times(PyObject* module, PyObject* arguments);
PyObject* quantile(PyObject* module, PyObject* arguments);

}  // namespace whiteroom::logs
