"""``whiteroom completion SHELL``: prints what lets a shell complete the command."""

from __future__ import annotations

import argparse

from whiteroom_monitoring.errors import MonitoringError

SHELLS = ("bash", "zsh", "fish")
EPILOG = """\
examples:
  whiteroom completion bash > ~/.local/share/bash-completion/completions/whiteroom
  whiteroom completion zsh > ~/.zfunc/_whiteroom
  whiteroom completion fish > ~/.config/fish/completions/whiteroom.fish
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom completion``."""
    parser.epilog = EPILOG
    parser.add_argument("shell", choices=SHELLS)


def run(arguments: argparse.Namespace) -> int:
    """Print the script, which follows from the parsers."""
    from whiteroom_monitoring.cli.main import build_parser  # noqa: PLC0415

    try:
        import shtab  # noqa: PLC0415
    except ImportError as error:
        raise MonitoringError("completion needs shtab: pip install shtab") from error
    parser = build_parser(every=True)
    print(shtab.complete(parser, arguments.shell))
    return 0
