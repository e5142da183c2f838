"""The shipper's canaries with a real store, by query and by tail."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from tests.support.log_store import running_store
from tests.support.ports import free_ports
from tests.support.shipper import RunningShipper, running_shipper, write_config
from tests.support.wait import wait_until

WITHIN_S = 120


def _value(shipper: RunningShipper, series: str) -> float:
    match = re.search(rf"^{re.escape(series)} (\S+)$", shipper.metrics(), re.MULTILINE)
    return float(match[1]) if match else 0.0


def test_canaries_come_back_from_each_source(tmp_path: Path) -> None:
    """By both ways, and once; a journal that is not there has none."""
    (port,) = free_ports(1)
    file = tmp_path / "canaries/a.log"
    jobs: list[dict[str, object]] = [
        {
            "job_name": "a",
            "static_configs": [{"labels": {"job": "canary", "__path__": str(file)}}],
        },
        {
            "job_name": "s",
            "syslog": {"listen_address": f"127.0.0.1:{port}", "labels": {"job": "canary"}},
        },
        {"job_name": "j", "journal": {"path": str(tmp_path / "none")}},
    ]
    canaries = [
        {"job_name": "a", "file": str(file)},
        {"job_name": "s", "syslog": f"tcp://127.0.0.1:{port}"},
        {"job_name": "j", "journal": str(tmp_path / "socket")},
    ]
    path = tmp_path / "canaries.yml"
    path.write_text(yaml.safe_dump({"canaries": canaries}))
    with running_store(tmp_path / "logs") as store:
        config = write_config(tmp_path, store.port, jobs)
        with running_shipper(config, "--canaries", str(path)) as shipper:
            for source in ("a", "s"):
                for read in ("query", "tail"):
                    count = f'log_canary_latency_seconds_count{{source="{source}",read="{read}"}}'
                    wait_until(
                        lambda series=count: shipper.is_serving() and _value(shipper, series) >= 1,
                        WITHIN_S,
                        count,
                    )
                duplicates = f'log_canary_duplicate_entries_total{{source="{source}"}}'
                assert _value(shipper, duplicates) == 0
                assert _value(shipper, f'log_canary_live{{source="{source}"}}') == 1
            assert _value(shipper, 'log_canary_live{source="j"}') == 0
            assert _value(shipper, 'log_canary_entries_total{source="j"}') == 0
