/// The Python type Scan: reads fields of the rows of a block.
#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "rows_object.h"
#include "scan.h"

namespace whiteroom::logs {
namespace {

using namespace whiteroom::monitoring::python;

/// The value of a sample that is no field: 1, or the bytes of the line.
constexpr Py_ssize_t kOne = -1;
constexpr Py_ssize_t kLineBytes = -2;
constexpr double kSecondNs = 1e9;

struct ScanObject {
  PyObject_HEAD Scan* scan;
};

PyTypeObject* scan_type = nullptr;

const Scan& scan_of(PyObject* self) { return *reinterpret_cast<ScanObject*>(self)->scan; }

std::vector<std::string> texts_of(PyObject* object) {
  std::vector<std::string> texts;
  Ref list(PySequence_Fast(object, "expected names"));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(list.get()); ++i) {
    texts.emplace_back(bytes_of(PySequence_Fast_GET_ITEM(list.get(), i)));
  }
  return texts;
}

FieldTest test_of(PyObject* object, std::size_t fields) {
  Py_ssize_t field = 0;
  int kind = 0;
  int comparison = 0;
  double number = 0;
  PyObject* text = nullptr;
  if (!PyArg_ParseTuple(object, "niidS", &field, &kind, &comparison, &number, &text)) {
    throw PythonError{};
  }
  const bool is_known = field >= 0 && static_cast<std::size_t>(field) < fields && kind >= 0 &&
                        kind <= static_cast<int>(FieldKind::kBytes) && comparison >= 0 &&
                        comparison <= static_cast<int>(Comparison::kAtLeast);
  if (!is_known) raise(PyExc_ValueError, "an unknown field, kind or comparison");
  return {static_cast<std::size_t>(field), static_cast<FieldKind>(kind),
          static_cast<Comparison>(comparison), number, std::string(bytes_of(text))};
}

PyObject* scan_new(PyTypeObject* type, PyObject* arguments, PyObject*) {
  return guarded([&]() -> PyObject* {
    int is_json = 0;
    int stops = 0;
    PyObject* names = nullptr;
    PyObject* others = nullptr;
    PyObject* tests = nullptr;
    if (!PyArg_ParseTuple(arguments, "ppOOO", &is_json, &stops, &names, &others, &tests)) {
      throw PythonError{};
    }
    Scan scan{is_json != 0, stops != 0, texts_of(names), texts_of(others), {}};
    Ref list(PySequence_Fast(tests, "expected tests"));
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(list.get()); ++i) {
      scan.tests.push_back(test_of(PySequence_Fast_GET_ITEM(list.get(), i), scan.names.size()));
    }
    Ref self(type->tp_alloc(type, 0));
    reinterpret_cast<ScanObject*>(self.get())->scan = new Scan(std::move(scan));
    return self.release();
  });
}

void scan_delete(PyObject* self) {
  delete reinterpret_cast<ScanObject*>(self)->scan;
  PyTypeObject* const type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

/// Return those of some rows, given as (rows, numbers), that `is_left_out` is false of.
template <class IsLeftOut>
PyObject* scanned(PyObject* self, PyObject* arguments, const IsLeftOut& is_left_out) {
  return guarded([&]() -> PyObject* {
    PyObject* object = nullptr;
    PyObject* list = nullptr;
    if (!PyArg_ParseTuple(arguments, "OO", &object, &list)) throw PythonError{};
    const Scan& scan = scan_of(self);
    Rows& rows = rows_of(object);
    std::vector<std::uint32_t> numbers = numbers_of(list, rows);
    {
      const GilReleased released;
      const std::shared_lock<std::shared_mutex> lock(rows.mutex);
      Fields fields;
      const auto leaves = [&](std::uint32_t number) {
        read_fields(scan, rows[number], fields);
        return is_left_out(scan, fields);
      };
      numbers.erase(std::remove_if(numbers.begin(), numbers.end(), leaves), numbers.end());
    }
    return as_list(numbers);
  });
}

/// matching(rows, numbers): the rows that may meet the tests.
PyObject* scan_matching(PyObject* self, PyObject* arguments) {
  return scanned(self, arguments, [](const Scan& scan, const Fields& fields) {
    return fields.is_sure && meets(scan, fields) == false;
  });
}

/// met(rows, numbers): the rows that are sure to meet the tests.
PyObject* scan_met(PyObject* self, PyObject* arguments) {
  return scanned(self, arguments, [](const Scan& scan, const Fields& fields) {
    return !fields.is_sure || meets(scan, fields) != true;
  });
}

/// What a sample is made of.
struct Sampling {
  Py_ssize_t value;
  FieldKind kind;
  std::vector<std::size_t> groups;
};

struct Series {
  std::vector<std::int64_t> times;
  std::vector<double> values;
};

struct Sampled {
  std::vector<std::string> keys;
  std::vector<Series> series;
  std::vector<std::uint32_t> unsure;
};

/// The groups' values of a line as one text: each after a byte that says whether there is one.
void write_key(const Sampling& sampling, const Fields& fields, std::string& key) {
  key.clear();
  for (const std::size_t field : sampling.groups) {
    const auto& value = fields.values[field];
    key.push_back(value ? '\1' : '\0');
    if (!value) continue;
    key.append(*value);
    key.push_back('\0');
  }
}

/// Whether the values of a group can be told apart again.
bool is_plain(const Sampling& sampling, const Fields& fields) {
  return std::all_of(sampling.groups.begin(), sampling.groups.end(), [&](std::size_t field) {
    return !fields.values[field] || fields.values[field]->find('\0') == std::string_view::npos;
  });
}

/// The value of a line; 0 where it has none (is_there is false then), or where it is not sure.
double value_of(const Sampling& sampling, const Row& row, Fields& fields, bool& is_there) {
  is_there = true;
  if (sampling.value == kOne) return 1;
  if (sampling.value == kLineBytes) return static_cast<double>(row.line.size());
  const auto& text = fields.values[static_cast<std::size_t>(sampling.value)];
  is_there = text && !text->empty();
  if (!is_there) return 0;
  const std::optional<double> number = number_of(*text, sampling.kind);
  if (!number) fields.is_sure = false;
  const double value = number.value_or(0);
  return sampling.kind == FieldKind::kDuration ? value / kSecondNs : value;
}

Sampled sample(const Scan& scan, const Sampling& sampling, const Rows& rows,
               const std::vector<std::uint32_t>& numbers) {
  Sampled sampled;
  std::unordered_map<std::string, std::size_t> known;
  Fields fields;
  std::string key;
  for (const std::uint32_t number : numbers) {
    const Row row = rows[number];
    read_fields(scan, row, fields);
    const std::optional<bool> is_met = fields.is_sure ? meets(scan, fields) : std::nullopt;
    if (is_met == false) continue;
    bool is_there = false;
    const double value = is_met ? value_of(sampling, row, fields, is_there) : 0;
    if (!is_met || !fields.is_sure || !is_plain(sampling, fields)) {
      sampled.unsure.push_back(number);
      continue;
    }
    if (!is_there) continue;
    write_key(sampling, fields, key);
    const auto [at, is_new] = known.try_emplace(key, sampled.series.size());
    if (is_new) {
      sampled.keys.push_back(key);
      sampled.series.emplace_back();
    }
    Series& series = sampled.series[at->second];
    series.times.push_back(row.time_ns);
    series.values.push_back(value);
  }
  return sampled;
}

Ref values_of_key(std::string_view key, std::size_t count) {
  Ref tuple(PyTuple_New(static_cast<Py_ssize_t>(count)));
  for (std::size_t i = 0; i < count; ++i) {
    const bool has_value = key.front() != '\0';
    key.remove_prefix(1);
    PyObject* item = Py_NewRef(Py_None);
    if (has_value) {
      const std::size_t size = key.find('\0');
      Py_DECREF(item);
      item = Ref(PyUnicode_FromStringAndSize(key.data(), static_cast<Py_ssize_t>(size))).release();
      key.remove_prefix(size + 1);
    }
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), item);
  }
  return tuple;
}

template <class T, class Make>
Ref list_of(const std::vector<T>& values, const Make& make) {
  Ref list(PyList_New(static_cast<Py_ssize_t>(values.size())));
  for (std::size_t i = 0; i < values.size(); ++i) {
    PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), Ref(make(values[i])).release());
  }
  return list;
}

PyObject* as_samples(const Sampled& sampled, std::size_t groups) {
  Ref list(PyList_New(0));
  for (std::size_t i = 0; i < sampled.series.size(); ++i) {
    const Series& series = sampled.series[i];
    Ref times = list_of(series.times, [](std::int64_t time) { return PyLong_FromLongLong(time); });
    Ref values = list_of(series.values, [](double value) { return PyFloat_FromDouble(value); });
    Ref key = values_of_key(sampled.keys[i], groups);
    Ref one(PyTuple_Pack(3, key.get(), times.get(), values.get()));
    if (PyList_Append(list.get(), one.get()) != 0) throw PythonError{};
  }
  Ref unsure(as_list(sampled.unsure));
  return PyTuple_Pack(2, list.get(), unsure.get());
}

/// samples(rows, numbers, value, kind, groups)
PyObject* scan_samples(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    PyObject* object = nullptr;
    PyObject* list = nullptr;
    Py_ssize_t value = 0;
    int kind = 0;
    PyObject* groups = nullptr;
    if (!PyArg_ParseTuple(arguments, "OOniO", &object, &list, &value, &kind, &groups)) {
      throw PythonError{};
    }
    const Scan& scan = scan_of(self);
    const auto count = static_cast<Py_ssize_t>(scan.names.size());
    if (value < kLineBytes || value >= count || kind < 0 ||
        kind > static_cast<int>(FieldKind::kBytes)) {
      raise(PyExc_ValueError, "an unknown field or kind");
    }
    Sampling sampling{value, static_cast<FieldKind>(kind), {}};
    Ref fields(PySequence_Fast(groups, "expected fields"));
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(fields.get()); ++i) {
      const Py_ssize_t field = PyLong_AsSsize_t(PySequence_Fast_GET_ITEM(fields.get(), i));
      if (PyErr_Occurred() != nullptr) throw PythonError{};
      if (field < 0 || field >= count) raise(PyExc_ValueError, "an unknown field");
      sampling.groups.push_back(static_cast<std::size_t>(field));
    }
    Rows& rows = rows_of(object);
    const std::vector<std::uint32_t> numbers = numbers_of(list, rows);
    Sampled sampled;
    {
      const GilReleased released;
      const std::shared_lock<std::shared_mutex> lock(rows.mutex);
      sampled = sample(scan, sampling, rows, numbers);
    }
    return as_samples(sampled, sampling.groups.size());
  });
}

PyMethodDef scan_methods[] = {
    {"matching", scan_matching, METH_VARARGS, "matching(rows, numbers)\n--\n\n"},
    {"met", scan_met, METH_VARARGS, "met(rows, numbers)\n--\n\n"},
    {"samples", scan_samples, METH_VARARGS, "samples(rows, numbers, value, kind, groups)\n--\n\n"},
    {}};

PyType_Slot scan_slots[] = {{Py_tp_new, reinterpret_cast<void*>(scan_new)},
                            {Py_tp_dealloc, reinterpret_cast<void*>(scan_delete)},
                            {Py_tp_methods, scan_methods},
                            {0, nullptr}};
PyType_Spec scan_spec = {"whiteroom_monitoring.logs._native.Scan", sizeof(ScanObject), 0,
                         Py_TPFLAGS_DEFAULT, scan_slots};

}  // namespace

bool add_scan(PyObject* module) {
  scan_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&scan_spec));
  return scan_type != nullptr &&
         PyModule_AddObjectRef(module, "Scan", reinterpret_cast<PyObject*>(scan_type)) == 0;
}

}  // namespace whiteroom::logs
