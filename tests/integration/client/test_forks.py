"""Children that are no workers, ends that are no crashes, and who holds the address."""

from __future__ import annotations

import pytest

LOST = 'monitoring_processes_lost_total{program="business-metrics"} '
IN_CHILD = """
child = os.fork()
if child == 0:
    {}
    os._exit(3)
os.waitpid(child, 0)
"""


@pytest.mark.parametrize(
    "code",
    [
        "import subprocess; subprocess.run(['/bin/true'], preexec_fn=lambda: None)",
        "import subprocess; subprocess.run(['/bin/true'], group=os.getgid())",
        IN_CHILD.format("pass"),
        IN_CHILD.format("business.songs_created_total.inc()"),
        IN_CHILD.format("os.execv('/bin/true', ['true'])"),
    ],
    ids=["preexec_fn", "group", "ends at once", "records and ends by _exit", "executes"],
)
def test_a_child_that_ends_on_purpose_is_no_lost_process(code: str, segments, record) -> None:
    """However a child goes on or ends by its own will, no crash is counted and no segment stays."""
    text = record(f"{code}\nprint(client.exposition().decode())").stdout
    assert f"\n{LOST}0\n" in text
    assert [path.name for path in segments.glob("*.seg")] == ["business-metrics.base.seg"]


def test_a_process_that_goes_into_the_background_is_no_lost_one(segments, record) -> None:
    """Neither the process that was started nor the one between counts, and the last goes on."""
    record("""
        business.songs_created_total.inc(2)
        if os.fork() == 0:
            if os.fork() == 0:
                business.songs_created_total.inc(3)
                client.close()
                os._exit(0)
            os._exit(0)
        os.wait()
        os._exit(0)
    """)
    text = record("print(client.exposition().decode())").stdout
    assert f"\n{LOST}0\n" in text


def test_a_stopped_server_gives_its_process_back(segments, record) -> None:
    """The segment exporter leaves a program to its server, and serves it again afterwards."""
    seen = record(f"""
        from urllib.request import urlopen
        from whiteroom_monitoring.client import _native
        from whiteroom_monitoring.client.exposition.server import MetricsServer
        business.songs_created_total.inc()
        exported = lambda: b"songs_created" in _native.expose_unserved({str(segments)!r}).text()
        with MetricsServer("127.0.0.1", 0) as server:
            urlopen(f"http://127.0.0.1:{{server.port}}/metrics").read()
            print(exported())
        print(exported())
    """).stdout.split()
    assert seen == ["False", "True"]


def test_a_child_does_not_hold_the_address(record) -> None:
    """While a forked child lives on, the address of a server that has stopped is free."""
    seen = record("""
        import socket
        from whiteroom_monitoring.client.exposition.server import MetricsServer
        waits, lets = os.pipe()
        with MetricsServer("127.0.0.1", 0) as server:
            if os.fork() == 0:
                os.close(lets)
                os.read(waits, 1)
                os._exit(0)
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=5)
        except ConnectionRefusedError:
            print("refused")
        os.close(lets)
        os.wait()
    """).stdout.split()
    assert seen == ["refused"]
