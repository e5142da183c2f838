#include "rows_object.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "columns.h"
#include "counting.h"

namespace whiteroom::logs {
namespace {

using namespace whiteroom::monitoring::python;

struct RowsObject {
  PyObject_HEAD Rows* rows;
};

PyTypeObject* rows_type = nullptr;

PyObject* rows_new(PyTypeObject* type, PyObject*, PyObject*) {
  return guarded([&]() -> PyObject* {
    Ref self(type->tp_alloc(type, 0));
    reinterpret_cast<RowsObject*>(self.get())->rows = new Rows;
    return self.release();
  });
}

void rows_delete(PyObject* self) {
  delete reinterpret_cast<RowsObject*>(self)->rows;
  PyTypeObject* const type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

Py_ssize_t rows_length(PyObject* self) {
  return static_cast<Py_ssize_t>(reinterpret_cast<RowsObject*>(self)->rows->size());
}

PyObject* rows_append(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    long long time = 0;
    PyObject* line = nullptr;
    PyObject* meta = nullptr;
    unsigned char level = 0;
    if (!PyArg_ParseTuple(arguments, "LSS|b", &time, &line, &meta, &level)) throw PythonError{};
    rows_of(self).append({time, bytes_of(line), bytes_of(meta), level});
    Py_RETURN_NONE;
  });
}

PyObject* rows_clear(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    Rows& rows = rows_of(self);
    locked<Writing>(rows, [&] {
      rows.clear();
      return 0;
    });
    Py_RETURN_NONE;
  });
}

PyObject* rows_bytes(PyObject* self, void*) { return PyLong_FromSize_t(rows_of(self).bytes()); }

PyObject* rows_text(PyObject* self, PyObject*) {
  return guarded([&] { return as_bytes(rows_of(self).text()); });
}

/// copy_text(buffer): write the text to a buffer that has room for it.
PyObject* rows_copy_text(PyObject* self, PyObject* object) {
  return guarded([&]() -> PyObject* {
    Rows& rows = rows_of(self);
    Py_buffer buffer{};
    if (PyObject_GetBuffer(object, &buffer, PyBUF_WRITABLE) != 0) throw PythonError{};
    const std::unique_ptr<Py_buffer, void (*)(Py_buffer*)> held(&buffer, PyBuffer_Release);
    const Reading lock(rows.mutex);
    const std::string_view text = rows.text();
    if (static_cast<std::size_t>(buffer.len) < text.size()) {
      raise(PyExc_ValueError, "the buffer is shorter than the text");
    }
    if (!text.empty()) std::memcpy(buffer.buf, text.data(), text.size());
    return PyLong_FromSize_t(text.size());
  });
}

PyObject* rows_columns(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    Rows& rows = rows_of(self);
    const std::string columns = locked<Reading>(rows, [&] { return columns_of(rows); });
    return as_bytes(columns);
  });
}

PyObject* from_columns(PyObject*, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    PyObject* columns = nullptr;
    PyObject* text = nullptr;
    if (!PyArg_ParseTuple(arguments, "SO", &columns, &text)) throw PythonError{};
    Ref made = new_rows();
    Rows& rows = rows_of(made.get());
    const std::string_view of_columns = bytes_of(columns);
    const bool has_text = text != Py_None;
    const std::string_view of_text = has_text ? bytes_of(text) : std::string_view();
    {
      const GilReleased released;
      if (has_text) {
        read_columns(of_columns, of_text, rows);
      } else {
        read_columns(of_columns, rows);
      }
    }
    return made.release();
  });
}

PyObject* rows_time_range(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    Rows& rows = rows_of(self);
    if (rows.size() == 0) raise(PyExc_ValueError, "there are no rows");
    const auto [least, most] = locked<Reading>(rows, [&] {
      const auto found = std::minmax_element(rows.times().begin(), rows.times().end());
      return std::pair{*found.first, *found.second};
    });
    return Py_BuildValue("LL", static_cast<long long>(least), static_cast<long long>(most));
  });
}

/// insert(batch): add the rows that are not here yet; return these.
PyObject* rows_insert(PyObject* self, PyObject* batch) {
  return guarded([&]() -> PyObject* {
    const Rows& added = rows_of(batch);
    Rows& rows = rows_of(self);
    std::vector<std::size_t> repeated;
    locked<Writing>(rows, [&] {
      if (rows.can_be_followed_by(added)) {
        rows.append_rows(added, 0, added.size());
        return;
      }
      for (std::size_t i = 0; i < added.size(); ++i) {
        if (!rows.insert(added[i])) repeated.push_back(i);
      }
    });
    if (repeated.empty()) return Py_NewRef(batch);
    Ref made = new_rows();
    auto next = repeated.begin();
    for (std::size_t i = 0; i < added.size(); ++i) {
      if (next != repeated.end() && *next == i) {
        ++next;
      } else {
        rows_of(made.get()).append(added[i]);
      }
    }
    return made.release();
  });
}

/// without(other, first, last): the rows that are not among these of the other.
PyObject* rows_without(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    PyObject* object = nullptr;
    Py_ssize_t first = 0;
    Py_ssize_t last = 0;
    if (!PyArg_ParseTuple(arguments, "Onn", &object, &first, &last)) throw PythonError{};
    const Rows& rows = rows_of(self);
    Rows& other = rows_of(object);
    std::vector<bool> is_there(rows.size());
    locked<Writing>(other, [&] {
      const auto oldest = std::min_element(rows.times().begin(), rows.times().end());
      if (oldest == rows.times().end() || *oldest > other.newest_ns()) return;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        is_there[i] = other.contains(rows[i], static_cast<std::size_t>(first),
                                     static_cast<std::size_t>(last));
      }
    });
    if (std::find(is_there.begin(), is_there.end(), true) == is_there.end()) return Py_NewRef(self);
    Ref made = new_rows();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!is_there[i]) rows_of(made.get()).append(rows[i]);
    }
    return made.release();
  });
}

/// extend_in_order(rows, first, room): add ordered rows until `room` bytes are held.
PyObject* rows_extend_in_order(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    PyObject* object = nullptr;
    Py_ssize_t first = 0;
    Py_ssize_t room = 0;
    if (!PyArg_ParseTuple(arguments, "Onn", &object, &first, &room)) throw PythonError{};
    Rows& from = rows_of(object);
    Rows& rows = rows_of(self);
    const std::size_t next = locked<Writing>(from, [&] {
      if (from.is_in_order()) {
        const auto begin = static_cast<std::size_t>(first);
        const std::size_t end =
            from.last_within(begin, rows.bytes(), static_cast<std::size_t>(room));
        rows.append_rows(from, begin, end);
        return end;
      }
      const std::vector<std::uint32_t>& order = from.order();
      auto at = static_cast<std::size_t>(first);
      while (at < order.size() && rows.bytes() < static_cast<std::size_t>(room)) {
        rows.append(from[order[at++]]);
      }
      return at;
    });
    return PyLong_FromSize_t(next);
  });
}

/// extend_without(rows, first, last, dropped): add rows but those whose numbers are dropped.
PyObject* rows_extend_without(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    PyObject* object = nullptr;
    Py_ssize_t first = 0;
    Py_ssize_t last = 0;
    PyObject* dropped = nullptr;
    if (!PyArg_ParseTuple(arguments, "OnnO", &object, &first, &last, &dropped)) throw PythonError{};
    const Rows& from = rows_of(object);
    for (Py_ssize_t i = first; i < std::min(last, static_cast<Py_ssize_t>(from.size())); ++i) {
      Ref number(PyLong_FromSsize_t(i));
      const int found = PySet_Contains(dropped, number.get());
      if (found < 0) throw PythonError{};
      if (found == 0) rows_of(self).append(from[static_cast<std::size_t>(i)]);
    }
    Py_RETURN_NONE;
  });
}

std::vector<Filter> filters_of(PyObject* object) {
  std::vector<Filter> filters;
  Ref list(PySequence_Fast(object, "expected filters"));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(list.get()); ++i) {
    int negated = 0;
    PyObject* needles = nullptr;
    if (!PyArg_ParseTuple(PySequence_Fast_GET_ITEM(list.get(), i), "pO", &negated, &needles)) {
      throw PythonError{};
    }
    Ref texts(PySequence_Fast(needles, "expected needles"));
    Filter filter{negated != 0, {}};
    for (Py_ssize_t k = 0; k < PySequence_Fast_GET_SIZE(texts.get()); ++k) {
      filter.needles.emplace_back(bytes_of(PySequence_Fast_GET_ITEM(texts.get(), k)));
    }
    filters.push_back(std::move(filter));
  }
  return filters;
}

/// find(first, last, start_ns, end_ns, filters)
PyObject* rows_find(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    Py_ssize_t first = 0;
    Py_ssize_t last = 0;
    long long start = 0;
    long long end = 0;
    PyObject* conditions = nullptr;
    if (!PyArg_ParseTuple(arguments, "nnLLO", &first, &last, &start, &end, &conditions)) {
      throw PythonError{};
    }
    const std::vector<Filter> filters = filters_of(conditions);
    Rows& rows = rows_of(self);
    const std::vector<std::uint32_t> found = locked<Reading>(rows, [&] {
      const std::size_t to = std::min(static_cast<std::size_t>(last), rows.size());
      return find(rows, static_cast<std::size_t>(first), to, start, end, filters);
    });
    // Where all are meant, nobody needs to write them down.
    const bool are_all =
        found.size() == static_cast<std::size_t>(std::max(last - first, Py_ssize_t{0}));
    return are_all ? as_range(first, last) : as_list(found);
  });
}

/// line_number_at(offset, from): the row that holds a byte of the text.
PyObject* rows_row_at(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    Py_ssize_t offset = 0;
    Py_ssize_t from = 0;
    if (!PyArg_ParseTuple(arguments, "nn", &offset, &from)) throw PythonError{};
    const Rows& rows = rows_of(self);
    const std::size_t row =
        rows.row_at(static_cast<std::size_t>(offset), static_cast<std::size_t>(from));
    return PyLong_FromSize_t(row);
  });
}

PyObject* rows_line_begin(PyObject* self, PyObject* number) {
  return guarded([&]() -> PyObject* {
    const std::size_t row = PyLong_AsSize_t(number);
    const Rows& rows = rows_of(self);
    if (PyErr_Occurred() != nullptr) throw PythonError{};
    if (row > rows.size()) raise(PyExc_IndexError, "there is no such row");
    return PyLong_FromUnsignedLong(rows.line_begin(row));
  });
}

/// Whether a line has a line feed in it.
PyObject* rows_is_multiline(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    const std::string_view text = rows_of(self).text();
    const auto feeds = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    return PyBool_FromLong(feeds != rows_of(self).size());
  });
}

PyObject* rows_item(PyObject* self, Py_ssize_t number) {
  return guarded([&]() -> PyObject* {
    Rows& rows = rows_of(self);
    const Reading lock(rows.mutex);
    if (number < 0 || static_cast<std::size_t>(number) >= rows.size()) {
      raise(PyExc_IndexError, "there is no such row");
    }
    const Row row = rows[static_cast<std::size_t>(number)];
    // Not by "y#", which makes None of an empty text without an address.
    Ref line(as_bytes(row.line));
    Ref meta(as_bytes(row.meta));
    return Py_BuildValue("LOOb", static_cast<long long>(row.time_ns), line.get(), meta.get(),
                         row.level);
  });
}

PyObject* rows_times(PyObject* self, PyObject* object) {
  return guarded([&]() -> PyObject* {
    Rows& rows = rows_of(self);
    const std::vector<std::uint32_t> numbers = numbers_of(object, rows);
    Ref times(PyList_New(static_cast<Py_ssize_t>(numbers.size())));
    const Reading lock(rows.mutex);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      PyObject* const time = Ref(PyLong_FromLongLong(rows.times()[numbers[i]])).release();
      PyList_SET_ITEM(times.get(), static_cast<Py_ssize_t>(i), time);
    }
    return times.release();
  });
}

/// by_metadata(numbers): each metadata and level with its rows, in the order of the first ones.
PyObject* rows_by_metadata(PyObject* self, PyObject* object) {
  return guarded([&]() -> PyObject* {
    Rows& rows = rows_of(self);
    const std::vector<std::uint32_t> numbers = numbers_of(object, rows);
    std::unordered_map<std::string, std::size_t> known;
    std::vector<std::string> keys;
    std::vector<std::vector<std::uint32_t>> groups;
    locked<Reading>(rows, [&] {
      std::string key;
      for (const std::uint32_t number : numbers) {
        const Row row = rows[number];
        key.assign(1, static_cast<char>(row.level));
        key.append(row.meta);
        const auto [at, is_new] = known.try_emplace(key, groups.size());
        if (is_new) {
          keys.push_back(key);
          groups.emplace_back();
        }
        groups[at->second].push_back(number);
      }
      return 0;
    });
    Ref list(PyList_New(0));
    for (std::size_t i = 0; i < keys.size(); ++i) {
      Ref meta(as_bytes(std::string_view(keys[i]).substr(1)));
      Ref members(as_list(groups[i]));
      Ref one(Py_BuildValue("ObO", meta.get(), static_cast<unsigned char>(keys[i].front()),
                            members.get()));
      if (PyList_Append(list.get(), one.get()) != 0) throw PythonError{};
    }
    return list.release();
  });
}

PyMethodDef rows_methods[] = {
    {"append", rows_append, METH_VARARGS, "append(time_ns, line, meta, level=0)\n--\n\n"},
    {"clear", rows_clear, METH_NOARGS, "clear()\n--\n\n"},
    {"text", rows_text, METH_NOARGS, "text()\n--\n\n"},
    {"copy_text", rows_copy_text, METH_O, "copy_text(buffer)\n--\n\n"},
    {"columns", rows_columns, METH_NOARGS, "columns()\n--\n\n"},
    {"time_range", rows_time_range, METH_NOARGS, "time_range()\n--\n\n"},
    {"insert", rows_insert, METH_O, "insert(batch)\n--\n\n"},
    {"without", rows_without, METH_VARARGS, "without(other, first, last)\n--\n\n"},
    {"extend_in_order", rows_extend_in_order, METH_VARARGS,
     "extend_in_order(rows, first, room)\n--\n\n"},
    {"extend_without", rows_extend_without, METH_VARARGS,
     "extend_without(rows, first, last, dropped)\n--\n\n"},
    {"find", rows_find, METH_VARARGS, "find(first, last, start_ns, end_ns, filters)\n--\n\n"},
    {"row_at", rows_row_at, METH_VARARGS, "row_at(offset, first)\n--\n\n"},
    {"line_begin", rows_line_begin, METH_O, "line_begin(row)\n--\n\n"},
    {"is_multiline", rows_is_multiline, METH_NOARGS, "is_multiline()\n--\n\n"},
    {"times", rows_times, METH_O, "times(rows)\n--\n\n"},
    {"count", rows_count, METH_VARARGS, "count(rows, bounds, counts)\n--\n\n"},
    {"count_between", rows_count_between, METH_VARARGS,
     "count_between(first, last, start_ns, end_ns, bounds, counts)\n--\n\n"},
    {"by_metadata", rows_by_metadata, METH_O, "by_metadata(rows)\n--\n\n"},
    {"volume", rows_volume, METH_VARARGS, "volume(first, last, start_ns, end_ns)\n--\n\n"},
    {"admit", rows_admit, METH_VARARGS, "admit(...)\n--\n\n"},
    {}};

PyGetSetDef rows_attributes[] = {{"size_bytes", rows_bytes, nullptr, "Bytes in memory.", nullptr},
                                 {}};

PyType_Slot rows_slots[] = {{Py_tp_new, reinterpret_cast<void*>(rows_new)},
                            {Py_tp_dealloc, reinterpret_cast<void*>(rows_delete)},
                            {Py_tp_methods, rows_methods},
                            {Py_tp_getset, rows_attributes},
                            {Py_sq_length, reinterpret_cast<void*>(rows_length)},
                            {Py_sq_item, reinterpret_cast<void*>(rows_item)},
                            {0, nullptr}};
PyType_Spec rows_spec = {"whiteroom_monitoring.logs._native.Rows", sizeof(RowsObject), 0,
                         Py_TPFLAGS_DEFAULT, rows_slots};

PyMethodDef functions[] = {
    {"from_columns", from_columns, METH_VARARGS, "from_columns(columns, text)\n--\n\n"},
    {"count_times", count_times, METH_VARARGS,
     "count_times(columns, runs, start_ns, end_ns, bounds)\n--\n\n"},
    {"quantile", quantile, METH_VARARGS, "quantile(q, values)\n--\n\n"},
    {}};

}  // namespace

Rows& rows_of(PyObject* object) {
  if (!PyObject_TypeCheck(object, rows_type)) raise(PyExc_TypeError, "expected Rows");
  return *reinterpret_cast<RowsObject*>(object)->rows;
}

Ref new_rows(std::unique_ptr<Rows> rows) {
  Ref self(rows_type->tp_alloc(rows_type, 0));
  reinterpret_cast<RowsObject*>(self.get())->rows = rows.release();
  return self;
}

Ref new_rows() { return new_rows(std::make_unique<Rows>()); }

std::string_view bytes_of(PyObject* object) {
  char* data = nullptr;
  Py_ssize_t size = 0;
  if (PyBytes_AsStringAndSize(object, &data, &size) != 0) throw PythonError{};
  return {data, static_cast<std::size_t>(size)};
}

PyObject* as_bytes(std::string_view text) {
  const char* const data = text.empty() ? "" : text.data();
  return PyBytes_FromStringAndSize(data, static_cast<Py_ssize_t>(text.size()));
}

bool add_rows(PyObject* module) {
  rows_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&rows_spec));
  return rows_type != nullptr &&
         PyModule_AddObjectRef(module, "Rows", reinterpret_cast<PyObject*>(rows_type)) == 0 &&
         PyModule_AddFunctions(module, functions) == 0;
}

}  // namespace whiteroom::logs
