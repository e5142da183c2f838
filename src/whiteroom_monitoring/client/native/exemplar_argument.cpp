#include "exemplar_argument.h"

namespace whiteroom::monitoring::python {
namespace {

/// Return the text under `key` of a mapping; empty when it has none.
std::string text_in(PyObject* mapping, const char* key) {
  if (PyMapping_HasKeyString(mapping, key) == 0) return {};
  const Ref value(PyMapping_GetItemString(mapping, key));
  return std::string(PyUnicode_Check(value.get()) ? text_of(value.get()) : "?");
}

Exemplar exemplar_from(PyObject* value) {
  if (PyMapping_Check(value) != 0) {
    const auto made = Exemplar::of_ids(text_in(value, "trace_id"), text_in(value, "span_id"));
    if (made) return *made;
  }
  const Ref shown(PyObject_Repr(value));
  raise(PyExc_ValueError,
        "exemplar: found " + std::string(text_of(shown.get())) +
            ", expected {\"trace_id\": 32 hexadecimal digits, \"span_id\": 16 of them or none}");
}

}  // namespace

LabelArguments::LabelArguments(PyObject* const* arguments, Py_ssize_t count, PyObject* names,
                               bool accepted)
    : arguments_(arguments), names_(names) {
  if (!accepted || names == nullptr) return;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); ++i) {
    if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, i), "exemplar") == 0) {
      take(count, i);
      return;
    }
  }
}

void LabelArguments::take(Py_ssize_t count, Py_ssize_t place) {
  PyObject* const value = arguments_[count + place];
  if (value != Py_None) exemplar_ = exemplar_from(value);
  const Py_ssize_t named = PyTuple_GET_SIZE(names_);
  left_.assign(arguments_, arguments_ + count + named);
  left_.erase(left_.begin() + count + place);
  left_names_ = Ref(PyTuple_New(named - 1));
  for (Py_ssize_t i = 0, to = 0; i < named; ++i) {
    if (i == place) continue;
    PyTuple_SET_ITEM(left_names_.get(), to++, Py_NewRef(PyTuple_GET_ITEM(names_, i)));
  }
  arguments_ = left_.data();
  names_ = named == 1 ? nullptr : left_names_.get();
}

}  // namespace whiteroom::monitoring::python
