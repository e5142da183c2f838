/// The fast path: what recording a value costs. Plain C, `static inline`, so that C++, Swift and
/// the Python extension inline the same stores.
///
/// Every function here is wait-free, allocates nothing, calls nothing and can't fail.
/// `realtime` cells have one writer; `any` cells may be written by every thread at once. All
/// accesses are relaxed: a cell publishes nothing but itself, and a reader needs no order between
/// cells (a histogram's count is the sum of the buckets that it read).
#ifndef WHITEROOM_MONITORING_CELLS_H
#define WHITEROOM_MONITORING_CELLS_H

#include <stdint.h>
#include <string.h>

#include "segment_format.h"

#if defined(__cplusplus)
extern "C" {
#endif

/// Return what a cell holds.
static inline uint64_t wrm_load(const uint64_t* cell) {
  return __atomic_load_n(cell, __ATOMIC_RELAXED);
}

/// Replace what a cell holds.
static inline void wrm_store(uint64_t* cell, uint64_t value) {
  __atomic_store_n(cell, value, __ATOMIC_RELAXED);
}

/// Add to a cell that only this thread writes: a load, an add and a store.
static inline void wrm_realtime_add(uint64_t* cell, uint64_t amount) {
  wrm_store(cell, wrm_load(cell) + amount);
}

/// Add to a cell that any thread may write: one atomic add (a loop only before ARMv8.1).
static inline void wrm_any_add(uint64_t* cell, uint64_t amount) {
  __atomic_fetch_add(cell, amount, __ATOMIC_RELAXED);
}

/// Return the bits in which a WRM_F64 cell keeps `value`; a zeroed cell means "never set".
static inline uint64_t wrm_f64_bits(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits ^ WRM_F64_UNSET;
}

/// Return the value that `bits` of a WRM_F64 cell mean.
static inline double wrm_f64_value(uint64_t bits) {
  double value;
  bits ^= WRM_F64_UNSET;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/// Return the bucket of `value`: the number of `bounds` below it. Counts one half without a branch,
/// which for the few dozen buckets of a histogram beats a search that mispredicts; which half it is
/// seldom changes.
static inline uint32_t wrm_bucket(const int64_t* bounds, uint32_t count, int64_t value) {
  const uint32_t half = count / 2;
  uint32_t bucket = 0;
  if (count > 0 && value > bounds[half]) {
    bucket = half + 1;
    for (uint32_t i = half + 1; i < count; ++i) bucket += (uint32_t)(value > bounds[i]);
  } else {
    for (uint32_t i = 0; i < half; ++i) bucket += (uint32_t)(value > bounds[i]);
  }
  return bucket;
}

/// Observe into a histogram group that only this thread writes. `bounds` and `value` are in units
/// of the cells (nanoseconds, bytes, billionths).
static inline void wrm_realtime_observe(uint64_t* group, const int64_t* bounds, uint32_t count,
                                        int64_t value) {
  wrm_realtime_add(&group[wrm_bucket(bounds, count, value)], 1);
  wrm_realtime_add(&group[count + 1], (uint64_t)value);
}

/// Observe into a histogram group that any thread may write.
static inline void wrm_any_observe(uint64_t* group, const int64_t* bounds, uint32_t count,
                                   int64_t value) {
  wrm_any_add(&group[wrm_bucket(bounds, count, value)], 1);
  wrm_any_add(&group[count + 1], (uint64_t)value);
}

/// What happened when a value was recorded: a trace and a span of it (W3C Trace Context), and when.
typedef struct wrm_exemplar {
  uint64_t trace_high;  ///< the first eight bytes of the trace id, as a big-endian number
  uint64_t trace_low;
  uint64_t span;  ///< 0: none
  uint64_t unix_ns;
} wrm_exemplar;

/// Return what WRM_EXEMPLAR_CHECK of a slot with these words must be; never 0.
static inline uint64_t wrm_exemplar_check(const uint64_t* words) {
  // The mixing steps of MurmurHash3's finalizer (Austin Appleby, public domain).
  uint64_t check = WRM_EXEMPLAR_CELLS;
  for (int i = 0; i < WRM_EXEMPLAR_CHECK; ++i) {
    check = (check ^ words[i]) * UINT64_C(0xff51afd7ed558ccd);
    check ^= check >> 33;
  }
  return check | 1;
}

/// Put an exemplar of `value`, in units of the cells, into a slot. Any thread may: what two write
/// at once fits no check and counts as none.
static inline void wrm_exemplar_put(uint64_t* slot, int64_t value, const wrm_exemplar* exemplar) {
  const uint64_t words[WRM_EXEMPLAR_CHECK] = {(uint64_t)value, exemplar->unix_ns,
                                              exemplar->trace_high, exemplar->trace_low,
                                              exemplar->span};
  for (int i = 0; i < WRM_EXEMPLAR_CHECK; ++i) wrm_store(&slot[i], words[i]);
  wrm_store(&slot[WRM_EXEMPLAR_CHECK], wrm_exemplar_check(words));
}

#if defined(__cplusplus)
}
#endif

#endif
