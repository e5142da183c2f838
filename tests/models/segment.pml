/* A model of how series are published and retired, for spin (https://spinroot.com/).
 *
 * One registrar publishes series, two owners take turns with the cells of one instance, and a reader
 * scrapes without any lock. spin tries every interleaving, so an assertion that holds here holds in
 * every order that threads may run in. Stores that the code leaves unordered (relaxed) are made in
 * any order; release and acquire are what keeps the rest in place.
 *
 * Each BREAK_... leaves out one thing that the code does; the test expects spin to find the fault.
 *
 *   this model          juce_backend/src/monitoring
 *   registrar           Segment::Impl::add_series, SegmentMemory::append_record, allocate_cells
 *   owner               Segment::Impl::take_instance, retire; wrm_realtime_add
 *   reader              SegmentImage::read, copy, visit_one
 */

#define SERIES 3 /* one of the instance, published last, and two that are shared */
#define INSTANCE 2
#define ROUNDS 2

/* --- the segment: what the reader sees ------------------------------------------------------- */
byte records_used;
byte cells_used;
byte record[SERIES]; /* index of its cell, counted from 1; 0: not written yet */
byte counter[SERIES];
bool live; /* the state of the instance's record */
byte gauge; /* of the instance: which owner has set it; 0: never set */

/* --- the process: what the reader doesn't see ------------------------------------------------ */
bool locked; /* Segment::Impl::mutex_ */
bool in_use;
bool published;
byte generation; /* how many owners the instance has had */
byte added;      /* what all owners together have counted */

inline lock() { atomic { !locked -> locked = true } }
inline unlock() { locked = false }

/* The cells and the record may become visible in any order, but before the new length. */
inline publish(series) {
  bool cells_stored = false;
  bool record_stored = false;
#ifdef BREAK_PUBLISH_EARLY
  records_used = series + 1;
#endif
  do
  :: !cells_stored -> cells_used = series + 1; cells_stored = true
  :: !record_stored -> record[series] = series + 1; record_stored = true
  :: cells_stored && record_stored -> break
  od;
  records_used = series + 1 /* release */
}

proctype registrar() {
  byte i;
  for (i : 0 .. SERIES - 1) {
    publish(i);
    if
    :: i != INSTANCE -> counter[i] = 1
    :: else -> skip
    fi
  }
  published = true
}

inline count() {
  byte old = counter[INSTANCE];
  counter[INSTANCE] = old + 1 /* one writer: a load and a store */
}

proctype owner() {
  byte round;
  byte mine;
  published;
  for (round : 1 .. ROUNDS) {
#ifndef BREAK_NO_OWNER
    lock();
#endif
    if
    :: !in_use ->
       in_use = true;
       generation++;
       mine = generation;
       live = true;
#ifndef BREAK_NO_OWNER
       unlock();
#endif
       added++;
#ifdef BREAK_RETIRE_EARLY
       lock(); in_use = false; unlock();
#endif
       count();
       gauge = mine;
       lock();
       live = false;
#ifndef BREAK_KEEP_GAUGE
       gauge = 0;
#endif
       in_use = false;
       unlock()
    :: else ->
#ifndef BREAK_NO_OWNER
       unlock() /* it would get a block of its own */
#else
       skip
#endif
    fi
  }
}

proctype reader() {
  byte scrape;
  byte i;
  byte length;
  byte cells;
  byte sum;
  byte last = 0;
  byte taken;
  bool is_live;
  for (scrape : 1 .. 2) {
    taken = generation;
#ifdef BREAK_CELLS_FIRST
    cells = cells_used;
    length = records_used;
#else
    length = records_used; /* acquire */
    cells = cells_used;
#endif
    sum = 0;
    i = 0;
    do
    :: i < length ->
       assert(record[i] != 0);     /* a record that counts is whole */
       assert(record[i] <= cells); /* and its cells are among those in use */
       sum = sum + counter[record[i] - 1];
       if
       :: i == INSTANCE ->
          is_live = live;
          if
          :: is_live -> assert(gauge == 0 || gauge >= taken) /* no former owner's gauge */
          :: else -> skip
          fi
       :: else -> skip
       fi;
       i++
    :: else -> break
    od;
    assert(sum >= last); /* a counter never falls */
    last = sum
  }
}

init {
  atomic {
    run registrar();
    run owner();
    run owner();
    run reader()
  }
  /* When all are done, nothing is lost. */
  _nr_pr == 1;
  assert(counter[INSTANCE] == added)
}
