"""Moved modules: an old name can be imported, with a warning that names the new one."""

from __future__ import annotations

import importlib
import sys
import warnings
from importlib.machinery import ModuleSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    import importlib.abc
    from collections.abc import Sequence
    from types import ModuleType

    _Finder = importlib.abc.MetaPathFinder
    _Loader = importlib.abc.Loader
else:
    # Importing importlib.abc would double the time that an import of this package takes.
    class _Finder: ...

    class _Loader: ...


_PACKAGE = "whiteroom_monitoring"

MOVED = {
    f"{_PACKAGE}.{old}": f"{_PACKAGE}.{new}"
    for old, new in {
        "testing": "client.testing",
        "testing.changes": "client.testing.changes",
        "testing.pytest_plugin": "client.testing.pytest_plugin",
        "client.asgi": "client.exposition.asgi",
        "client.credentials": "client.exposition.credentials",
        "client.server": "client.exposition.server",
        "client.wsgi": "client.exposition.wsgi",
    }.items()
}


class MovedModules(_Finder, _Loader):
    """Finds and loads a moved module by its old name.

    It comes first in `sys.meta_path`: a module of a moved package would else be found below the
    package's new place and loaded twice.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec for a name that has moved."""
        return ModuleSpec(name, self, is_package=True) if name in MOVED else None

    def create_module(self, spec: ModuleSpec) -> None:
        """Let the import system make a module, which `exec_module` replaces."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the module of the new name in the place of the old one."""
        old = module.__name__
        warnings.warn(f"{old} is now {MOVED[old]}", DeprecationWarning, stacklevel=2)
        sys.modules[old] = importlib.import_module(MOVED[old])


def install() -> None:
    """Let old names be imported."""
    if not any(isinstance(finder, MovedModules) for finder in sys.meta_path):
        sys.meta_path.insert(0, MovedModules())
