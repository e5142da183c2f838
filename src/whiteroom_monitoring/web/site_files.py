"""Serves a built site of documents: its files alone, which may load nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# Beside the pages: the content security policy that knows the pages' inline scripts.
POLICY = "content-security-policy.txt"


def is_site(folder: Path) -> bool:
    """Tell whether a folder holds a built site."""
    return (folder / POLICY).is_file()


class SiteFiles(StaticFiles):
    """The files of a built site, each with the site's own policy."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)
        self._policy = (folder / POLICY).read_text(encoding="utf-8")

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file. Raises HTTPException 404 where there is none."""
        response = await super().get_response(path, scope)
        response.headers["Content-Security-Policy"] = self._policy
        return response
