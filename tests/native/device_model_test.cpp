/// The model of a device by itself: its lines, and what it says of them.
#include "whiteroom/monitoring/device_model.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace whiteroom::monitoring;

TEST_SUITE_BEGIN("simulated");

TEST_CASE("a deadline is as doubtful as a clock is for a second, however long nobody waits") {
  DeviceModel model;
  const auto call = [&](double start, bool waited) {
    const DeviceCall made{.start = start,
                          .end = start + 1e6,
                          .length = 1e7,
                          .block = 1e7,
                          .capacity = 2e7,
                          .waited = waited,
                          .due_told = false,
                          .due = 0};
    if (start == 0) model.restart(made);
    model.begin(made, true);
    const double doubt = model.doubt(made);
    model.finish(made);
    return doubt;
  };
  call(0, true);
  for (const double start : {0.4e9, 0.9e9, 1.5e9, 5e9}) {
    const double forgiven = std::min(1e9, start);
    CHECK(call(start, false) == doctest::Approx(0.5 + 0.01 * (forgiven + 2e7)));
  }
}

TEST_CASE(
    "lateness that grows in 12 of 15 steps is a clock's, and in fewer it is silence and jitter") {
  for (const int ups : {11, 12}) {
    DeviceModel model;
    double delivered = 0;
    // One callback in each bin; it is late by this, in milliseconds.
    const auto call = [&](double late) {
      DeviceCall made{};
      made.start = delivered + late * 1e6;
      made.length = made.block = 0.13e9;
      made.end = made.start + 1e6;
      made.waited = true;
      if (delivered == 0) model.restart(made);
      model.begin(made, false);
      model.finish(made);
      delivered += made.length;
    };
    for (int i = 0; i < 40; ++i) call(0);
    double late = 200;
    call(late);
    for (int i = 0; i < 16; ++i) call(late += i % 15 < ups ? 0.1 : -0.1);
    CAPTURE(ups);
    CHECK((model.lasting_rise() > 199.99e6) == (ups == 11));
    CHECK(model.lasting_rise() > 195e6);
  }
}

TEST_CASE(
    "silence that was told makes no wait earlier, and so is nothing that a store makes up for") {
  for (const bool told : {true, false}) {
    DeviceModel model;
    DeviceCall call{};
    call.length = call.block = 1e7;
    call.capacity = 2e7;
    call.waited = true;
    model.restart(call);
    double after_due = 0;
    for (int i = 0; i < 30; ++i) {
      // Each wait is longer by a twentieth than what was delivered.
      call.start = 1.05e7 * i - (!told && i >= 25 ? 0.9e7 : 0);
      call.end = call.start + 1e6;
      model.begin(call, false);
      after_due = model.deadline(call) - model.due();
      if (told && i == 24) model.silent(0.9e7);
      model.finish(call);
    }
    CAPTURE(told);
    CHECK((after_due > 1.9e7) == !told);
  }
}

TEST_SUITE_END();
