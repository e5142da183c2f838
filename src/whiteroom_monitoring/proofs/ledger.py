"""The proofs of a project: one JSON file beside the scenarios, which is kept with them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, FilePlace
from whiteroom_monitoring.project.model import Project
from whiteroom_monitoring.promql.rule_files import Rule, RuleSet
from whiteroom_monitoring.proofs.digest import delivery_path, digest, is_covered

FILE = "proofs.json"

Standing = Literal["proven", "changed", "covered", "never"]


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One alert that reached its pager: ``seconds`` after the fault, at ``factor`` times the speed.

    ``real`` is false where the threshold was overridden. ``when`` has a zone.
    """

    alert: str
    digest: str
    when: Annotated[datetime, msgspec.Meta(tz=True)]
    seconds: float
    factor: float
    real: bool

    @property
    def moment(self) -> float:
        """When it was, in seconds since the epoch."""
        return self.when.timestamp()

    @property
    def text(self) -> str:
        """What it says, for people."""
        harm = "" if self.real else ", with its threshold overridden"
        moment = self.when.astimezone(UTC)
        return f"{moment:%Y-%m-%d %H:%M} UTC, {self.words}{harm}"

    @property
    def words(self) -> str:
        """How long it took."""
        speed = "" if self.factor == 1 else f" at {self.factor:g} times the speed"
        return f"{self.seconds:.0f} s{speed}"


def read(folder: Path) -> dict[str, Proof]:
    """Return the proofs by their digests; none without the file. Raises DiagnosticsError."""
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        proofs = msgspec.json.decode(path.read_bytes(), type=list[Proof])
    except msgspec.DecodeError as error:
        remedy = "remove the file, and run `whiteroom drill`"
        raise DiagnosticsError([Diagnostic(FilePlace(path), str(error), remedy)]) from error
    return {proof.digest: proof for proof in proofs}


def add(folder: Path, proofs: Iterable[Proof], current: Mapping[str, str]) -> None:
    """Keep proofs, and of the earlier ones those whose alerts still exist and have no newer one.

    ``current`` are the names of the project's alerts by their digests.
    """
    proofs_by_digest = {**read(folder), **{proof.digest: proof for proof in proofs}}
    names = set(current.values())
    newest = {p.alert: p.when for p in sorted(proofs_by_digest.values(), key=lambda p: p.when)}
    rows = [
        msgspec.to_builtins(proof)
        for proof in sorted(proofs_by_digest.values(), key=lambda p: (p.alert, p.digest))
        if proof.alert in names and (proof.digest in current or proof.when == newest[proof.alert])
    ]
    # A line for each, so that a change of one is a change of one line.
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / FILE).write_text(f"[\n{lines}\n]\n", encoding="utf-8")


class Standings(msgspec.Struct, frozen=True):
    """How each alert of a project stands, in the order of the rules.

    ``covered`` are the places of rules that no drill proves, because another one of the same name
    stands for them.
    """

    alerts: tuple[tuple[Rule, str, Proof | None], ...]
    proven_names: frozenset[str]
    covered: frozenset[str] = frozenset()

    def of(self, rule: Rule, proof: Proof | None) -> Standing:
        """Return how an alert stands whose proof is known."""
        if proof is not None:
            return "proven"
        if rule_place(rule) in self.covered:
            return "covered"
        return "changed" if rule.name in self.proven_names else "never"

    def names(self, standing: Standing) -> list[str]:
        """Return the names of the alerts that stand so, each once."""
        rules = [rule for rule, _, proof in self.alerts if self.of(rule, proof) == standing]
        return list(dict.fromkeys(rule.name for rule in rules))


def standings(project: Project, rules: RuleSet) -> Standings:
    """Return how the alerts stand that are to be drilled. Raises DiagnosticsError."""
    proofs = read(project.files.drills)
    path = delivery_path(project, rules)
    alerts = [rule for rule in rules.alerts if rule.name != project.alerts.watchdog]
    rows = [(rule, key := digest(rule, path), proofs.get(key)) for rule in alerts]
    current = {key for _, key, _ in rows}
    # A proof of a rule that is as it was says nothing of another rule of the same name.
    void = frozenset(p.alert for p in proofs.values() if p.digest not in current)
    covered = frozenset(rule_place(rule) for rule in alerts if is_covered(rule, path))
    return Standings(tuple(rows), void, covered)


def rule_place(rule: Rule) -> str:
    """Return file, group and number of a rule, as Prometheus tells them of a running one."""
    _, index, _, position = rule.pointer
    group = rule.document.data["groups"][index]
    number = sum("alert" in other for other in group["rules"][: int(position)])
    return place(rule.document.path.name, group["name"], number)


def place(file: str, group: str, number: int) -> str:
    """Return the place of a rule: its file, its group, its number among the group's alerts."""
    return f"{Path(file).name}/{group}/{number}"
