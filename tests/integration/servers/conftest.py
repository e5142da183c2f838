"""Each server of ours, and enough descriptors to connect to it."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.servers import SERVERS, Running, started


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Each of the servers."""
    kind = SERVERS[request.param]
    if kind.command[0].startswith(str(ROOT)) and not Path(kind.command[0]).is_file():
        pytest.skip(f"{kind.command[0]} is not built")
    with started(kind) as running:
        yield running


@pytest.fixture(scope="session")
def descriptors() -> None:
    """As many descriptors for the tests themselves as they connect."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = 4096 if hard == resource.RLIM_INFINITY else min(4096, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
