"""The Python of the pages about the client does what it says."""

from __future__ import annotations

import re

import pytest

from tests.support.paths import ROOT
from whiteroom_monitoring import client

BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", ["exposition.md"])
def test_python_of_a_page_records(segments, page: str) -> None:
    """Each block runs as it stands, and what it records is exposed."""
    blocks = BLOCK.findall((ROOT / "docs/reference" / page).read_text())
    assert blocks
    client.prepare("business-metrics", segments)
    for block in blocks:
        exec(compile(block, page, "exec"), {})
    text = client.exposition(open_metrics=True).decode()
    client.close()
    assert 'le="0.5"} 1 # {trace_id="0af7651916cd43dd8448eb211c80319c"' in text
