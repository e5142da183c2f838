"""Probes of the reference front end: does it draw, and is it used?"""

from __future__ import annotations

from whiteroom_monitoring.deploy.running import status
from whiteroom_monitoring.diagnostics import CheckFailed, CheckSkipped
from whiteroom_monitoring.probes.stack import Stack, probe

from .jobs import FRONTEND_JOB

# A rate over three scrapes is extrapolated; a busy machine adds to that.
TOLERANCE = 0.1
# Of the screen: `components/frontend.py` draws as often.
REFRESH_HERTZ = 60


def _frontend(name: str) -> str:
    return f'{name}{{job="{FRONTEND_JOB}"}}'


@probe("frontend.host", "frontend", "the engine in the process of the front end")
def frontend_host(stack: Stack) -> str:
    stack.require("engine")
    if "frontend" not in stack.components:
        reason = status.read(stack.paths).left_out.get("frontend", "it is no part of this stack")
        raise CheckSkipped(f"the C++ engine runs alone: {reason}")
    components = status.read(stack.paths).components
    pids = {c.name: c.pid for c in components if c.name in {"engine", "frontend"}}
    if pids["engine"] is None or pids["engine"] != pids["frontend"]:
        raise CheckFailed(f"engine {pids['engine']}, front end {pids['frontend']}")
    return f"process {pids['engine']}"


@probe("frontend.frames", "frontend", f"{REFRESH_HERTZ} frames a second, drawn or dropped, ± 10 %")
def frontend_frames(stack: Stack) -> str:
    stack.require_job(FRONTEND_JOB)
    drawn = stack.value(f"rate({_frontend('ui_frames_total')}[1m])")
    dropped = stack.value(f"rate({_frontend('ui_frames_dropped_total')}[1m])")
    rates = f"{drawn:.1f} drawn and {dropped:.1f} dropped a second"
    if abs((drawn + dropped) / REFRESH_HERTZ - 1) > TOLERANCE:
        raise CheckFailed(rates)
    return rates


@probe("frontend.user", "frontend", "an active session in which actions happen")
def frontend_user(stack: Stack) -> str:
    stack.require_job(FRONTEND_JOB)
    sessions = stack.value(_frontend("ui_active_sessions"))
    actions = stack.value(f"sum({_frontend('ui_user_actions_total')})")
    if sessions < 1 or actions < 1:
        raise CheckFailed(f"{sessions:.0f} sessions, {actions:.0f} actions")
    return f"{sessions:.0f} session, {actions:.0f} actions"
