"""Expressions that several rows of Business Metrics share."""

from __future__ import annotations

from whiteroom_monitoring.promql.build import recorded

JOB = "business-metrics"
CHOSEN = 'job=~"$job", instance=~"$instance"'

REQUESTS = recorded("instance_method_status:http_requests:rate2m", CHOSEN)
# A refusal (4xx) is the answer to a mistake; what is the backend's own fault begins with 5.
_FAILED = recorded("instance_method_status:http_requests:rate2m", CHOSEN, 'status=~"5.."')
FAILED_SHARE = f"sum(sum_over_time({_FAILED})) / sum(sum_over_time({REQUESTS}))"

# Without requests there is no share of them, and no time that they take.
SOMEBODY_ASKS = "rate(http_requests_total[1m]) > 0"


def in_sight(counter: str) -> str:
    """Return what ``counter`` has grown by within the time shown, rounded to whole ones."""
    return f"round(sum(increase({counter}{{{CHOSEN}}}[$__range])))"
