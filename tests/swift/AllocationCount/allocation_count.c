#include "allocation_count.h"

#include <stddef.h>

// Initial-exec: reading it must not allocate.
static __thread heap_calls calls __attribute__((tls_model("initial-exec")));

heap_calls heap_calls_so_far(void) { return calls; }

// What the linker takes instead of the C library's; the library's own names lead back to it.
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);

void* malloc(size_t bytes) {
  ++calls.allocations;
  return __libc_malloc(bytes);
}
void* calloc(size_t count, size_t bytes) {
  ++calls.allocations;
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, size_t bytes) {
  ++calls.allocations;
  return __libc_realloc(memory, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) {
  ++calls.allocations;
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, size_t alignment, size_t bytes) {
  ++calls.allocations;
  *memory = __libc_memalign(alignment, bytes);
  return 0;
}
void free(void* memory) {
  ++calls.frees;
  __libc_free(memory);
}
