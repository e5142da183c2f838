/// What a metric and its handles share: where their cells are, before and after preparation.
#include <algorithm>

#include "metric.h"
#include "whiteroom/monitoring/cells.h"

namespace whiteroom::monitoring::python {

std::size_t Root::add_place(std::vector<std::string> values) {
  Cells place;
  place.values = std::move(values);
  if (segment != nullptr) {
    place.cells = cells_in_segment(place.values);
  } else {
    place.own = std::make_unique<std::uint64_t[]>(family->cells());
    place.cells = place.own.get();
  }
  places.push_back(std::move(place));
  return places.size() - 1;
}

std::uint64_t* Root::cells_in_segment(const std::vector<std::string>& values) {
  const FamilySpec& spec = family->spec();
  const std::vector<std::string_view> views(values.begin(), values.end());
  if (spec.writers == Writers::one) {
    return values.empty() ? instance->cells(spec) : instance->series(spec, views);
  }
  return values.empty() ? segment->cells(spec) : segment->series(spec, views);
}

void Root::bind(Segment& to) {
  segment = &to;
  const FamilySpec& spec = family->spec();
  if (spec.writers == Writers::one) {
    instance = std::make_unique<Instance>(to.instance({&spec, 1}));
  }
  for (Cells& place : places) {
    // With open labels, place 0 stays private: it is nobody's series.
    if (place.values.empty() && family->open_labels() != 0) continue;
    std::uint64_t* const cells = cells_in_segment(place.values);
    for (std::uint32_t i = 0; i < family->cells(); ++i) {
      if (place.own[i] == 0) continue;
      const bool exemplar = i % spec.group_cells() >= spec.value_cells();
      if (spec.number == Number::f64 || spec.type == MetricType::info || exemplar) {
        wrm_store(&cells[i], place.own[i]);
      } else {
        wrm_any_add(&cells[i], place.own[i]);
      }
    }
    place.cells = cells;
    place.own.reset();
  }
  lost = to.lost();
  for (std::uint32_t i = 0; i < WRM_LOST_REASONS; ++i) wrm_any_add(&lost[i], own_lost[i]);
  move_handles();
}

void Root::unbind() {
  segment = nullptr;
  instance.reset();
  std::fill(std::begin(own_lost), std::end(own_lost), 0U);
  lost = own_lost;
  for (Cells& place : places) {
    place.own = std::make_unique<std::uint64_t[]>(family->cells());
    place.cells = place.own.get();
  }
  move_handles();
}

/// Let every handle point at where its cells are now.
void Root::move_handles() {
  for (Metric* handle : children) {
    if (handle->cells == nullptr) continue;  // labels are needed to choose a series
    const std::size_t place = handle->place == kNoPlace ? 0 : handle->place;
    handle->cells = places[place].cells + handle->offset;
  }
}

}  // namespace whiteroom::monitoring::python
