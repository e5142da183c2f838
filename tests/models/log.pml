/* A model of the ring of log events, for spin (https://spinroot.com/).
 *
 * Two threads log, one takes the events out and writes their lines, and the process may be killed at
 * any moment; then whoever folds its segment writes what is left. spin tries every interleaving.
 * Stores that the code leaves unordered (relaxed) are made in any order.
 *
 * Each BREAK_... leaves out one thing that the code does; the test expects spin to find the fault.
 *
 *   this model          juce_backend/src/monitoring
 *   producer            wrm_log_take, wrm_log_put
 *   drainer             LogRing::waiting, LogRing::drained; Segment::Impl::drain_log
 *   heir                left_events, deliver_left_events
 */

#define PRODUCERS 2
#define EVENTS 3 /* of each producer */
#define ALL (PRODUCERS * EVENTS)
#define SLOTS 4
#ifdef BREAK_NO_MARGIN
#define WAITING SLOTS
#else
#define WAITING (SLOTS - PRODUCERS) /* a place for each thread that found room at once */
#endif

/* --- the ring, which outlives the process ---------------------------------------------------- */
byte next;
byte drained;
byte stamp[SLOTS];
byte first[SLOTS];  /* two words of an event; each is the event's place, counted from 1 */
byte second[SLOTS];

/* --- the file of the log, and how it went ------------------------------------------------------ */
byte lines[ALL + 1]; /* of the event at this place, counted from 1 */
byte last_line;
byte lost;
byte begun; /* events that have a place, or were lost */
bool killed;

/* One write to a file: it has the line, whole, or does not. */
inline write_line(which) {
  atomic {
    lines[which] = lines[which] + 1;
    assert(lines[which] == 1); /* no event has two lines */
    last_line = which
  }
}

proctype producer() provided (!killed) {
  byte event;
  byte seen;
  byte next_seen;
  byte place;
  bool first_stored;
  bool second_stored;
  for (event : 1 .. EVENTS) {
    seen = drained; /* acquire */
    next_seen = next;
    if
#ifndef BREAK_NO_CHECK
    :: next_seen - seen >= WAITING -> atomic { lost++; begun++ }
#endif
    :: else ->
#ifdef BREAK_NO_TICKET
       place = next;
       next = place + 1; /* a load and a store */
       begun++;
#else
       atomic { place = next; next++; begun++ }
#endif
       assert(place - drained < SLOTS); /* its slot is free */
       first_stored = false;
       second_stored = false;
#ifdef BREAK_STAMP_EARLY
       stamp[place % SLOTS] = place + 1;
#endif
       do
       :: !first_stored -> first[place % SLOTS] = place + 1; first_stored = true
       :: !second_stored -> second[place % SLOTS] = place + 1; second_stored = true
       :: first_stored && second_stored -> break
       od;
       stamp[place % SLOTS] = place + 1 /* release */
    fi
  }
}

proctype drainer() provided (!killed) {
  byte place = 0;
  byte one;
  byte other;
  do
  :: place < next && stamp[place % SLOTS] == place + 1 -> /* acquire */
#ifdef BREAK_DRAIN_EARLY
     drained = place + 1;
#endif
     one = first[place % SLOTS];
     other = second[place % SLOTS];
     assert(one == place + 1 && other == place + 1); /* a whole event, and this one */
     write_line(place + 1);
     drained = place + 1; /* release */
     place++
  :: begun == ALL && place == next -> break
  od
}

/* Whoever folds the segment of the process, once that is dead. */
proctype heir() {
  byte place;
  byte delivered = 0;
  byte unfinished = 0;
  atomic {
    killed = true;
#ifdef BREAK_NO_TAIL
    place = drained;
#else
    /* The last lines of the file say what was written and not yet given back. */
    if
    :: last_line > drained -> place = last_line
    :: else -> place = drained
    fi;
#endif
    do
    :: place < next ->
       if
       :: stamp[place % SLOTS] == place + 1 ->
          assert(first[place % SLOTS] == place + 1 && second[place % SLOTS] == place + 1);
          write_line(place + 1)
       :: else -> unfinished++
       fi;
       place++
    :: else -> break
    od;
    assert(unfinished <= PRODUCERS);
    for (place : 1 .. ALL) { delivered = delivered + lines[place] }
    assert(delivered + lost + unfinished == begun) /* each event is accounted for */
  }
}

init {
  atomic {
    run producer();
    run producer();
    run drainer();
    run heir()
  }
}
