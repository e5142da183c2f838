#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "grams.h"
#include "rows_object.h"

namespace whiteroom::logs {
namespace {

using namespace whiteroom::monitoring::python;

struct SlicesObject {
  PyObject_HEAD Slices* slices;
};

PyObject* slices_new(PyTypeObject* type, PyObject* arguments, PyObject*) {
  return guarded([&]() -> PyObject* {
    unsigned bits = 0;
    if (!PyArg_ParseTuple(arguments, "I", &bits)) throw PythonError{};
    if (bits < 6 || bits > 24) raise(PyExc_ValueError, "expected 6 to 24 bits");
    Ref self(type->tp_alloc(type, 0));
    reinterpret_cast<SlicesObject*>(self.get())->slices = new Slices(bits);
    return self.release();
  });
}

void slices_delete(PyObject* self) {
  delete reinterpret_cast<SlicesObject*>(self)->slices;
  PyTypeObject* const type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* slices_add(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    Py_ssize_t block = 0;
    PyObject* rows = nullptr;
    if (!PyArg_ParseTuple(arguments, "nO", &block, &rows)) throw PythonError{};
    if (block < 0 || static_cast<std::size_t>(block) >= kBlocksOfSegment) {
      raise(PyExc_ValueError, "a segment has 32 blocks at most");
    }
    const Rows& added = rows_of(rows);
    {
      const GilReleased released;
      reinterpret_cast<SlicesObject*>(self)->slices->add(static_cast<std::size_t>(block), added);
    }
    Py_RETURN_NONE;
  });
}

PyObject* slices_words(PyObject* self, PyObject*) {
  const auto& words = reinterpret_cast<SlicesObject*>(self)->slices->words();
  return as_bytes({reinterpret_cast<const char*>(words.data()), words.size() * sizeof words[0]});
}

PyMethodDef slices_methods[] = {{"add", slices_add, METH_VARARGS, "add(block, rows)\n--\n\n"},
                                {"words", slices_words, METH_NOARGS, "words()\n--\n\n"},
                                {}};
PyType_Slot slices_slots[] = {{Py_tp_new, reinterpret_cast<void*>(slices_new)},
                              {Py_tp_dealloc, reinterpret_cast<void*>(slices_delete)},
                              {Py_tp_methods, slices_methods},
                              {0, nullptr}};
PyType_Spec slices_spec = {"whiteroom_monitoring.logs._native.Slices", sizeof(SlicesObject), 0,
                           Py_TPFLAGS_DEFAULT, slices_slots};

/// blocks_with(words, bits, needle, any_case)
PyObject* blocks_with_needle(PyObject*, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    Py_buffer words{};
    unsigned bits = 0;
    PyObject* needle = nullptr;
    int any_case = 0;
    if (!PyArg_ParseTuple(arguments, "y*ISp", &words, &bits, &needle, &any_case)) {
      throw PythonError{};
    }
    const std::unique_ptr<Py_buffer, void (*)(Py_buffer*)> held(&words, PyBuffer_Release);
    if (bits < 6 || bits > 24 || words.len < static_cast<Py_ssize_t>(4U << bits)) {
      raise(PyExc_ValueError, "the bitmap is shorter than its bits say");
    }
    return PyLong_FromUnsignedLong(
        blocks_with(static_cast<const char*>(words.buf), bits, bytes_of(needle), any_case != 0));
  });
}

/// holds_any(text, needles): whether a text has one of these in it.
PyObject* holds_any(PyObject*, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    PyObject* object = nullptr;
    PyObject* sequence = nullptr;
    if (!PyArg_ParseTuple(arguments, "SO", &object, &sequence)) throw PythonError{};
    const std::string_view text = bytes_of(object);
    Ref list(PySequence_Fast(sequence, "expected needles"));
    std::vector<std::string_view> needles;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(list.get()); ++i) {
      needles.push_back(bytes_of(PySequence_Fast_GET_ITEM(list.get(), i)));
    }
    bool is_there = false;
    {
      const GilReleased released;
      is_there = std::any_of(needles.begin(), needles.end(), [text](std::string_view needle) {
        return memmem(text.data(), text.size(), needle.data(), needle.size()) != nullptr;
      });
    }
    return PyBool_FromLong(is_there);
  });
}

PyMethodDef functions[] = {
    {"holds_any", holds_any, METH_VARARGS, "holds_any(text, needles)\n--\n\n"},
    {"blocks_with", blocks_with_needle, METH_VARARGS,
     "blocks_with(words, bits, needle, any_case)\n--\n\n"},
    {}};

}  // namespace

bool add_slices(PyObject* module) {
  PyObject* const slices = PyType_FromSpec(&slices_spec);
  return slices != nullptr && PyModule_AddObject(module, "Slices", slices) == 0 &&
         PyModule_AddFunctions(module, functions) == 0;
}

}  // namespace whiteroom::logs
