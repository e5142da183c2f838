"""``whiteroom sources``: says where the sources of the C++ and the Swift client are."""

from __future__ import annotations

import argparse

from whiteroom_monitoring.resources import share


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom sources``."""
    parser.epilog = (
        "CMake builds and installs the C++ client from there, and a Package.swift depends on it:\n"
        '  cmake -S "$(whiteroom sources)" -B build -DWHITEROOM_BUILD_TESTS=OFF'
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the folder, which holds CMakeLists.txt and Package.swift."""
    print(share("Package.swift").parent)
    return 0
