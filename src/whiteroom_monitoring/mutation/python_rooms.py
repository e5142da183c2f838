"""The rooms of the package, their modules, and the mutants of these."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from whiteroom_monitoring.generated_files import is_generated
from whiteroom_monitoring.mutation.python_mutants import PythonMutant, mutants
from whiteroom_monitoring.mutation.sampling import sample

PACKAGE = "src/whiteroom_monitoring"
TESTS = "tests/unit"
# The room of the modules that stand beside the folders.
TOP = "package"


def rooms(root: Path) -> list[str]:
    """Return every room of the clone at ``root``: each has its tests in a folder of its name."""
    folders = {path.parts[0] for path in _places(root) if len(path.parts) > 1}
    return sorted({*folders, TOP})


def modules(root: Path, names: Sequence[str]) -> list[Path]:
    """Return the modules of rooms or modules by name, such as `promql` or `promql/parse`."""
    paths: list[Path] = []
    for name in names:
        path = root / PACKAGE / name
        if name == TOP:
            paths += sorted((root / PACKAGE).glob("*.py"))
        else:
            paths += sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return paths


def candidates(
    root: Path, names: Sequence[str] = (), kinds: Collection[str] = ()
) -> list[PythonMutant]:
    """Return the mutants of rooms or modules by name, of ``kinds`` if any are named.

    What the generator writes is not changed: its tests are those of the generator.
    """
    return [
        mutant
        for path in modules(root, names or rooms(root))
        if not is_generated(path)
        for mutant in mutants(path)
        if not kinds or mutant.kind in kinds
    ]


def sample_each_room(
    mutants: Sequence[PythonMutant], size: int | None, seed: int
) -> list[PythonMutant]:
    """Return ``size`` mutants of each room, or all of them, room by room."""
    by_room: dict[str, list[PythonMutant]] = {}
    for mutant in mutants:
        by_room.setdefault(room_of(mutant), []).append(mutant)
    return [
        mutant
        for room in by_room.values()
        for mutant in sample(room, len(room) if size is None else size, seed)
    ]


def room_of(mutant: PythonMutant) -> str:
    """Return the room of the mutant's module."""
    names = name_of(mutant).split(".")
    return names[1] if len(names) > 2 or mutant.path.name == "__init__.py" else TOP


def name_of(mutant: PythonMutant) -> str:
    """Return the name of the mutant's module."""
    parts = mutant.path.with_suffix("").parts
    names = parts[len(parts) - parts[::-1].index("whiteroom_monitoring") - 1 :]
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


def _places(root: Path) -> list[Path]:
    folder = root / PACKAGE
    return [path.relative_to(folder) for path in folder.rglob("*.py") if not is_generated(path)]
