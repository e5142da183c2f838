"""Measures what the dropout model finds in random shapes, and writes it into its page.

    python tests/native/dropout_figures.py [--short] [--write]

Runs the tests in shapes_test.cpp: 400 simulated hours, or some minutes of processor time; fewer
with --short. Prints the table of docs/explanation/dropout-model.md, or writes it there. Needs
build/bin/whiteroom-native-tests, which start.sh --dev builds.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/bin/whiteroom-native-tests"
PAGE = ROOT / "docs/explanation/dropout-model.md"
CASES = "where *"
COLUMNS = {"told": "depth known", "store": "known, host with a store", "untold": "depth unknown"}
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"
FIGURES = re.compile(r"figures (\w+) (.*)")

Figures = dict[str, dict[str, float]]


def measure(short: bool = False) -> Figures:
    """Return the figures of each column; exit when the tests find something wrong."""
    environment = dict(os.environ)
    if not short:
        environment["WHITEROOM_LONG"] = "1"
    command = [str(PROGRAM), "--source-file=*shapes_test*", f"--test-case={CASES}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stdout)
    return parse(done.stdout)


def parse(text: str) -> Figures:
    """Return the figures that the tests have printed."""
    figures: Figures = {}
    for column, values in FIGURES.findall(text):
        pairs = (value.split("=") for value in values.split())
        figures[column] = {name: float(number) for name, number in pairs}
    return figures


def table(figures: Figures) -> str:
    """Return the figures as a table of Markdown."""
    rows = {
        "simulated hours": "hours",
        "dropouts where the device was not silent": "invented",
        "silences": "silences",
        "silences found": "found",
        "of all silence, found": "length_found",
        "right cause, of those found": "cause",
        "length within a block, of those found": "length",
    }
    heads = [COLUMNS[column] for column in figures]
    lines = [["random shapes", *heads], ["---", *("---" for _ in heads)]]
    for label, name in rows.items():
        lines.append([label, *(_cell(values, name) for values in figures.values())])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(values: dict[str, float], name: str) -> str:
    if name in ("hours", "invented", "silences"):
        return f"{values[name]:,.0f}"
    return f"{values[name]:.1%}".replace("%", " %")


def main() -> int:
    """Measure, and print or write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--short", action="store_true", help="as many shapes as the tests play")
    parser.add_argument("--write", action="store_true", help="write it into the page")
    options = parser.parse_args()
    text = table(measure(options.short))
    if not options.write:
        print(text, end="")
        return 0
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    PAGE.write_text(before + BEGIN + text + END + rest.partition(END)[2])
    return 0


if __name__ == "__main__":
    sys.exit(main())
