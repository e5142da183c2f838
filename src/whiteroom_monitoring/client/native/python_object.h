/// The little of CPython's C API that needs care, in one place. Source: docs.python.org/3.11/c-api
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace whiteroom::monitoring::python {

/// Thrown when a Python error is set; becomes a null return at the border.
struct PythonError {};

/// Owns a reference.
class Ref {
 public:
  Ref() = default;
  /// Takes over `object`; throws PythonError when it is null.
  explicit Ref(PyObject* object) : object_(object) {
    if (object == nullptr) throw PythonError{};
  }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  Ref(const Ref&) = delete;
  Ref& operator=(const Ref&) = delete;
  ~Ref() { Py_XDECREF(object_); }

  PyObject* get() const noexcept { return object_; }
  PyObject* release() noexcept { return std::exchange(object_, nullptr); }

 private:
  PyObject* object_ = nullptr;
};

inline std::string_view text_of(PyObject* object) {
  Py_ssize_t size = 0;
  const char* const text = PyUnicode_AsUTF8AndSize(object, &size);
  if (text == nullptr) throw PythonError{};
  return {text, static_cast<std::size_t>(size)};
}

[[noreturn]] inline void raise(PyObject* type, const std::string& message) {
  PyErr_SetString(type, message.c_str());
  throw PythonError{};
}

/// Run `body` and turn C++ exceptions into Python's. Returns null when one was raised.
template <class Body>
PyObject* guarded(const Body& body) noexcept {
  try {
    return body();
  } catch (const PythonError&) {
    return nullptr;
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_ValueError, error.what());
    return nullptr;
  }
}

/// Lets other Python threads run while it lives.
class GilReleased {
 public:
  GilReleased() : state_(PyEval_SaveThread()) {}
  ~GilReleased() { PyEval_RestoreThread(state_); }
  GilReleased(const GilReleased&) = delete;
  GilReleased& operator=(const GilReleased&) = delete;

 private:
  PyThreadState* state_;
};

/// Run `read` without the interpreter's lock; a failing system call becomes an OSError.
template <class Read>
auto without_gil(const Read& read) {
  try {
    const GilReleased released;
    return read();
  } catch (const std::system_error& error) {
    raise(PyExc_OSError, error.what());
  }
}

}  // namespace whiteroom::monitoring::python
