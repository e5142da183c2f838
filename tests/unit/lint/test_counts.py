"""What is counted is told as a whole number."""

from __future__ import annotations

import re

import yaml

from whiteroom_monitoring.resources import share

RULES = share("infrastructure/monitoring") / "prometheus/rules"
# A ratio of times is no count.
RATIO = re.compile(r"× the time|times as long")
BARE = re.compile(r"\{\{ \$value( \| humanize)? \}\}")


def test_counts_are_whole_numbers() -> None:
    """No text of an alert shows a count as it is: an increase over 10 min is 1.034, not 1."""
    texts = [
        text
        for path in sorted(RULES.glob("*.yml"))
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
        for text in rule.get("annotations", {}).values()
    ]
    assert len(texts) > 100
    assert [text for text in texts if BARE.search(text) and not RATIO.search(text)] == []
