"""Which mutants are put before the unit tests: all of them, or a sample that a seed decides."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

from whiteroom_monitoring.generated_files import is_generated
from whiteroom_monitoring.mutation.rule_mutants import Mutant, body_of, mutants
from whiteroom_monitoring.promql.rule_files import Rule

AnyMutant = TypeVar("AnyMutant")
# What may differ between two rules that a program wrote by the same pattern.
_VARIABLE = re.compile(r'"[^"]*"|\d+(?:\.\d+)?(?:[smhd]\b)?')


def candidates(
    rules: Sequence[Rule], files: Collection[str] = (), kinds: Collection[str] = ()
) -> list[Mutant]:
    """Return the mutants of ``rules``, of those in ``files`` and of ``kinds`` if any are named.

    Of rules that a program wrote, one of each pattern is mutated: the others would only repeat it.
    """
    return [
        mutant
        for rule in _distinct(rules)
        if not files or rule.document.path.stem in files
        for mutant in mutants(rule)
        if not kinds or mutant.kind in kinds
    ]


def sample(mutants: Sequence[AnyMutant], size: int, seed: int) -> list[AnyMutant]:
    """Return ``size`` of the mutants, the same for the same ``seed``, in their order."""
    if size >= len(mutants):
        return list(mutants)
    chosen = sorted(random.Random(seed).sample(range(len(mutants)), size))
    return [mutants[index] for index in chosen]


def _distinct(rules: Sequence[Rule]) -> Iterator[Rule]:
    patterns: set[str] = set()
    for rule in rules:
        pattern = _VARIABLE.sub("…", str(body_of(rule)["expr"]))
        if is_generated(rule.document.path):
            if pattern in patterns:
                continue
            patterns.add(pattern)
        yield rule
