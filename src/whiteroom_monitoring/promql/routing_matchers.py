"""Alertmanager's matchers as text: a label, an operator, a value."""

from __future__ import annotations

import re

# Source: https://prometheus.io/docs/alerting/0.25/configuration/#matcher
_MATCHER = re.compile(r'\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*')


def parts(text: str) -> tuple[str, str, str] | None:
    """Return label, operator and value of a matcher, or None for what is none.

    >>> parts('priority=~"P0|P1"'), parts("priority")
    (('priority', '=~', 'P0|P1'), None)
    """
    match = _MATCHER.fullmatch(text)
    return None if match is None else (match[1], match[2], match[3])
