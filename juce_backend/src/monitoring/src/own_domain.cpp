#include "own_domain.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include "label_text.h"
#include "segment_c_access.h"
#include "whiteroom/monitoring/exposition.h"

using namespace whiteroom::monitoring;

namespace {

/// Cells of one family, all its series together: 128 MB.
constexpr std::uint64_t kMostCells = std::uint64_t{1} << 24;

std::string quoted(std::string_view text) { return "\"" + label_text(text) + "\""; }

std::string text_of(double number) {
  std::string text;
  append_double(text, number);
  return text;
}

bool is_letter(char byte) noexcept {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

bool is_digit(char byte) noexcept { return byte >= '0' && byte <= '9'; }

/// Whether it is a label's name as Prometheus allows it; a metric's may hold colons, too.
bool is_name(std::string_view text, bool with_colons) noexcept {
  const auto begins = [=](char byte) { return is_letter(byte) || (with_colons && byte == ':'); };
  return !text.empty() && text.size() <= UINT16_MAX && !is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [=](char byte) { return begins(byte) || is_digit(byte); });
}

/// Return what is wrong with a number that names one of an enumeration's values, or an empty text.
template <class Value>
std::string problem_of_number(const char* what, std::uint8_t number, Value first, Value last) {
  const auto least = static_cast<unsigned>(first);
  const auto most = static_cast<unsigned>(last);
  if (number >= least && number <= most) return {};
  return std::string(what) + ": found " + std::to_string(number) + ", expected " +
         std::to_string(least) + " to " + std::to_string(most);
}

std::string problem_of(const wrm_family_form& form) {
  std::string problem =
      problem_of_number("type", form.type, MetricType::counter, MetricType::info) +
      problem_of_number("number", form.number, Number::u64, Number::f64) +
      problem_of_number("aggregation", form.aggregation, Aggregation::sum, Aggregation::latest);
  if (!problem.empty()) return problem;
  if (form.scale == 0) return "scale: found 0, expected 1 or more";
  if (form.exemplars && form.type != WRM_COUNTER && form.type != WRM_HISTOGRAM) {
    return "exemplars: found true, expected false: only counters and histograms keep them";
  }
  return {};
}

/// Return what is wrong with values of one label, or an empty text.
std::string problem_of(const std::vector<std::string>& values) {
  for (auto value = values.begin(); value != values.end(); ++value) {
    if (!is_label_text(*value)) return "value " + quoted(*value) + ": expected UTF-8";
    if (std::find(values.begin(), value, *value) != value) {
      return "value " + quoted(*value) + ": found twice, expected once";
    }
  }
  return {};
}

/// Return what is wrong with bounds, or an empty text.
std::string problem_of(const std::vector<double>& bounds) {
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (!std::isfinite(bounds[i])) {
      return "found the bound " + text_of(bounds[i]) + ", expected a finite number";
    }
    if (i > 0 && bounds[i] <= bounds[i - 1]) {
      return "found the bound " + text_of(bounds[i]) + " after " + text_of(bounds[i - 1]) +
             ", expected ascending ones";
    }
  }
  return {};
}

/// Return the description that the core takes. `family` has to stay where it is.
FamilySpec spec_of(const wrm_domain::Family& family) {
  const wrm_family_form& form = family.form;
  return {.name = family.name,
          .help = family.help,
          .unit = family.unit,
          .type = static_cast<MetricType>(form.type),
          .number = static_cast<Number>(form.number),
          .aggregation = static_cast<Aggregation>(form.aggregation),
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

/// Return the description that the core takes. `event` has to stay where it is.
LogEventSpec spec_of(wrm_domain::Event& event) {
  for (wrm_domain::Field& field : event.fields) {
    field.views.assign(field.values.begin(), field.values.end());
    event.field_specs.push_back(
        {field.name, static_cast<LogFieldType>(field.type), {}, field.views});
  }
  return {event.name, static_cast<LogLevel>(event.level), event.message, event.field_specs};
}

/// The cells of all its series, or more than kMostCells.
std::uint64_t cells_of(const wrm_domain::Family& family) {
  std::uint64_t cells = spec_of(family).group_cells();
  for (const wrm_domain::Label& label : family.labels) {
    if (cells > kMostCells) break;
    cells *= label.values.empty() ? label.max_series : label.values.size();
  }
  return cells;
}

}  // namespace

wrm_domain::wrm_domain(std::string name) : name_(std::move(name)) {
  if (!is_name(name_, false)) {
    throw PreparationError("domain " + quoted(name_) +
                           ": expected a letter or _, then letters, digits and _");
  }
}

const Domain& wrm_domain::described() {
  const std::lock_guard lock(mutex_);
  if (is_described_) return domain_;
  for (Family& family : families_) {
    describe_labels(family);
    specs_.push_back(spec_of(family));
  }
  for (Event& event : events_) event_specs_.push_back(spec_of(event));
  domain_ = {name_, specs_, event_specs_};
  is_described_ = true;
  return domain_;
}

void wrm_domain::add(Family family) {
  const std::lock_guard lock(mutex_);
  require_open();
  if (!is_name(family.name, true)) {
    throw PreparationError(name_ + ": family " + quoted(family.name) +
                           ": expected a letter, _ or :, then these and digits");
  }
  const auto has_its_name = [&](const Family& other) { return other.name == family.name; };
  if (std::any_of(families_.begin(), families_.end(), has_its_name)) {
    refuse(family, "found twice, expected once");
  }
  if (!is_label_text(family.help))
    refuse(family, "help " + quoted(family.help) + ": expected UTF-8");
  if (!is_label_text(family.unit))
    refuse(family, "unit " + quoted(family.unit) + ": expected UTF-8");
  if (const std::string problem = problem_of(family.form); !problem.empty()) {
    refuse(family, problem);
  }
  families_.push_back(std::move(family));
}

void wrm_domain::add(Label label) {
  const std::lock_guard lock(mutex_);
  Family& family = last();
  const std::string place = "label " + quoted(label.name) + ": ";
  if (!is_name(label.name, false)) {
    refuse(family, place + "expected a letter or _, then letters, digits and _");
  }
  const auto has_its_name = [&](const Label& other) { return other.name == label.name; };
  if (std::any_of(family.labels.begin(), family.labels.end(), has_its_name)) {
    refuse(family, place + "found twice, expected once");
  }
  if (label.values.empty() == (label.max_series == 0)) {
    refuse(family, place + "found " + (label.values.empty() ? "neither" : "both") +
                       ", expected either values or a limit of series");
  }
  if (const std::string problem = problem_of(label.values); !problem.empty()) {
    refuse(family, place + problem);
  }
  family.labels.push_back(std::move(label));
  try {
    require_room(family);
  } catch (...) {
    family.labels.pop_back();
    throw;
  }
}

void wrm_domain::set_bounds(std::vector<double> bounds) {
  const std::lock_guard lock(mutex_);
  Family& family = last();
  if (!bounds.empty() && family.form.type != WRM_HISTOGRAM) {
    refuse(family, "found " + std::to_string(bounds.size()) +
                       " bounds, expected none: only a histogram has buckets");
  }
  if (const std::string problem = problem_of(bounds); !problem.empty()) refuse(family, problem);
  family.bounds.swap(bounds);
  try {
    require_room(family);
  } catch (...) {
    family.bounds.swap(bounds);
    throw;
  }
}

void wrm_domain::add(Event event) {
  const std::lock_guard lock(mutex_);
  require_open();
  const std::string place = name_ + "/" + event.name + ": ";
  if (!is_name(event.name, false)) {
    throw PreparationError(name_ + ": event " + quoted(event.name) +
                           ": expected a letter or _, then letters, digits and _");
  }
  if (const std::string problem =
          problem_of_number("level", event.level, LogLevel::debug, LogLevel::error);
      !problem.empty()) {
    throw PreparationError(place + problem);
  }
  if (!is_label_text(event.message)) {
    throw PreparationError(place + "message " + quoted(event.message) + ": expected UTF-8");
  }
  events_.push_back(std::move(event));
}

void wrm_domain::add(Field field) {
  const std::lock_guard lock(mutex_);
  require_open();
  if (events_.empty()) throw PreparationError(name_ + ": found no event, expected one before");
  Event& event = events_.back();
  const std::string place = name_ + "/" + event.name + ": field " + quoted(field.name) + ": ";
  if (!is_name(field.name, false)) {
    throw PreparationError(place + "expected a letter or _, then letters, digits and _");
  }
  if (event.fields.size() == WRM_LOG_MOST_FIELDS) {
    throw PreparationError(place + "expected at most " + std::to_string(WRM_LOG_MOST_FIELDS));
  }
  if (field.type < WRM_LOG_INTEGER || field.type > WRM_LOG_ID) {
    throw PreparationError(place + "found the type " + std::to_string(field.type));
  }
  if (field.values.empty() == (field.type == WRM_LOG_CHOICE)) {
    throw PreparationError(place + "expected values for a choice, and for nothing else");
  }
  if (const std::string problem = problem_of(field.values); !problem.empty()) {
    throw PreparationError(place + problem);
  }
  event.fields.push_back(std::move(field));
}

void wrm_domain::require_open() const {
  if (is_described_) throw PreparationError(name_ + ": a segment has it; it takes nothing more");
}

wrm_domain::Family& wrm_domain::last() {
  require_open();
  if (families_.empty()) throw PreparationError(name_ + ": found no family, expected one before");
  return families_.back();
}

void wrm_domain::refuse(const Family& family, const std::string& problem) const {
  throw PreparationError(name_ + "/" + family.name + ": " + problem);
}

void wrm_domain::require_room(const Family& family) const {
  if (cells_of(family) <= kMostCells) return;
  refuse(family, "the labels have too many combinations, expected at most " +
                     std::to_string(kMostCells) + " cells for all of them");
}

char* wrm_domain_make(const char* name, wrm_domain** made) {
  return guarded([&] {
    // Never freed, as segments are not, and reachable, so that leak detectors know it is meant.
    static std::mutex mutex;
    static auto* const kept = new std::deque<wrm_domain>;
    const std::lock_guard lock(mutex);
    given(made, "the place of the domain") = &kept->emplace_back(&given(name, "the name"));
  });
}

char* wrm_domain_add_family(wrm_domain* domain, const char* name, const char* help,
                            const char* unit, wrm_family_form form) {
  return guarded([&] {
    given(domain, "the domain")
        .add({.name = &given(name, "the name"),
              .help = &given(help, "the help"),
              .unit = &given(unit, "the unit"),
              .labels = {},
              .label_specs = {},
              .bounds = {},
              .form = form});
  });
}

char* wrm_domain_add_label(wrm_domain* domain, const char* name, const char* const* values,
                           std::size_t value_count, std::uint32_t max_series) {
  return guarded([&] {
    if (value_count != 0) static_cast<void>(given(values, "the list of values"));
    given(domain, "the domain")
        .add(wrm_domain::Label{
            &given(name, "the name"), texts_of(values, value_count), {}, max_series});
  });
}

char* wrm_domain_add_event(wrm_domain* domain, const char* name, std::uint8_t level,
                           const char* message) {
  return guarded([&] {
    given(domain, "the domain")
        .add(wrm_domain::Event{
            &given(name, "the name"), level, &given(message, "the message"), {}, {}});
  });
}

char* wrm_domain_add_event_field(wrm_domain* domain, const char* name, std::uint32_t type,
                                 const char* const* values, std::size_t value_count) {
  return guarded([&] {
    if (value_count != 0) static_cast<void>(given(values, "the list of values"));
    given(domain, "the domain")
        .add(wrm_domain::Field{&given(name, "the name"), type, texts_of(values, value_count), {}});
  });
}

char* wrm_domain_set_bounds(wrm_domain* domain, const double* bounds, std::size_t count) {
  return guarded([&] {
    if (count != 0) static_cast<void>(given(bounds, "the list of bounds"));
    given(domain, "the domain").set_bounds(std::vector<double>(bounds, bounds + count));
  });
}
