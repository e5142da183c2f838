"""The dropout classifier's tests notice when it is changed on purpose."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.native import mutate_classifier as mutants


def test_a_change_that_matters_is_noticed_and_an_empty_one_is_not() -> None:
    """A statement that is left out fails a test; a line that is written anew passes all."""
    # Of the file whose tests are compiled in the shortest time.
    [left_out] = [
        change
        for change in mutants.changes(["device_clock.h"])
        if change.before.strip() == "next_stamp_ = stamp + length;" and change.after == ""
    ]
    same = mutants.Change(left_out.file, left_out.line, left_out.before, f"  {left_out.before}")
    result = mutants.try_all([left_out, same])
    assert (result.tried, result.unnoticed) == (2, [same])


@pytest.mark.long
def test_most_changes_are_noticed() -> None:
    """Of all changes, 95 % make a test fail."""
    result = mutants.try_all(mutants.changes())
    assert result.caught >= mutants.CAUGHT_AT_LEAST, "\n".join(map(str, result.unnoticed))


def test_the_sample_is_the_same_each_time() -> None:
    """A seeded sample holds the same changes in each run, and more than one kind."""
    changes = mutants.changes()
    first = random.Random(1).sample(changes, 20)
    assert first == random.Random(1).sample(changes, 20)
    assert len(changes) > 300
    assert any(change.after == "" for change in changes)


def test_changes_that_are_called_equivalent_exist() -> None:
    """Each change that is left out because nobody can notice it is one that would be tried."""
    tried = {(change.before.strip(), change.after.strip()) for change in mutants.changes()}
    assert set(mutants.EQUIVALENT) <= tried


def test_a_run_that_was_stopped_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a record holds is not tried again: its verdicts count, and survivors are printed."""
    verdicts = (mutants.SURVIVED, "device_clock_test.cpp", mutants.NO_PROGRAM)
    tried = mutants.changes(["device_clock.h"])[: len(verdicts)]
    for change, verdict in zip(tried, verdicts, strict=True):
        mutants.Record(tmp_path / "record").add(change, verdict)
    result = mutants.try_all(tried, mutants.Record(tmp_path / "record"))
    assert (result.tried, result.unnoticed) == (2, tried[:1])
    printed = capsys.readouterr()
    assert printed.out == f"{tried[0]}\n"
    assert "3 of 3 tried, 1 not noticed" in printed.err


def test_a_verdict_holds_for_what_was_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one test more, what survived is tried again, and what was noticed is not."""
    survived, noticed = mutants.changes(["device_clock.h"])[:2]
    record = mutants.Record(tmp_path / "record")
    record.add(survived, mutants.SURVIVED)
    record.add(noticed, "device_clock_test.cpp")
    assert record.verdict(survived) == mutants.SURVIVED
    more = ("device_clock_test.cpp", "host_store_test.cpp")
    monkeypatch.setitem(mutants.HOSTS, "device_clock.h", more)
    assert record.verdict(survived) is None
    assert record.verdict(noticed) == "device_clock_test.cpp"


def test_a_verdict_depends_on_the_headers_of_the_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a header beside the tests or in the core is another one, all is tried again."""
    for folder in ("tests", "core"):
        (tmp_path / folder).mkdir()
    shutil.copy(mutants.HERE / "device_clock_test.cpp", tmp_path / "tests")
    monkeypatch.setattr(mutants, "HERE", tmp_path / "tests")
    change = mutants.changes(["device_clock.h"])[0]
    monkeypatch.setattr(mutants, "CORE", tmp_path / "core")
    for header in ("tests/virtual_host.h", "core/cells.h"):
        record = mutants.Record()
        record.add(change, "device_clock_test.cpp")
        assert record.verdict(change) == "device_clock_test.cpp"
        (tmp_path / header).write_text("// another")
        assert record.verdict(change) is None
