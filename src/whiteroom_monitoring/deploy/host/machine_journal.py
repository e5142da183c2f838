"""Makes the number of the machine, without which journald does not start."""

from __future__ import annotations

import subprocess
from pathlib import Path

from whiteroom_monitoring.deploy.planner.placeholders import Placeholders

NUMBER = Path("/etc/machine-id")


def initialize(places: Placeholders) -> None:
    """Make a number where there is none. journald says what is wrong where that fails."""
    del places
    if not NUMBER.exists() or not NUMBER.read_text().strip():
        subprocess.run(["systemd-machine-id-setup"], check=False, capture_output=True)
