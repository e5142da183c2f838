/// The version of the library, and the namespace in which everything of it is.
///
/// Programs name `whiteroom::monitoring`. The inline namespace in it changes with what a build
/// against another version could not use, so that two versions in one process never share a symbol.
#ifndef WHITEROOM_MONITORING_VERSION_H
#define WHITEROOM_MONITORING_VERSION_H

#define WHITEROOM_MONITORING_VERSION_MAJOR 0
#define WHITEROOM_MONITORING_VERSION_MINOR 1
#define WHITEROOM_MONITORING_VERSION_PATCH 0
/// For comparisons: 0.1.0 is 100.
#define WHITEROOM_MONITORING_VERSION                                                       \
  (WHITEROOM_MONITORING_VERSION_MAJOR * 10000 + WHITEROOM_MONITORING_VERSION_MINOR * 100 + \
   WHITEROOM_MONITORING_VERSION_PATCH)

#define WHITEROOM_MONITORING_ABI v0_1

#endif
