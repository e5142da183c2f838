"""The packages of Debian that the stack, the build and the tests need, for `start.sh`.

`python3 -m whiteroom_monitoring.deploy.packages [--dev]` prints one a line: its name, a tab, and
what is lost without it. It needs the standard library alone, because it runs before anything is
installed.
"""

from __future__ import annotations

import sys

from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.deploy.component import Package

_UNBUILT = "nothing can be built"
_NO_PROCESSOR = "the adapter for a processor of JUCE is not tried"
_NO_CONTAINER = "the container exporter is not tried on a real container"

BUILD = (
    Package("g++", _UNBUILT),
    Package("cmake", _UNBUILT),
    Package("ninja-build", _UNBUILT),
)
TESTS = (
    Package("ccache", "what several builds share is compiled for each of them"),
    Package("doctest-dev", "the C++ tests are left out"),
    Package("spin", "the model of the core is not checked"),
    Package("nodejs", "the JavaScript tests are left out"),
    Package("node-typescript", "the types of the console's scripts are not checked"),
    Package("podman", _NO_CONTAINER),
    Package("runc", _NO_CONTAINER),
    Package("openssl", "HTTPS is not tried"),
    Package("chromium", "no pictures of dashboards; the console is not tried in a real browser"),
    Package("juce-modules-source-data", "the adapter for JUCE is not tried in JUCE"),
    Package("libfreetype-dev", _NO_PROCESSOR),
    Package("libpng-dev", _NO_PROCESSOR),
    Package("libjpeg62-turbo-dev", _NO_PROCESSOR),
    Package("libx11-dev", _NO_PROCESSOR),
)


def wanted(development: bool) -> list[Package]:
    """Return every package that is wanted, each once."""
    packages = (*registry.packages(), *BUILD, *(TESTS if development else ()))
    return list({package.name: package for package in packages}.values())


if __name__ == "__main__":
    for package in wanted("--dev" in sys.argv[1:]):
        print(f"{package.name}\t{package.loss}")
