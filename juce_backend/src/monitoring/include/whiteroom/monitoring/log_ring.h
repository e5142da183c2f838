/// The fast path of the log: what an event costs the thread that it happens on. Plain C, `static
/// inline`, for C++ and Swift alike.
///
/// Any thread may log, an audio thread too: wait-free, no allocation, no lock, no system call, no
/// text. An event that finds the ring full is counted, and what waits there stays: the first events
/// of a flood say why it began. `tests/models/log.pml` is a model of it.
#ifndef WHITEROOM_MONITORING_LOG_RING_H
#define WHITEROOM_MONITORING_LOG_RING_H

#include <stdint.h>
#include <string.h>

#include "cells.h"
#include "segment_format.h"

#if defined(__cplusplus)
extern "C" {
#endif

/// The log of a segment. It may be used as long as the process lives.
typedef struct wrm_log {
  uint64_t* ring;  ///< enum wrm_log_cell; NULL: each event counts as not prepared
  uint64_t* lost;  ///< WRM_LOST_REASONS cells
} wrm_log;

/// Return the bits of a WRM_LOG_FLOAT field.
static inline uint64_t wrm_log_float(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// Take a place in the ring. Returns its number, or UINT64_MAX where there is none.
static inline uint64_t wrm_log_take(uint64_t* ring) {
  // Acquire: whoever took events out is done with their slots; and what is read next is no older.
  uint64_t drained = __atomic_load_n(&ring[WRM_LOG_DRAINED], __ATOMIC_ACQUIRE);
  // Relaxed, here and below: the number publishes nothing.
  const uint64_t next = __atomic_load_n(&ring[WRM_LOG_NEXT], __ATOMIC_RELAXED);
  if (next - drained >= WRM_LOG_MOST_WAITING) return UINT64_MAX;
  const uint64_t place = __atomic_fetch_add(&ring[WRM_LOG_NEXT], 1, __ATOMIC_RELAXED);
  if (place - drained < WRM_LOG_CAPACITY) return place;
  // This thread was put aside for a whole turn of the ring. Acquire: as above.
  drained = __atomic_load_n(&ring[WRM_LOG_DRAINED], __ATOMIC_ACQUIRE);
  return place - drained < WRM_LOG_CAPACITY ? place : UINT64_MAX;
}

/// Log an event: its id, when it happened on the monotonic clock in ns, and its fields, in the
/// order of the catalogue; what it has no field for is 0.
static inline void wrm_log_put(wrm_log log, uint32_t event, uint64_t time_ns, uint64_t first,
                               uint64_t second, uint64_t third, uint64_t fourth, uint64_t fifth,
                               uint64_t sixth) {
  if (log.ring == NULL) {
    if (log.lost != NULL) wrm_any_add(&log.lost[WRM_LOST_NOT_PREPARED], 1);
    return;
  }
  const uint64_t place = wrm_log_take(log.ring);
  if (place == UINT64_MAX) {
    wrm_any_add(&log.lost[WRM_LOST_LOG_FULL], 1);
    return;
  }
  uint64_t* const slot = &log.ring[WRM_LOG_SLOTS + place % WRM_LOG_CAPACITY * WRM_LOG_SLOT_CELLS];
  wrm_store(&slot[WRM_LOG_TIME], time_ns);
  wrm_store(&slot[WRM_LOG_VALUES], first);
  wrm_store(&slot[WRM_LOG_VALUES + 1], second);
  wrm_store(&slot[WRM_LOG_VALUES + 2], third);
  wrm_store(&slot[WRM_LOG_VALUES + 3], fourth);
  wrm_store(&slot[WRM_LOG_VALUES + 4], fifth);
  wrm_store(&slot[WRM_LOG_VALUES + 5], sixth);
  // Release: who sees the stamp sees the whole event.
  __atomic_store_n(&slot[WRM_LOG_STAMP], (place + 1) << 32 | event, __ATOMIC_RELEASE);
}

#if defined(__cplusplus)
}
#endif

#endif
