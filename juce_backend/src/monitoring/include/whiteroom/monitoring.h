/// All that a program needs to record and to show what it has recorded, in C++17 or later; one that
/// is careful about compile times includes the parts. Not here: http_endpoint.h, which needs
/// another target, and juce_device.h and juce_processor.h, which need JUCE.
#pragma once

#include "monitoring/audio_metrics.h"
#include "monitoring/exposition.h"
#include "monitoring/ffi_metrics.h"
#include "monitoring/fold.h"
#include "monitoring/generated/domains.h"
#include "monitoring/plugin_process.h"
#include "monitoring/preemption_watch.h"
#include "monitoring/prometheus_metrics.h"
#include "monitoring/segment.h"
#include "monitoring/version.h"
