"""What is generated from the catalogue."""

from __future__ import annotations

from collections.abc import Callable

from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.generate import c, cpp, python, reference, swift

# A generator returns the text of each file by its path below the repository's root.
GENERATORS: tuple[Callable[[Catalogue], dict[str, str]], ...] = (
    c.generate,
    cpp.generate,
    python.generate,
    reference.generate,
    swift.generate,
)


def generate(catalogue: Catalogue) -> dict[str, str]:
    """Return every generated file, by path."""
    files: dict[str, str] = {}
    for generator in GENERATORS:
        files.update(generator(catalogue))
    return dict(sorted(files.items()))
