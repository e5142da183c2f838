"""Templates of what is written during an incident, filled in with what the configuration knows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template

_FOLDER = Path(__file__).parent
# What stands where nobody but the writer knows the word.
_BLANK = "____"


def names() -> list[str]:
    """Return the names of the templates."""
    return sorted(path.stem for path in _FOLDER.glob("*.md"))


def render(name: str, values: Mapping[str, str]) -> str:
    """Return the template ``name`` with ``values``; what is unknown stays to be filled in."""
    text = (_FOLDER / f"{name}.md").read_text(encoding="utf-8")
    template = Template(text)
    blanks = dict.fromkeys(template.get_identifiers(), _BLANK)
    return template.substitute(blanks | {key: value for key, value in values.items() if value})
