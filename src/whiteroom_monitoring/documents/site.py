"""Builds the site: pages are assembled in a folder, MkDocs makes HTML of them."""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import whiteroom_monitoring
from whiteroom_monitoring.documents import cpp_reference, links, sources
from whiteroom_monitoring.documents.navigation import navigation
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.resources import repository_root
from whiteroom_monitoring.web.site_files import POLICY

# Beside the pages: of which sources the site was made.
FINGERPRINT = "fingerprint.txt"
# How much the search prefers a page, or the pages of a section.
WEIGHTS = {
    "how-to": 3,
    "how-to/alerting.md": 4,
    "how-to/setup.md": 4.5,
    "how-to/troubleshooting.md": 4,
    "tutorials": 2,
    "tutorials/adopting-juce.md": 3,
    "reference/commands.md": 2,
    "index.md": 0.2,
    "decisions": 0.05,
    "project/changelog.md": 0.1,
    "project/security.md": 3,
}
_STYLE = Path(__file__).parent / "site.css"
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class SiteError(MonitoringError):
    """The site can't be built; the message has what MkDocs says of the pages."""


class ExtraMissingError(MonitoringError):
    """The packages that build the site are not installed."""

    def __init__(self, package: str) -> None:
        self.package = package
        super().__init__(
            f"the site can't be built: {package} is missing; "
            "install it by: pip install 'whiteroom-monitoring[docs]'"
        )


def fingerprint() -> str:
    """Return what changes when a page, a docstring, a header or the documents' look changes."""
    digest = hashlib.sha256(whiteroom_monitoring.__version__.encode())
    base = sources.root()
    for name in sorted(sources.pages()):
        digest.update(name.encode() + b"\0" + (base / name).read_bytes())
    package = Path(whiteroom_monitoring.__file__).parent
    own = [path for path in Path(__file__).parent.rglob("*") if path.is_file()]
    of_python = [path for path in {*own, *package.rglob("*.py")} if path.suffix != ".pyc"]
    for path in sorted({*of_python, *cpp_reference.headers()}):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(folder: Path) -> bool:
    """Tell whether the site in ``folder`` was made of the present sources."""
    try:
        return (folder / FINGERPRINT).read_text(encoding="utf-8") == fingerprint()
    except OSError:
        return False


def build(output: Path) -> int:
    """Write the site to ``output``, whole or not at all, and return how many pages it has.

    Raises SiteError when a page is wrong, or the folder holds something else than a site, and
    ExtraMissingError without the packages of ``docs``.
    """
    if output.exists() and not _is_ours(output):
        raise SiteError(f"{output} holds something else than a site; choose an empty folder")
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".docs-", dir=output.parent) as name:
        folder = Path(name)
        texts = assemble(folder / "pages")
        _run(folder / "pages", folder / "site", texts)
        policy = content_security_policy(folder / "site")
        (folder / "site" / POLICY).write_text(policy, encoding="utf-8")
        (folder / "site" / FINGERPRINT).write_text(fingerprint(), encoding="utf-8")
        if output.exists():
            output.rename(folder / "former")
        (folder / "site").rename(output)
    return len(texts)


def _is_ours(folder: Path) -> bool:
    is_site = (folder / FINGERPRINT).is_file()
    return folder.is_dir() and (is_site or not any(folder.iterdir()))


def assemble(folder: Path) -> dict[str, str]:
    """Copy every page and picture to its place below ``folder``; return the pages' texts."""
    places = sources.pages()
    base = sources.root()
    texts = {
        places[name]: links.rewrite(text, name, places)
        for name, text in sources.read(places).items()
    }
    if cpp_reference.PLACE in texts:
        texts[cpp_reference.PLACE] = cpp_reference.page(texts[cpp_reference.PLACE])
    for name, place in places.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if place not in texts:
            shutil.copyfile(base / name, target)
    for place, text in texts.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(weighed(place, text), encoding="utf-8")
    (folder / "style").mkdir(parents=True)
    shutil.copyfile(_STYLE, folder / "style" / "site.css")
    return texts


def weighed(place: str, text: str) -> str:
    """Return the text with what the search makes of its section, unless the page says so itself.

    Guides answer questions; decisions and the front page only mention what others explain.
    """
    weight = WEIGHTS.get(place) or WEIGHTS.get(place.partition("/")[0])
    if weight is None or text.startswith("---"):
        return text
    return f"---\nsearch:\n  boost: {weight}\n---\n\n{text}"


class _Warnings(logging.Handler):
    """Keeps what MkDocs warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _run(pages: Path, output: Path, texts: Mapping[str, str]) -> None:
    # Material advertises its successor on standard error otherwise.
    os.environ["NO_MKDOCS_2_WARNING"] = "true"
    try:
        from mkdocs.commands.build import build as make  # noqa: PLC0415
        from mkdocs.config.base import load_config  # noqa: PLC0415
        from mkdocs.exceptions import MkDocsException  # noqa: PLC0415

        from whiteroom_monitoring.documents.settings import settings  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ExtraMissingError(error.name or "mkdocs") from error
    warnings = _Warnings()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(warnings)
    chosen = settings(pages, output, navigation(texts), _python_sources())
    try:
        configuration = load_config(os.devnull, **chosen)
        make(configuration)
    except (MkDocsException, SystemExit) as error:
        raise SiteError("\n".join([*warnings.messages, str(error)])) from error
    finally:
        logger.removeHandler(warnings)
    if warnings.messages:
        raise SiteError("\n".join(warnings.messages))


def _python_sources() -> Path:
    clone = repository_root()
    return clone / "src" if clone else Path(whiteroom_monitoring.__file__).parent.parent


def content_security_policy(site: Path) -> str:
    """Return what a browser may load of the site: its own files, and the scripts in its pages."""
    scripts = {
        script
        for page in site.rglob("*.html")
        for script in _INLINE.findall(page.read_text(encoding="utf-8"))
    }
    hashes = sorted(
        "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
        for text in scripts
    )
    return (
        "default-src 'none'; "
        f"script-src 'self' {' '.join(hashes)}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; worker-src 'self'; font-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
