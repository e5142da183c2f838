"""protobuf's encoding, as far as Alertmanager's notification log needs it."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.reconciler import protobuf


@pytest.mark.parametrize("number", [0, 1, 127, 128, 129, 255, 300, 2**32, 2**63, 2**64 - 1])
def test_numbers_are_read_as_they_were_written(number: int) -> None:
    """A number of up to 64 bits is the same after its way through bytes."""
    assert list(protobuf.fields(protobuf.encoded(3, number))) == [(3, number)]


@pytest.mark.parametrize("length", [0, 1, 127, 128, 300])
def test_bytes_are_read_as_they_were_written(length: int) -> None:
    """Bytes of any length are the same after it, and so is a field behind them."""
    message = protobuf.encoded(1, b"x" * length) + protobuf.encoded(2, 7)
    assert list(protobuf.fields(message)) == [(1, b"x" * length), (2, 7)]


def test_numbers_of_fixed_width_are_bytes() -> None:
    """Fields of 64 and of 32 bits are known by their kinds, 1 and 5; another kind is refused."""
    message = bytes([1 << 3 | 1, *range(8), 2 << 3 | 5, *range(4)])
    assert list(protobuf.fields(message)) == [(1, bytes(range(8))), (2, bytes(range(4)))]
    with pytest.raises(ValueError, match="a field of kind 3"):
        list(protobuf.fields(bytes([1 << 3 | 3])))


def test_the_bytes_are_those_of_the_specification() -> None:
    """150 in field 1 is 08 96 01, the example of protobuf's own page."""
    assert protobuf.encoded(1, 150) == b"\x08\x96\x01"


@pytest.mark.parametrize("message", [b"\x0a\x02x", b"\x08" + b"\xff" * 10 + b"\x01"])
def test_what_is_cut_or_too_long_is_refused(message: bytes) -> None:
    """A field that is longer than its message, and a number of more bits, are errors."""
    with pytest.raises(ValueError, match=r"longer than its message|more than 64 bits"):
        list(protobuf.fields(message))
