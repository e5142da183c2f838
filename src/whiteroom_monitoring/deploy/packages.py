"""The packages of Debian that the stack, the build and the tests need, for `start.sh`.

`python3 -m whiteroom_monitoring.deploy.packages [--dev] [--components DIR]` prints one a line: its
name, a tab, and what is lost without it. DIR has further components. It needs the standard library
alone, because it runs before anything is installed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.deploy.component import Package

_UNBUILT = "nothing can be built"
_NO_PROCESSOR = "the adapter for a processor of JUCE is not tried"
_NO_CONTAINER = "neither the container exporter nor the compose file is tried on containers"

BUILD = (
    Package("g++", _UNBUILT),
    Package("cmake", _UNBUILT),
    Package("ninja-build", _UNBUILT),
)
TESTS = (
    Package("ccache", "what several builds share is compiled for each of them"),
    Package("doctest-dev", "the C++ tests are left out"),
    Package("doxygen", "the documents have no C++ reference"),
    Package("spin", "the model of the core is not checked"),
    Package("nodejs", "the JavaScript tests are left out"),
    Package("node-typescript", "the types of the console's scripts are not checked"),
    Package("podman", _NO_CONTAINER),
    Package("runc", _NO_CONTAINER),
    Package("debootstrap", "the compose file is not tried on containers"),
    Package("openssl", "HTTPS is not tried"),
    Package("chromium", "no pictures of dashboards; the console is not tried in a real browser"),
    Package("juce-modules-source-data", "the adapter for JUCE is not tried in JUCE"),
    Package("libfreetype-dev", _NO_PROCESSOR),
    Package("libpng-dev", _NO_PROCESSOR),
    Package("libjpeg62-turbo-dev", _NO_PROCESSOR),
    Package("libx11-dev", _NO_PROCESSOR),
)


def wanted(development: bool, components: Path | None = None) -> list[Package]:
    """Return every package that is wanted, each once; ``components`` are a project's own."""
    added = registry.components_in(components) if components else ()
    descriptions = (*registry.COMPONENTS, *added)
    packages = (*registry.packages(descriptions), *BUILD, *(TESTS if development else ()))
    return list({package.name: package for package in packages}.values())


if __name__ == "__main__":
    _words = sys.argv[1:]
    _folder = Path(_words[_words.index("--components") + 1]) if "--components" in _words else None
    for package in wanted("--dev" in _words, _folder):
        print(f"{package.name}\t{package.loss}")
