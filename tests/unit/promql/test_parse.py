"""Expressions are parsed within bounds: what is hostile is an error, never a crash."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from whiteroom_monitoring.promql import parse as module
from whiteroom_monitoring.promql.infer import result_labels
from whiteroom_monitoring.promql.parse import MAX_CHARACTERS, MAX_DEPTH, ParseError, depth, parse
from whiteroom_monitoring.promql.series import Series, SeriesIndex
from whiteroom_monitoring.promql.validate import findings

# Expressions with about ``n`` levels. The parser overflows its stack at some thousands of them.
SHAPES = {
    "chain": lambda n: " + ".join(["up"] * (n + 1)),
    "words": lambda n: " or ".join(["up"] * (n + 1)),
    "capitals": lambda n: " OR ".join(["up"] * (n + 1)),
    "power": lambda n: "^".join(["2"] * (n + 1)),
    "signs": lambda n: "-" * n + "up",
    "comparisons": lambda n: " > ".join(["up"] * (n + 1)),
    "parentheses": lambda n: "(" * n + "up" + ")" * n,
    "calls": lambda n: "abs(" * n + "up" + ")" * n,
    "aggregations": lambda n: "sum(" * n + "up" + ")" * n,
    "unclosed": lambda n: "(" * n + "up",
    "late": lambda n: "sum(up" + " + (up" * n + ")" * (n + 1),
    "behind a comment": lambda n: "#\r" + "+".join(["1"] * (n + 1)),
    "after brackets": lambda n: "(up) + " * n + "up",
}
CRASH = """
import resource, threading
from whiteroom_monitoring.promql import parse
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
parse.require_bounded = lambda *bounds: None
threading.stack_size(256 * 1024)
thread = threading.Thread(target=parse.parse, args=("+".join(["a"] * 2000),))
thread.start()
thread.join()
"""


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 5000, 30_000])
def test_a_deep_expression_is_an_error(shape, levels: int) -> None:
    """Whatever makes it deep, an expression beyond the bound is refused before it is parsed."""
    with pytest.raises(ParseError, match=r"nested deeper|characters"):
        parse(shape(levels))


@pytest.mark.parametrize("shape", [SHAPES[name] for name in SHAPES if name != "unclosed"])
def test_an_expression_within_the_bound_is_checked(shape) -> None:
    """What is just within the bound is parsed, and no check of ours recurses too deeply."""
    index = SeriesIndex([Series("up", "gauge", {"job": None}, "test")], {})
    expression = parse(shape(MAX_DEPTH // 2 - 1))
    assert list(findings(expression, index)) == []
    assert result_labels(expression, index) is not None


def test_the_bound_itself_is_within() -> None:
    """An expression of exactly the greatest depth is parsed."""
    text = SHAPES["parentheses"](MAX_DEPTH)
    assert depth(text) == MAX_DEPTH
    assert parse(text) is not None


def test_the_bound_is_what_keeps_the_process_alive() -> None:
    """Without the bound, the same expression ends the process by a signal."""
    process = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, check=False)
    assert process.returncode in (-signal.SIGSEGV, -signal.SIGABRT)


def test_a_long_expression_is_an_error() -> None:
    """A selector of the greatest length is read, and one that is a character longer is not."""
    text = 'up{job="' + "a" * (MAX_CHARACTERS - len('up{job=""}')) + '"}'
    assert parse(text).name == "up"
    with pytest.raises(ParseError, match=f"found {MAX_CHARACTERS + 1} characters"):
        parse(text + " ")


DEPTHS = [
    ("up", 0),
    ("a + b", 1),
    ("a == b", 1),
    ("a >= 1", 1),
    ("a != 1", 1),
    ("a + b * c", 2),
    ("f(a, b)", 1),
    ("f(a + b, c)", 2),
    ("(a + b) + c", 3),
    ("c + (a + b)", 3),
    ("f(a) + f(b)", 2),
    ("f(g(a)) + f(b)", 3),
    ('a{b="+(+(+("}', 1),
    ("a{b='+(+(+('}", 1),
    ("a{b=`+(+(+(`}", 1),
    (r'a{b="\"+(+("}', 1),
    ("a # + + +\n+ b", 1),
    ("andy or orson unless ifs", 2),
    ("rate(a[5m] offset 1m)", 2),
    (")))) a + b", 1),
    ("((a", 2),
    ('a{b="', 1),
]


@pytest.mark.parametrize(("text", "levels"), DEPTHS)
def test_depth_counts_operators_and_brackets(text: str, levels: int) -> None:
    """Each operator of a chain and each bracket is a level; texts and comments are none."""
    assert depth(text) == levels


@pytest.mark.parametrize("text", ["", "up{", "sum(", "a +", "1 2", 'up{job="}'])
def test_what_is_no_promql_is_a_parse_error(text: str) -> None:
    """The parser's own error is one of ours, and a ValueError to callers that know no other."""
    with pytest.raises(ParseError):
        module.parse(text)
    assert issubclass(ParseError, ValueError)
