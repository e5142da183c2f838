#include "engine_abi.h"

#include <dlfcn.h>

/* POSIX promises that a function's address fits into what dlsym returns; C does not. */
#define ENGINE_ABI_LOAD(name, function)                     \
  *(void**)&abi->name = dlsym(library, #function);          \
  if (abi->name == NULL) return "no " #function " in the engine's library; build it again";

const char* engine_abi_load(const char* path, engine_abi* abi) {
  void* const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return dlerror();
  ENGINE_ABI_FUNCTIONS(ENGINE_ABI_LOAD)
  return NULL;
}
