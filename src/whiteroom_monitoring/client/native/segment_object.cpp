#include "segment_object.h"

#include <utility>

#include "metric.h"
#include "signal_end.h"
#include "whiteroom/monitoring/exposition.h"
#include "whiteroom/monitoring/fold.h"
#include "whiteroom/monitoring/segment.h"

namespace whiteroom::monitoring::python {
namespace {

struct SegmentObject {
  PyObject_HEAD Segment* segment;
  PyObject* metrics;  ///< the list of those that record into it: they own its families
};

PyTypeObject* g_type = nullptr;

SegmentObject* segment_of(PyObject* object) { return reinterpret_cast<SegmentObject*>(object); }

PyObject* segment_new(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    static const char* names[] = {"program", "directory", nullptr};
    const char* program = nullptr;
    const char* directory = "";
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "s|s", const_cast<char**>(names),
                                     &program, &directory)) {
      throw PythonError{};
    }
    Ref made(type->tp_alloc(type, 0));
    // One instance: the interpreter's lock makes the process one writer.
    segment_of(made.get())->segment =
        new Segment({.program = program, .directory = directory, .instances = 1});
    segment_of(made.get())->metrics = Ref(PyList_New(0)).release();
    return made.release();
  });
}

PyObject* tuple_from(const Preparation& preparation) {
  return Py_BuildValue("(NNss)", PyBool_FromLong(preparation.shared),
                       PyBool_FromLong(preparation.locked), preparation.path.c_str(),
                       preparation.problem.c_str());
}

PyObject* segment_preparation(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* { return tuple_from(open_segment(self).preparation()); });
}

/// prepare(metrics) -> (shared, locked, path, problem)
PyObject* segment_prepare(PyObject* self, PyObject* metrics) {
  return guarded([&]() -> PyObject* {
    Segment& segment = open_segment(self);
    const Ref items(PySequence_Fast(metrics, "prepare: expected a sequence of metrics"));
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
      PyObject* const item = PySequence_Fast_GET_ITEM(items.get(), i);
      if (!is_metric(item)) raise(PyExc_TypeError, "prepare: expected metrics only");
      const FamilySpec& spec = reinterpret_cast<Metric*>(item)->root->family->spec();
      segment.declare({&spec, 1});
      if (PyList_Append(segment_of(self)->metrics, item) != 0) throw PythonError{};
    }
    const Preparation& preparation = segment.prepare();
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
      reinterpret_cast<Metric*>(PySequence_Fast_GET_ITEM(items.get(), i))->root->bind(segment);
    }
    mark_at_signal(segment);
    return tuple_from(preparation);
  });
}

PyObject* segment_close(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    SegmentObject* const object = segment_of(self);
    if (object->segment == nullptr) Py_RETURN_NONE;
    // Before it is forgotten: a signal may come in between.
    object->segment->mark_closed();
    forget_at_signal(*object->segment);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(object->metrics); ++i) {
      reinterpret_cast<Metric*>(PyList_GET_ITEM(object->metrics, i))->root->unbind();
    }
    delete std::exchange(object->segment, nullptr);
    Py_RETURN_NONE;
  });
}

PyObject* segment_mark_closed(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    open_segment(self).mark_closed();
    Py_RETURN_NONE;
  });
}

PyObject* segment_set_served(PyObject* self, PyObject* served) {
  return guarded([&]() -> PyObject* {
    open_segment(self).set_served(PyObject_IsTrue(served) == 1);
    Py_RETURN_NONE;
  });
}

void segment_dealloc(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  Py_XDECREF(segment_close(self, nullptr));
  Py_XDECREF(segment_of(self)->metrics);
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* programs(PyObject*, PyObject* argument) {
  return guarded([&]() -> PyObject* {
    const std::string directory(text_of(argument));
    return list_from(without_gil([&] { return list_programs(directory); }));
  });
}

PyObject* default_directory(PyObject*, PyObject*) {
  return PyUnicode_FromString(default_segment_directory().c_str());
}

PyObject* double_text(PyObject*, PyObject* argument) {
  return guarded([&]() -> PyObject* {
    const double value = PyFloat_AsDouble(argument);
    if (PyErr_Occurred() != nullptr) throw PythonError{};
    std::string text;
    append_double(text, value);
    return PyUnicode_FromString(text.c_str());
  });
}

PyMethodDef segment_methods[] = {
    {"prepare", segment_prepare, METH_O,
     "prepare(metrics)\n--\n\nReturn (shared, locked, path, problem)."},
    {"preparation", segment_preparation, METH_NOARGS,
     "preparation()\n--\n\nReturn the same for this process, also in a child after fork()."},
    {"close", segment_close, METH_NOARGS,
     "close()\n--\n\nEnd in order; the metrics record into private memory from now on."},
    {"mark_closed", segment_mark_closed, METH_NOARGS,
     "mark_closed()\n--\n\nSay that the process is about to end in order."},
    {"set_served", segment_set_served, METH_O,
     "set_served(served)\n--\n\nSay whether an endpoint of this process serves the segment."},
    {}};

PyMethodDef functions[] = {
    {"programs", programs, METH_O,
     "programs(directory)\n--\n\nReturn the programs that have segments in the folder."},
    {"default_directory", default_directory, METH_NOARGS,
     "default_directory()\n--\n\nReturn the default folder of segments."},
    {"double_text", double_text, METH_O,
     "double_text(value)\n--\n\nReturn a float as the exposition writes it."},
    {}};

}  // namespace

Segment* segment_if_open(PyObject* segment) { return segment_of(segment)->segment; }

Segment& open_segment(PyObject* segment) {
  if (!Py_IS_TYPE(segment, g_type)) raise(PyExc_TypeError, "expected a Segment");
  if (segment_of(segment)->segment == nullptr) raise(PyExc_ValueError, "the segment is closed");
  return *segment_of(segment)->segment;
}

PyObject* list_from(const std::vector<std::string>& texts) {
  Ref list(PyList_New(0));
  for (const std::string& text : texts) {
    const Ref item(
        PyUnicode_DecodeFSDefaultAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
    if (PyList_Append(list.get(), item.get()) != 0) throw PythonError{};
  }
  return list.release();
}

bool add_segment(PyObject* module) {
  PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(segment_new)},
                         {Py_tp_dealloc, reinterpret_cast<void*>(segment_dealloc)},
                         {Py_tp_methods, segment_methods},
                         {0, nullptr}};
  PyType_Spec spec = {"whiteroom_monitoring.client._native.Segment", sizeof(SegmentObject), 0,
                      Py_TPFLAGS_DEFAULT, slots};
  g_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  return g_type != nullptr && PyModule_AddType(module, g_type) == 0 &&
         PyModule_AddFunctions(module, functions) == 0;
}

}  // namespace whiteroom::monitoring::python
