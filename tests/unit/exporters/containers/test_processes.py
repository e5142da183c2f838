"""What Linux' process file system says of a container's network."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring.exporters.containers.files import UnreadableError
from whiteroom_monitoring.exporters.containers.processes import Processes

HEAD = "Inter-|   Receive  |  Transmit\n face |bytes packets errs drop |bytes packets errs drop\n"


def _interfaces(folder: Path, *lines: str) -> list[tuple[str, str, int]]:
    (folder / "7/net").mkdir(parents=True)
    (folder / "7/net/dev").write_text(HEAD + "".join(f"{line}\n" for line in lines))
    return list(Processes(folder).interfaces(7))


def test_every_interface_below_the_head_is_read(tmp_path: Path) -> None:
    """The first interface follows two lines of head, and each has a value for each column."""
    columns = " ".join(map(str, range(16)))
    values = _interfaces(tmp_path, f"  eth0: {columns}", f"eth1:{columns}")
    assert [name for name, metric, _ in values if metric.endswith("receive_bytes_total")] == [
        "eth0", "eth1"
    ]  # fmt: skip
    assert [value for name, _, value in values if name == "eth0"] == [0, 1, 2, 3, 8, 9, 10, 11]


@pytest.mark.parametrize(("columns", "enough"), [(12, True), (11, False)])
def test_columns_that_are_missing_are_named(tmp_path: Path, columns: int, enough: bool) -> None:
    """A line may end behind the last column that is read; a shorter one is an error."""
    line = f"eth0: {' '.join('1' for _ in range(columns))}"
    if enough:
        assert len(_interfaces(tmp_path, line)) == 8
        return
    with pytest.raises(UnreadableError, match="expected 16 columns"):
        _interfaces(tmp_path, line)
