"""Several processes of one program: killed, forked and short-lived ones."""

from __future__ import annotations

from pathlib import Path

from whiteroom_monitoring.client import _native

PROGRAM = "business-metrics"


def sample(segments: Path, series: str) -> str | None:
    """Return the value of a series as an endpoint would serve it."""
    text = _native.expose(str(segments), PROGRAM).text()
    for line in text.decode().splitlines():
        if line.startswith(f"{series} "):
            return line.rsplit(" ", 1)[1]
    return None


def test_counts_of_a_killed_process_are_exposed_up_to_the_kill(segments, record) -> None:
    """Every increment before SIGKILL is exposed, and the process is reported lost."""
    for _ in range(3):
        record("business.songs_created_total.inc(10)", killed=True)
    assert sample(segments, "songs_created_total") == "30"
    assert sample(segments, f'monitoring_processes_lost_total{{program="{PROGRAM}"}}') == "3"
    assert [path.name for path in segments.glob("*.seg")] == [f"{PROGRAM}.base.seg"]


def test_a_restarted_process_goes_on_where_the_killed_one_stopped(segments, record) -> None:
    """The first exposition after a restart is not below the last one before the kill."""
    record("business.songs_created_total.inc(10)", killed=True)
    text = record("business.songs_created_total.inc()\nprint(client.exposition().decode())").stdout
    assert "\nsongs_created_total 11\n" in text


def test_a_forked_child_counts_once(segments, record) -> None:
    """What parent and child record adds up, with no part of it twice."""
    record("""
        business.songs_created_total.inc(100)
        for _ in range(4):
            if os.fork() == 0:
                business.songs_created_total.inc(10)
                os._exit(0)
        for _ in range(4):
            os.wait()
        business.songs_created_total.inc(1)
    """)
    assert sample(segments, "songs_created_total") == "141"


def test_the_agent_serves_a_program_only_while_no_endpoint_does(segments, record) -> None:
    """A live process with an endpoint is left out of the agent's exposition, a dead one is not."""
    seen = record(f"""
        from whiteroom_monitoring.client import _native
        business.songs_created_total.inc(5)
        print(b"songs_created_total 5" in _native.expose_unserved({str(segments)!r}).text())
        client.exposition()
        print(_native.expose_unserved({str(segments)!r}).text())
    """).stdout.split()
    assert seen == ["True", "b''"]
    assert b"\nsongs_created_total 5\n" in _native.expose_unserved(str(segments)).text()
