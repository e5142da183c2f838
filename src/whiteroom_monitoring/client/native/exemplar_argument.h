/// The keyword argument `exemplar` of a call that records.
#pragma once

#include <optional>
#include <vector>

#include "python_object.h"
#include "whiteroom/monitoring/exemplar.h"

namespace whiteroom::monitoring::python {

/// The arguments of a call in CPython's vectorcall convention, without `exemplar`.
class LabelArguments {
 public:
  /// `accepted` is whether the metric keeps exemplars; else the keyword counts as a label.
  /// Throws PythonError when `exemplar` is given and is no mapping with the ids of a trace.
  LabelArguments(PyObject* const* arguments, Py_ssize_t count, PyObject* names, bool accepted);

  PyObject* const* arguments() const noexcept { return arguments_; }
  /// The names of the keywords that are left; null when there are none.
  PyObject* names() const noexcept { return names_; }
  const std::optional<Exemplar>& exemplar() const noexcept { return exemplar_; }

 private:
  void take(Py_ssize_t count, Py_ssize_t place);

  PyObject* const* arguments_;
  PyObject* names_;
  std::vector<PyObject*> left_;
  Ref left_names_;
  std::optional<Exemplar> exemplar_;
};

}  // namespace whiteroom::monitoring::python
