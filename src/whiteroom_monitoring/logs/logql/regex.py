"""Regular expressions of LogQL (RE2), and the texts that what they match must have."""

from __future__ import annotations

import re
import re._constants as codes  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import warnings
from typing import Any

import re2  # type: ignore[import-untyped]

from whiteroom_monitoring.logs.errors import QueryError

MAX_REGEX_CHARACTERS = 16 * 1024
# What Python reads otherwise than RE2, so that its parser tells nothing about it.
_NOT_PYTHONS = ("[:", "\\Q", "\\C", "\\p", "\\P", "{,")

# What a line must have: any of these lists, all texts of it. Texts are in UTF-8; of those that are
# for any case, letters are small.
Needles = list[list[tuple[bytes, bool]]]


def compile_regex(pattern: str, *, many_lines: bool = False) -> Any:
    """Return a compiled expression. Raises QueryError.

    With ``many_lines`` it is for a text of many lines: ^ and $ are at each, and no match goes
    beyond one.
    """
    if len(pattern) > MAX_REGEX_CHARACTERS:
        raise QueryError(
            f"error parsing regexp: found {len(pattern)} characters, "
            f"expected {MAX_REGEX_CHARACTERS} at most"
        )
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 8 * 1024 * 1024
    options.never_nl = many_lines
    try:
        return re2.compile(f"(?m:{pattern})" if many_lines else pattern, options)
    except re2.error as error:
        told = error.args[0]
        text = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
        raise QueryError(f"error parsing regexp: {text}") from error


def is_for_many_lines(pattern: str) -> bool:
    """Tell whether lines can be searched as one text, with the same result."""
    return not any(part in pattern for part in ("(?", "\\A", "\\z", "\\n", "\\x", "\\0", "\\C"))


def required(pattern: str) -> Needles:
    """Return the texts of which a matching line has to have those of one list; [[]] tells nothing.

    >>> required("status=5[0-9]+")
    [[(b'status=5', False)]]
    >>> required("(GET|POST) /")
    [[(b' /', False), (b'GET', False)], [(b' /', False), (b'POST', False)]]
    """
    if any(part in pattern for part in _NOT_PYTHONS) or len(pattern) > 1000:
        return [[]]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            parsed = parser.parse(pattern)
    except (re.error, Warning, RecursionError, OverflowError):
        return [[]]
    if parsed.state.flags & codes.SRE_FLAG_VERBOSE:
        return [[]]
    any_case = bool(parsed.state.flags & codes.SRE_FLAG_IGNORECASE)
    texts = _texts(parsed, any_case)
    options = _alternatives(parsed, any_case)
    return [[*texts, *option] for option in options] if options else [texts]


def _texts(parsed: Any, any_case: bool) -> list[tuple[bytes, bool]]:
    """Return the texts that every match of a sequence has."""
    found: list[tuple[bytes, bool]] = []
    literal = ""

    def end() -> None:
        nonlocal literal
        if literal:
            found.append((_folded(literal, any_case), any_case))
        literal = ""

    for code, argument in parsed:
        if code is codes.LITERAL:
            literal += chr(argument)
            continue
        end()
        if code is codes.SUBPATTERN:
            _, added, removed, inner = argument
            flags = codes.SRE_FLAG_IGNORECASE
            inner_case = (any_case or bool(added & flags)) and not removed & flags
            found += _texts(inner, inner_case)
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT) and argument[0] > 0:
            found += _texts(argument[2], any_case)
    end()
    return found


def _alternatives(parsed: Any, any_case: bool) -> list[list[tuple[bytes, bool]]]:
    """Return the texts of each branch, where the first element that has branches has them all."""
    for code, argument in parsed:
        if code is codes.BRANCH:
            branches = [_texts(branch, any_case) for branch in argument[1]]
            return branches if all(branches) else []
        if code is not codes.SUBPATTERN or argument[1] or argument[2]:
            continue
        if inner := _alternatives(argument[3], any_case):
            return inner
    return []


def _folded(text: str, any_case: bool) -> bytes:
    encoded = text.encode(errors="surrogatepass")
    return encoded.lower() if any_case else encoded
