"""The course of a day and a week: how many musicians come at which hour."""

from __future__ import annotations

import math

HOURS = 24
DAYS_OF_WEEK = 7
# Where a plan begins: in the morning.
FIRST_HOUR = 9
# Visits at each full hour, in relation to the mean hour; in between it is linear.
BY_HOUR = (
    *(0.85, 0.70, 0.60, 0.60, 0.60, 0.60, 0.65, 0.70),
    *(0.80, 0.90, 0.95, 1.00, 1.00, 1.00, 1.05, 1.10),
    *(1.20, 1.35, 1.55, 1.80, 2.00, 2.00, 1.70, 1.20),
)
# A release comes out on the fifth day of each week; everybody tries it, less by the hour.
RELEASE_DAY = 4
RELEASE_HOUR = 17
RELEASE_GAIN = 1.5
RELEASE_DECAY_HOURS = 2.0
HIGHEST = max(BY_HOUR) * (1 + RELEASE_GAIN)


def hours_at(seconds: float, day_s: float) -> float:
    """Return the hours since midnight of the first day, ``seconds`` after the plan's begin."""
    return FIRST_HOUR + seconds / day_s * HOURS


def intensity(hours: float) -> float:
    """Return visits in relation to the mean hour, above 0 and at most HIGHEST."""
    before = int(hours)
    share = hours - before
    here, then = BY_HOUR[before % HOURS], BY_HOUR[(before + 1) % HOURS]
    return (here + (then - here) * share) * (1 + _release(hours))


def _release(hours: float) -> float:
    week = DAYS_OF_WEEK * HOURS
    since = (hours - RELEASE_DAY * HOURS - RELEASE_HOUR) % week
    return RELEASE_GAIN * math.exp(-since / RELEASE_DECAY_HOURS)
