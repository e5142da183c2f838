"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from whiteroom_monitoring import catalogue, codegen, lint

MODULES = sorted(
    module.name
    for package in (catalogue, lint, codegen)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    """Each example of a module prints what its docstring says."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0
