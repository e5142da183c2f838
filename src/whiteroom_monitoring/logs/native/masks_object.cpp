/// The Python type Masks: lines without what changes in them, counted by steps of time.
#include <mutex>
#include <unordered_map>

#include "rows_object.h"

namespace whiteroom::logs {
namespace {

using namespace whiteroom::monitoring::python;

constexpr std::string_view kChanging = "<_>";

struct MaskCounts {
  std::unordered_map<std::string, std::unordered_map<std::int64_t, std::uint64_t>> lines;
  std::size_t bytes = 0;
  std::size_t most_lines = 0;
  std::size_t most_bytes = 0;
};

struct MasksObject {
  PyObject_HEAD MaskCounts* counts;
};

PyTypeObject* masks_type = nullptr;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool begins_word(char c) noexcept { return is_letter(c) || c == '_' || c == '-'; }
bool continues_word(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == ':' || c == '+' ||
         c == '%';
}

/// Write the line with `<_>` for each word that has a digit.
void write_mask(std::string_view line, std::string& mask) {
  mask.clear();
  std::size_t at = 0;
  while (at < line.size()) {
    const std::size_t begin = at;
    while (at < line.size() && begins_word(line[at])) ++at;
    if (at < line.size() && is_digit(line[at])) {
      while (at < line.size() && continues_word(line[at])) ++at;
      mask.append(kChanging);
      continue;
    }
    if (at == begin) ++at;
    mask.append(line.substr(begin, at - begin));
  }
}

void count(MaskCounts& counts, const std::string& mask, std::int64_t step, std::uint64_t lines) {
  auto known = counts.lines.find(mask);
  if (known == counts.lines.end()) {
    if (counts.lines.size() >= counts.most_lines || counts.bytes >= counts.most_bytes) return;
    counts.bytes += mask.size();
    known = counts.lines.try_emplace(mask).first;
  }
  known->second[step] += lines;
}

std::int64_t step_of(std::int64_t time_ns, std::int64_t step_ns) noexcept {
  const std::int64_t rest = time_ns % step_ns;
  return time_ns - (rest < 0 ? rest + step_ns : rest);
}

MaskCounts& counts_of(PyObject* self) { return *reinterpret_cast<MasksObject*>(self)->counts; }

PyObject* masks_new(PyTypeObject* type, PyObject* arguments, PyObject*) {
  return guarded([&]() -> PyObject* {
    Py_ssize_t lines = 0;
    Py_ssize_t bytes = 0;
    if (!PyArg_ParseTuple(arguments, "nn", &lines, &bytes)) throw PythonError{};
    Ref self(type->tp_alloc(type, 0));
    auto* const counts = new MaskCounts;
    reinterpret_cast<MasksObject*>(self.get())->counts = counts;
    counts->most_lines = static_cast<std::size_t>(lines);
    counts->most_bytes = static_cast<std::size_t>(bytes);
    return self.release();
  });
}

void masks_delete(PyObject* self) {
  delete reinterpret_cast<MasksObject*>(self)->counts;
  PyTypeObject* const type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

/// add(time_ns, line, step_ns)
PyObject* masks_add(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    long long time = 0;
    long long step = 0;
    PyObject* line = nullptr;
    if (!PyArg_ParseTuple(arguments, "LSL", &time, &line, &step)) throw PythonError{};
    if (step <= 0) raise(PyExc_ValueError, "expected a step above 0");
    std::string mask;
    write_mask(bytes_of(line), mask);
    count(counts_of(self), mask, step_of(time, step), 1);
    Py_RETURN_NONE;
  });
}

/// add_rows(rows, numbers, step_ns)
PyObject* masks_add_rows(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    PyObject* object = nullptr;
    PyObject* list = nullptr;
    long long step = 0;
    if (!PyArg_ParseTuple(arguments, "OOL", &object, &list, &step)) throw PythonError{};
    if (step <= 0) raise(PyExc_ValueError, "expected a step above 0");
    Rows& rows = rows_of(object);
    const std::vector<std::uint32_t> numbers = numbers_of(list, rows);
    MaskCounts& counts = counts_of(self);
    {
      const GilReleased released;
      const std::shared_lock<std::shared_mutex> lock(rows.mutex);
      std::string mask;
      for (const std::uint32_t number : numbers) {
        const Row row = rows[number];
        write_mask(row.line, mask);
        count(counts, mask, step_of(row.time_ns, step), 1);
      }
    }
    Py_RETURN_NONE;
  });
}

/// lines(): each mask with how many lines it has in each step.
PyObject* masks_lines(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    Ref list(PyList_New(0));
    for (const auto& [mask, steps] : counts_of(self).lines) {
      Ref by_step(PyDict_New());
      for (const auto& [step, lines] : steps) {
        Ref key(PyLong_FromLongLong(step));
        Ref value(PyLong_FromUnsignedLongLong(lines));
        if (PyDict_SetItem(by_step.get(), key.get(), value.get()) != 0) throw PythonError{};
      }
      Ref text(as_bytes(mask));
      Ref one(PyTuple_Pack(2, text.get(), by_step.get()));
      if (PyList_Append(list.get(), one.get()) != 0) throw PythonError{};
    }
    return list.release();
  });
}

PyMethodDef masks_methods[] = {
    {"add", masks_add, METH_VARARGS, "add(time_ns, line, step_ns)\n--\n\n"},
    {"add_rows", masks_add_rows, METH_VARARGS, "add_rows(rows, numbers, step_ns)\n--\n\n"},
    {"lines", masks_lines, METH_NOARGS, "lines()\n--\n\n"},
    {}};

PyType_Slot masks_slots[] = {{Py_tp_new, reinterpret_cast<void*>(masks_new)},
                             {Py_tp_dealloc, reinterpret_cast<void*>(masks_delete)},
                             {Py_tp_methods, masks_methods},
                             {0, nullptr}};
PyType_Spec masks_spec = {"whiteroom_monitoring.logs._native.Masks", sizeof(MasksObject), 0,
                          Py_TPFLAGS_DEFAULT, masks_slots};

}  // namespace

bool add_masks(PyObject* module) {
  masks_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&masks_spec));
  return masks_type != nullptr &&
         PyModule_AddObjectRef(module, "Masks", reinterpret_cast<PyObject*>(masks_type)) == 0;
}

}  // namespace whiteroom::logs
