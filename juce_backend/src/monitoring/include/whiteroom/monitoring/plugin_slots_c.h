/// PluginSlots for languages that call C; plugin_slots.h says what each function means.
///
/// Written by hand, beside the generated face of AudioMetrics: slots are made from names within
/// names, and the callback is given a list of them. Functions that say "wait-free" may be called
/// from the render callback. What is given to a null pointer, or under an index that there is not,
/// is counted as lost.
#ifndef WHITEROOM_MONITORING_PLUGIN_SLOTS_C_H
#define WHITEROOM_MONITORING_PLUGIN_SLOTS_C_H

#include "generated/audio_metrics_c.h"

#if defined(__cplusplus)
extern "C" {
#endif

typedef struct wrm_plugin_slots wrm_plugin_slots;

/// A channel of the mixer and the plug-ins in it, as the metrics name them.
typedef struct wrm_channel_names {
  const char* channel;
  const char* const* plugins;
  size_t plugin_count;
} wrm_channel_names;

/// A plug-in of the slots in use, as wrm_audio_metrics_use() numbers them.
typedef struct wrm_plugin_place {
  size_t slots;
  size_t plugin;
} wrm_plugin_place;

/// Make the slots for the plug-ins of a mixer, or of what one of several threads renders. May lock
/// and allocate.
char* wrm_plugin_slots_make(wrm_audio_metrics* metrics, const wrm_channel_names* channels,
                            size_t channel_count, wrm_plugin_slots** made);
/// Free slots, also while they are in use; nobody may record into them any more. May lock.
void wrm_plugin_slots_free(wrm_plugin_slots* slots);
/// Wait-free, one thread at a time. Plug-ins are numbered through, channel by channel.
void wrm_plugin_slots_rendered(wrm_plugin_slots* slots, size_t plugin, int64_t took_ns);
/// Look at these slots in the callbacks to come. Wait-free, the callback's thread, or any while
/// there is no callback. Those beyond 64 are left out and counted as lost.
void wrm_audio_metrics_use(wrm_audio_metrics* metrics, wrm_plugin_slots* const* slots,
                           size_t slots_count);
/// The plug-in that took longest in the last callback; false when there is none. Wait-free, the
/// callback's thread.
bool wrm_audio_metrics_most_expensive(wrm_audio_metrics* metrics, wrm_plugin_place* place);

#if defined(__cplusplus)
}
#endif

#endif
