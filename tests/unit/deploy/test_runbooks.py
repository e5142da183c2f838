"""Runbooks tell of the stack that their reader has, and lead to each other in the console."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.deploy.configuration import config, runbooks
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.registry import load, port_numbers
from whiteroom_monitoring.grafana.display import markdown
from whiteroom_monitoring.promql.rule_files import read

COMPONENTS = load(WHITE_ROOM)
_HREF = re.compile(r'href="([^"]+)"')


def rendered(offset: int, data: Path) -> dict[str, str]:
    paths = StackPaths(data, offset, port_numbers(COMPONENTS))
    kept = {component.name for component in COMPONENTS}
    files = config.render(WHITE_ROOM, paths, COMPONENTS, kept, set()).files
    prefix = f"{runbooks.FOLDER}/"
    return {n.removeprefix(prefix): text for n, text in files.items() if n.startswith(prefix)}


def test_a_stack_elsewhere_has_its_own_runbooks(tmp_path: Path) -> None:
    """With a port offset and a data folder, no address, path or command is another stack's."""
    pages = rendered(20_000, tmp_path)
    assert {"ServiceDown.md", "README.md", "alerting.md"} <= pages.keys()
    for name, text in pages.items():
        fixed = [str(port) for port in port_numbers(COMPONENTS).values()]
        ports = re.findall(r"(?:127\.0\.0\.1|sport = ):(\d+)", text)
        assert not set(ports) & set(fixed), name
        assert runbooks.WRITTEN_DATA not in text, name
        for command in re.findall(r"whiteroom (?:status|logs|verify)\b[^`\n]{0,60}", text):
            assert f"--data {tmp_path} --port-offset 20000" in command + text, name
    assert f"whiteroom status --data {tmp_path} --port-offset 20000" in pages["ServiceDown.md"]
    assert "ss -Hltnp src 127.0.0.1:28000" in pages["ServiceDown.md"]


def test_the_usual_stack_has_them_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without options nothing is changed."""
    monkeypatch.setenv("WHITEROOM_DATA", runbooks.WRITTEN_DATA)
    for name, text in rendered(0, Path(runbooks.WRITTEN_DATA)).items():
        folder = WHITE_ROOM.files.runbooks
        source = folder / name if (folder / name).exists() else folder.parent / "docs" / name
        assert text == source.read_text(encoding="utf-8"), name


def test_each_runbook_links_the_dashboard_of_its_alert(tmp_path: Path) -> None:
    """Who reads what to do is one step away from the panels that show it, in the same console."""
    pages = rendered(20_000, tmp_path)
    rules = read([*WHITE_ROOM.files.rules.glob("*.yml")])
    assert len(rules.alerts) > 40
    for rule in rules.alerts:
        link = f"(http://127.0.0.1:23000{rule.annotations['dashboard']})"
        assert link in pages[f"{rule.name}.md"], rule.name


def test_no_runbook_looks_for_a_program_by_its_arguments() -> None:
    """An engine is a program of its own or hosted by the front end, and there may be two stacks:
    who listens, or what the stack knows of its process, is what counts."""
    for path in WHITE_ROOM.files.runbooks.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert "--metrics-port" not in text, path
        assert "pgrep" not in text, path


def test_every_link_between_runbooks_works_in_the_console(tmp_path: Path) -> None:
    """Each leads to a page that the console has, and to a heading that this page has."""
    pages = {
        name.removesuffix(".md"): markdown.page(text, "/runbooks/")
        for name, text in rendered(0, tmp_path).items()
    }
    links = [(name, link) for name, html in pages.items() for link in _HREF.findall(html)]
    between = [(name, link) for name, link in links if not link.startswith("http")]
    assert len(between) > 140
    broken = []
    for name, link in between:
        target, _, part = link.removeprefix("/runbooks/").partition("#")
        html = pages.get(target or name, "")
        # Pages of the repository beside the runbooks are read there.
        if name != "alerting" and not (html and (not part or f'id="{part}"' in html)):
            broken.append(f"{name}: {link}")
    assert broken == []
