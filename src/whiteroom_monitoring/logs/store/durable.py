"""Writing so that it is there after a crash. Every call that does so is here.

A failed fsync ends the process: the kernel may have dropped what it could not write, so that a
second fsync that succeeds proves nothing. Source: https://lwn.net/Articles/752063/
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

EXIT_STATUS = 74  # EX_IOERR of sysexits.h


def end_store(path: Path | str, error: OSError) -> None:
    """End the process: what was acknowledged may not be on the disk."""
    end(f"{path}: can't be synchronized: {error}; the log store ends")


def end(reason: str) -> None:
    """End the process at once; who supervises it starts it again."""
    print(reason, flush=True)
    sys.stderr.flush()
    os._exit(EXIT_STATUS)


def sync_data(descriptor: int, path: Path) -> None:
    """Wait until what was written to a file is on the disk."""
    try:
        os.fdatasync(descriptor)
    except OSError as error:
        end_store(path, error)


def sync_folder(folder: Path) -> None:
    """Wait until names that were made, replaced or removed in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        end_store(folder, error)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file if it is there; its folder is not waited for."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def create(path: Path, content: bytes) -> None:
    """Write a new file with its content and its name, then return."""
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        sync_data(descriptor, partial)
    finally:
        os.close(descriptor)
    os.rename(partial, path)
    sync_folder(path.parent)
