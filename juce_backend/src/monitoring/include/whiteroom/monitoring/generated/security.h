// Generated from catalogue/security.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "../prometheus_metrics.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI::security {

/// Values of the label `reason`.
enum class Reason : std::uint8_t { unknown_account, wrong_password, locked, expired, malformed, count_ };
inline constexpr std::string_view kReasonValues[] = {"unknown_account", "wrong_password", "locked", "expired", "malformed"};

/// Values of the label `severity`.
enum class Severity : std::uint8_t { critical, high, medium, low, unknown, count_ };
inline constexpr std::string_view kSeverityValues[] = {"critical", "high", "medium", "low", "unknown"};

inline constexpr LabelSpec kAuthenticationFailuresTotalLabels[] = {{"reason", kReasonValues}};

inline constexpr LabelSpec kSecurityVulnerabilitiesLabels[] = {{"severity", kSeverityValues}};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {.name = "authentication_failures_total",
     .help = "Attempts to log in that were refused.",
     .unit = "",
     .type = MetricType::counter,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1,
     .labels = kAuthenticationFailuresTotalLabels},
    {.name = "security_vulnerabilities",
     .help = "Known vulnerabilities in the audit report that CI writes, by severity.",
     .unit = "",
     .type = MetricType::gauge,
     .number = Number::f64,
     .aggregation = Aggregation::latest,
     .writers = Writers::many,
     .scale = 1,
     .labels = kSecurityVulnerabilitiesLabels},
    {.name = "security_audit_report_timestamp_seconds",
     .help = "Unix time at which the audit report was written.",
     .unit = "seconds",
     .type = MetricType::gauge,
     .number = Number::f64,
     .aggregation = Aggregation::latest,
     .writers = Writers::many,
     .scale = 1},
};
inline constexpr const FamilySpec& kAuthenticationFailuresTotal = kFamilies[0];
inline constexpr const FamilySpec& kSecurityVulnerabilities = kFamilies[1];
inline constexpr const FamilySpec& kSecurityAuditReportTimestampSeconds = kFamilies[2];

constexpr std::span<const FamilySpec> families() noexcept { return kFamilies; }

/// Metrics that every thread may record. Make it at preparation; `segment` outlives it.
struct Shared {
  explicit Shared(Segment& segment)
      : authentication_failures_total(segment.cells(kAuthenticationFailuresTotal), segment.lost()),
        security_vulnerabilities(segment.cells(kSecurityVulnerabilities), segment.lost()),
        security_audit_report_timestamp_seconds(segment.cells(kSecurityAuditReportTimestampSeconds), segment.lost()) {}

  /// Attempts to log in that were refused.
  LabeledBy<Counter<Writers::many>, kAuthenticationFailuresTotal.group_cells(), Reason> authentication_failures_total;
  /// Known vulnerabilities in the audit report that CI writes, by severity.
  LabeledBy<Gauge<Writers::many>, kSecurityVulnerabilities.group_cells(), Severity> security_vulnerabilities;
  /// Unix time at which the audit report was written.
  Gauge<Writers::many> security_audit_report_timestamp_seconds;
};

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI::security
