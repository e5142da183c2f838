"""Which components a stack is made of on this machine, and why others are left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from whiteroom_monitoring.deploy.component import Component, Variant
from whiteroom_monitoring.deploy.host import machine
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders


@dataclass(frozen=True)
class Selection:
    """The variants that are kept, by component, and why other components are left out, by name."""

    kept: Sequence[tuple[Component, Variant]]
    left_out: Mapping[str, str]


def candidates(descriptions: Sequence[Component], with_app: bool) -> list[Component]:
    """Return the components that are asked for: without the app, none that belongs to it."""
    of_app = {component.name for component in descriptions if component.of_app}
    return [
        component
        for component in descriptions
        if with_app or not (component.of_app or of_app.intersection(component.needs))
    ]


def select(
    descriptions: Sequence[Component], unwanted: Collection[str], places: Placeholders
) -> Selection:
    """Return what this machine has of the components; one that is required is kept in any case."""
    usable = {c.name: _installed(c, places) for c in descriptions}
    left_out: dict[str, str] = {}
    changes = True
    # What starts later may take something along that starts before it.
    while changes:
        reasons = _reasons(descriptions, unwanted, usable, left_out, places)
        changes = len(reasons) > len(left_out)
        left_out = reasons
    selected = [
        (c, _chosen(usable[c.name] or c.variants, left_out))
        for c in descriptions
        if c.name not in left_out
    ]
    order = [c.name for c in descriptions if c.name in left_out]
    return Selection(_hosted(selected), {name: left_out[name] for name in order})


def _installed(component: Component, places: Placeholders) -> list[Variant]:
    return [v for v in component.variants if machine.find(v.program, places) is not None]


def _reasons(
    descriptions: Sequence[Component],
    unwanted: Collection[str],
    usable: Mapping[str, Sequence[Variant]],
    before: Mapping[str, str],
    places: Placeholders,
) -> dict[str, str]:
    """Return why components are left out, given those that were left out ``before``."""
    left_out = dict(before)
    for component in descriptions:
        reason = _reason_against(component, unwanted, usable[component.name], left_out, places)
        if reason:
            left_out.setdefault(component.name, reason)
    return left_out


def _reason_against(
    component: Component,
    unwanted: Collection[str],
    usable: Sequence[Variant],
    left_out: Mapping[str, str],
    places: Placeholders,
) -> str:
    if component.name in unwanted:
        return "not wanted (--without)"
    for condition in component.conditions:
        if reason := machine.reason_against(condition, places):
            return reason
    missing = [name for name in component.needs if name in left_out]
    if missing:
        return f"it needs {', '.join(missing)}"
    if component.only_with in left_out:
        return f"it is of no use without {component.only_with}"
    return "" if usable or component.required else _not_found(component, places)


def _not_found(component: Component, places: Placeholders) -> str:
    program = component.variants[-1].program
    name = machine.names(program, places)[-1]
    return f"{name} was not found; {machine.remedy(program, places)}"


def _chosen(usable: Sequence[Variant], left_out: Mapping[str, str]) -> Variant:
    """Return the first variant that lacks nothing; the last one needs nothing."""
    complete = (v for v in usable if not any(name in left_out for name in v.needs))
    return next(complete, usable[-1])


def _hosted(selected: Sequence[tuple[Component, Variant]]) -> list[tuple[Component, Variant]]:
    """Give components that run within the process of another one its variant."""
    hosts = {host.process_of: variant for host, variant in selected if host.process_of}
    return [(component, hosts.get(component.name, variant)) for component, variant in selected]
