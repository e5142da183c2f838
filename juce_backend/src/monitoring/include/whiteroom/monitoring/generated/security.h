// Generated from catalogue/security.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../prometheus_metrics.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {
namespace security {

/// Values of the label `reason`.
enum class Reason : std::uint8_t { unknown_account, wrong_password, locked, expired, malformed };
constexpr std::uint32_t value_count(Reason) noexcept { return 5; }
inline constexpr std::string_view kReasonValues[] = {"unknown_account", "wrong_password", "locked", "expired", "malformed"};

/// Values of the label `severity`.
enum class Severity : std::uint8_t { critical, high, medium, low, unknown };
constexpr std::uint32_t value_count(Severity) noexcept { return 5; }
inline constexpr std::string_view kSeverityValues[] = {"critical", "high", "medium", "low", "unknown"};

inline constexpr LabelSpec kAuthenticationFailuresTotalLabels[] = {{"reason", kReasonValues}};

inline constexpr LabelSpec kSecurityVulnerabilitiesLabels[] = {{"severity", kSeverityValues}};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {"authentication_failures_total",
     "Attempts to log in that were refused.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kAuthenticationFailuresTotalLabels,
     {},
     false},
    {"security_vulnerabilities",
     "Known vulnerabilities in the audit report that CI writes, by severity.",
     "",
     MetricType::gauge,
     Number::f64,
     Aggregation::latest,
     Writers::many,
     1,
     kSecurityVulnerabilitiesLabels,
     {},
     false},
    {"security_audit_report_timestamp_seconds",
     "Unix time at which the audit report was written.",
     "seconds",
     MetricType::gauge,
     Number::f64,
     Aggregation::latest,
     Writers::many,
     1,
     {},
     {},
     false},
};
inline constexpr const FamilySpec& kAuthenticationFailuresTotal = kFamilies[0];
inline constexpr const FamilySpec& kSecurityVulnerabilities = kFamilies[1];
inline constexpr const FamilySpec& kSecurityAuditReportTimestampSeconds = kFamilies[2];

constexpr Span<const FamilySpec> families() noexcept { return kFamilies; }

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

}  // namespace security
}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
