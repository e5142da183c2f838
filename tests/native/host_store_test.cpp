/// Hosts with a store and without one, and XRUNs that are matched with silence.
#include "whiteroom/monitoring/host_store.h"

#include <doctest/doctest.h>

#include <initializer_list>

#include "whiteroom/monitoring/xrun_ledger.h"

using whiteroom::monitoring::HostStore;
using whiteroom::monitoring::whole_part;
using whiteroom::monitoring::XrunLedger;

namespace {

/// Wait, and deliver these.
void wait_and_deliver(HostStore& store, std::initializer_list<double> lengths) {
  store.wait(*lengths.begin());
  for (const double length : lengths) store.deliver(length);
}

}  // namespace

TEST_CASE("the whole part of a number is the number without its fraction") {
  CHECK(whole_part(0.99) == 0);
  CHECK(whole_part(7.0) == 7);
  CHECK(whole_part(7.5) == 7);
  CHECK(whole_part(4.5e15 + 0.5) == 4.5e15);
  CHECK(whole_part(8.9e15) == 8.9e15);
  CHECK(whole_part(1e300) == 1e300);
}

TEST_CASE("what the device asks for at once is the least between two waits, of 16 waits or more") {
  HostStore store;
  for (int i = 0; i < 15; ++i) {
    wait_and_deliver(store, {100, 300});
    CHECK(store.at_once() == 0);
  }
  wait_and_deliver(store, {100, 300});  // the sixteenth
  CHECK(store.at_once() == 400);
  wait_and_deliver(store, {100, 200});  // counts once it is over
  CHECK(store.at_once() == 400);
  wait_and_deliver(store, {100, 300});
  CHECK(store.at_once() == 300);
  // It is forgotten when 16 waits, and the 16 after them, are over.
  for (int i = 0; i < 14; ++i) wait_and_deliver(store, {100, 300});
  CHECK(store.at_once() == 300);
  for (int i = 0; i < 15; ++i) wait_and_deliver(store, {100, 300});
  CHECK(store.at_once() == 300);
  wait_and_deliver(store, {100, 300});
  CHECK(store.at_once() == 400);
}

TEST_CASE("two waits without a block in between say nothing") {
  HostStore store;
  for (int i = 0; i < 40; ++i) {
    wait_and_deliver(store, {400});
    store.wait(400);
  }
  CHECK(store.at_once() == 400);
  CHECK(store.size() == 0);
  for (int i = 0; i < 6; ++i) wait_and_deliver(store, {i % 2 == 0 ? 590.0 : 400.0});
  for (int i = 0; i < 10; ++i) store.wait(400);
  CHECK(store.size() == 590);
}

TEST_CASE("a host that delivers a multiple or a fraction of what it was asked for has no store") {
  for (const double next : {400.0, 406.0, 394.0, 812.0, 1200.0, 200.0, 100.0}) {
    HostStore store;
    for (int i = 0; i < 40; ++i) {
      wait_and_deliver(store, {400});
      wait_and_deliver(store, {next});
    }
    CAPTURE(next);
    CHECK(store.size() == 0);
  }
}

TEST_CASE("a host that delivers uneven amounts has a store of its longest callback, after four") {
  for (const double next : {390.0, 410.0, 590.0, 826.0, 1000.0, 150.0}) {
    HostStore store;
    wait_and_deliver(store, {400});
    int uneven = 0;  // a pair of them is known at the wait that ends the second
    for (double length = next; store.size() == 0 && uneven < 20; ++uneven) {
      wait_and_deliver(store, {length});
      length = length == next ? 400 : next;
    }
    CAPTURE(next);
    CHECK(uneven == 5);
    CHECK(store.size() == (next > 400 ? next : 400));
  }
}

TEST_CASE(
    "two and three times what is asked for at once is an overload, unless a block is longer") {
  for (const double longest : {400.0, 500.0}) {
    HostStore store;
    for (int i = 0; i < 16; ++i) wait_and_deliver(store, {400});
    wait_and_deliver(store, {longest});
    for (int i = 0; i < 8; ++i) {
      for (const int times : {1, 2, 3, 2, 3, 5, 3}) {
        store.wait(400);
        for (int each = 0; each < times; ++each) store.deliver(400);
      }
    }
    CAPTURE(longest);
    CHECK(store.size() == (longest == 400 ? 0 : 500));
  }
}

TEST_CASE("amounts of which one is no multiple of what is asked for at once are a store's") {
  HostStore store;
  for (int i = 0; i < 20; ++i) {
    wait_and_deliver(store, {400});
    for (int again = 0; again < 2; ++again) {
      wait_and_deliver(store, {400, 400, 200});
      wait_and_deliver(store, {400, 400, 400});
    }
  }
  CHECK(store.size() == 400);
}

TEST_CASE("a host that has become even for long enough has no store any more") {
  HostStore store;
  for (int i = 0; i < 50; ++i) wait_and_deliver(store, {i % 2 == 0 ? 400.0 : 590.0});
  CHECK(store.size() == 590);
  // The next wait sees the last uneven pair; 16 are remembered, and four are needed.
  for (int i = 0; i < 13; ++i) {
    wait_and_deliver(store, {590});
    CHECK(store.size() == 590);
  }
  wait_and_deliver(store, {590});
  CHECK(store.size() == 0);
}

namespace {

/// Wait so often, each time `later` than at the wait before.
void lean(HostStore& store, int times, double later) {
  for (int i = 0; i < times; ++i) {
    store.wait(400, later);
    store.deliver(400);
  }
}

}  // namespace

TEST_CASE("a host that is later and later, and makes up for it by a block, has a store") {
  for (const double later : {30.0, -30.0, 5.0}) {
    HostStore store;
    lean(store, 1, -later);  // before it, so that the span ends with what is to be seen
    lean(store, 14, later);
    CHECK(store.size() == 0);
    lean(store, 1, later > 0 ? -370 : 370);
    CHECK(store.size() == 0);  // 12 are too few
    lean(store, 2, later);
    CAPTURE(later);
    CHECK(store.size() == (later == 5 ? 0 : 400));  // 1/64 of a block is even
  }
}

TEST_CASE("what makes up for lateness is seven tenths of a block or more, and of the other sign") {
  for (const double made_up : {-285.0, -275.0, 285.0}) {
    HostStore store;
    lean(store, 1, 0);
    lean(store, 16, 30);
    lean(store, 1, made_up);
    CAPTURE(made_up);
    CHECK(store.size() == (made_up == -285 ? 400 : 0));
  }
}

TEST_CASE("half of what has been seen of a store is forgotten in 32 waits, and all when it ends") {
  HostStore store;
  lean(store, 1, 0);
  lean(store, 29, 30);
  lean(store, 1, -370);  // the 31st
  CHECK(store.size() == 400);
  lean(store, 1, 0);
  CHECK(store.size() == 400);
  lean(store, 32, 0);
  CHECK(store.size() == 400);  // 14 of 28
  lean(store, 1, 0);
  CHECK(store.size() == 0);
  lean(store, 20, 30);
  CHECK(store.size() == 0);  // nothing has made up for these
}

TEST_CASE("as many waits that are earlier by a block as later are late threads, and no store") {
  for (const double later : {30.0, -30.0}) {
    const double made_up = later > 0 ? -370 : 370;
    HostStore store;
    lean(store, 1, 0);
    lean(store, 26, later);
    lean(store, 1, -made_up);
    CHECK(store.size() == 0);
    lean(store, 1, made_up);
    CHECK(store.size() == 0);
    lean(store, 1, made_up);
    CAPTURE(later);
    CHECK(store.size() == 400);
  }
}

TEST_CASE("what makes up for lateness makes up for a whole block, in however small parts it is") {
  for (const double made_up : {-285.0, -275.0}) {
    HostStore store;
    for (int i = 0; i < 24; ++i) {
      store.wait(10, i == 0 ? 0 : i == 23 ? made_up : 30);
      for (const double part : {10.0, 400.0}) store.deliver(part);
    }
    CAPTURE(made_up);
    CHECK(store.size() == (made_up == -285 ? 400 : 0));
  }
}

TEST_CASE("a slow clock makes waits longer by a share of all that was delivered, and is no store") {
  HostStore store;
  for (int i = 0; i < 60; ++i) {
    store.wait(400, i % 20 == 19 ? -300 : 8);  // 2 % of a block, and less than 1 % of three
    for (int each = 0; each < 3; ++each) store.deliver(400);
  }
  CHECK(store.size() == 0);
}

TEST_CASE("waits that are as often longer as shorter are jitter") {
  HostStore store;
  for (int i = 0; i < 200; ++i) {
    lean(store, 1, 100 + i);
    lean(store, 1, -100 - i);
    CHECK(store.size() == 0);
  }
}

TEST_CASE("a report of silence that was counted adds only what it is longer by") {
  XrunLedger ledger;
  CHECK_FALSE(ledger.expects(0));
  ledger.expect(100, 200, 30);
  CHECK(ledger.expects(100));
  CHECK(ledger.expects(200));
  CHECK_FALSE(ledger.expects(201));
  CHECK(ledger.match(20) == 0);
  CHECK(ledger.match(15) == 5);  // 10 were left
  CHECK(ledger.match(7) == 7);
}

TEST_CASE("a report of the same length is the same for a while, and one without length never") {
  XrunLedger ledger;
  CHECK_FALSE(ledger.repeats(0, 0, 100));
  CHECK_FALSE(ledger.repeats(0, 0, 100));
  CHECK_FALSE(ledger.repeats(0, 30, 100));
  CHECK(ledger.repeats(100, 30, 150));
  CHECK_FALSE(ledger.repeats(151, 30, 200));
  CHECK_FALSE(ledger.repeats(160, 31, 200));
  CHECK_FALSE(ledger.repeats(161, 30, 200));
}

TEST_CASE("silences that one report may be of add up, until nobody expects a report any more") {
  XrunLedger ledger;
  ledger.expect(100, 200, 30);
  ledger.expect(150, 260, 20);
  CHECK(ledger.expects(260));
  ledger.expect(260, 300, 5);
  CHECK(ledger.match(60) == 5);
  ledger.expect(300, 400, 30);
  ledger.expect(401, 500, 10);
  CHECK(ledger.match(12) == 2);
}

TEST_CASE("silence that a report has counted is not counted again, until that is forgotten") {
  XrunLedger ledger;
  CHECK_FALSE(ledger.has_counted(0));
  CHECK(ledger.uncounted(0, 8) == 8);
  ledger.count(100, 200, 30);
  CHECK(ledger.has_counted(200));
  CHECK_FALSE(ledger.has_counted(201));
  CHECK(ledger.uncounted(150, 20) == 0);
  ledger.count(160, 260, 5);  // 15 in all
  CHECK(ledger.uncounted(200, 18) == 3);
  CHECK(ledger.uncounted(201, 4) == 4);
  ledger.count(270, 300, 30);
  CHECK(ledger.uncounted(301, 4) == 4);
  ledger.count(310, 400, 10);
  ledger.count(401, 500, 6);
  CHECK(ledger.uncounted(450, 10) == 4);
}
