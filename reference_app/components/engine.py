"""The reference engine, and the JACK server that calls it."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import (
    APP_ACCOUNT,
    LOG_BYTES,
    Component,
    File,
    FileProbe,
    Folder,
    HttpProbe,
    Package,
    Port,
    Program,
    Variant,
    debian,
)

SAMPLE_RATE_HZ = 48_000
BUFFER_FRAMES = 256

ENGINE = Program(
    ("{root}/build/bin/whiteroom-engine", "whiteroom-engine"),
    "build it with infrastructure/monitoring/start.sh --install-only",
    variable="WHITEROOM_ENGINE",
)
# The engine takes commands here.
CONTROL_FOLDER = Folder("{run}/app", APP_ACCOUNT)
CONTROL_SOCKET = f"{CONTROL_FOLDER.path}/engine.sock"
# What the engine's callbacks log; whoever folds a killed engine's segment goes on with it.
EVENT_LOG = "{log}/engine-events.log"
EVENT_LOG_FILE = File(EVENT_LOG, mode=0o600, once=True, owner=APP_ACCOUNT, max_bytes=LOG_BYTES)
# Without JACK, a clock calls the engine.
DRIVERS: dict[str, tuple[str, ...]] = {"jack": ("jack",), "clock": ()}
CLIENT_OF_JACK = {"JACK_DEFAULT_SERVER": "{stack}", "JACK_NO_START_SERVER": "1"}
_BY_A_CLOCK = "the engine is driven by a clock, not by an audio server"
_NO_ENGINE = "the reference engine and its endpoint are left out"


def stream(driver: str) -> tuple[str, ...]:
    """Return the options that say what calls the engine, and for what."""
    return (
        *("--driver", driver),
        *("--sample-rate", str(SAMPLE_RATE_HZ)),
        *("--buffer-frames", str(BUFFER_FRAMES)),
    )


def _variant(driver: str) -> Variant:
    return Variant(
        ENGINE,
        (
            *stream(driver),
            *("--metrics-port", "{port[engine]}"),
            *("--segments", "{segments}"),
            *("--control", CONTROL_SOCKET),
            *("--event-log", EVENT_LOG),
        ),
        HttpProbe("/-/healthy"),
        CLIENT_OF_JACK,
        needs=DRIVERS[driver],
    )


_JACK = Component(
    "jack",
    stage=1,
    variants=(
        Variant(
            debian("jackd2", "jackd"),
            (
                *("--name", "{stack}", "-d", "dummy"),
                *("-r", str(SAMPLE_RATE_HZ), "-p", str(BUFFER_FRAMES)),
            ),
            # It is there as soon as the server takes clients.
            FileProbe("/dev/shm/jack_sem.*_{stack}_system"),
        ),
    ),
    packages=(
        Package("jackd2", _BY_A_CLOCK),
        Package("libjack-jackd2-dev", _BY_A_CLOCK),
        Package("pkg-config", _BY_A_CLOCK),
    ),
    of_app=True,
    only_with="engine",
    user=APP_ACCOUNT,
    real_time=True,
)
_ENGINE = Component(
    "engine",
    stage=2,
    variants=tuple(_variant(driver) for driver in DRIVERS),
    ports=(Port("engine", 8000),),
    provides="juce-backend",
    packages=(
        Package("libmicrohttpd-dev", _NO_ENGINE),
        Package("zlib1g-dev", _NO_ENGINE),
        Package("nlohmann-json3-dev", "the reference engine is left out"),
    ),
    of_app=True,
    user=APP_ACCOUNT,
    real_time=True,
    files=(EVENT_LOG_FILE,),
    folders=(CONTROL_FOLDER,),
)

COMPONENTS = (_JACK, _ENGINE)
