/// The metric objects of Python: Counter, Gauge, UpDownCounter, Histogram, Summary and Info.
///
/// A metric records into private cells until its process is prepared, and into its segment from
/// then on; what was recorded before is carried over.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "family.h"
#include "whiteroom/monitoring/segment.h"

namespace whiteroom::monitoring::python {

/// The cells of one combination of open label values; there is one, without values, when no label
/// is open.
struct Cells {
  std::vector<std::string> values;
  std::uint64_t* cells = nullptr;
  std::unique_ptr<std::uint64_t[]> own;  ///< before the process is prepared
};

/// The place of a handle that was made beyond the series limit: it has none of its own.
inline constexpr std::size_t kNoPlace = SIZE_MAX;

/// What a metric and its children (`metric.labels(...)`) have in common.
struct Root {
  std::unique_ptr<Family> family;
  std::vector<Cells> places;
  PyObject* place_of = nullptr;  ///< dict: open values -> index in places
  std::uint64_t own_lost[WRM_LOST_REASONS] = {};
  std::uint64_t* lost = own_lost;
  Segment* segment = nullptr;
  std::unique_ptr<Instance> instance;  ///< of a realtime family
  std::vector<struct Metric*> children;

  /// Record into `segment` from now on. Throws PreparationError.
  void bind(Segment& segment);
  /// Record into private memory again, because the segment is about to close.
  void unbind();
  /// Add cells for open label values, in the segment if there is one. Returns their place.
  std::size_t add_place(std::vector<std::string> values);
  std::uint64_t* cells_in_segment(const std::vector<std::string>& values);

 private:
  void move_handles();
};

struct Metric {
  PyObject_HEAD std::shared_ptr<Root> root;
  std::uint64_t* cells;  ///< of the one series that this object records; null: labels needed
  std::size_t place;     ///< of a child: index in root->places
  std::size_t offset;    ///< of a child: of its group in the cells of its place
};

/// Add the metric types to the module. Returns false with a Python error set.
bool add_metric_types(PyObject* module);
/// Tell whether `object` is a metric.
bool is_metric(PyObject* object);

}  // namespace whiteroom::monitoring::python
