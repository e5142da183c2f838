#include "own_domain.h"

#include <mutex>
#include <utility>

#include "segment_c_access.h"

using namespace whiteroom::monitoring;

namespace {

std::mutex describing;

/// A number that names one of an enumeration's values. Throws PreparationError.
template <class Value>
Value numbered(std::uint8_t number, Value first, Value last, const char* what) {
  if (number < static_cast<std::uint8_t>(first) || number > static_cast<std::uint8_t>(last)) {
    throw PreparationError(std::string(what) + " " + std::to_string(number) + ": there is none");
  }
  return static_cast<Value>(number);
}

FamilySpec spec_of(const wrm_domain::Family& family) {
  const wrm_family_form& form = family.form;
  return {.name = family.name,
          .help = family.help,
          .unit = family.unit,
          .type = numbered(form.type, MetricType::counter, MetricType::info, "type"),
          .number = numbered(form.number, Number::u64, Number::f64, "number"),
          .aggregation =
              numbered(form.aggregation, Aggregation::sum, Aggregation::latest, "aggregation"),
          .writers = form.one_writer ? Writers::one : Writers::many,
          .scale = form.scale,
          .labels = family.label_specs,
          .bounds = family.bounds,
          .exemplars = form.exemplars};
}

void describe_labels(wrm_domain::Family& family) {
  for (wrm_domain::Label& label : family.labels) {
    label.views.assign(label.values.begin(), label.values.end());
    family.label_specs.push_back({label.name, label.views, label.max_series});
  }
}

}  // namespace

const Domain& wrm_domain::described() {
  const std::lock_guard lock(describing);
  if (is_described) return domain;
  for (Family& family : families) {
    describe_labels(family);
    specs.push_back(spec_of(family));
  }
  domain = {name, specs};
  is_described = true;
  return domain;
}

wrm_domain::Family& wrm_domain::last() {
  if (is_described) throw PreparationError(name + ": a segment has it; it takes nothing more");
  if (families.empty()) throw PreparationError(name + ": it has no family yet");
  return families.back();
}

char* wrm_domain_make(const char* name, wrm_domain** made) {
  return guarded([&] {
    // Never freed, as segments are not, and reachable, so that leak detectors know it is meant.
    static auto* const kept = new std::deque<wrm_domain>;
    const std::lock_guard lock(describing);
    *made = &kept->emplace_back(&given(name, "the name"));
  });
}

char* wrm_domain_add_family(wrm_domain* domain, const char* name, const char* help,
                            const char* unit, wrm_family_form form) {
  return guarded([&] {
    wrm_domain& to = given(domain, "the domain");
    wrm_domain::Family family{.name = &given(name, "the name"),
                              .help = &given(help, "the help"),
                              .unit = &given(unit, "the unit"),
                              .labels = {},
                              .label_specs = {},
                              .bounds = {},
                              .form = form};
    static_cast<void>(spec_of(family));
    if (form.scale == 0) throw PreparationError(family.name + ": a scale of 0");
    if (!to.families.empty()) static_cast<void>(to.last());
    to.families.push_back(std::move(family));
  });
}

char* wrm_domain_add_label(wrm_domain* domain, const char* name, const char* const* values,
                           std::size_t value_count, std::uint32_t max_series) {
  return guarded([&] {
    wrm_domain::Family& family = given(domain, "the domain").last();
    if ((value_count == 0) == (max_series == 0)) {
      throw PreparationError(family.name + ": a label has either values or a limit of series");
    }
    family.labels.push_back(
        {&given(name, "the name"), texts_of(values, value_count), {}, max_series});
  });
}

char* wrm_domain_set_bounds(wrm_domain* domain, const double* bounds, std::size_t count) {
  return guarded([&] { given(domain, "the domain").last().bounds.assign(bounds, bounds + count); });
}
