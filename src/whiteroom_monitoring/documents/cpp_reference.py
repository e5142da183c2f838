"""The C++ reference: what doxygen reads from the public headers, as one page."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from whiteroom_monitoring.documents.references.markdown import code
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.resources import repository_root

PLACE = "reference/cpp.md"
HEADERS = "juce_backend/src/monitoring/include/whiteroom/monitoring"
# https://www.doxygen.nl/manual/config.html
_SETTINGS = """
INPUT = "{headers}"
EXCLUDE = "{headers}/generated"
FILE_PATTERNS = *.h
OUTPUT_DIRECTORY = "{output}"
GENERATE_HTML = NO
GENERATE_LATEX = NO
GENERATE_XML = YES
XML_PROGRAMLISTING = NO
QUIET = YES
JAVADOC_AUTOBRIEF = YES
MACRO_EXPANSION = YES
EXPAND_ONLY_PREDEF = YES
PREDEFINED = WHITEROOM_MONITORING_ABI=abi
WARN_IF_UNDOCUMENTED = {undocumented}
WARN_AS_ERROR = {strict}
"""
_MISSING = """
They are not here: {what} is missing. Every header says the same in its comments.
"""
_PUBLIC = {"public-func": "", "public-static-func": "static ", "public-attrib": ""}
_SHOWN = ("class", "struct")


class DoxygenError(MonitoringError):
    """The comments of the headers have faults; the message has what doxygen says."""


def headers() -> list[Path]:
    """Return what the page is made of; nothing where there is no clone."""
    clone = repository_root()
    return sorted((clone / HEADERS).rglob("*.h")) if clone else []


def page(introduction: str) -> str:
    """Return ``introduction`` and the classes, or what is missing. Raises DoxygenError."""
    clone = repository_root()
    folder = clone / HEADERS if clone else None
    if folder is None or not folder.is_dir():
        return introduction + _MISSING.format(what="the clone with the headers")
    if shutil.which("doxygen") is None:
        return introduction + _MISSING.format(what="Debian's package doxygen")
    with tempfile.TemporaryDirectory(prefix="whiteroom-doxygen-") as name:
        read(folder, Path(name))
        return "\n".join([introduction, *_classes(Path(name) / "xml", folder)])


def read(headers: Path, output: Path, *, undocumented: bool = False) -> str:
    """Let doxygen write its XML; return its warnings. Raises DoxygenError for a fault.

    With ``undocumented`` they are about what has no comment, and no error.
    """
    settings = _SETTINGS.format(
        headers=headers,
        output=output,
        undocumented="YES" if undocumented else "NO",
        strict="NO" if undocumented else "FAIL_ON_WARNINGS",
    )
    run = subprocess.run(
        ["doxygen", "-"], input=settings, capture_output=True, text=True, check=False
    )
    if run.returncode != 0:
        raise DoxygenError(f"doxygen: {run.stderr.strip()}")
    return run.stderr


def _classes(folder: Path, headers: Path) -> Iterator[str]:
    compounds = []
    for entry in ET.parse(folder / "index.xml").getroot().iter("compound"):
        if entry.get("kind") in _SHOWN:
            definition = ET.parse(folder / f"{entry.get('refid')}.xml").getroot()
            compounds += [c for c in definition.iter("compounddef") if _description(c)]
    # The inline namespace makes doxygen see some classes under two names.
    unique = {(_name(compound), _description(compound)): compound for compound in compounds}
    for compound in sorted(unique.values(), key=_name):
        yield from _class(compound, headers)


def _name(compound: ET.Element) -> str:
    return compound.findtext("compoundname", "").rpartition("::")[2]


def _class(compound: ET.Element, headers: Path) -> Iterator[str]:
    location = compound.find("location")
    header = Path(location.get("file", "")).name if location is not None else ""
    yield f"## {_name(compound)}\n"
    yield f"{code(f'#include <whiteroom/monitoring/{header}>')}\n"
    yield f"{_description(compound)}\n"
    for section in compound.findall("sectiondef"):
        prefix = _PUBLIC.get(section.get("kind", ""))
        if prefix is not None:
            members = (m for m in section.findall("memberdef") if _is_callable(m))
            yield from (_member(member, prefix) for member in members)
    yield ""


def _is_callable(member: ET.Element) -> bool:
    """Tell whether it is more than a deleted or a compiler's own function."""
    return not member.findtext("argsstring", "").endswith(("=delete", "=default"))


def _member(member: ET.Element, prefix: str) -> str:
    returned = member.find("type")
    kind = "".join(returned.itertext()) if returned is not None else ""
    signature = f"{prefix}{kind} {member.findtext('name', '')}{member.findtext('argsstring', '')}"
    description = _description(member)
    return f"- {code(signature)}{': ' + description if description else ''}"


def _description(element: ET.Element) -> str:
    """Return what the comment says, in one paragraph."""
    parts = (element.find("briefdescription"), element.find("detaileddescription"))
    words = " ".join(_text(part) for part in parts if part is not None)
    return " ".join(words.split())


def _text(element: ET.Element) -> str:
    inside = (element.text or "").replace("<", "&lt;") + "".join(map(_text, element))
    text = f"`{inside.strip()}`" if element.tag == "computeroutput" and inside.strip() else inside
    return text + (element.tail or "").replace("<", "&lt;")
