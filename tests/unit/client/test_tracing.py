"""Which headers name a trace that somebody can look at."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.client.tracing import exemplar_of

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"


@pytest.mark.parametrize("header", [f"00-{TRACE}-{SPAN}-01", f"01-{TRACE}-{SPAN}-03-more"])
def test_a_sampled_trace_is_an_exemplar(header: str) -> None:
    """The ids are taken as they stand, also from a later version's header."""
    assert exemplar_of(header) == {"trace_id": TRACE, "span_id": SPAN}


@pytest.mark.parametrize(
    "header",
    [
        "",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-00",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01more",
    ],
)
def test_other_headers_are_none(header: str) -> None:
    """What is malformed, or not sampled, is no exemplar."""
    assert exemplar_of(header) is None


@pytest.mark.parametrize(("flags", "sampled"), [("01", True), ("11", True), ("f0", False)])
def test_the_last_bit_of_the_flags_is_sampled(flags: str, sampled: bool) -> None:
    """The flags are a hexadecimal number, of which the last bit alone is `sampled`."""
    header = f"00-{'a' * 32}-{'b' * 16}-{flags}"
    assert (exemplar_of(header) is not None) == sampled
