/* A model of how the series of ended tracks make room for others, for spin (https://spinroot.com/).
 *
 * A segment has two records of the series S, and the program's base a third part of it. The writer
 * lets S depart, frees the records, uses one for the series T and later the other one for S again.
 * It may be killed at any moment; then its segment is folded. A reader scrapes all the time. It must
 * see S whole, then gone, then from 0; and T with nothing but its own counts.
 *
 * Each BREAK_... leaves out one thing that the code does; the test expects spin to find the fault.
 *
 *   this model          juce_backend/src/monitoring
 *   writer              Segment::Impl::make_room, say_departing, evict, new_series; settle_departure
 *   fold                fold_program
 *   reader              read_program, SegmentImage::read_file, ProgramView::merge
 */

#define RECORDS 2
#define FREE 0
#define S 1
#define T 2

/* What is counted where: each sum of parts is another number. */
#define IN_BASE 4
#define WHOLE 7 /* the records' 1 and 2, and the base's 4 */
#define OF_T 8

/* --- the segment ----------------------------------------------------------------------------- */
byte rewrites;
byte kind[RECORDS]; /* the series that a record is */
byte departing[RECORDS]; /* the number of its departure; 0: it stays */
byte cell[RECORDS];
bool folded; /* the segment is in the base, which says so */

/* --- the base: a file that is replaced as a whole -------------------------------------------- */
bool base_has_s;
byte base_s;
byte base_t;
byte departed; /* the number of the departure that it names */

/* --- the program's lock, and the process's life ---------------------------------------------- */
byte sharing;
bool excluding; /* by the writer: a killed process holds no lock */
bool killed;
bool evicted; /* S was said to be gone */

#define excluded (excluding && !killed)

inline clear(i) {
  kind[i] = FREE;
#ifndef BREAK_KEEP_CELLS
  cell[i] = 0
#else
  skip
#endif
}

inline step() {
#ifndef BREAK_NO_REWRITES
  rewrites++
#else
  skip
#endif
}

inline reuse(i, series) {
  step();
  departing[i] = 0;
  kind[i] = series;
  step()
}

proctype writer() provided (!killed) {
  departing[0] = 1;
  departing[1] = 1;
  if
  :: atomic { sharing == 0 -> excluding = true }
  :: departing[0] = 0; departing[1] = 0; goto end /* the lock can't be had: S stays */
  fi;
#ifdef BREAK_FREE_EARLY
  step();
  clear(0);
  clear(1);
  step();
#endif
  atomic {
#ifndef BREAK_BASE_KEEPS
    base_has_s = false;
    base_s = 0;
#endif
#ifndef BREAK_NO_DEPARTED
    departed = 1;
#endif
    evicted = true
  }
  excluding = false;
  step();
  clear(0);
  clear(1);
  step();
  reuse(0, T);
  cell[0] = cell[0] + OF_T;
  reuse(1, S);
  cell[1] = cell[1] + 1;
end:
  skip
}

proctype killer() {
  killed = true
}

#define counts(i, series) (kind[i] == series && (departing[i] == 0 || departing[i] != departed))

proctype fold() {
  byte s;
  byte t;
  byte i;
  bool has;
  killed;
  atomic {
    sharing == 0;
    has = base_has_s;
    s = base_s;
    for (i : 0 .. RECORDS - 1) {
      if
      :: counts(i, S) -> s = s + cell[i]; has = true
      :: counts(i, T) -> t = t + cell[i]
      :: else -> skip
      fi
    }
    base_has_s = has;
    base_s = s;
    base_t = t;
    folded = true
  }
}

proctype reader() {
  byte scrape;
  byte i;
  byte before;
  byte of_base_s;
  byte of_base_t;
  byte number;
  byte s;
  byte t;
  bool in_base;
  bool has;
  bool alone;
  bool gone = false;
  byte series[RECORDS];
  byte departs[RECORDS];
  for (scrape : 1 .. 2) {
#ifndef BREAK_NO_LOCK
    atomic { !excluded -> sharing++ };
#endif
    /* The base is one file: it is read as it is at one moment. */
    atomic { in_base = base_has_s; of_base_s = base_s; of_base_t = base_t; number = departed };
again:
    has = in_base;
    s = of_base_s;
    t = of_base_t;
    alone = killed;
    before = rewrites;
    if
    :: folded -> goto judge
    :: !folded && before % 2 == 1 && !alone -> goto again
    :: else -> skip
    fi;
    for (i : 0 .. RECORDS - 1) {
      series[i] = kind[i];
      departs[i] = departing[i]
    }
    i = 0;
    do
    :: i < RECORDS ->
       if
       :: series[i] == S && (departs[i] == 0 || departs[i] != number) ->
          s = s + cell[i];
          has = true
       :: series[i] == T -> t = t + cell[i]
       :: else -> skip
       fi;
       i++
    :: else -> break
    od;
#ifndef BREAK_READ_ONCE
    if
    :: rewrites != before && !alone -> goto again
    :: else -> skip
    fi;
#endif
judge:
    assert(t == 0 || t == OF_T);           /* no other series' counts */
    assert(!has || s == WHOLE || s <= 1);  /* all parts of S, or S from 0 */
    assert(!(gone && has && s == WHOLE));  /* what is gone does not come back */
    assert((has && s == WHOLE) || evicted); /* and does not go by itself */
    gone = gone || !has || s <= 1;
#ifndef BREAK_NO_LOCK
    sharing--
#else
    skip
#endif
  }
}

init {
  atomic {
    kind[0] = S;
    kind[1] = S;
    cell[0] = 1;
    cell[1] = 2;
    base_has_s = true;
    base_s = IN_BASE;
    run writer();
    run killer();
    run fold();
    run reader()
  }
}
