"""The registry of receivers: each module of this package defines one as ``RECEIVER``.

A further receiver, such as one for Microsoft Teams, is a module here and nothing else: it gets its
routes, its name on the page and its counters.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from whiteroom_monitoring.inbox.receiver import Receiver


def load_receivers() -> Mapping[str, Receiver]:
    """Return the receivers of all modules of this package by name, in the order of their titles."""
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    receivers = [importlib.import_module(f"{__name__}.{name}").RECEIVER for name in modules]
    return {receiver.name: receiver for receiver in sorted(receivers, key=lambda r: r.title)}
