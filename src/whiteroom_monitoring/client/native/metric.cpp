#include "metric.h"

#include <algorithm>
#include <cmath>

#include "exemplar_argument.h"
#include "whiteroom/monitoring/cells.h"

namespace whiteroom::monitoring::python {
namespace {

PyTypeObject* g_types[6] = {};

Metric* metric_of(PyObject* object) { return reinterpret_cast<Metric*>(object); }

std::string name_of(const Metric* metric) { return std::string(metric->root->family->spec().name); }

// --- labels ------------------------------------------------------------------------------------

/// Keyword arguments of a call: values in the order of the family's labels.
using LabelValues = std::vector<PyObject*>;

std::string words_of_labels(const Family& family) {
  std::string words;
  for (const Family::Label& label : family.labels()) {
    words += (words.empty() ? "" : ", ") + label.name;
  }
  return words.empty() ? "no labels" : words;
}

/// Return the value given for `label`, or null. Names are interned, so identity nearly always
/// decides.
PyObject* value_for(const Family::Label& label, PyObject* const* values, PyObject* names) {
  const Py_ssize_t count = PyTuple_GET_SIZE(names);
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (PyTuple_GET_ITEM(names, i) == label.interned) return values[i];
  }
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (PyUnicode_Compare(PyTuple_GET_ITEM(names, i), label.interned) == 0) return values[i];
  }
  return nullptr;
}

/// Whether keyword arguments name what a call takes by position alone, and what is no label.
bool names_amount(const Family& family, PyObject* names) {
  const auto has_label = [&](std::string_view name) {
    return std::any_of(family.labels().begin(), family.labels().end(),
                       [&](const Family::Label& label) { return label.name == name; });
  };
  for (Py_ssize_t i = 0; names != nullptr && i < PyTuple_GET_SIZE(names); ++i) {
    const std::string_view name = text_of(PyTuple_GET_ITEM(names, i));
    if ((name == "amount" || name == "value") && !has_label(name)) return true;
  }
  return false;
}

[[noreturn]] void raise_labels(const Metric* metric, PyObject* names) {
  if (names_amount(*metric->root->family, names)) {
    raise(PyExc_TypeError, name_of(metric) + ": the amount is given by position, as in inc(2)");
  }
  raise(PyExc_TypeError,
        name_of(metric) + ": expected the labels: " + words_of_labels(*metric->root->family));
}

/// Whether a value is an int, which is a label by its digits; a bool is none.
bool is_whole(PyObject* value) { return PyLong_Check(value) != 0 && PyBool_Check(value) == 0; }

/// Return the digits of an int as a str; also those of a subclass whose own str() says more.
PyObject* digits_of(PyObject* whole) { return PyLong_Type.tp_repr(whole); }

std::size_t closed_index(const Metric* metric, const Family::Label& label, PyObject* value) {
  PyObject* const index = PyDict_GetItemWithError(label.index_of, value);
  if (index != nullptr) return static_cast<std::size_t>(PyLong_AsSsize_t(index));
  if (PyErr_Occurred() != nullptr) throw PythonError{};
  if (is_whole(value)) return closed_index(metric, label, Ref(digits_of(value)).get());
  const Ref shown(PyObject_Repr(value));
  std::string known;
  for (const std::string& each : label.values) known += (known.empty() ? "" : ", ") + each;
  raise(PyExc_ValueError, name_of(metric) + ": label " + label.name + ": found " +
                              std::string(text_of(shown.get())) + ", expected one of " + known);
}

/// Return the cells for open label values, from the cache or from the segment.
std::uint64_t* open_cells(const Metric* metric, const LabelValues& open, std::size_t* place) {
  Root& root = *metric->root;
  Ref key;
  if (open.size() == 1) {
    key = Ref(Py_NewRef(open[0]));
  } else {
    key = Ref(PyTuple_New(static_cast<Py_ssize_t>(open.size())));
    for (std::size_t i = 0; i < open.size(); ++i) {
      PyTuple_SET_ITEM(key.get(), static_cast<Py_ssize_t>(i), Py_NewRef(open[i]));
    }
  }
  if (PyObject* const known = PyDict_GetItemWithError(root.place_of, key.get())) {
    *place = static_cast<std::size_t>(PyLong_AsSsize_t(known));
    return root.places[*place].cells;
  }
  if (PyErr_Occurred() != nullptr) throw PythonError{};
  std::vector<std::string> values;
  for (PyObject* value : open) {
    if (!PyUnicode_Check(value)) {
      raise(PyExc_TypeError, name_of(metric) + ": the value of a label must be a str or an int");
    }
    values.emplace_back(text_of(value));
  }
  // Beyond the limit nothing is cached, or values from outside could fill the memory.
  if (root.places.size() > root.family->spec().open_series()) {
    *place = kNoPlace;
    if (root.segment != nullptr) return root.cells_in_segment(values);
    wrm_any_add(&root.lost[WRM_LOST_SERIES_LIMIT], 1);
    return root.places[0].cells;
  }
  *place = root.add_place(std::move(values));
  const Ref index(PyLong_FromSize_t(*place));
  if (PyDict_SetItem(root.place_of, key.get(), index.get()) != 0) throw PythonError{};
  return root.places[*place].cells;
}

struct Found {
  std::uint64_t* cells;
  std::size_t place;
  std::size_t offset;
};

/// Find the series that keyword arguments name. Throws PythonError for wrong labels.
Found find(const Metric* metric, PyObject* const* values, PyObject* names) {
  const Family& family = *metric->root->family;
  const std::vector<Family::Label>& labels = family.labels();
  const auto given = names == nullptr ? 0U : static_cast<std::size_t>(PyTuple_GET_SIZE(names));
  if (metric->cells != nullptr || given != labels.size()) raise_labels(metric, names);
  std::size_t index = 0;
  LabelValues open;
  std::vector<Ref> digits;
  for (const Family::Label& label : labels) {
    PyObject* const value = value_for(label, values, names);
    if (value == nullptr) raise_labels(metric, names);
    if (label.index_of == nullptr) {
      if (is_whole(value)) digits.emplace_back(digits_of(value));
      open.push_back(is_whole(value) ? digits.back().get() : value);
    } else {
      index = index * label.values.size() + closed_index(metric, label, value);
    }
  }
  const std::size_t offset = index * family.spec().group_cells();
  if (open.empty()) return {metric->root->places[0].cells + offset, 0, offset};
  std::size_t place = 0;
  std::uint64_t* const cells = open_cells(metric, open, &place);
  return {cells + offset, place, offset};
}

/// Return the cells that a call records into.
inline std::uint64_t* target(const Metric* metric, PyObject* const* arguments, Py_ssize_t count,
                             PyObject* names) {
  if (names == nullptr && metric->cells != nullptr) return metric->cells;
  return find(metric, arguments + count, names).cells;
}

inline void add(const Metric* metric, std::uint64_t* cell, std::uint64_t amount) {
  // The interpreter's lock makes this thread the only writer of a realtime cell.
  if (metric->root->family->spec().writers == Writers::one) {
    wrm_realtime_add(cell, amount);
  } else {
    wrm_any_add(cell, amount);
  }
}

// --- amounts -----------------------------------------------------------------------------------

double real_number(const Metric* metric, PyObject* value) {
  const double number = PyFloat_AsDouble(value);
  if (number == -1.0 && PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    const Ref shown(PyObject_Repr(value));
    raise(PyExc_TypeError,
          name_of(metric) + ": found " + std::string(text_of(shown.get())) + ", expected a number");
  }
  return number;
}

std::int64_t whole_number(const Metric* metric, PyObject* value) {
  if (PyFloat_Check(value)) {
    const double real = PyFloat_AS_DOUBLE(value);
    if (real == std::floor(real) && std::abs(real) < 9.2e18) return std::llround(real);
  }
  const long long number = PyLong_AsLongLong(value);
  if (number == -1 && PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    const Ref shown(PyObject_Repr(value));
    raise(PyExc_TypeError, name_of(metric) + ": found " + std::string(text_of(shown.get())) +
                               ", expected a whole number");
  }
  return number;
}

/// Return an amount in units of the cells: whole, or seconds as nanoseconds.
std::int64_t amount_of(const Metric* metric, PyObject* value) {
  const std::uint32_t scale = metric->root->family->spec().scale;
  if (scale == 1) return whole_number(metric, value);
  const double amount = real_number(metric, value) * scale;
  if (!(std::abs(amount) < 9.2e18)) {
    raise(PyExc_ValueError, name_of(metric) + ": the amount is too large or no number");
  }
  return std::llround(amount);
}

void check_count(const Metric* metric, Py_ssize_t count, Py_ssize_t least, Py_ssize_t most) {
  if (count >= least && count <= most) return;
  raise(PyExc_TypeError, name_of(metric) + ": found " + std::to_string(count) +
                             " positional arguments, expected " +
                             (least == most ? "" : "at most ") + std::to_string(most));
}

// --- methods -----------------------------------------------------------------------------------

PyObject* counter_inc(PyObject* self, PyObject* const* arguments, Py_ssize_t count,
                      PyObject* names) {
  Metric* const metric = metric_of(self);
  if (count == 0 && names == nullptr && metric->cells != nullptr &&
      metric->root->family->spec().scale == 1) {
    add(metric, metric->cells, 1);
    Py_RETURN_NONE;
  }
  return guarded([&]() -> PyObject* {
    check_count(metric, count, 0, 1);
    const std::int64_t amount =
        count == 0 ? metric->root->family->spec().scale : amount_of(metric, arguments[0]);
    if (amount < 0) {
      raise(PyExc_ValueError, name_of(metric) + ": a counter never goes down");
    }
    const FamilySpec& spec = metric->root->family->spec();
    const LabelArguments labels(arguments, count, names, spec.exemplars);
    std::uint64_t* const cells = target(metric, labels.arguments(), count, labels.names());
    add(metric, cells, static_cast<std::uint64_t>(amount));
    if (labels.exemplar()) wrm_exemplar_put(cells + 1, amount, &*labels.exemplar());
    Py_RETURN_NONE;
  });
}

PyObject* gauge_set(PyObject* self, PyObject* const* arguments, Py_ssize_t count, PyObject* names) {
  Metric* const metric = metric_of(self);
  return guarded([&]() -> PyObject* {
    check_count(metric, count, 1, 1);
    const double value = real_number(metric, arguments[0]);
    wrm_store(target(metric, arguments, count, names), wrm_f64_bits(value));
    Py_RETURN_NONE;
  });
}

PyObject* level_set(PyObject* self, PyObject* const* arguments, Py_ssize_t count, PyObject* names) {
  Metric* const metric = metric_of(self);
  return guarded([&]() -> PyObject* {
    check_count(metric, count, 1, 1);
    const std::int64_t value = amount_of(metric, arguments[0]);
    wrm_store(target(metric, arguments, count, names), static_cast<std::uint64_t>(value));
    Py_RETURN_NONE;
  });
}

template <int sign>
PyObject* level_move(PyObject* self, PyObject* const* arguments, Py_ssize_t count,
                     PyObject* names) {
  Metric* const metric = metric_of(self);
  return guarded([&]() -> PyObject* {
    check_count(metric, count, 0, 1);
    const std::int64_t amount =
        count == 0 ? metric->root->family->spec().scale : amount_of(metric, arguments[0]);
    add(metric, target(metric, arguments, count, names), static_cast<std::uint64_t>(sign * amount));
    Py_RETURN_NONE;
  });
}

/// Return an observation in units of the cells, or false for one that has no place on the axis.
bool observation(const Metric* metric, PyObject* value, std::int64_t& cell) {
  const double scaled =
      real_number(metric, value) * static_cast<double>(metric->root->family->spec().scale);
  if (!(std::abs(scaled) < 9.2e18)) {
    wrm_any_add(&metric->root->lost[WRM_LOST_NOT_A_NUMBER], 1);
    return false;
  }
  cell = std::llround(scaled);
  return true;
}

PyObject* histogram_observe(PyObject* self, PyObject* const* arguments, Py_ssize_t count,
                            PyObject* names) {
  Metric* const metric = metric_of(self);
  return guarded([&]() -> PyObject* {
    check_count(metric, count, 1, 1);
    std::int64_t value = 0;
    const Family& family = *metric->root->family;
    const LabelArguments labels(arguments, count, names, family.spec().exemplars);
    std::uint64_t* const group = target(metric, labels.arguments(), count, labels.names());
    if (!observation(metric, arguments[0], value)) Py_RETURN_NONE;
    const std::vector<std::int64_t>& bounds = family.cell_bounds();
    const auto size = static_cast<std::uint32_t>(bounds.size());
    const std::uint32_t bucket = wrm_bucket(bounds.data(), size, value);
    add(metric, &group[bucket], 1);
    add(metric, &group[size + 1], static_cast<std::uint64_t>(value));
    if (labels.exemplar()) {
      std::uint64_t* const slots = group + family.spec().value_cells();
      wrm_exemplar_put(&slots[bucket * WRM_EXEMPLAR_CELLS], value, &*labels.exemplar());
    }
    Py_RETURN_NONE;
  });
}

PyObject* summary_observe(PyObject* self, PyObject* const* arguments, Py_ssize_t count,
                          PyObject* names) {
  Metric* const metric = metric_of(self);
  return guarded([&]() -> PyObject* {
    check_count(metric, count, 1, 1);
    std::int64_t value = 0;
    std::uint64_t* const group = target(metric, arguments, count, names);
    if (!observation(metric, arguments[0], value)) Py_RETURN_NONE;
    add(metric, &group[0], 1);
    add(metric, &group[1], static_cast<std::uint64_t>(value));
    Py_RETURN_NONE;
  });
}

PyObject* info_set(PyObject* self, PyObject* const* arguments, Py_ssize_t count, PyObject* names) {
  Metric* const metric = metric_of(self);
  return guarded([&]() -> PyObject* {
    check_count(metric, count, 0, 0);
    std::uint64_t* const stated = target(metric, arguments, count, names);
    // One fact is true at a time: what was stated before is not exposed any more.
    for (const Cells& place : metric->root->places) {
      for (std::uint32_t i = 0; i < metric->root->family->cells(); ++i) {
        if (&place.cells[i] != stated) wrm_store(&place.cells[i], 0);
      }
    }
    wrm_store(stated, 1);
    Py_RETURN_NONE;
  });
}

PyObject* metric_labels(PyObject* self, PyObject* const* arguments, Py_ssize_t count,
                        PyObject* names) {
  Metric* const metric = metric_of(self);
  return guarded([&]() -> PyObject* {
    check_count(metric, count, 0, 0);
    const Found found = find(metric, arguments, names);
    const std::size_t place = found.place;
    Ref child(Py_TYPE(self)->tp_alloc(Py_TYPE(self), 0));
    Metric* const made = metric_of(child.get());
    new (&made->root) std::shared_ptr<Root>(metric->root);
    made->cells = found.cells;
    made->place = place;
    made->offset = found.offset;
    metric->root->children.push_back(made);
    return child.release();
  });
}

PyObject* metric_name(PyObject* self, void*) {
  return PyUnicode_FromString(name_of(metric_of(self)).c_str());
}

PyObject* metric_repr(PyObject* self) {
  return PyUnicode_FromFormat("<%s %s>", Py_TYPE(self)->tp_name, name_of(metric_of(self)).c_str());
}

// --- life --------------------------------------------------------------------------------------

template <MetricType type>
PyObject* metric_new(PyTypeObject* python_type, PyObject* arguments, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    auto root = std::make_shared<Root>();
    root->family.reset(Family::from_arguments(type, arguments, keywords));
    root->place_of = Ref(PyDict_New()).release();
    // Place 0 is the only one without open labels; with them it takes what is over the limit.
    root->add_place({});
    Ref made(python_type->tp_alloc(python_type, 0));
    Metric* const metric = metric_of(made.get());
    new (&metric->root) std::shared_ptr<Root>(std::move(root));
    metric->cells =
        metric->root->family->labels().empty() ? metric->root->places[0].cells : nullptr;
    metric->place = 0;
    metric->offset = 0;
    metric->root->children.push_back(metric);
    return made.release();
  });
}

void metric_dealloc(PyObject* self) {
  Metric* const metric = metric_of(self);
  PyTypeObject* const type = Py_TYPE(self);
  if (metric->root) {
    std::erase(metric->root->children, metric);
    metric->root.~shared_ptr();
  }
  type->tp_free(self);
  Py_DECREF(type);
}

constexpr const char* kLabelsDoc =
    "labels(**labels)\n--\n\nReturn a handle for one combination of labels; keep it.";

template <class Method>
PyMethodDef method(const char* name, Method function, const char* doc) {
  return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function)),
          METH_FASTCALL | METH_KEYWORDS, doc};
}

PyMethodDef counter_methods[] = {
    method(
        "inc", counter_inc,
        "inc(amount=1, **labels)\n--\n\nAdd `amount` (seconds for a counter of seconds). A metric "
        "with exemplars takes the keyword `exemplar`, too."),
    method("labels", metric_labels, kLabelsDoc),
    {}};
PyMethodDef gauge_methods[] = {
    method("set", gauge_set, "set(value, **labels)\n--\n\nSay what the value is now."),
    method("labels", metric_labels, kLabelsDoc),
    {}};
PyMethodDef up_down_counter_methods[] = {
    method("set", level_set, "set(value, **labels)\n--\n\nSay what the level is now."),
    method("inc", level_move<1>, "inc(amount=1, **labels)\n--\n\nRaise the level."),
    method("dec", level_move<-1>, "dec(amount=1, **labels)\n--\n\nLower the level."),
    method("labels", metric_labels, kLabelsDoc),
    {}};
PyMethodDef histogram_methods[] = {
    method("observe", histogram_observe,
           "observe(value, **labels)\n--\n\nPut `value` (in the metric's unit) into its bucket. A "
           "metric with exemplars takes the keyword `exemplar`, too."),
    method("labels", metric_labels, kLabelsDoc),
    {}};
PyMethodDef summary_methods[] = {
    method("observe", summary_observe, "observe(value, **labels)\n--\n\nCount and add `value`."),
    method("labels", metric_labels, kLabelsDoc),
    {}};
PyMethodDef info_methods[] = {method("set", info_set,
                                     "set(**labels)\n--\n\nState the fact that the labels tell, "
                                     "instead of what was stated before."),
                              {}};

PyGetSetDef metric_getset[] = {
    {"name", metric_name, nullptr, "The name in the catalogue.", nullptr}, {}};

template <MetricType type>
PyTypeObject* make_type(const char* name, PyMethodDef* methods) {
  PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(metric_new<type>)},
                         {Py_tp_dealloc, reinterpret_cast<void*>(metric_dealloc)},
                         {Py_tp_methods, methods},
                         {Py_tp_getset, metric_getset},
                         {Py_tp_repr, reinterpret_cast<void*>(metric_repr)},
                         {0, nullptr}};
  PyType_Spec spec = {name, sizeof(Metric), 0, Py_TPFLAGS_DEFAULT, slots};
  return reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
}

}  // namespace

bool is_metric(PyObject* object) {
  return std::any_of(std::begin(g_types), std::end(g_types),
                     [&](PyTypeObject* type) { return Py_TYPE(object) == type; });
}

bool add_metric_types(PyObject* module) {
  g_types[0] = make_type<MetricType::counter>("whiteroom_monitoring.client._native.Counter",
                                              counter_methods);
  g_types[1] =
      make_type<MetricType::gauge>("whiteroom_monitoring.client._native.Gauge", gauge_methods);
  g_types[2] = make_type<MetricType::gauge>("whiteroom_monitoring.client._native.UpDownCounter",
                                            up_down_counter_methods);
  g_types[3] = make_type<MetricType::histogram>("whiteroom_monitoring.client._native.Histogram",
                                                histogram_methods);
  g_types[4] = make_type<MetricType::summary>("whiteroom_monitoring.client._native.Summary",
                                              summary_methods);
  g_types[5] =
      make_type<MetricType::info>("whiteroom_monitoring.client._native.Info", info_methods);
  return std::all_of(std::begin(g_types), std::end(g_types), [&](PyTypeObject* type) {
    return type != nullptr && PyModule_AddType(module, type) == 0;
  });
}

}  // namespace whiteroom::monitoring::python
