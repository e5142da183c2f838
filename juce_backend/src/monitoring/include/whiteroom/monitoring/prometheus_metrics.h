/// Metric handles: what an application holds and calls to record.
///
/// Handles are small values that point at cells. They are made by the generated clients
/// (generated/*.h) at preparation. Every recording function is wait-free, noexcept, and neither
/// allocates nor calls the system; it may be called from an audio callback. A handle of one
/// writer must be used by one thread at a time, a handle of many writers by any thread.
///
/// With WHITEROOM_MONITORING_OFF defined, recording leaves no instruction.
#pragma once

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

#include "cells.h"
#include "exemplar.h"
#include "lost.h"
#include "segment.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

#ifdef WHITEROOM_MONITORING_OFF
inline constexpr bool kRecording = false;
#else
inline constexpr bool kRecording = true;
#endif

/// Cells in units of 1/kBillion keep nanoseconds and billionths of a ratio.
inline constexpr std::int64_t kBillion = 1'000'000'000;

namespace detail {

template <Writers writers>
inline void add(std::uint64_t* cell, std::uint64_t amount) noexcept {
  if constexpr (writers == Writers::one) {
    wrm_realtime_add(cell, amount);
  } else {
    wrm_any_add(cell, amount);
  }
}

}  // namespace detail

/// Where a handle records. Without cells it was never prepared, or stands for a label's value that
/// there is not: then it records nothing, and what it is given is counted as lost.
class HandleCells {
 protected:
  HandleCells() = default;
  HandleCells(std::uint64_t* cells, std::uint64_t* lost) noexcept : cells_(cells), lost_(lost) {}

  bool usable() const noexcept {
    if (cells_ != nullptr) return true;
    detail::count_mistake(lost_, lost_ == nullptr ? WRM_LOST_NOT_PREPARED : WRM_LOST_OUT_OF_RANGE);
    return false;
  }

  std::uint64_t* cells_ = nullptr;
  std::uint64_t* lost_ = nullptr;
};

/// Counts events.
template <Writers writers>
class Counter : protected HandleCells {
 public:
  Counter() = default;
  Counter(std::uint64_t* cells, std::uint64_t* lost) noexcept : HandleCells(cells, lost) {}

  void increment(std::uint64_t amount = 1) const noexcept {
    if constexpr (kRecording) {
      if (usable()) detail::add<writers>(cells_, amount);
    }
  }
};

/// Counts events, and keeps the trace of a recent one.
template <Writers writers>
class ExemplarCounter : public Counter<writers> {
 public:
  using Counter<writers>::Counter;
  using Counter<writers>::increment;

  void increment(std::uint64_t amount, const Exemplar& exemplar) const noexcept {
    if constexpr (kRecording) {
      if (!this->usable()) return;
      increment(amount);
      wrm_exemplar_put(this->cells_ + 1, static_cast<std::int64_t>(amount), &exemplar);
    }
  }
};

/// Adds up time.
template <Writers writers>
class DurationCounter : HandleCells {
 public:
  DurationCounter() = default;
  DurationCounter(std::uint64_t* cells, std::uint64_t* lost) noexcept : HandleCells(cells, lost) {}

  /// Add `duration`; a negative one is not added but counted as lost.
  void add(std::chrono::nanoseconds duration) const noexcept {
    if constexpr (kRecording) {
      if (!usable()) return;
      if (duration.count() < 0) return detail::count_lost(lost_, WRM_LOST_NEGATIVE);
      detail::add<writers>(cells_, static_cast<std::uint64_t>(duration.count()));
    }
  }
};

/// Holds the latest value of something; not exposed before it is set.
template <Writers writers>
class Gauge : HandleCells {
 public:
  Gauge() = default;
  Gauge(std::uint64_t* cells, std::uint64_t* lost) noexcept : HandleCells(cells, lost) {}

  void set(double value) const noexcept {
    if constexpr (kRecording) {
      if (usable()) wrm_store(cells_, wrm_f64_bits(value));
    }
  }
};

/// Holds a level that goes up and down by whole steps.
template <Writers writers>
class UpDownCounter : HandleCells {
 public:
  UpDownCounter() = default;
  UpDownCounter(std::uint64_t* cells, std::uint64_t* lost) noexcept : HandleCells(cells, lost) {}

  void set(std::int64_t value) const noexcept {
    if constexpr (kRecording) {
      if (usable()) wrm_store(cells_, static_cast<std::uint64_t>(value));
    }
  }
  void add(std::int64_t amount) const noexcept {
    if constexpr (kRecording) {
      if (usable()) detail::add<writers>(cells_, static_cast<std::uint64_t>(amount));
    }
  }
  void increment() const noexcept { add(1); }
  void decrement() const noexcept { add(-1); }
};

/// What a histogram or summary of a unit is given, and how it becomes an integer.
struct Seconds {
  using Value = std::chrono::nanoseconds;
  static constexpr bool valid(Value) noexcept { return true; }
  static constexpr std::int64_t cell(Value value) noexcept { return value.count(); }
};
/// A histogram of shares, 1 being the whole.
struct Ratio {
  using Value = double;
  /// The sum of a histogram overflows beyond 9.2e9; no ratio is that large.
  static bool valid(Value value) noexcept { return std::abs(value) < 1e9; }
  static std::int64_t cell(Value value) noexcept {
    return static_cast<std::int64_t>(value * static_cast<double>(kBillion) +
                                     (value < 0 ? -0.5 : 0.5));
  }
};
/// A histogram of whole numbers.
struct Count {
  using Value = std::int64_t;
  static constexpr bool valid(Value) noexcept { return true; }
  static constexpr std::int64_t cell(Value value) noexcept { return value; }
};

/// Distributes observations over buckets. `bounds` are in units of the cells.
template <Writers writers, class Unit, const auto& bounds>
class Histogram : protected HandleCells {
 public:
  using Value = typename Unit::Value;

  Histogram() = default;
  Histogram(std::uint64_t* cells, std::uint64_t* lost) noexcept : HandleCells(cells, lost) {}

  /// Observe `value`; one that is no number (or no ratio) is counted as lost.
  void observe(Value value) const noexcept {
    if constexpr (kRecording) {
      if (!usable()) return;
      if (!Unit::valid(value)) return detail::count_lost(lost_, WRM_LOST_NOT_A_NUMBER);
      constexpr auto count = static_cast<std::uint32_t>(bounds.size());
      if constexpr (writers == Writers::one) {
        wrm_realtime_observe(cells_, bounds.data(), count, Unit::cell(value));
      } else {
        wrm_any_observe(cells_, bounds.data(), count, Unit::cell(value));
      }
    }
  }
};

/// Distributes observations, and keeps the trace of a recent one in each bucket.
template <Writers writers, class Unit, const auto& bounds>
class ExemplarHistogram : public Histogram<writers, Unit, bounds> {
 public:
  using Base = Histogram<writers, Unit, bounds>;
  using Base::Base;
  using Base::observe;

  void observe(typename Base::Value value, const Exemplar& exemplar) const noexcept {
    if constexpr (kRecording) {
      observe(value);
      if (this->cells_ == nullptr || !Unit::valid(value)) return;
      constexpr auto count = static_cast<std::uint32_t>(bounds.size());
      const std::int64_t cell = Unit::cell(value);
      const std::uint32_t bucket = wrm_bucket(bounds.data(), count, cell);
      wrm_exemplar_put(this->cells_ + count + 2 + bucket * WRM_EXEMPLAR_CELLS, cell, &exemplar);
    }
  }
};

/// Counts and adds up observations.
template <Writers writers, class Unit>
class Summary : HandleCells {
 public:
  using Value = typename Unit::Value;

  Summary() = default;
  Summary(std::uint64_t* cells, std::uint64_t* lost) noexcept : HandleCells(cells, lost) {}

  void observe(Value value) const noexcept {
    if constexpr (kRecording) {
      if (!usable()) return;
      if (!Unit::valid(value)) return detail::count_lost(lost_, WRM_LOST_NOT_A_NUMBER);
      detail::add<writers>(&cells_[0], 1);
      detail::add<writers>(&cells_[1], static_cast<std::uint64_t>(Unit::cell(value)));
    }
  }
};

/// A constant fact about the program, such as its version. Set it at preparation.
class Info : HandleCells {
 public:
  Info() = default;
  Info(std::uint64_t* cells, std::uint64_t* lost) noexcept : HandleCells(cells, lost) {}

  void set() const noexcept {
    if constexpr (kRecording) {
      if (usable()) wrm_store(cells_, 1);
    }
  }
};

/// Handles of a family whose labels are closed: choosing one costs a multiplication.
/// `Labels` are generated enums, of which value_count() says how many values they have; `group` the
/// cells of one series.
template <class Handle, std::uint32_t group, class... Labels>
class LabeledBy {
 public:
  LabeledBy() = default;
  LabeledBy(std::uint64_t* cells, std::uint64_t* lost) noexcept : cells_(cells), lost_(lost) {}

  /// A value that the label does not have gives a handle that only counts what is lost.
  Handle operator()(Labels... labels) const noexcept {
    const bool known = ((static_cast<std::uint32_t>(labels) < value_count(labels)) && ...);
    if (cells_ == nullptr) return Handle(nullptr, lost_);
    if (!known) return Handle(nullptr, lost_ != nullptr ? lost_ : detail::process_lost.load());
    std::uint32_t index = 0;
    ((index = index * value_count(labels) + static_cast<std::uint32_t>(labels)), ...);
    return Handle(cells_ + static_cast<std::size_t>(index) * group, lost_);
  }
  /// The same for a family with one label.
  template <class Label, std::size_t labels = sizeof...(Labels),
            class = std::enable_if_t<labels == 1 && (std::is_same_v<Label, Labels> && ...)>>
  Handle operator[](Label label) const noexcept {
    return (*this)(label);
  }

 private:
  std::uint64_t* cells_ = nullptr;
  std::uint64_t* lost_ = nullptr;
};

/// Handles of a family with open labels. `with` may lock and allocate: call it at preparation and
/// keep what it returns. `Source` is Segment (shared cells) or const Instance (realtime cells).
template <class Handle, class Source, std::size_t open_labels>
class DynamicLabels {
 public:
  DynamicLabels(Source& source, const FamilySpec& family, std::uint64_t* lost) noexcept
      : source_(source), family_(&family), lost_(lost) {}

  template <class... Values, class = std::enable_if_t<
                                 sizeof...(Values) == open_labels &&
                                 (std::is_convertible_v<const Values&, std::string_view> && ...)>>
  Handle with(const Values&... values) const {
    const std::array<std::string_view, open_labels> texts{std::string_view(values)...};
    return Handle(source_.series(*family_, texts), lost_);
  }

 private:
  SeriesSource source_;
  const FamilySpec* family_;
  std::uint64_t* lost_;
};

/// Observes the time from its construction to its destruction into a histogram of seconds.
template <class Handle>
class ScopedTimer {
 public:
  explicit ScopedTimer(const Handle& handle) noexcept : handle_(handle), start_(now()) {}
  ScopedTimer(const ScopedTimer&) = delete;
  ScopedTimer& operator=(const ScopedTimer&) = delete;
  ~ScopedTimer() {
    if constexpr (kRecording) handle_.observe(now() - start_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static Clock::time_point now() noexcept {
    if constexpr (kRecording) {
      return Clock::now();
    } else {
      return {};
    }
  }

  Handle handle_;
  Clock::time_point start_;
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
