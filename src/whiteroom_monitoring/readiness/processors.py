"""Whether the processors run as fast as they can all the time."""

from __future__ import annotations

from collections import Counter

from whiteroom_monitoring.diagnostics import CheckFailed, CheckSkipped, check
from whiteroom_monitoring.readiness.show import Show

# One that slows a processor down needs some callbacks until it is fast again.
STEADY = "performance"


@check("governor", "processors", f"the governor {STEADY} at each processor")
def governor(show: Show) -> str:
    # Source: https://docs.kernel.org/admin-guide/pm/cpufreq.html
    files = sorted(show.machine.sys.glob("devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor"))
    if not files:
        raise CheckSkipped("this machine does not say: the host or the firmware decides")
    names = Counter(path.read_text(encoding="utf-8").strip() for path in files)
    if set(names) != {STEADY}:
        text = ", ".join(f"{name} at {count}" for name, count in names.items() if name != STEADY)
        raise CheckFailed(
            f"{text} of {len(files)} processors",
            remedy=f"Run `cpupower frequency-set -g {STEADY}` as root.",
        )
    return f"{STEADY} at {len(files)} processors"
