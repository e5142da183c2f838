"""Scripts, styles and pictures of the pages, as they are sent to a browser."""

from __future__ import annotations

import gzip
import hashlib
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

FOLDER = Path(__file__).parent
PREFIX = "/assets/"
ROUTE = PREFIX + "{version}/{name:path}"
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_TEST = ".test.js"
# An asset's address changes with its content.
_CACHED = {"Cache-Control": "public, max-age=31536000, immutable"}
# Comments on lines of their own, and casts, which only the type checker reads.
_BLOCK = r"/\*\*(?:(?!\*/).)*\*/"
_COMMENT = re.compile(rf"^[ \t]*(?:{_BLOCK}|//[^\n]*)[ \t]*$", re.MULTILINE | re.DOTALL)
_CAST = re.compile(r"/\*\* @type \{(?:(?!\*/)[^\n])*\*/ ?")
_IMPORT = re.compile(rb'^(?:import|export)\b[^"]*"(\.{1,2}/[^"]+)";$', re.MULTILINE)


@dataclass(frozen=True)
class Asset:
    """One file."""

    content: bytes
    media_type: str

    @cached_property
    def compressed(self) -> bytes:
        """The content as it is sent to a browser that takes gzip."""
        return gzip.compress(self.content, mtime=0)


class Assets:
    """The assets of one server: those of some folders beside this file, and of packages.

    A folder's asset is named by its path, such as ``shared/dom.js``, a package's by its file name.
    """

    def __init__(self, folders: Sequence[str], of_packages: Sequence[Path] = ()) -> None:
        own = {path.relative_to(FOLDER).as_posix(): path for path in _files(folders)}
        paths = {**own, **{path.name: path for path in of_packages}}
        self._assets = {name: _load(path) for name, path in paths.items()}
        content = b"\0".join(asset.content for asset in self._assets.values())
        self.base = f"{PREFIX}{hashlib.sha256(content).hexdigest()[:12]}"

    def __iter__(self) -> Iterator[str]:
        return iter(self._assets)

    def __getitem__(self, name: str) -> Asset:
        return self._assets[name]

    def imported_by(self, script: str) -> list[str]:
        """Return the modules that a script imports, and those that these import, in any depth."""
        imported: list[str] = []
        waiting = [script]
        while waiting:
            module = waiting.pop()
            for path in _IMPORT.findall(self._assets[module].content):
                name = posixpath.normpath(posixpath.join(posixpath.dirname(module), path.decode()))
                if name not in imported:
                    imported.append(name)
                    waiting.append(name)
        return imported

    async def respond(self, request: Request) -> Response:
        """Return the asset that a request to ROUTE names."""
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            return PlainTextResponse("not found\n", HTTPStatus.NOT_FOUND)
        headers = {**_CACHED, "Vary": "Accept-Encoding"}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(asset.content, media_type=asset.media_type, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(asset.compressed, media_type=asset.media_type, headers=headers)


def _load(path: Path) -> Asset:
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".js" and path.is_relative_to(FOLDER):
        content = without_comments(content)
    return Asset(content.encode(), _MEDIA_TYPES[path.suffix])


def without_comments(script: str) -> str:
    """Return a script of ours without its comments, a third of it; every line keeps its number.

    >>> without_comments("// Adds.\\nexport const add = (/** @type {any} */ a) => a + 1;\\n")
    '\\nexport const add = (a) => a + 1;\\n'
    >>> without_comments("f(\\n  /** @type {any} */ a,\\n);\\n/** Ends. */\\n")
    'f(\\n  a,\\n);\\n\\n'
    """
    return _CAST.sub("", _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), script))


def _files(folders: Sequence[str]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((FOLDER / folder).rglob("*")):
            if path.suffix in _MEDIA_TYPES and not path.name.endswith(_TEST):
                yield path
