"""From a request's trace to the exemplar of what it took.

>>> exemplar_of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
{'trace_id': '0af7651916cd43dd8448eb211c80319c', 'span_id': 'b7ad6b7169203331'}
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# W3C Trace Context, section 3.2; what a later version appends is skipped, as it demands.
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
_SAMPLED = 1


def exemplar_of(traceparent: str) -> Mapping[str, str] | None:
    """Return the exemplar for a header ``traceparent``.

    None when it is malformed, and when the trace is not sampled: nobody could look at it.
    """
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None or not int(match[3], 16) & _SAMPLED:
        return None
    trace, span = match[1], match[2]
    if not trace.strip("0") or not span.strip("0"):
        return None
    return {"trace_id": trace, "span_id": span}
