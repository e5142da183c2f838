/// A metric family as Python declares it, with what makes resolving keyword labels fast.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "python_object.h"
#include "whiteroom/monitoring/family.h"

namespace whiteroom::monitoring::python {

/// Owns the texts that its FamilySpec refers to. Lives as long as the process: segments keep
/// references to families.
class Family {
 public:
  /// Read keyword arguments of a metric's constructor. Throws PythonError.
  static Family* from_arguments(MetricType type, PyObject* arguments, PyObject* keywords);

  struct Label {
    std::string name;
    PyObject* interned = nullptr;  ///< the name, for comparing by identity
    PyObject* index_of = nullptr;  ///< dict: value -> index; null for an open label
    std::vector<std::string> values;
    std::vector<std::string_view> views;
    std::uint32_t max_series = 0;
  };

  const FamilySpec& spec() const noexcept { return spec_; }
  const std::vector<Label>& labels() const noexcept { return labels_; }
  const std::vector<std::int64_t>& cell_bounds() const noexcept { return cell_bounds_; }
  std::size_t open_labels() const noexcept { return open_labels_; }
  std::uint32_t cells() const noexcept { return spec_.group_cells() * spec_.groups(); }

 private:
  void add_label(PyObject* label);
  void add_bounds(PyObject* bounds);

  std::string name_, help_, unit_;
  std::vector<Label> labels_;
  std::vector<LabelSpec> label_specs_;
  std::vector<double> bounds_;
  std::vector<std::int64_t> cell_bounds_;
  std::size_t open_labels_ = 0;
  FamilySpec spec_;
};

}  // namespace whiteroom::monitoring::python
