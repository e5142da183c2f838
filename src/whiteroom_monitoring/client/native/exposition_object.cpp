#include "exposition_object.h"

#include <chrono>
#include <memory>
#include <vector>

#include "segment_object.h"
#include "whiteroom/monitoring/exposition.h"
#include "whiteroom/monitoring/fold.h"
#include "whiteroom/monitoring/negotiation.h"

namespace whiteroom::monitoring::python {
namespace {

using Clock = std::chrono::steady_clock;

/// What a block of the text holds, at least.
constexpr std::size_t kBlockBytes = 64 * 1024;

/// An exposition under way, and what was seen when its segments were read.
struct Reading {
  Exposition exposition;
  std::vector<std::string> problems;
  std::size_t live_segments = 0;
  bool served = false;
  bool more = true;
  std::chrono::nanoseconds spent{0};
};

struct ExpositionObject {
  PyObject_HEAD Reading* reading;
  PyObject* own;  ///< the Segment that counts this exposition, or null
};

PyTypeObject* g_type = nullptr;

ExpositionObject* object_of(PyObject* object) {
  return reinterpret_cast<ExpositionObject*>(object);
}

template <class Read>
PyObject* made(PyObject* own, const Read& read) {
  const auto begin = Clock::now();
  auto reading = std::make_unique<Reading>(without_gil(read));
  reading->spent = Clock::now() - begin;
  Ref object(g_type->tp_alloc(g_type, 0));
  object_of(object.get())->reading = reading.release();
  object_of(object.get())->own = own == Py_None ? nullptr : Py_NewRef(own);
  return object.release();
}

ExpositionOptions options_from(int open_metrics, int created) {
  const auto format = open_metrics != 0 ? ExpositionFormat::open_metrics : ExpositionFormat::text;
  return {format, created != 0};
}

/// expose(directory, program, own=None, open_metrics=False, created=False)
PyObject* expose_program(PyObject*, PyObject* arguments, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    static const char* names[] = {"directory",    "program", "own",
                                  "open_metrics", "created", nullptr};
    const char* directory = nullptr;
    const char* program = nullptr;
    PyObject* own = Py_None;
    int open_metrics = 0;
    int created = 0;
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "ss|Opp", const_cast<char**>(names),
                                     &directory, &program, &own, &open_metrics, &created)) {
      throw PythonError{};
    }
    Span<const std::byte> unshared;
    if (own != Py_None) unshared = open_segment(own).unshared_bytes();
    return made(own, [&]() -> Reading {
      fold_program(directory, program);
      ProgramReading found = read_program(directory, program, unshared);
      std::vector<ProgramView> views;
      views.push_back(std::move(found.view));
      return {Exposition(std::move(views), options_from(open_metrics, created)),
              std::move(found.problems), found.live_segments, found.served};
    });
  });
}

/// expose_unserved(directory, open_metrics=False, created=False)
PyObject* expose_unserved(PyObject*, PyObject* arguments, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    static const char* names[] = {"directory", "open_metrics", "created", nullptr};
    const char* directory = nullptr;
    int open_metrics = 0;
    int created = 0;
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "s|pp", const_cast<char**>(names),
                                     &directory, &open_metrics, &created)) {
      throw PythonError{};
    }
    return made(Py_None, [&]() -> Reading {
      UnservedReading found = read_unserved(directory);
      return {Exposition(std::move(found.views), options_from(open_metrics, created)),
              std::move(found.problems)};
    });
  });
}

/// Let the segment count the exposition, unless it was closed meanwhile.
void finish(ExpositionObject* object) {
  if (object->own == nullptr) return;
  if (Segment* const segment = segment_if_open(object->own)) {
    segment->count_exposition(object->reading->spent);
  }
}

PyObject* next_block(PyObject* self) {
  return guarded([&]() -> PyObject* {
    Reading& reading = *object_of(self)->reading;
    if (!reading.more) return nullptr;
    const auto begin = Clock::now();
    const std::string block = without_gil([&] {
      std::string text;
      reading.more = reading.exposition.append(text, kBlockBytes);
      return text;
    });
    reading.spent += Clock::now() - begin;
    if (!reading.more) finish(object_of(self));
    if (block.empty()) return nullptr;
    return PyBytes_FromStringAndSize(block.data(), static_cast<Py_ssize_t>(block.size()));
  });
}

PyObject* all_text(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    const Ref nothing(PyBytes_FromStringAndSize(nullptr, 0));
    return PyObject_CallMethod(nothing.get(), "join", "O", self);
  });
}

PyObject* problems(PyObject* self, void*) {
  return guarded([&]() -> PyObject* { return list_from(object_of(self)->reading->problems); });
}
PyObject* live_segments(PyObject* self, void*) {
  return PyLong_FromSize_t(object_of(self)->reading->live_segments);
}
PyObject* served(PyObject* self, void*) {
  return PyBool_FromLong(object_of(self)->reading->served);
}
PyObject* held_bytes(PyObject* self, void*) {
  return PyLong_FromSize_t(object_of(self)->reading->exposition.held_bytes());
}

void dealloc(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  delete object_of(self)->reading;
  Py_XDECREF(object_of(self)->own);
  type->tp_free(self);
  Py_DECREF(type);
}

/// negotiate(accept, accept_encoding) -> (open_metrics, gzip)
PyObject* negotiate(PyObject*, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    const char* accept = nullptr;
    const char* encoding = nullptr;
    if (!PyArg_ParseTuple(arguments, "ss", &accept, &encoding)) throw PythonError{};
    return Py_BuildValue(
        "(NN)", PyBool_FromLong(negotiate_format(accept) == ExpositionFormat::open_metrics),
        PyBool_FromLong(accepts_gzip(encoding)));
  });
}

template <class Function>
PyMethodDef with_keywords(const char* name, Function function, const char* doc) {
  return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function)),
          METH_VARARGS | METH_KEYWORDS, doc};
}

PyMethodDef methods[] = {
    {"text", all_text, METH_NOARGS, "text()\n--\n\nReturn all that is left of the text."}, {}};

PyGetSetDef getset[] = {
    {"problems", problems, nullptr, "Segments that could not be read, and why.", nullptr},
    {"live_segments", live_segments, nullptr, "How many processes record.", nullptr},
    {"served", served, nullptr, "Whether a process serves the program's metrics.", nullptr},
    {"held_bytes", held_bytes, nullptr, "About how much memory the metrics hold.", nullptr},
    {}};

PyMethodDef functions[] = {
    with_keywords("expose", expose_program,
                  "expose(directory, program, own=None, open_metrics=False, created=False)\n--\n\n"
                  "Read a program's metrics; dead segments are folded."),
    with_keywords("expose_unserved", expose_unserved,
                  "expose_unserved(directory, open_metrics=False, created=False)\n--\n\n"
                  "Read the metrics of all programs in the folder that no live endpoint serves."),
    {"negotiate", negotiate, METH_VARARGS,
     "negotiate(accept, accept_encoding)\n--\n\n"
     "Return (open_metrics, gzip): what the headers of a request ask for."},
    {}};

}  // namespace

bool add_exposition(PyObject* module) {
  PyType_Slot slots[] = {{Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
                         {Py_tp_iter, reinterpret_cast<void*>(PyObject_SelfIter)},
                         {Py_tp_iternext, reinterpret_cast<void*>(next_block)},
                         {Py_tp_methods, methods},
                         {Py_tp_getset, getset},
                         {0, nullptr}};
  PyType_Spec spec = {"whiteroom_monitoring.client._native.Exposition", sizeof(ExpositionObject), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  g_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  return g_type != nullptr && PyModule_AddType(module, g_type) == 0 &&
         PyModule_AddFunctions(module, functions) == 0;
}

}  // namespace whiteroom::monitoring::python
