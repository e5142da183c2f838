/// Counts what a program asks of the heap, which recording may not do.
#pragma once

#include <stdint.h>

typedef struct {
  uint64_t allocations;
  uint64_t frees;
} heap_calls;

/// What this thread has done so far.
heap_calls heap_calls_so_far(void);
