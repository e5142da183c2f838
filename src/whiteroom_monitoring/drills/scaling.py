"""Time in a drill: the configuration of a stack in which all happens ``factor`` times sooner.

Thresholds stay. A count within a window is not scaled: it takes a stronger fault. What looks
like a number and is a time, such as the range by which a sum of rates is divided, is scaled, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.deploy.component import Component, Variant
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.promql.durations import duration, seconds
from whiteroom_monitoring.promql.parse import (
    BinaryExpr,
    Call,
    Expr,
    MatrixSelector,
    NumberLiteral,
    parse,
)
from whiteroom_monitoring.promql.render import Role, number, render
from whiteroom_monitoring.reconciler.incidents import INACTIVE_S

LARGEST_FACTOR = 30.0
SHORTEST_SCRAPE_S = 0.5
# Of a range, so that a rate has more than the two samples that it needs.
SCRAPES_IN_A_RANGE = 4
# A busy machine pauses for seconds; an incident that ends meanwhile would be a false page.
SHORTEST_INACTIVE_S = 10.0
# Prometheus' own defaults, which a file may leave out.
DEFAULT_INTERVAL_S = 60.0
LOOK_BACK_S = 300.0

_WAITS = ("group_wait", "group_interval", "repeat_interval")
_INTERVALS = ("scrape_interval", "evaluation_interval")
_RESEND = "--rules.alert.resend-delay="


@dataclass(frozen=True)
class Scale:
    """How much sooner everything happens. Raises UsageError for a factor out of bounds."""

    factor: float

    def __post_init__(self) -> None:
        if not 1 <= self.factor <= LARGEST_FACTOR:
            raise UsageError(f"--factor {self.factor:g}: expected 1 to {LARGEST_FACTOR:g}")

    def wait(self, seconds: float) -> float:
        """Return how long what takes ``seconds`` takes in the drill."""
        return seconds / self.factor

    def interval(self, seconds: float) -> float:
        """Return the interval of scrapes or of evaluations."""
        return max(seconds / self.factor, min(SHORTEST_SCRAPE_S, seconds))

    def window(self, seconds: float, role: Role = "range") -> float:
        """Return a range of an expression, in which some scrapes have to be."""
        scaled = seconds / self.factor
        if role != "range":
            return scaled
        return max(scaled, min(SCRAPES_IN_A_RANGE * SHORTEST_SCRAPE_S, seconds))


def expression(text: str, scale: Scale, interval_s: float) -> str:
    """Return an expression of a rule whose group is evaluated each ``interval_s``, scaled.

    >>> expression("20 * sum_over_time(a[30m]) / (1800 * avg_over_time(b[30m]))", Scale(30), 20)
    '0.6666666666666666 * sum_over_time(a[1m]) / (60 * avg_over_time(b[1m]))'
    """

    def replacement(part: Expr) -> str | None:
        times = _product_over_time(part)
        if times is None:
            return None
        factor, call = times
        if factor == call.args[0].range.total_seconds():
            scaled = scale.window(factor)
        elif factor == interval_s and call.func.name == "sum_over_time":
            scaled = scale.interval(factor)
        else:
            return None
        return f"{number(scaled)} * {render(call, scale.window)}"

    return render(parse(text), scale.window, replacement)


def _product_over_time(part: Any) -> tuple[float, Any] | None:
    """Return number and call where the part is a number times what a function has of a range."""
    if not isinstance(part, BinaryExpr) or str(part.op) != "*":
        return None
    factor, call = part.lhs, part.rhs
    if not isinstance(factor, NumberLiteral) or not isinstance(call, Call):
        return None
    is_over_time = call.func.name.endswith("_over_time")
    return (factor.val, call) if is_over_time and isinstance(call.args[0], MatrixSelector) else None


def rules(content: dict[str, Any], scale: Scale, default_interval_s: float) -> dict[str, Any]:
    """Return a file of rules, scaled: intervals, ranges, `for` and `keep_firing_for`."""
    groups = []
    for group in content.get("groups") or []:
        written = group.get("interval")
        interval_s = seconds(str(written)) if written else default_interval_s
        scaled = {**group, "rules": [_rule(r, scale, interval_s) for r in group["rules"]]}
        if written:
            scaled["interval"] = duration(scale.interval(interval_s))
        groups.append(scaled)
    return {**content, "groups": groups}


def _rule(rule: dict[str, Any], scale: Scale, interval_s: float) -> dict[str, Any]:
    scaled = {**rule, "expr": expression(str(rule["expr"]), scale, interval_s)}
    for key in ("for", "keep_firing_for"):
        if key in rule:
            scaled[key] = duration(scale.wait(seconds(str(rule[key]))))
    return scaled


def evaluation_interval_s(prometheus: Mapping[str, Any]) -> float:
    """Return how often Prometheus evaluates rules whose group does not say it."""
    written = (prometheus.get("global") or {}).get("evaluation_interval")
    return seconds(str(written)) if written else DEFAULT_INTERVAL_S


def prometheus(
    content: dict[str, Any], scale: Scale, shortest: Mapping[str, float]
) -> dict[str, Any]:
    """Return Prometheus' configuration, scaled. A scrape may take as long as its interval.

    ``shortest`` are the shortest intervals of some jobs.
    """
    default = {key: duration(DEFAULT_INTERVAL_S) for key in _INTERVALS}
    scaled = {**content, "global": _intervals({**default, **(content.get("global") or {})}, scale)}
    jobs = content.get("scrape_configs") or []
    longer = {**{str(job.get("job_name")): SHORTEST_SCRAPE_S for job in jobs}, **shortest}
    general_s = seconds(str(scaled["global"]["scrape_interval"]))
    return {
        **scaled,
        "scrape_configs": [
            _slowed(_intervals(job, scale), longer[str(job.get("job_name"))], general_s)
            for job in jobs
        ],
    }


def _slowed(job: dict[str, Any], shortest_s: float, general_s: float) -> dict[str, Any]:
    written = job.get("scrape_interval")
    if (seconds(str(written)) if written else general_s) >= shortest_s:
        return job
    interval = duration(shortest_s)
    return {**job, "scrape_interval": interval, "scrape_timeout": interval}


def _intervals(settings: dict[str, Any], scale: Scale) -> dict[str, Any]:
    scaled = {
        key: duration(scale.interval(seconds(str(value)))) if key in _INTERVALS else value
        for key, value in settings.items()
        if key != "scrape_timeout"
    }
    if "scrape_interval" in scaled:
        scaled["scrape_timeout"] = scaled["scrape_interval"]
    return scaled


# Source: https://prometheus.io/docs/alerting/latest/configuration/#route
_ROUTE = {"group_wait": "30s", "group_interval": "5m", "repeat_interval": "4h"}
_TIMES_OF_DAY = ("mute_time_intervals", "active_time_intervals")


def alertmanager(content: dict[str, Any], scale: Scale) -> dict[str, Any]:
    """Return Alertmanager's configuration, scaled. No time of the day mutes anything."""
    scaled = {**content, "route": _route({**_ROUTE, **(content.get("route") or {})}, scale)}
    settings = dict(content.get("global") or {})
    settings["resolve_timeout"] = duration(
        scale.wait(seconds(str(settings.get("resolve_timeout", "5m"))))
    )
    return {**scaled, "global": settings}


def _route(route: dict[str, Any], scale: Scale) -> dict[str, Any]:
    scaled = {key: value for key, value in route.items() if key not in _TIMES_OF_DAY}
    for key in _WAITS:
        if key in route:
            scaled[key] = duration(scale.wait(seconds(str(route[key]))))
    if "routes" in route:
        scaled["routes"] = [_route(child, scale) for child in route["routes"]]
    return scaled


def configuration(
    files: Mapping[str, str], scale: Scale, shortest: Mapping[str, float]
) -> dict[str, str]:
    """Return the files of a stack's configuration, scaled; all others stay as they are."""
    content = plain_yaml.load(files["prometheus/prometheus.yml"])
    interval_s = evaluation_interval_s(content)
    scaled = dict(files)
    scaled["prometheus/prometheus.yml"] = plain_yaml.dump(prometheus(content, scale, shortest))
    routes = plain_yaml.load(files["alertmanager/alertmanager.yml"])
    scaled["alertmanager/alertmanager.yml"] = plain_yaml.dump(alertmanager(routes, scale))
    for name, text in files.items():
        if name.startswith("prometheus/rules/"):
            scaled[name] = plain_yaml.dump(rules(plain_yaml.load(text) or {}, scale, interval_s))
    return scaled


def components(descriptions: tuple[Component, ...], scale: Scale) -> tuple[Component, ...]:
    """Return the components: Prometheus and the reconciler know the times, the watcher is mute."""
    return tuple(_component(description, scale) for description in descriptions)


def _component(description: Component, scale: Scale) -> Component:
    changed = {
        "prometheus": _prometheus_arguments,
        "reconciler": _reconciler_arguments,
        "watcher": _watcher_arguments,
    }
    change = changed.get(description.name)
    if change is None:
        return description
    variants = tuple(_with_arguments(v, change(v.arguments, scale)) for v in description.variants)
    return replace(description, variants=variants)


def _with_arguments(variant: Variant, arguments: tuple[str, ...]) -> Variant:
    return replace(variant, arguments=arguments)


def _prometheus_arguments(arguments: tuple[str, ...], scale: Scale) -> tuple[str, ...]:
    others = [word for word in arguments if not word.startswith(_RESEND)]
    delay = next((w.removeprefix(_RESEND) for w in arguments if w.startswith(_RESEND)), "1m")
    return (
        *others,
        _RESEND + duration(scale.wait(seconds(delay))),
        "--query.lookback-delta=" + duration(scale.window(LOOK_BACK_S)),
    )


def _reconciler_arguments(arguments: tuple[str, ...], scale: Scale) -> tuple[str, ...]:
    inactive_s = max(scale.wait(INACTIVE_S), min(SHORTEST_INACTIVE_S, INACTIVE_S))
    return (*arguments, "--inactive", f"{inactive_s:g}")


def _watcher_arguments(arguments: tuple[str, ...], scale: Scale) -> tuple[str, ...]:
    """Let the watcher be mute: a drill breaks hops on purpose, and expects Alertmanager to page."""
    return (*arguments, "--tell-nobody", "--limit", "1e9")
