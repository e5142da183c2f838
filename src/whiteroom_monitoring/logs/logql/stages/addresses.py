"""IP addresses in lines and labels.

Source: https://grafana.com/docs/loki/latest/query/ip/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.golang.quoting import quote

Address = IPv4Address | IPv6Address
_HINT = re.compile(
    rb"(?=([0-9](?:\.[\s\S]{2}|[\s\S]\.[\s\S]|[\s\S]{2}\.)))|(?=::[0-9a-fA-F]|[0-9a-fA-F]{1,4}:)"
)
_FOUR = re.compile(rb"[0-9.]*")
_SIX = re.compile(rb"[0-9a-fA-F:.]*")


class AddressFilter:
    """Looks for an address, a range (a-b) or a network (a/bits). Raises QueryError."""

    def __init__(self, pattern: str) -> None:
        self._contains = _container(pattern)

    def matches(self, text: bytes) -> bool:
        """Tell whether such an address is in a text."""
        at = 0
        while hint := _HINT.search(text, at):
            spans = _FOUR if hint[1] else _SIX
            span = spans.match(text, hint.start())
            assert span is not None
            address = _address(span[0].decode())
            if address is not None and self._contains(address):
                return True
            at = span.end() + 1
        return False


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _container(pattern: str) -> Callable[[Address], bool]:
    single = _address(pattern)
    if single is not None:
        return lambda address: address == single
    host, slash, bits = pattern.partition("/")
    if slash and re.fullmatch(r"0|[1-9][0-9]{0,2}", bits) and _address(host) is not None:
        try:
            network = ip_network(pattern, strict=False)
        except ValueError:
            pass
        else:
            return lambda address: address in network
    low, high = (_address(part) for part in (pattern.partition("-")[::2]))
    if (
        low is not None
        and high is not None
        and low.version == high.version
        and int(low) <= int(high)
    ):
        version, least, most = low.version, int(low), int(high)
        return lambda address: address.version == version and least <= int(address) <= most
    raise QueryError(f"ip: invalid pattern: {quote(pattern)}")
