"""Rules about the keys that go with a metric's type, and about its help."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from whiteroom_monitoring.catalogue.entry import Entry
from whiteroom_monitoring.diagnostics import Diagnostic

LARGEST_CELL = 2**63 - 1


def buckets_belong_to_histograms(entry: Entry) -> Iterator[Diagnostic]:
    """A histogram has buckets, and nothing else has."""
    metric = entry.metric
    if metric.type == "histogram" and not entry.has("buckets"):
        problem = f"the histogram {metric.name} has no buckets"
        yield entry.diagnostic("buckets", problem, "add `buckets:`")
    if metric.type != "histogram" and entry.has("buckets"):
        yield entry.diagnostic(
            "buckets", f"the {metric.type} {metric.name} has buckets", "remove them"
        )


def buckets_increase(entry: Entry) -> Iterator[Diagnostic]:
    """Each bucket's bound is greater than the one before."""
    for index, (before, bound) in enumerate(pairwise(entry.metric.buckets), start=1):
        if bound <= before:
            pointer = (*entry.pointer, "buckets", index)
            problem = f"the bucket {bound:g} follows {before:g}, expected a greater bound"
            yield entry.diagnostic_at(pointer, problem, "sort the bounds and remove duplicates")


def buckets_fit_a_cell(entry: Entry) -> Iterator[Diagnostic]:
    """Bounds are positive and a whole number of what a cell counts: billionths, or ones."""
    scale = entry.metric.scale
    for index, bound in enumerate(entry.metric.buckets):
        pointer = (*entry.pointer, "buckets", index)
        if not math.isfinite(bound):
            problem = f"the bucket {bound:g}, expected a finite bound"
            yield entry.diagnostic_at(pointer, problem, "remove it; +Inf is added by itself")
            continue
        cell = Decimal(repr(bound)) * scale
        if cell <= 0 or cell != int(cell) or cell > LARGEST_CELL:
            step = "1e-9" if scale > 1 else "1"
            problem = f"the bucket {bound:g}, expected a positive multiple of {step} within 64 bits"
            yield entry.diagnostic_at(pointer, problem, "choose another bound")


def gauges_name_their_aggregation(entry: Entry) -> Iterator[Diagnostic]:
    """A gauge says how the values of several processes are aggregated, and nothing else does."""
    metric = entry.metric
    if metric.type == "gauge" and not entry.has("aggregation"):
        problem = f"the gauge {metric.name} does not say how the values of processes are aggregated"
        yield entry.diagnostic(
            "aggregation", problem, "add `aggregation:` with sum, max, min or latest"
        )
    if metric.type != "gauge" and entry.has("aggregation"):
        problem = f"the {metric.type} {metric.name} has `aggregation`, which is for gauges"
        yield entry.diagnostic("aggregation", problem, "remove it; processes are summed")


def updates_belong_to_gauges(entry: Entry) -> Iterator[Diagnostic]:
    """Only a gauge says how it is updated."""
    metric = entry.metric
    if metric.type != "gauge" and entry.has("updates"):
        problem = f"the {metric.type} {metric.name} has `updates`, which is for gauges"
        yield entry.diagnostic("updates", problem, "remove it")


def info_has_labels_and_no_unit(entry: Entry) -> Iterator[Diagnostic]:
    """What an info says, it says in labels; its value is 1 and has no unit."""
    metric = entry.metric
    if metric.type == "info" and not entry.has("labels"):
        yield entry.diagnostic("labels", f"the info {metric.name} has no labels", "add `labels:`")
    if metric.type == "info" and entry.has("unit"):
        yield entry.diagnostic("unit", f"the info {metric.name} has a unit", "remove it")


def exemplars_fit_the_type(entry: Entry) -> Iterator[Diagnostic]:
    """Exemplars belong to histograms, and to counters of events."""
    metric = entry.metric
    fits = metric.type == "histogram" or (metric.type == "counter" and metric.unit is None)
    if metric.exemplars and not fits:
        problem = f"the {metric.type} {metric.name} has exemplars"
        remedy = "keep them in a histogram, or in a counter without a unit"
        yield entry.diagnostic("exemplars", problem, remedy)


def help_is_a_sentence(entry: Entry) -> Iterator[Diagnostic]:
    """The help is one line that starts with a capital letter or digit and ends with a period."""
    text = entry.metric.help
    if "\n" in text:
        yield entry.diagnostic(
            "help", "the help has several lines, expected one", "write one sentence"
        )
    elif not (text[:1].isupper() or text[:1].isdigit()) or not text.endswith("."):
        expected = "a sentence: a capital or digit, then a period"
        yield entry.diagnostic("help", f"the help {text!r}", "write one whole sentence", expected)


def help_says_more_than_the_name(entry: Entry) -> Iterator[Diagnostic]:
    """The help is not the name in other letters."""
    words = "".join(character for character in entry.metric.help.lower() if character.isalnum())
    name = entry.metric.name.replace("_", "")
    if words and words in (name, name.removesuffix("total"), name.removesuffix("info")):
        problem = f"the help {entry.metric.help!r} only repeats the name"
        yield entry.diagnostic("help", problem, "say what is counted or measured, and when")
