"""What the engine tells of a JACK server: the depth of its queue, and when nobody listens."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.wait import wait_until

NO_START_SERVER = 0x01  # JackNoStartServer, jack/types.h
OFFLINE = 'audio_callbacks_not_realtime_total{mode="offline"}'
OVER_BUDGET = 'audio_dropouts_total{cause="over_budget"}'

pytestmark = pytest.mark.skipif(shutil.which("jackd") is None, reason="jackd is not installed")


@contextmanager
def jack_server(folder: Path, *options: str) -> Iterator[str]:
    """Run a server with the dummy driver; yield its name."""
    name = f"whiteroom-test-{os.getpid()}"
    command = ["jackd", "--name", name, *options, "-d", "dummy", "-r", "48000", "-p", "512"]
    log = (folder / "jack.log").open("w")
    with log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            ready = Path(f"/dev/shm/jack_sem.{os.getuid()}_{name}_system")
            wait_until(ready.exists, 10, (folder / "jack.log").read_text)
            yield name
        finally:
            server.terminate()
    for path in Path("/dev/shm").glob(f"jack*{name}*"):
        path.unlink(missing_ok=True)


@contextmanager
def freewheeling(server: str) -> Iterator[None]:
    """Let a server render as fast as it can."""
    jack = ctypes.CDLL(ctypes.util.find_library("jack"))
    jack.jack_client_open.restype = ctypes.c_void_p
    for function in (jack.jack_set_freewheel, jack.jack_client_close, jack.jack_activate):
        function.argtypes = [ctypes.c_void_p]
    jack.jack_set_freewheel.argtypes = [ctypes.c_void_p, ctypes.c_int]
    os.environ["JACK_DEFAULT_SERVER"] = server
    client = jack.jack_client_open(b"whiteroom-bounce", NO_START_SERVER, None)
    assert client
    try:
        assert jack.jack_activate(client) == 0
        assert jack.jack_set_freewheel(client, 1) == 0
        yield
        assert jack.jack_set_freewheel(client, 0) == 0
    finally:
        jack.jack_client_close(client)
        del os.environ["JACK_DEFAULT_SERVER"]


@pytest.mark.parametrize(("options", "buffers"), [((), 2), (("--sync",), 2)])
def test_the_depth_of_the_queue_is_the_latency_of_the_server(
    engine, folder: Path, options: tuple[str, ...], buffers: int
) -> None:
    """A server that renders while it plays has two buffers, and no server has fewer."""
    with jack_server(folder, *options) as name:
        playing = engine("--driver", "jack", JACK_DEFAULT_SERVER=name)
        assert playing.playing["device_buffers"] == buffers
        playing.process.terminate()
        playing.process.wait(timeout=10)


def test_nobody_listens_to_a_freewheeling_server(engine, folder: Path) -> None:
    """Callbacks of JACK's freewheel are counted as offline, and are no dropouts however slow."""
    with jack_server(folder) as name:
        playing = engine("--driver", "jack", JACK_DEFAULT_SERVER=name)
        playing.render(1.3)
        before = playing.metrics()
        assert before[OFFLINE] == 0
        with freewheeling(name):
            wait_until(lambda: playing.metrics()[OFFLINE] > 0, 10)
            over_budget = playing.metrics()[OVER_BUDGET]
            slow = {"command": "fault", "kind": "slow_plugin", "channel": "bass"}
            assert playing.ask({**slow, "microseconds": 30_000}) == [{"ok": True}]
            slowed = playing.metrics()[OFFLINE]
            wait_until(lambda: playing.metrics()[OFFLINE] > slowed + 10, 20)
            assert playing.metrics()[OVER_BUDGET] == over_budget
            playing.ask({"command": "faults_off"})
        offline = playing.metrics()[OFFLINE]
        playing.render(1.0)
        after = playing.metrics()
        assert after[OFFLINE] - offline <= 2
        assert after["audio_callbacks_total"] > before["audio_callbacks_total"]
        playing.process.terminate()
        playing.process.wait(timeout=10)
