"""What is rendered for Alloy says all that the shipper's configuration says."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.support.paths import ROOT
from whiteroom_monitoring.logs.shipper import alloy
from whiteroom_monitoring.logs.shipper.config import Config
from whiteroom_monitoring.logs.shipper.errors import StageError

SHIPPED = ROOT / "infrastructure/monitoring/promtail/promtail-config.yml"
URL = "http://localhost/push"
TO = "forward_to = [loki.process.a_b.receiver]"


def _rendered(job: dict[str, object], **client: object) -> str:
    content = {
        "clients": [{"url": URL, **client}],
        "scrape_configs": [{"job_name": "a-b", **job}],
    }
    return alloy.render(msgspec.convert(content, Config))


STAGES = [
    ({"docker": {}}, "stage.docker { }"),
    ({"cri": {"max_partial_lines": 7}}, "stage.cri {\n    max_partial_lines = 7\n  }"),
    ({"labels": {"a": None, "b": "c"}}, 'stage.labels {\n    values = {a = "", b = "c"}\n  }'),
    ({"labeldrop": ["a"]}, 'stage.label_drop {\n    values = ["a"]\n  }'),
    ({"labelallow": ["a"]}, 'stage.label_keep {\n    values = ["a"]\n  }'),
    ({"json": {"expressions": {"a": None}, "drop_malformed": True}},
     'stage.json {\n    expressions = {a = ""}\n    drop_malformed = true\n  }'),
    ({"match": {"selector": '{a="b"}', "stages": [{"pack": {"labels": ["x"]}}]}},
     'stage.match {\n    selector = "{a=\\"b\\"}"\n    stage.pack {\n      labels = ["x"]\n'
     "      ingest_timestamp = false\n    }\n  }"),
    ({"metrics": {"n": {"type": "Counter", "config": {"action": "inc", "match_all": True}}}},
     'stage.metrics {\n    metric.counter {\n      name = "n"\n      action = "inc"\n'
     "      match_all = true\n    }\n  }"),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "text"), STAGES)
def test_a_stage(stage: dict[str, object], text: str) -> None:
    """Each stage is a block with what is not left as it is by default."""
    rendered = _rendered({"journal": {}, "pipeline_stages": [stage]})
    assert f"  forward_to = [loki.write.default.receiver]\n  {text}\n" in rendered


SOURCES = [
    ({"static_configs": [{"labels": {"job": "x", "__path__": "/a*"}}]},
     ['path_targets = [\n    {job = "x", __path__ = "/a*"},\n  ]',
      "targets = local.file_match.a_b.targets"]),
    ({"syslog": {"listen_address": "0.0.0.0:1514", "listen_protocol": "udp"}},
     ['listener {\n    address = "0.0.0.0:1514"\n    protocol = "udp"\n  }']),
    ({"journal": {"json": True, "path": "/x"}}, ['format_as_json = true\n  path = "/x"']),
    ({"docker_sd_configs": [{"host": "unix:///d.sock"}]},
     ['discovery.docker "a_b" {\n  host = "unix:///d.sock"',
      "targets = discovery.docker.a_b.targets"]),
    ({"loki_push_api": {"server": {"http_listen_port": 1}}, },
     ['http {\n    listen_address = "127.0.0.1"\n    listen_port = 1\n  }']),
]  # fmt: skip


@pytest.mark.parametrize(("job", "texts"), SOURCES)
def test_a_source(job: dict[str, object], texts: list[str]) -> None:
    """Each source sends to its job's stages, after the rules about labels."""
    rule = {"source_labels": ["a"], "target_label": "b", "regex": "x"}
    rendered = _rendered({**job, "pipeline_stages": [{"docker": {}}]})
    assert all(text in rendered for text in (*texts, TO)), rendered
    rendered = _rendered({**job, "relabel_configs": [rule]})
    assert (
        'rule {\n    source_labels = ["a"]\n    target_label = "b"\n    regex = "x"\n  }'
        in rendered
    )
    assert "discovery.relabel.a_b.rules" in rendered or "discovery.relabel.a_b.output" in rendered


def test_a_client_gives_up_nothing_and_shows_no_secret() -> None:
    """Retries have no end; a password stands in a file, not in the text."""
    rendered = _rendered(
        {"journal": {}}, batchwait="2s", tenant_id="t", external_labels={"env": "x"},
        basic_auth={"username": "u", "password_file": "/p"},
    )  # fmt: skip
    for text in ('tenant_id = "t"', 'batch_wait = "2s"', "max_backoff_retries = 0",
                 'external_labels = {env = "x"}', 'password_file = "/p"'):  # fmt: skip
        assert text in rendered
    with pytest.raises(StageError, match="a secret is to be in a file"):
        _rendered({"journal": {}}, bearer_token="s")


def test_the_committed_file_has_every_mask(tmp_path: Path) -> None:
    """Alloy masks what the shipper masks, in each job; nobody edits the file."""
    text = alloy.render_file(SHIPPED)
    jobs = text.count("loki.process ")
    assert jobs == SHIPPED.read_text("utf-8").count("- job_name:")
    assert text.count('selector = "{job=~\\".+\\"}"') == jobs
    assert (ROOT / "infrastructure/monitoring/alloy/config.alloy").read_text("utf-8") == text
