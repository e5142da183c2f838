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
MAX_GROUPS = 200
# What Python reads otherwise than RE2, so that its parser tells nothing about it.
_NOT_PYTHONS = ("[:", "\\Q", "\\C", "\\p", "\\P", "{,")

_MANY_REPETITIONS = re.compile(r"\{[0-9]*,?[0-9]{2,}")

# What a line must have: any of these lists, all texts of it. Texts are in UTF-8; of those that are
# for any case, letters are small.
Needles = list[list[tuple[bytes, bool]]]


def compile_regex(pattern: str) -> Any:
    """Return a compiled expression with its groups. Raises QueryError.

    What a search costs grows with the groups that it has to tell, hence their number is bounded.
    """
    regex = _compiled(pattern, re2.Options())
    if regex.groups > MAX_GROUPS:
        raise QueryError(
            f"error parsing regexp: found {regex.groups} groups, expected {MAX_GROUPS} at most"
        )
    return regex


def compile_test(pattern: str, *, many_lines: bool = False) -> Any:
    """Return a compiled expression of which no group is told, which is faster. Raises QueryError.

    With ``many_lines`` it is for a text of many lines: ^ and $ are at each, and no match goes
    beyond one.
    """
    # Without groups, RE2 would not see that two have one name.
    _compiled(pattern, re2.Options())
    options = re2.Options()
    options.never_capture = True
    options.never_nl = many_lines
    return _compiled(f"(?m:{pattern})" if many_lines else pattern, options)


def _compiled(pattern: str, options: Any) -> Any:
    if len(pattern) > MAX_REGEX_CHARACTERS:
        raise QueryError(
            f"error parsing regexp: found {len(pattern)} characters, "
            f"expected {MAX_REGEX_CHARACTERS} at most"
        )
    options.log_errors = False
    options.max_mem = 8 * 1024 * 1024
    try:
        return re2.compile(pattern, options)
    except UnicodeError:
        raise QueryError("error parsing regexp: invalid UTF-8") from None
    except re2.error as error:
        reason = error.args[0]
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise QueryError(f"error parsing regexp: {text}") from error


def is_for_many_lines(pattern: str) -> bool:
    """Tell whether lines can be searched as one text, with the same result and not more slowly.

    Many repetitions have so many states that a search of one long text exhausts RE2's memory.
    """
    if _MANY_REPETITIONS.search(pattern):
        return False
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


def is_simple(pattern: str) -> bool:
    """Tell whether Loki looks for texts instead of such an expression: it shows it otherwise.

    >>> is_simple("foo|bar"), is_simple(".*foo"), is_simple("a[0-9]+")
    (True, True, False)
    """
    if any(part in pattern for part in _NOT_PYTHONS) or len(pattern) > 1000:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            parsed = parser.parse(pattern)
    except (re.error, Warning, RecursionError, OverflowError):
        return False
    return _is_simple(list(parsed))


def _is_simple(parts: list[Any]) -> bool:
    """Tell it of a sequence: at most one text, with anything about it, or with alternatives."""
    units = _units(parts)
    if len(units) <= 1:
        return not units or _is_simple_unit(units[0])
    if len(units) > 3 or units.count("text") != 1:
        return False
    has_text = False
    for unit in units:
        if unit == "text":
            has_text = True
        elif isinstance(unit, list) and has_text:
            if not all(not b or _units(b) in (["text"], ["any"]) or _is_simple(b) for b in unit):
                return False
        elif unit != "any":
            return False
    return True


def _units(parts: list[Any]) -> list[Any]:
    units: list[Any] = []
    for code, argument in parts:
        if code is codes.LITERAL:
            if units[-1:] != ["text"]:
                units.append("text")
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            low, high, inner = argument
            is_any = high == codes.MAXREPEAT and [c for c, _ in inner] == [codes.ANY]
            units.append({0: "any", 1: "some"}.get(low, "") if is_any else "")
        elif code is codes.SUBPATTERN and not argument[1] and not argument[2]:
            units += _units(list(argument[3]))
        elif code is codes.BRANCH:
            units.append([list(branch) for branch in argument[1]])
        else:
            units.append("")
    return units


def _is_simple_unit(unit: Any) -> bool:
    if isinstance(unit, list):
        return all(_is_simple(branch) for branch in unit)
    return bool(unit)


_REFERENCE = re.compile(r"\$(?:(\$)|([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})")


def expand(template: str, match: Any) -> str:
    """Return a replacement with what groups have matched: $1, ${1}, $name, ${name}, $$."""

    def written(reference: re.Match[str]) -> str:
        dollar, bare, braced = reference.groups()
        if dollar:
            return "$"
        name = bare or braced
        try:
            value = match.group(int(name) if name.isdecimal() else name)
        except (IndexError, KeyError, ValueError, re2.error):
            return ""
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value or ""

    return _REFERENCE.sub(written, template)
