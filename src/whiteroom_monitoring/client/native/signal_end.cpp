#include "signal_end.h"

#include <signal.h>

#include <atomic>

namespace whiteroom::monitoring::python {
namespace {

// Released when a segment is whole, acquired by the handler: it may come at any moment.
std::atomic<Segment*> g_marked{nullptr};
static_assert(std::atomic<Segment*>::is_always_lock_free);

/// Only what is async-signal-safe. The signal's default action is in force again (SA_RESETHAND).
void mark_and_end(int number) {
  if (Segment* const segment = g_marked.load(std::memory_order_acquire)) segment->mark_closed();
  ::raise(number);
}

/// mark_closed_by(signal)
PyObject* mark_closed_by(PyObject*, PyObject* number) {
  return guarded([&]() -> PyObject* {
    const long chosen = PyLong_AsLong(number);
    if (PyErr_Occurred() != nullptr) throw PythonError{};
    struct sigaction action = {};
    action.sa_handler = mark_and_end;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
    if (sigaction(static_cast<int>(chosen), &action, nullptr) != 0) {
      return PyErr_SetFromErrno(PyExc_OSError);
    }
    Py_RETURN_NONE;
  });
}

PyMethodDef functions[] = {{"mark_closed_by", mark_closed_by, METH_O,
                            "mark_closed_by(signal)\n--\n\nLet a signal that ends the process say "
                            "in the open segment that it ended in order."},
                           {}};

}  // namespace

bool add_signal_end(PyObject* module) { return PyModule_AddFunctions(module, functions) == 0; }

void mark_at_signal(Segment& segment) noexcept {
  g_marked.store(&segment, std::memory_order_release);
}

void forget_at_signal(Segment& segment) noexcept {
  Segment* expected = &segment;
  g_marked.compare_exchange_strong(expected, nullptr, std::memory_order_acq_rel);
}

}  // namespace whiteroom::monitoring::python
