// Generated from catalogue/inbox.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../prometheus_metrics.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {
namespace inbox {

inline constexpr LabelSpec kInboxNotificationsTotalLabels[] = {{"channel", {}, 16}};

inline constexpr LabelSpec kInboxRejectedTotalLabels[] = {{"channel", {}, 16}};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {"inbox_notifications_total",
     "Notifications that the inbox has received, by channel.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kInboxNotificationsTotalLabels,
     {},
     false},
    {"inbox_rejected_total",
     "Requests to the inbox that were not a valid notification, by channel.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kInboxRejectedTotalLabels,
     {},
     false},
};
inline constexpr const FamilySpec& kInboxNotificationsTotal = kFamilies[0];
inline constexpr const FamilySpec& kInboxRejectedTotal = kFamilies[1];

constexpr Span<const FamilySpec> families() noexcept { return kFamilies; }

/// Metrics that every thread may record. Make it at preparation; `segment` outlives it.
struct Shared {
  explicit Shared(Segment& segment)
      : inbox_notifications_total(segment, kInboxNotificationsTotal, segment.lost()),
        inbox_rejected_total(segment, kInboxRejectedTotal, segment.lost()) {}

  /// Notifications that the inbox has received, by channel.
  DynamicLabels<Counter<Writers::many>, Segment, 1> inbox_notifications_total;
  /// Requests to the inbox that were not a valid notification, by channel.
  DynamicLabels<Counter<Writers::many>, Segment, 1> inbox_rejected_total;
};

}  // namespace inbox
}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
