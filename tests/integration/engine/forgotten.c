/* A function of the C ABI that somebody forgot to record: what the test of the ABI must find. */
#include "abi/sch_engine.h"

SCH_EXPORT int32_t sch_engine_forgotten(sch_engine* engine);
int32_t sch_engine_forgotten(sch_engine* engine) {
  return engine == NULL ? SCH_ENGINE_NULL : SCH_OK;
}
