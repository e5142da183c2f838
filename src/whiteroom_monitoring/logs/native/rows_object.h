/// The Python type Rows, and what the parts of the module share.
#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <vector>

#include "python_object.h"
#include "rows.h"

namespace whiteroom::logs {

/// The rows of a Python object; raises TypeError for another type.
Rows& rows_of(PyObject* object);

/// Runs with the rows locked, and without the interpreter's lock.
template <class Lock, class Body>
auto locked(Rows& rows, const Body& body) {
  const monitoring::python::GilReleased released;
  const Lock lock(rows.mutex);
  return body();
}
using Reading = std::shared_lock<std::shared_mutex>;
using Writing = std::unique_lock<std::shared_mutex>;

/// A new Python object with these rows, or without any.
monitoring::python::Ref new_rows(std::unique_ptr<Rows> rows);
monitoring::python::Ref new_rows();

/// The content of a bytes object, as long as that lives.
std::string_view bytes_of(PyObject* object);

/// A bytes object. Returns null when a Python error is set.
PyObject* as_bytes(std::string_view text);

/// The numbers of rows in a sequence. Raises IndexError for one that is not there.
std::vector<std::uint32_t> numbers_of(PyObject* object, Rows& rows);

/// The numbers [first, last).
PyObject* as_range(Py_ssize_t first, Py_ssize_t last);

/// A list of numbers of rows.
PyObject* as_list(const std::vector<std::uint32_t>& numbers);

/// A method of Rows: which of them a store takes.
PyObject* rows_admit(PyObject* self, PyObject* arguments);

/// Each adds a part to the module; false when a Python error is set.
bool add_rows(PyObject* module);
bool add_slices(PyObject* module);
bool add_push(PyObject* module);
bool add_scan(PyObject* module);
bool add_masks(PyObject* module);
bool add_labels(PyObject* module);

}  // namespace whiteroom::logs
