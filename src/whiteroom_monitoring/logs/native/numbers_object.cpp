/// Numbers of rows, as Python has them.
#include <algorithm>
#include <numeric>

#include "rows_object.h"

namespace whiteroom::logs {

using namespace whiteroom::monitoring::python;

namespace {

Py_ssize_t attribute_of(PyObject* range, const char* name) {
  Ref value(PyObject_GetAttrString(range, name));
  const Py_ssize_t number = PyLong_AsSsize_t(value.get());
  if (number == -1 && PyErr_Occurred() != nullptr) throw PythonError{};
  return number;
}

/// The numbers of a range by 1.
std::vector<std::uint32_t> numbers_of_range(PyObject* range, Rows& rows) {
  const Py_ssize_t first = attribute_of(range, "start");
  const Py_ssize_t last = std::max(attribute_of(range, "stop"), first);
  const Reading lock(rows.mutex);
  if (first < 0 || static_cast<std::size_t>(last) > rows.size()) {
    raise(PyExc_IndexError, "there is no such row");
  }
  std::vector<std::uint32_t> numbers(static_cast<std::size_t>(last - first));
  std::iota(numbers.begin(), numbers.end(), static_cast<std::uint32_t>(first));
  return numbers;
}

}  // namespace

std::vector<std::uint32_t> numbers_of(PyObject* object, Rows& rows) {
  if (PyRange_Check(object) && attribute_of(object, "step") == 1) {
    return numbers_of_range(object, rows);
  }
  Ref list(PySequence_Fast(object, "expected numbers"));
  const Py_ssize_t size = PySequence_Fast_GET_SIZE(list.get());
  std::vector<std::uint32_t> numbers(static_cast<std::size_t>(size));
  const Reading lock(rows.mutex);
  for (Py_ssize_t i = 0; i < size; ++i) {
    const std::size_t row = PyLong_AsSize_t(PySequence_Fast_GET_ITEM(list.get(), i));
    if (PyErr_Occurred() != nullptr) throw PythonError{};
    if (row >= rows.size()) raise(PyExc_IndexError, "there is no such row");
    numbers[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(row);
  }
  return numbers;
}

PyObject* as_list(const std::vector<std::uint32_t>& numbers) {
  Ref list(PyList_New(static_cast<Py_ssize_t>(numbers.size())));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    PyObject* const number = Ref(PyLong_FromUnsignedLong(numbers[i])).release();
    PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), number);
  }
  return list.release();
}

PyObject* as_range(Py_ssize_t first, Py_ssize_t last) {
  return PyObject_CallFunction(reinterpret_cast<PyObject*>(&PyRange_Type), "nn", first, last);
}

}  // namespace whiteroom::logs
