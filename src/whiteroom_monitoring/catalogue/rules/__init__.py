"""The catalogue's rules: every one a small function whose docstring states it.

To add a rule, write its function and name it here; tests/unit/catalogue/test_rules.py then demands
an example that breaks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from whiteroom_monitoring.catalogue.document import Document
from whiteroom_monitoring.catalogue.entry import Entry
from whiteroom_monitoring.catalogue.event_entry import EventEntry
from whiteroom_monitoring.catalogue.rules import across, events, labels, names, types
from whiteroom_monitoring.diagnostics import Diagnostic


@dataclass(frozen=True)
class EntryRule:
    """A rule about one entry, held when the keys that it ``needs`` fit the schema."""

    needs: frozenset[str]
    holds: Callable[[Entry], Iterator[Diagnostic]]


def _rule(needs: str, holds: Callable[[Entry], Iterator[Diagnostic]]) -> EntryRule:
    return EntryRule(frozenset(needs.split()), holds)


ENTRY_RULES: tuple[EntryRule, ...] = (
    _rule("name type", names.counter_ends_in_total),
    _rule("name type", names.info_ends_in_info),
    _rule("name", names.suffix_is_not_reserved),
    _rule("name", names.unit_is_a_base_unit),
    _rule("name unit", names.unit_stands_in_name),
    _rule("name unit", names.named_unit_is_declared),
    _rule("name type", types.buckets_belong_to_histograms),
    _rule("buckets", types.buckets_increase),
    _rule("buckets type unit", types.buckets_fit_a_cell),
    _rule("name type", types.gauges_name_their_aggregation),
    _rule("name type", types.updates_belong_to_gauges),
    _rule("name type", types.info_has_labels_and_no_unit),
    _rule("name type unit exemplars", types.exemplars_fit_the_type),
    _rule("help", types.help_is_a_sentence),
    _rule("name help", types.help_says_more_than_the_name),
    _rule("", labels.label_is_lower_case),
    _rule("", labels.label_is_not_reserved),
    _rule("", labels.label_is_nobodys_identity),
    _rule("", labels.label_is_no_trace),
    _rule("", labels.label_names_are_unique),
    _rule("", labels.label_is_closed_or_limited),
    _rule("", labels.values_are_unique),
    _rule("", labels.values_are_plain),
    _rule("name type labels buckets", labels.cardinality_is_bounded),
    _rule("name labels", labels.shared_metric_names_its_program),
)

DOCUMENT_RULES: tuple[Callable[[Document], Iterator[Diagnostic]], ...] = (
    across.domain_is_named_as_its_file,
    across.only_self_belongs_to_all,
    labels.value_list_is_written_once,
    events.events_stand_beside_metrics,
)

EVENT_RULES: tuple[Callable[[EventEntry], Iterator[Diagnostic]], ...] = (
    events.message_names_fields,
    events.help_of_event_is_a_sentence,
    events.field_names_are_free,
    events.field_is_nobodys_identity,
    events.values_belong_to_choices,
    events.unit_of_field_stands_in_its_name,
)

CATALOGUE_RULES: tuple[Callable[[Sequence[Entry]], Iterator[Diagnostic]], ...] = (
    across.families_are_unique,
    across.old_names_are_free,
)

EVENT_CATALOGUE_RULES: tuple[Callable[[Sequence[EventEntry]], Iterator[Diagnostic]], ...] = (
    events.events_are_unique,
)


def entry_diagnostics(entry: Entry) -> Iterator[Diagnostic]:
    """Yield what breaks a rule in ``entry`` by itself."""
    for rule in ENTRY_RULES:
        if not rule.needs & entry.invalid:
            yield from rule.holds(entry)
