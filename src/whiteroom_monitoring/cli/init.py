"""``whiteroom init NAME``: writes a small working project."""

from __future__ import annotations

import argparse
from pathlib import Path

from whiteroom_monitoring import generated_files
from whiteroom_monitoring.codegen.outputs import generate
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.project import load
from whiteroom_monitoring.scaffold.write import write

DEFAULT = "python"
BUILT = ("cpp", "swift")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom init``."""
    parser.add_argument("name", metavar="NAME", help="lower-case letters, digits and -")
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="write into DIR (default: ./NAME)"
    )
    language = parser.add_mutually_exclusive_group()
    for kind, name in (("cpp", "C++"), ("swift", "Swift")):
        language.add_argument(
            f"--{kind}",
            action="store_const",
            dest="kind",
            const=kind,
            help=f"a program in {name} (default: in Python)",
        )
    parser.set_defaults(kind=DEFAULT)
    parser.epilog = (
        "It has a metric, an alert with its unit test and runbook, a dashboard, and a program\n"
        "that records. `whiteroom up` there starts all of it; README.md says how a program in\n"
        "C++ or Swift is built before."
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the project, generate what follows from it, and say what to do next."""
    folder = (arguments.folder or Path(arguments.name)).absolute()
    try:
        written = write(folder, arguments.name, arguments.kind)
        project = load(folder)
        outputs = generated_files.compare(folder, generate(project))
        generated_files.write(folder, outputs)
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}") from error
    for name in sorted([*map(str, written), *(file.path for file in outputs)]):
        print(f"written   {name}")
    print(f"\ncd {folder}")
    if arguments.kind in BUILT:
        print("build the program, as README.md says")
    print("whiteroom check     files: does everything fit together?")
    print("whiteroom up        start the stack and the program")
    print("whiteroom verify    prove it, down to a notification that has arrived")
    return 0
