#include <memory>

#include "push.h"
#include "rows_object.h"

namespace whiteroom::logs {
namespace {

using namespace whiteroom::monitoring::python;

/// A stream of a message, before Python has it.
struct Stream {
  std::string labels;
  std::unique_ptr<Rows> rows;
};

std::vector<Stream> streams_of(std::string_view body) {
  std::vector<Stream> streams;
  read_push(
      body,
      [&](std::string_view labels, std::size_t size) {
        streams.push_back({std::string(labels), std::make_unique<Rows>()});
        // Of a stream's bytes, most are lines; few lines are shorter.
        constexpr std::size_t kShortLine = 64;
        streams.back().rows->reserve(size / kShortLine + 1, size);
      },
      [&](const Row& row) { streams.back().rows->append(row); });
  return streams;
}

/// read_push(body): the streams of a protobuf message, as labels and rows.
PyObject* decode_push(PyObject*, PyObject* body) {
  return guarded([&]() -> PyObject* {
    Py_buffer message{};
    if (PyObject_GetBuffer(body, &message, PyBUF_SIMPLE) != 0) throw PythonError{};
    const std::unique_ptr<Py_buffer, void (*)(Py_buffer*)> held(&message, PyBuffer_Release);
    std::vector<Stream> streams;
    {
      const GilReleased released;
      streams = streams_of(
          {static_cast<const char*>(message.buf), static_cast<std::size_t>(message.len)});
    }
    Ref list(PyList_New(0));
    for (Stream& stream : streams) {
      Ref rows = new_rows(std::move(stream.rows));
      Ref text(as_bytes(stream.labels));
      Ref pair(PyTuple_Pack(2, text.get(), rows.get()));
      if (PyList_Append(list.get(), pair.get()) != 0) throw PythonError{};
    }
    return list.release();
  });
}

std::int64_t time_of(PyObject* object) {
  const std::string_view text = text_of(object);
  Ref number(PyLong_FromString(std::string(text).c_str(), nullptr, 10));
  const long long time = PyLong_AsLongLong(number.get());
  if (time == -1 && PyErr_Occurred() != nullptr) throw PythonError{};
  return time;
}

/// rows_of_values(values): of a JSON push: [[time, line, {name: value}], ...]
PyObject* rows_of_values(PyObject*, PyObject* values) {
  return guarded([&]() -> PyObject* {
    if (!PyList_Check(values)) raise(PyExc_ValueError, "values: expected a list");
    Ref made = new_rows();
    Rows& rows = rows_of(made.get());
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(values); ++i) {
      PyObject* const value = PyList_GET_ITEM(values, i);
      if (!PyList_Check(value) || PyList_GET_SIZE(value) < 2 || PyList_GET_SIZE(value) > 3 ||
          !PyUnicode_Check(PyList_GET_ITEM(value, 0)) ||
          !PyUnicode_Check(PyList_GET_ITEM(value, 1))) {
        raise(PyExc_ValueError,
              "values: expected [\"<nanoseconds>\", \"<line>\", {structured metadata}]");
      }
      Pairs pairs;
      if (PyList_GET_SIZE(value) == 3) {
        PyObject* const fields = PyList_GET_ITEM(value, 2);
        if (!PyDict_Check(fields))
          raise(PyExc_ValueError, "structured metadata: expected an object");
        Py_ssize_t at = 0;
        PyObject* name = nullptr;
        PyObject* text = nullptr;
        while (PyDict_Next(fields, &at, &name, &text) != 0) {
          if (!PyUnicode_Check(text)) {
            raise(PyExc_ValueError, "structured metadata: expected values that are strings");
          }
          pairs.emplace_back(text_of(name), text_of(text));
        }
      }
      const std::string meta = pairs.empty() ? std::string() : meta_of(std::move(pairs));
      rows.append(
          {time_of(PyList_GET_ITEM(value, 0)), text_of(PyList_GET_ITEM(value, 1)), meta, 0});
    }
    return made.release();
  });
}

PyMethodDef functions[] = {
    {"read_push", decode_push, METH_O, "read_push(body)\n--\n\n"},
    {"rows_of_values", rows_of_values, METH_O, "rows_of_values(values)\n--\n\n"},
    {}};

}  // namespace

/// admit(oldest, latest, line_bytes, meta_bytes, meta_count, window, newest, levels, level, text)
PyObject* rows_admit(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    long long oldest = 0;
    long long latest = 0;
    long long window = 0;
    long long newest = 0;
    Py_ssize_t line_bytes = 0;
    Py_ssize_t meta_bytes = 0;
    Py_ssize_t meta_count = 0;
    int detects = 0;
    const char* level = nullptr;
    if (!PyArg_ParseTuple(arguments, "LLnnnLLps", &oldest, &latest, &line_bytes, &meta_bytes,
                          &meta_count, &window, &newest, &detects, &level)) {
      throw PythonError{};
    }
    const Level named = level_named(level);
    Admission admission{oldest,
                        latest,
                        static_cast<std::size_t>(line_bytes),
                        static_cast<std::size_t>(meta_bytes),
                        static_cast<std::size_t>(meta_count),
                        window,
                        newest,
                        detects != 0,
                        named,
                        named == kNoLevel ? level : ""};
    Rows& rows = rows_of(self);
    bool are_all = false;
    {
      const GilReleased released;
      are_all = admit_all(rows, admission);
    }
    if (are_all) {
      return Py_BuildValue("O[]L", self, static_cast<long long>(admission.newest_ns));
    }
    Ref made = new_rows();
    std::vector<Refused> refused;
    {
      const GilReleased released;
      refused = admit(rows, admission, rows_of(made.get()));
    }
    Ref list(PyList_New(0));
    for (const Refused& one : refused) {
      Ref pair(Py_BuildValue("ni", static_cast<Py_ssize_t>(one.row), static_cast<int>(one.reason)));
      if (PyList_Append(list.get(), pair.get()) != 0) throw PythonError{};
    }
    return Py_BuildValue("OOL", made.get(), list.get(),
                         static_cast<long long>(admission.newest_ns));
  });
}

bool add_push(PyObject* module) { return PyModule_AddFunctions(module, functions) == 0; }

}  // namespace whiteroom::logs
