/// The core for languages that call C: a segment, the cells in it, and its exposition.
///
/// A function that can fail returns NULL for success, else a text that says what is wrong, to be
/// given back with wrm_text_free. All of them may lock, allocate and call the system: they are for
/// preparation, never for an audio thread, and any thread may call them. Recording is what cells.h
/// does to the cells that they return.
///
/// A segment is never freed. Its cells can be written as long as the process lives, also after
/// wrm_segment_close(), so that no handle can dangle.
#ifndef WHITEROOM_MONITORING_SEGMENT_C_H
#define WHITEROOM_MONITORING_SEGMENT_C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log_ring.h"

#if defined(__cplusplus)
extern "C" {
#endif

typedef struct wrm_segment wrm_segment;
typedef struct wrm_instance wrm_instance;

/// An answer that may not be known.
typedef enum wrm_answer { WRM_UNKNOWN = 0, WRM_NO = 1, WRM_YES = 2 } wrm_answer;

/// How a segment is made; C has no defaults.
typedef struct wrm_segment_options {
  const char* program;    ///< owner in the catalogue, such as "swift-frontend"
  const char* directory;  ///< NULL: the default folder of segments
  uint32_t instances;     ///< instances with realtime cells that may live at once
  bool shared;            ///< false: private memory that no other process can read
} wrm_segment_options;

/// What preparation could do; the texts live as long as the segment.
typedef struct wrm_preparation {
  bool shared;
  bool locked;
  const char* path;     ///< of the segment, when shared, else empty
  const char* problem;  ///< why it is not shared, else empty
} wrm_preparation;

/// Text that may hold any bytes; given back with wrm_text_free(bytes).
typedef struct wrm_text {
  char* bytes;
  size_t size;
} wrm_text;

void wrm_text_free(char* text);

/// Make a segment with the families of these domains of the catalogue, and prepare it.
char* wrm_segment_open(const wrm_segment_options* options, const char* const* domains,
                       size_t domain_count, wrm_segment** opened);

/// A domain of a catalogue that the core was not built with: described once, and declared in one
/// segment or in several. It is never freed.
///
/// Any thread may call these functions, but "the family that was added last" is that of all
/// threads: one thread describes a domain. Texts, lists and numbers are copied; nothing that is
/// passed has to outlive the call. A call that fails changes nothing.
typedef struct wrm_domain wrm_domain;

/// What a family is, by the numbers of segment_format.h; `one_writer` makes it a realtime family.
typedef struct wrm_family_form {
  uint8_t type;
  uint8_t number;
  uint8_t aggregation;
  bool one_writer;
  bool exemplars;  ///< of counters and histograms alone; refused for other types
  uint32_t scale;  ///< a cell of 1 means 1/scale; not 0
} wrm_family_form;

/// Make a domain without families. Its name is a letter or _, then letters, digits and _. Two
/// domains may have one name, but not in one segment.
char* wrm_domain_make(const char* name, wrm_domain** made);
/// Add a family. Its name is one that Prometheus allows ([a-zA-Z_:][a-zA-Z0-9_:]*) and that no
/// other family of the segment has; help and unit are UTF-8, and may be empty.
char* wrm_domain_add_family(wrm_domain* domain, const char* name, const char* help,
                            const char* unit, wrm_family_form form);
/// Add a label to the family that was added last: closed with its values, or, with `max_series`,
/// open and without. The name ([a-zA-Z_][a-zA-Z0-9_]*) is unique in its family, a value is UTF-8
/// and unique in its label. All series of a family together may have 2^24 cells.
char* wrm_domain_add_label(wrm_domain* domain, const char* name, const char* const* values,
                           size_t value_count, uint32_t max_series);
/// Give the family that was added last, a histogram, the upper bounds of its buckets, without +Inf:
/// finite and ascending. None are fine for each type.
char* wrm_domain_set_bounds(wrm_domain* domain, const double* bounds, size_t count);

/// Add an event of the log: its name, two or more lower-case words joined by _, is unique in the
/// segment; `level` is of wrm_log_level, and the message, UTF-8, names fields in braces.
char* wrm_domain_add_event(wrm_domain* domain, const char* name, uint8_t level,
                           const char* message);
/// Add a field to the event that was added last, of wrm_log_field_type; a choice has values, and
/// nothing else has. An event has at most WRM_LOG_MOST_FIELDS.
char* wrm_domain_add_event_field(wrm_domain* domain, const char* name, uint32_t type,
                                 const char* const* values, size_t value_count);

/// Make a segment with the families of own domains and of these of the core's catalogue, and
/// prepare it. From then on an own domain takes nothing more, also when this fails.
char* wrm_segment_open_own(const wrm_segment_options* options, wrm_domain* const* own,
                           size_t own_count, const char* const* domains, size_t domain_count,
                           wrm_segment** opened);
/// End in order: the counters stay readable, the gauges vanish. What is recorded from now on is
/// seen by nobody. Closing twice does nothing.
void wrm_segment_close(wrm_segment* segment);
wrm_preparation wrm_segment_preparation(const wrm_segment* segment);
/// WRM_LOST_REASONS cells that count what could not be recorded, by reason.
uint64_t* wrm_segment_lost(wrm_segment* segment);

/// Give the log, for the events of the segment's domains: what log_ring.h and
/// generated/log_events_c.h take. Fails when no domain has events.
char* wrm_segment_log(wrm_segment* segment, wrm_log* log);
/// Give the number by which events name a text, such as a plug-in's name; 0 beyond the limit.
char* wrm_segment_log_text(wrm_segment* segment, const char* text, uint32_t* number);
/// Let lines of events be appended to a file, also those that a killed process leaves.
char* wrm_segment_set_log_file(wrm_segment* segment, const char* path);
/// Append the lines of the events that wait, a few times a second; `drained`, if wanted, is how
/// many.
char* wrm_segment_drain_log(wrm_segment* segment, size_t* drained);
/// The same for a log that is no file: give the lines, which the caller writes.
char* wrm_segment_take_log_lines(wrm_segment* segment, wrm_text* lines);

/// Find the cells of an `any` family, of one series when it has open labels; `values` are those, in
/// the order of the catalogue.
char* wrm_segment_cells(wrm_segment* segment, const char* family, const char* const* values,
                        size_t value_count, uint64_t** cells);

/// Take realtime cells for the families of a domain.
char* wrm_instance_take(wrm_segment* segment, const char* domain, wrm_instance** taken);
/// Find the cells of a `realtime` family, as wrm_segment_cells() does.
char* wrm_instance_cells(wrm_instance* instance, const char* family, const char* const* values,
                         size_t value_count, uint64_t** cells);
/// Retire the instance's cells and free it: counters stay, gauges vanish, and the next instance
/// goes on with the cells.
void wrm_instance_retire(wrm_instance* instance);

/// Write the program's metrics, base, dead and living segments as one, in the format that an Accept
/// header prefers; an empty one gets Prometheus' text. `content_type` is that of the answer, and
/// lives as long as the process.
char* wrm_segment_expose(wrm_segment* segment, const char* accept, wrm_text* exposition,
                         const char** content_type);

#if defined(__cplusplus)
}
#endif

#endif
