/// What callers leave out when they describe a callback, and what they are told of it.
#include <doctest/doctest.h>

#include "whiteroom/monitoring/dropout_classifier.h"

using namespace whiteroom::monitoring;

TEST_CASE("what is left out of a callback is that nothing happened, and nothing is known") {
  const CallbackTiming timing{};
  CHECK_FALSE(timing.due);
  CHECK_FALSE(timing.waited);
  CHECK_FALSE(timing.device_xrun);
  CHECK_FALSE(timing.reconfigured);
  CHECK(timing.device_delay.count() == 0);
  CHECK(timing.block.count() == 0);
  CHECK(timing.device_buffers == 0);
}
