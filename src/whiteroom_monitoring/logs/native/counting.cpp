#include "counting.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "columns.h"
#include "rows_object.h"

namespace whiteroom::logs {
namespace {

using namespace whiteroom::monitoring::python;

/// A buffer of 64-bit integers.
class Integers {
 public:
  Integers(PyObject* object, bool is_written) {
    const int flags = is_written ? PyBUF_CONTIG : PyBUF_CONTIG_RO;
    if (PyObject_GetBuffer(object, &view_, flags) != 0) throw PythonError{};
    if (view_.len % static_cast<Py_ssize_t>(sizeof(std::int64_t)) != 0) {
      PyBuffer_Release(&view_);
      raise(PyExc_ValueError, "expected integers of 64 bits");
    }
  }
  Integers(Integers&& other) noexcept : view_(std::exchange(other.view_, {})) {}
  Integers(const Integers&) = delete;
  Integers& operator=(const Integers&) = delete;
  ~Integers() { PyBuffer_Release(&view_); }
  std::size_t size() const noexcept {
    return static_cast<std::size_t>(view_.len) / sizeof(std::int64_t);
  }
  std::int64_t* data() const noexcept { return static_cast<std::int64_t*>(view_.buf); }

 private:
  Py_buffer view_{};
};

/// Adds to counts[i] the times after bounds[i - 1], up to bounds[i].
class WindowCounter {
 public:
  WindowCounter(const Integers& bounds, const Integers& counts)
      : begin_(bounds.data()), size_(bounds.size()), counts_(counts.data()) {
    if (counts.size() != bounds.size() + 1) raise(PyExc_ValueError, "expected one count more");
  }
  void add(std::int64_t time) noexcept {
    const bool is_here =
        (at_ == 0 || begin_[at_ - 1] < time) && (at_ == size_ || time <= begin_[at_]);
    if (!is_here) {
      at_ = static_cast<std::size_t>(std::lower_bound(begin_, begin_ + size_, time) - begin_);
    }
    ++counts_[at_];
  }

 private:
  const std::int64_t* begin_;
  std::size_t size_;
  std::int64_t* counts_;
  std::size_t at_ = 0;
};

}  // namespace

/// count_between(first, last, start_ns, end_ns, bounds, counts): the rows of [start_ns, end_ns).
PyObject* rows_count_between(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    Py_ssize_t first = 0;
    Py_ssize_t last = 0;
    long long start = 0;
    long long end = 0;
    PyObject* of_bounds = nullptr;
    PyObject* of_counts = nullptr;
    if (!PyArg_ParseTuple(arguments, "nnLLOO", &first, &last, &start, &end, &of_bounds,
                          &of_counts)) {
      throw PythonError{};
    }
    if (first < 0) raise(PyExc_IndexError, "there is no such row");
    Rows& rows = rows_of(self);
    const Integers bounds(of_bounds, false);
    const Integers counts(of_counts, true);
    WindowCounter counter(bounds, counts);
    locked<Reading>(rows, [&] {
      const std::size_t to = std::min(static_cast<std::size_t>(last), rows.size());
      for (auto row = static_cast<std::size_t>(first); row < to; ++row) {
        const std::int64_t time = rows.times()[row];
        if (time >= start && time < end) counter.add(time);
      }
      return 0;
    });
    Py_RETURN_NONE;
  });
}

namespace {

/// The rows [first, last) of a block, and the counts of their series.
struct CountedRun {
  std::size_t first;
  std::size_t last;
  Integers counts;
};

std::vector<CountedRun> counted_runs(PyObject* sequence) {
  std::vector<CountedRun> runs;
  Ref list(PySequence_Fast(sequence, "expected runs"));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(list.get()); ++i) {
    Py_ssize_t first = 0;
    Py_ssize_t last = 0;
    PyObject* counts = nullptr;
    PyObject* const run = PySequence_Fast_GET_ITEM(list.get(), i);
    if (!PyArg_ParseTuple(run, "nnO", &first, &last, &counts)) throw PythonError{};
    if (first < 0 || (!runs.empty() && static_cast<std::size_t>(first) < runs.back().last)) {
      raise(PyExc_IndexError, "runs follow one another");
    }
    runs.push_back({static_cast<std::size_t>(first),
                    static_cast<std::size_t>(std::max(first, last)), Integers(counts, true)});
  }
  return runs;
}

}  // namespace

/// count_times(columns, runs, start_ns, end_ns, bounds): count stored times of [start_ns, end_ns).
///
/// A run is its first row, the one after the last, and counts. What follows the times is not read.
PyObject* count_times(PyObject*, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    PyObject* columns = nullptr;
    PyObject* sequence = nullptr;
    long long start = 0;
    long long end = 0;
    PyObject* of_bounds = nullptr;
    if (!PyArg_ParseTuple(arguments, "SOLLO", &columns, &sequence, &start, &end, &of_bounds)) {
      throw PythonError{};
    }
    const Integers bounds(of_bounds, false);
    const std::vector<CountedRun> runs = counted_runs(sequence);
    for (const CountedRun& run : runs) WindowCounter(bounds, run.counts);
    const std::string_view text = bytes_of(columns);
    {
      const GilReleased released;
      TimeReader times(text);
      std::size_t row = 0;
      for (const CountedRun& run : runs) {
        if (run.last > times.size()) throw DamagedColumns{};
        for (; row < run.first; ++row) times.next();
        WindowCounter counter(bounds, run.counts);
        for (; row < run.last; ++row) {
          const std::int64_t time = times.next();
          if (time >= start && time < end) counter.add(time);
        }
      }
    }
    Py_RETURN_NONE;
  });
}

/// count(numbers, bounds, counts): add these rows to the counts of their windows.
PyObject* rows_count(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    PyObject* object = nullptr;
    PyObject* of_bounds = nullptr;
    PyObject* of_counts = nullptr;
    if (!PyArg_ParseTuple(arguments, "OOO", &object, &of_bounds, &of_counts)) throw PythonError{};
    Rows& rows = rows_of(self);
    const std::vector<std::uint32_t> numbers = numbers_of(object, rows);
    const Integers bounds(of_bounds, false);
    const Integers counts(of_counts, true);
    WindowCounter counter(bounds, counts);
    locked<Reading>(rows, [&] {
      for (const std::uint32_t number : numbers) counter.add(rows.times()[number]);
      return 0;
    });
    Py_RETURN_NONE;
  });
}

/// volume(first, last, start_ns, end_ns): how many rows and bytes of lines are in a time.
PyObject* rows_volume(PyObject* self, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    Py_ssize_t first = 0;
    Py_ssize_t last = 0;
    long long start = 0;
    long long end = 0;
    if (!PyArg_ParseTuple(arguments, "nnLL", &first, &last, &start, &end)) throw PythonError{};
    Rows& rows = rows_of(self);
    const auto [count, bytes] = locked<Reading>(rows, [&] {
      std::size_t lines = 0;
      std::size_t size = 0;
      const std::size_t to = std::min(static_cast<std::size_t>(last), rows.size());
      for (auto row = static_cast<std::size_t>(first); row < to; ++row) {
        if (rows.times()[row] < start || rows.times()[row] >= end) continue;
        ++lines;
        size += rows[row].line.size();
      }
      return std::pair{lines, size};
    });
    return Py_BuildValue("nn", static_cast<Py_ssize_t>(count), static_cast<Py_ssize_t>(bytes));
  });
}

/// quantile(q, values): of a sorted sequence, interpolated; what is no number comes first.
PyObject* quantile(PyObject*, PyObject* arguments) {
  return guarded([&]() -> PyObject* {
    double q = 0;
    PyObject* object = nullptr;
    if (!PyArg_ParseTuple(arguments, "dO", &q, &object)) throw PythonError{};
    Ref list(PySequence_Fast(object, "expected numbers"));
    const auto size = static_cast<std::size_t>(PySequence_Fast_GET_SIZE(list.get()));
    if (size == 0 || !(q >= 0 && q <= 1))
      raise(PyExc_ValueError, "expected q in [0, 1] and values");
    std::vector<double> values(size);
    for (std::size_t i = 0; i < size; ++i) {
      values[i] =
          PyFloat_AsDouble(PySequence_Fast_GET_ITEM(list.get(), static_cast<Py_ssize_t>(i)));
      if (values[i] == -1 && PyErr_Occurred() != nullptr) throw PythonError{};
    }
    const auto is_less = [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; };
    const double rank = q * static_cast<double>(size - 1);
    const auto low = static_cast<std::size_t>(rank);
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(low);
    std::nth_element(values.begin(), at, values.end(), is_less);
    const double least = *at;
    const double next = low + 1 < size ? *std::min_element(at + 1, values.end(), is_less) : least;
    const double weight = rank - static_cast<double>(low);
    return PyFloat_FromDouble(least * (1 - weight) + next * weight);
  });
}

}  // namespace whiteroom::logs
