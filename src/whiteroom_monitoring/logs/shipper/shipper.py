"""The shipper: for each target a thread that takes turns with the sources, a lane for each."""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from whiteroom_monitoring.client.generated import shipper as metrics
from whiteroom_monitoring.logs.shipper import durations
from whiteroom_monitoring.logs.shipper.config import (
    Config,
    FileWatch,
    Journal,
    ScrapeConfig,
    Stage,
)
from whiteroom_monitoring.logs.shipper.dead_letters import DeadLetters
from whiteroom_monitoring.logs.shipper.endpoints import Client
from whiteroom_monitoring.logs.shipper.entry import Clock
from whiteroom_monitoring.logs.shipper.lane import Lane
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.positions import Positions
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources.containers import ContainerDiscovery
from whiteroom_monitoring.logs.shipper.sources.files import FileTarget
from whiteroom_monitoring.logs.shipper.sources.journal import JournalReader
from whiteroom_monitoring.logs.shipper.sources.source import Source
from whiteroom_monitoring.logs.shipper.sources.stream_source import StreamSource
from whiteroom_monitoring.logs.shipper.sources.syslog import SyslogReceiver
from whiteroom_monitoring.logs.shipper.stages.counting import CustomMetrics
from whiteroom_monitoring.logs.shipper.target import Target
from whiteroom_monitoring.logs.shipper.validation import require_makeable

# How long the last lines may take when the shipper is told to end.
END_S = 2.0


class Shipping:
    """What is sent to one target. ``run`` works until ``stopped`` is set.

    Lines are counted by level and pattern where they are sent to the first target.
    """

    def __init__(
        self, config: Config, client: Client, positions: Path, registry: CustomMetrics
    ) -> None:
        self._counts_lines = client is config.clients[0]
        self._config = config
        self._registry = registry
        self._target = Target(client)
        self._positions = Positions(positions, durations.seconds(config.positions.sync_period))
        self._letters = DeadLetters(positions.with_name(f"{positions.stem}.dead-letters.jsonl"))
        self._polling = Polling.of(config.global_config.file_watch_config)
        self._sync_s = durations.seconds(config.target_config.sync_period)
        self._lanes: list[Lane] = []
        self._files = list(self._file_targets())
        self._containers = list(self._container_targets())
        self._discovered = 0.0
        self.stopped = threading.Event()
        self.has_failed = False

    def _file_targets(self) -> Iterator[FileTarget]:
        for job in self._config.scrape_configs:
            Pipeline(job.pipeline_stages, self._registry)
            for static in job.static_configs:
                yield FileTarget(
                    job.job_name,
                    static,
                    job.decompression,
                    relabeling=Relabeling(job.relabel_configs),
                    positions=self._positions,
                    make_pipeline=self._pipelines(job),
                    tail_from_end=job.tail_from_end,
                )

    def _container_targets(self) -> Iterator[ContainerDiscovery]:
        for job in self._config.scrape_configs:
            for discovery in job.docker_sd_configs:
                yield ContainerDiscovery(
                    job,
                    discovery,
                    Relabeling(job.relabel_configs),
                    self._positions,
                    self._pipelines(job),
                )

    def add_socket(self, job: ScrapeConfig) -> StreamSource:
        """Return a source that a receiver puts lines to, and ship what it gets."""
        source = StreamSource(f"receiver:{job.job_name}", job.job_name, self._pipelines(job))
        self._add(source)
        return source

    def add_journal(self, job: ScrapeConfig, journal: Journal) -> None:
        """Follow the journal."""
        relabeling = Relabeling(job.relabel_configs)
        self._add(
            JournalReader(job, journal, relabeling, self._positions, self._pipelines(job)).source
        )

    def _add(self, source: Source) -> None:
        self._lanes.append(
            Lane(source, self._target, self._positions, self._letters, self._counts_lines)
        )

    def _pipelines(self, job: ScrapeConfig) -> MakePipeline:
        return MakePipeline(job.pipeline_stages, self._registry)

    def run(self) -> None:
        """Ship until it is told to stop; then push what is read, and write the positions."""
        try:
            while not self.stopped.is_set():
                began = time.monotonic()
                is_busy = self._turn(began)
                wait_s = self._polling.wait_s(is_busy)
                if not is_busy:
                    self.stopped.wait(max(0.0, wait_s - (time.monotonic() - began)))
            self._end()
        except BaseException:
            # Nobody would see that a target gets nothing any more: the process ends instead.
            traceback.print_exc()
            self.has_failed = True
            os.kill(os.getpid(), signal.SIGTERM)

    def _turn(self, now: float) -> bool:
        """Take a turn with each source; tell whether there is more to do at once."""
        if now - self._discovered >= self._sync_s:
            self._discover()
            self._measure(time.monotonic())
            self._discovered = now
        is_busy = False
        for lane in self._lanes:
            if self.stopped.is_set():
                return True
            is_busy |= lane.step(time.monotonic())
        self._drop_ended()
        try:
            self._positions.save_if_due()
        except OSError as error:
            print(f"{self._positions.path}: {error.strerror}", flush=True)
        return is_busy

    def _discover(self) -> None:
        for target in self._files:
            self._discover_files(target)
        for containers in self._containers:
            for source in containers.discover(time.monotonic()):
                self._add(source)
        metrics.log_shipper_sources.set(len(self._lanes))

    def _discover_files(self, target: FileTarget) -> None:
        for source in target.discover():
            print(f"reading {source.name} from byte {source.state.cursor.offset}", flush=True)
            self._add(source)
        lost, target.lost_bytes = target.lost_bytes, 0
        try:
            # What is known now is known after a kill, too, wherever it is then.
            self._positions.save_decisions()
        except OSError as error:
            print(f"{self._positions.path}: {error.strerror}", flush=True)
        if lost:
            print(f"{lost} bytes were seen and are gone before they were read", flush=True)
            metrics.log_shipper_lost_bytes_total.inc(lost)

    def _measure(self, now: float) -> None:
        """Tell of each job how long its oldest lines wait for the target."""
        waited_s = {job.job_name: 0.0 for job in self._config.scrape_configs}
        for lane in self._lanes:
            waited_s[lane.source.job] = max(waited_s[lane.source.job], lane.waited_s(now))
        for job, seconds in waited_s.items():
            metrics.log_shipper_waiting_seconds.set(seconds, source=job, target=self._target.name)

    def _drop_ended(self) -> None:
        for lane in [lane for lane in self._lanes if lane.is_over]:
            lane.close()
            self._lanes.remove(lane)

    def _end(self) -> None:
        deadline = time.monotonic() + END_S
        for lane in self._lanes:
            if time.monotonic() < deadline:
                lane.step(time.monotonic(), is_last=True)
            lane.close()
        try:
            self._positions.save()
        except OSError as error:
            print(f"{self._positions.path}: {error.strerror}", flush=True)
        self._target.close()


@dataclass
class Polling:
    """How long is waited between looks: twice as long after each that shows nothing new."""

    least_s: float
    most_s: float
    _next_s: float = 0.0

    @classmethod
    def of(cls, watch: FileWatch) -> Polling:
        """Return what a configuration says. Raises StageError."""
        least_s = durations.seconds(watch.min_poll_frequency)
        most_s = durations.seconds(watch.max_poll_frequency)
        return cls(least_s, max(least_s, most_s))

    def wait_s(self, is_busy: bool) -> float:
        """Return how long to wait after a look.

        >>> polling = Polling(1, 3)
        >>> [polling.wait_s(is_busy=False) for _ in range(3)], polling.wait_s(is_busy=True)
        ([1, 2, 3], 1)
        """
        wait_s = self.least_s if is_busy else max(self.least_s, self._next_s)
        self._next_s = 0.0 if is_busy else min(self.most_s, 2 * wait_s)
        return wait_s


class MakePipeline:
    """Makes the pipeline of a source from the position that it goes on from."""

    def __init__(self, stages: Sequence[Stage], registry: CustomMetrics) -> None:
        self._stages, self._registry = stages, registry

    def __call__(self, clock: Clock) -> Pipeline:
        """Return a pipeline whose latest time is ``clock``."""
        return Pipeline(self._stages, self._registry, clock)


class Receiver(Protocol):
    """What listens, and puts lines to sources."""

    def close(self) -> None:
        """Listen no more."""


class Shipper:
    """All targets of a configuration. Raises InvalidConfigError, PositionsError."""

    def __init__(self, config: Config, positions: Path) -> None:
        self.registry = CustomMetrics()
        require_makeable(config)
        positions.parent.mkdir(parents=True, exist_ok=True)
        self._all = [
            Shipping(config, client, _positions_of(positions, client, number), self.registry)
            for number, client in enumerate(config.clients)
        ]
        self._receivers: list[Receiver] = []
        for job in config.scrape_configs:
            self._receive(job)
        self._threads = [
            threading.Thread(target=shipping.run, name=f"shipping-{number}")
            for number, shipping in enumerate(self._all)
        ]

    def _receive(self, job: ScrapeConfig) -> None:
        """Make what brings lines of itself: the journal for each target, sockets for all."""
        relabeling = Relabeling(job.relabel_configs)
        for shipping in self._all if job.journal else ():
            assert job.journal is not None
            shipping.add_journal(job, job.journal)
        if job.syslog:
            sources = [shipping.add_socket(job) for shipping in self._all]
            self._receivers.append(SyslogReceiver(job, job.syslog, relabeling, sources))
        if job.loki_push_api:
            # It needs much of the log store, and memory for it.
            from whiteroom_monitoring.logs.shipper.sources.push import PushServer  # noqa: PLC0415

            sources = [shipping.add_socket(job) for shipping in self._all]
            self._receivers.append(PushServer(job, job.loki_push_api, relabeling, sources))

    def start(self) -> None:
        """Begin to ship."""
        for thread in self._threads:
            thread.start()

    @property
    def has_failed(self) -> bool:
        """Whether a target's thread has ended by itself, and told the process to end."""
        return any(shipping.has_failed for shipping in self._all)

    def stop(self) -> None:
        """End, with the last lines pushed where that is quick."""
        for receiver in self._receivers:
            receiver.close()
        for shipping in self._all:
            shipping.stopped.set()
        for thread in self._threads:
            thread.join()


def _positions_of(path: Path, client: Client, number: int) -> Path:
    """Return the file of a target: that of the first one is the configured one."""
    if not number:
        return path
    word = "".join(c if c.isalnum() else "-" for c in client.name or client.url)
    return path.with_name(f"{path.stem}.{word}{path.suffix}")
