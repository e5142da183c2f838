# Generated from catalogue/business.yaml by `whiteroom generate`; edit that file, not this one.
"""Metrics of the domain ``business``, recorded by ``business-metrics``."""

from whiteroom_monitoring.client._native import Counter, Gauge, Histogram, Info

active_users = Gauge(
    name="active_users",
    help="Users with a request in the last 15 minutes.",
    unit="",
    number="f64",
    aggregation="latest",
    writers="many",
    scale=1,
)
registered_users = Gauge(
    name="registered_users",
    help="Accounts that exist.",
    unit="",
    number="f64",
    aggregation="latest",
    writers="many",
    scale=1,
)
user_retention_ratio = Gauge(
    name="user_retention_ratio",
    help="Share of the accounts of a given age that were used again at that age.",
    unit="ratio",
    number="f64",
    aggregation="latest",
    writers="many",
    scale=1,
    labels=(("after", ("1d", "7d", "30d",)),),
)
user_signups_total = Counter(
    name="user_signups_total",
    help="Accounts created.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
)
user_sessions_total = Counter(
    name="user_sessions_total",
    help="Sessions begun.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
)
session_duration_seconds = Histogram(
    name="session_duration_seconds",
    help="Length of sessions that have ended.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1000000000,
    buckets=(30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 14400.0, 28800.0,),
)
songs_created_total = Counter(
    name="songs_created_total",
    help="Songs that users have created.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
)
performances_switched_total = Counter(
    name="performances_switched_total",
    help="Switches from one performance of a song to another.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
)
feature_usage_total = Counter(
    name="feature_usage_total",
    help="Uses of a feature.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("feature", ("mixer", "editor", "export", "import", "record", "share", "presets", "automation", "metronome", "tuner",)),),
)
feature_errors_total = Counter(
    name="feature_errors_total",
    help="Uses of a feature that ended in an error.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("feature", ("mixer", "editor", "export", "import", "record", "share", "presets", "automation", "metronome", "tuner",)),),
)
instrument_assignments_total = Counter(
    name="instrument_assignments_total",
    help="Instruments assigned to a channel.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("instrument", 128),),
)
deployment_info = Info(
    name="deployment_info",
    help="Version of White Room that is deployed.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("version", 32),),
)

METRICS = (
    active_users,
    registered_users,
    user_retention_ratio,
    user_signups_total,
    user_sessions_total,
    session_duration_seconds,
    songs_created_total,
    performances_switched_total,
    feature_usage_total,
    feature_errors_total,
    instrument_assignments_total,
    deployment_info,
)
