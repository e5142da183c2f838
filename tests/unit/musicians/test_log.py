"""What the musicians say when nobody has caught an exception."""

from __future__ import annotations

import io
import json

from whiteroom_musicians.log import Log

from whiteroom_monitoring.logs.shipper import line_counts


def test_what_nobody_has_caught_is_a_crash() -> None:
    """One line at the level critical says what was raised and where, and not its text."""
    stream = io.StringIO()
    try:
        raise ValueError("of a person")
    except ValueError as error:
        Log(stream, as_json=True).uncaught(type(error), error, error.__traceback__)
    line = json.loads(stream.getvalue())
    assert (line["level"], line["exception"]) == ("critical", "ValueError")
    assert "of a person" not in stream.getvalue()
    assert line["trace"]
    assert line_counts.matching("critical", [stream.getvalue()])["crash"] == 1
