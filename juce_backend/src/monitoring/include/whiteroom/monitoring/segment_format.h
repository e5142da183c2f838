/// The layout of a metric segment, version 2. See docs/reference/segment-format.md.
///
/// Plain C, so that C++, Swift and the Python extension share one definition. All integers are in
/// the byte order of the machine that wrote them; `byte_order` tells readers.
#ifndef WHITEROOM_MONITORING_SEGMENT_FORMAT_H
#define WHITEROOM_MONITORING_SEGMENT_FORMAT_H

#include <stdint.h>

#include "version.h"

#define WRM_MAGIC "WRMSEG\r\n"
#define WRM_FORMAT_VERSION 2u
#define WRM_BYTE_ORDER 0x01020304u
/// The header has a page of its own; records follow it.
#define WRM_HEADER_BYTES 4096u
#define WRM_PROGRAM_BYTES 64u
#define WRM_CACHE_LINE_BYTES 64u

enum wrm_segment_kind { WRM_KIND_PROCESS = 1, WRM_KIND_BASE = 2 };

enum wrm_record_kind {
  WRM_RECORD_FAMILY = 1,
  WRM_RECORD_SERIES = 2,
  WRM_RECORD_FOLDED = 3,
  WRM_RECORD_DEPARTED = 4,
  WRM_RECORD_FREE = 5,  ///< was a series, and may become another
  WRM_RECORD_LOG_RING = 6,
  WRM_RECORD_LOG_EVENT = 7,
  WRM_RECORD_LOG_TEXT = 8,
  WRM_RECORD_LOG_FILE = 9
};

enum wrm_metric_type {
  WRM_COUNTER = 1,
  WRM_GAUGE = 2,
  WRM_HISTOGRAM = 3,
  WRM_SUMMARY = 4,
  WRM_INFO = 5
};

/// How the 64 bits of a value cell are read. Bucket cells are always WRM_U64.
/// WRM_F64 cells are stored xor WRM_F64_UNSET, so that a zeroed cell reads "never set".
enum wrm_number { WRM_U64 = 1, WRM_I64 = 2, WRM_F64 = 3 };

/// A NaN that no arithmetic produces.
#define WRM_F64_UNSET UINT64_C(0x7ff457524d554e53)

enum wrm_aggregation {
  WRM_AGGREGATION_SUM = 1,
  WRM_AGGREGATION_MAX = 2,
  WRM_AGGREGATION_MIN = 3,
  WRM_AGGREGATION_LATEST = 4
};

/// Words of an exemplar slot. WRM_EXEMPLAR_CHECK is computed from the others: a slot that two
/// threads wrote at once, or that was read in between, doesn't fit it and holds nothing.
enum wrm_exemplar_word {
  WRM_EXEMPLAR_VALUE = 0,    ///< as in the family's value cells, signed
  WRM_EXEMPLAR_UNIX_NS = 1,  ///< when it was recorded
  WRM_EXEMPLAR_TRACE_HIGH = 2,
  WRM_EXEMPLAR_TRACE_LOW = 3,
  WRM_EXEMPLAR_SPAN = 4,
  WRM_EXEMPLAR_CHECK = 5,
  WRM_EXEMPLAR_CELLS = 6
};

enum wrm_family_flag { WRM_FAMILY_EXEMPLARS = 1 };

/// The lowest 8 bits of a series' state. A departing one counts until the program's base says that
/// the departure is settled whose number is in the other bits.
enum wrm_series_state { WRM_SERIES_LIVE = 1, WRM_SERIES_RETIRED = 2, WRM_SERIES_DEPARTING = 3 };
#define WRM_DEPARTURE_SHIFT 8
#define WRM_DEPARTURE_MASK 0xffffffu

/// Why an observation was not recorded where it belongs: indices of the cells of
/// monitoring_observations_lost_total.
enum wrm_lost_reason {
  WRM_LOST_SERIES_LIMIT = 0,
  WRM_LOST_SEGMENT_FULL = 1,
  WRM_LOST_NOT_A_NUMBER = 2,
  WRM_LOST_NEGATIVE = 3,
  WRM_LOST_OUT_OF_RANGE = 4,    ///< an index or a label value that there is not
  WRM_LOST_NOT_PREPARED = 5,    ///< a handle without cells
  WRM_LOST_SEGMENT_CLOSED = 6,  ///< cells of a segment that has ended
  WRM_LOST_LOG_FULL = 7,        ///< a log event while the ring held as many as it takes
  WRM_LOST_LOG_UNFINISHED = 8,  ///< a log event that its process was writing when it was killed
  WRM_LOST_REASONS = 9
};

enum wrm_log_level { WRM_LOG_DEBUG = 1, WRM_LOG_INFO = 2, WRM_LOG_WARN = 3, WRM_LOG_ERROR = 4 };

/// How the 64 bits of an event's field are read.
enum wrm_log_field_type {
  WRM_LOG_INTEGER = 1,  ///< signed
  WRM_LOG_FLOAT = 2,    ///< the bits of a double
  WRM_LOG_CHOICE = 3,   ///< index of one of the field's values
  WRM_LOG_TEXT = 4,     ///< number of a text record; 0: a text that found no room
  WRM_LOG_ID = 5        ///< unsigned, written as 16 hexadecimal digits
};

/// The cells of the ring: how many events have a place, how many of these were taken out, and the
/// slots, each on a cache line of its own.
enum wrm_log_cell { WRM_LOG_NEXT = 0, WRM_LOG_DRAINED = 8, WRM_LOG_SLOTS = 16 };
/// Words of a slot.
enum wrm_log_slot_word {
  WRM_LOG_STAMP = 0,  ///< place of the event in the order of all, from 1, << 32 | the event's id
  WRM_LOG_TIME = 1,   ///< monotonic clock, ns
  WRM_LOG_VALUES = 2,
  WRM_LOG_SLOT_CELLS = 8
};
#define WRM_LOG_MOST_FIELDS 6u
#define WRM_LOG_CAPACITY 1024u
/// Events that may wait. What is left is for threads that found room at the same moment: one each.
#define WRM_LOG_MOST_WAITING 768u
#define WRM_LOG_RING_CELLS (WRM_LOG_SLOTS + WRM_LOG_CAPACITY * WRM_LOG_SLOT_CELLS)

/// The beginning of each segment.
typedef struct wrm_segment_header {
  char magic[8];
  uint32_t version;
  uint32_t byte_order;
  uint64_t segment_bytes;
  uint64_t segment_id;
  uint64_t started_unix_ns;
  uint64_t records_offset;
  uint64_t records_capacity;
  uint64_t cells_offset;
  uint64_t cells_capacity;
  uint64_t records_used;  ///< published with release after a record is whole
  uint64_t cells_used;    ///< bytes
  uint32_t pid;
  uint32_t kind;    ///< enum wrm_segment_kind
  uint32_t closed;  ///< 1 after an orderly end
  uint32_t served;  ///< 1 while an endpoint of this process serves it
  char program[WRM_PROGRAM_BYTES];
  uint64_t rewrites;       ///< odd while records are used for other series
  uint64_t forked_from;    ///< id of the segment of the process that forked this one, or 0
  uint64_t parents_cells;  ///< sum of that segment's cells when it did
} wrm_segment_header;

/// Starts every record. A reader skips kinds that it does not know.
typedef struct wrm_record_header {
  uint32_t bytes;   ///< of the whole record, a multiple of 8
  uint16_t kind;    ///< enum wrm_record_kind
  uint16_t family;  ///< index of the family, counted from 0 in the order of family records
} wrm_record_header;

/// Followed by `bounds` doubles (upper bounds without +Inf), then strings (uint32_t length, bytes):
/// name, help, unit, and for each label its name, a uint32_t max_series (0: closed), a uint32_t
/// number of values, and the values.
typedef struct wrm_family_record {
  wrm_record_header header;
  uint8_t type;         ///< enum wrm_metric_type
  uint8_t number;       ///< enum wrm_number
  uint8_t aggregation;  ///< enum wrm_aggregation; gauges only
  uint8_t realtime;     ///< 1: one writer, plain stores
  uint32_t scale;       ///< a cell of 1 means 1/scale: 1, or 1000000000 for nanoseconds
  uint16_t labels;
  uint16_t bounds;
  uint32_t flags;  ///< of enum wrm_family_flag
} wrm_family_record;

/// Followed by strings (uint16_t length, bytes): the values of the open labels, in order.
/// Its cells are one group for each combination of the closed labels, the last label running
/// fastest. A group is: counter, gauge, info 1 cell; summary count and sum; histogram bounds + 1
/// buckets (not cumulative) and the sum; with WRM_FAMILY_EXEMPLARS followed by an exemplar slot for
/// the counter, or for each bucket. Groups repeat `shards` times, `shard_cells` apart; a
/// reader adds the shards; exemplars are in the first.
typedef struct wrm_series_record {
  wrm_record_header header;
  uint32_t cell;      ///< index of the first cell, in units of 8 bytes from cells_offset
  uint32_t state;     ///< enum wrm_series_state, and the number of a departure
  uint16_t instance;  ///< 0: shared by the process
  uint16_t shards;
  uint32_t shard_cells;
} wrm_series_record;

/// In a base: the segments that it holds and whose files may still exist.
/// Followed by nothing; one record for each.
typedef struct wrm_folded_record {
  wrm_record_header header;
  uint64_t segment_id;
} wrm_folded_record;

/// In a base: the series of the segment `segment_id` that depart with this number are gone.
typedef struct wrm_departed_record {
  wrm_record_header header;
  uint64_t segment_id;
  uint64_t number;
} wrm_departed_record;

/// Where the ring of log events is: enum wrm_log_cell, from a cell on.
typedef struct wrm_log_ring_record {
  wrm_record_header header;
  uint32_t cell;
  uint32_t capacity;  ///< slots
} wrm_log_ring_record;

/// What an event of the log means. Followed by strings (uint32_t length, bytes): name, message, and
/// for each field its uint32_t type, its name, its unit, a uint32_t number of values, the values.
typedef struct wrm_log_event_record {
  wrm_record_header header;
  uint32_t id;     ///< FNV-1a of the name, 32 bits
  uint8_t level;   ///< enum wrm_log_level
  uint8_t fields;  ///< at most WRM_LOG_MOST_FIELDS
  uint16_t unused;
} wrm_log_event_record;

/// A text that events name by its number. Followed by it (uint32_t length, bytes).
typedef struct wrm_log_text_record {
  wrm_record_header header;
  uint32_t number;  ///< from 1
  uint32_t unused;
} wrm_log_text_record;

/// The file that the events are appended to, as lines. Followed by its path (uint32_t length,
/// bytes). The last such record holds.
typedef struct wrm_log_file_record {
  wrm_record_header header;
} wrm_log_file_record;

#endif
