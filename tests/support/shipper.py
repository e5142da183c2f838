"""A process of ``whiteroom shipper`` for one test, and a writer whose log is rotated."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

# More than a machine that is busy falls behind: what rotation deletes, nobody can read.
KEPT = 500


@dataclass
class RunningShipper:
    """One process; what it prints is in ``output``, after what its predecessors have printed."""

    process: subprocess.Popen[str]
    output: Path
    printed_before: int

    def printed(self) -> str:
        """Return what it has printed."""
        return self.output.read_text("utf-8")[self.printed_before :]

    def is_serving(self) -> bool:
        """Tell whether it has got as far as serving."""
        return "serving http" in self.printed()

    def metrics(self) -> str:
        """Return what it exposes."""
        # Another thread may have written the beginning of its line.
        address = self.printed().partition("serving http")[2].split()[0]
        with urllib.request.urlopen(f"http{address}", timeout=60) as answer:
            return str(answer.read().decode())


@contextlib.contextmanager
def running_shipper(config: Path, *words: str) -> Iterator[RunningShipper]:
    """Start a shipper, and end it by SIGKILL. What it prints goes to a file beside its config."""
    segments = Path(tempfile.mkdtemp(prefix="whiteroom-test-", dir="/dev/shm"))
    command = [
        *(sys.executable, "-m", "whiteroom_monitoring", "shipper", "--config", str(config)),
        *("--port", "0", "--segments", str(segments), *words),
    ]
    path = config.with_suffix(".out")
    with path.open("a", encoding="utf-8") as output:
        before = len(path.read_text("utf-8"))
        process = subprocess.Popen(command, stdout=output, stderr=output, text=True)
        try:
            yield RunningShipper(process, path, before)
        finally:
            process.kill()
            process.wait()
            shutil.rmtree(segments)


def write_config(folder: Path, port: int, jobs: list[dict[str, object]], **client: object) -> Path:
    """Write a configuration that pushes to a store on a port."""
    content = {
        "positions": {"filename": str(folder / "positions.json"), "sync_period": "1s"},
        "clients": [
            {
                "url": f"http://127.0.0.1:{port}/loki/api/v1/push",
                "batchwait": "100ms",
                "backoff_config": {"min_period": "50ms", "max_period": "200ms"},
                **client,
            }
        ],
        "target_config": {"sync_period": "200ms"},
        "global": {"file_watch_config": {"min_poll_frequency": "50ms"}},
        "scrape_configs": jobs,
    }
    path = folder / "promtail.yml"
    path.write_text(yaml.safe_dump(content), "utf-8")
    return path


class CountedLog:
    """Writes numbered lines to a log, and rotates it as others do."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "app.log"
        self.folder = folder
        self.written = self._links = 0
        self._file = self.path.open("ab", buffering=0)
        self.rotations: dict[str, Callable[[], None]] = {
            "rename": self.rename,
            "gzip": self.rename_and_compress,
            "copy": self.copy_and_truncate,
            "link": self.lead_elsewhere,
            "recreate": self.delete_and_recreate,
        }

    def write(self, lines: int) -> None:
        """Write lines in one call."""
        second = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        numbers = range(self.written, self.written + lines)
        self._file.write(
            b"".join(f"{second} line {n} {'x' * (n % 97)}\n".encode() for n in numbers)
        )
        self.written += lines

    def write_for(self, for_s: float) -> None:
        """Write about two thousand lines a second."""
        deadline = time.monotonic() + for_s
        while time.monotonic() < deadline:
            self.write(20)
            time.sleep(0.01)

    def rename(self) -> None:
        """Rename it, and those before it, and begin a new one."""
        self._shift()
        self.path.rename(self.folder / "app.log.1")
        self._reopen()

    def rename_and_compress(self) -> None:
        """Rename it, and compress the one before it, as logrotate does with delaycompress."""
        self.rename()
        self._compress(self.folder / "app.log.2")

    def copy_and_truncate(self) -> None:
        """Copy it and empty it in its place; nothing is written meanwhile."""
        self._shift()
        shutil.copyfile(self.path, self.folder / "app.log.1")
        os.truncate(self.path, 0)

    def lead_elsewhere(self) -> None:
        """Let its name be a link, from now on to a new file. Not to be mixed with other ways."""
        self._links += 1
        target = self.folder / f"app.log.2026-01-02.{self._links}"
        target.touch()
        link = self.folder / "app.link"
        link.symlink_to(target.name)
        if not self.path.is_symlink():
            self.path.rename(self.folder / "app.log.2026-01-02.0")
        link.rename(self.path)
        self._reopen()

    def delete_and_recreate(self) -> None:
        """Delete it and begin a new one, which may get its number. What is read alone is safe."""
        self.path.unlink()
        self._reopen()

    def close(self) -> None:
        """Write no more."""
        self._file.close()

    def _shift(self) -> None:
        for number in range(KEPT, 0, -1):
            for suffix in ("", ".gz"):
                old = self.folder / f"app.log.{number}{suffix}"
                if old.exists():
                    old.rename(self.folder / f"app.log.{number + 1}{suffix}")

    def _compress(self, path: Path) -> None:
        if not path.exists():
            return
        stat = path.stat()
        target = path.with_name(f"{path.name}.gz")
        with path.open("rb") as plain, gzip.open(target, "wb", 1) as compressed:
            shutil.copyfileobj(plain, compressed, 16 * 1024)
        os.utime(target, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        path.unlink()

    def _reopen(self) -> None:
        self._file.close()
        self._file = self.path.open("ab", buffering=0)
