"""How names of the catalogue are written in C++ and Swift: their case, and what is reserved."""

from __future__ import annotations

import re

# Keywords of C++ 20; an enumerator of that name gets an underscore at the end.
CPP_KEYWORDS = frozenset(
    """
    and auto bool break case catch char class const continue default delete do double else enum
    explicit export extern false float for friend goto if import inline int long module mutable
    namespace new not operator or private protected public register return short signed sizeof
    static struct switch template this throw true try typedef typename union unsigned using
    virtual void volatile while xor
    """.split()
)

# Macros that <windows.h> defines and that could be a label's value.
WINDOWS_MACROS = frozenset(
    """
    CONST DELETE ERROR FALSE IGNORE IN INFINITE NULL OPTIONAL OUT TRUE VOID far interface near small
    """.split()
)

# Words that Swift reserves (The Swift Programming Language, "Lexical Structure"); a case of that
# name is written in backticks.
SWIFT_KEYWORDS = frozenset(
    """
    Any as associatedtype await break case catch class continue default defer deinit do else enum
    extension fallthrough false fileprivate for func guard if import in init inout internal is let
    nil open operator precedencegroup private protocol public repeat rethrows return self static
    struct subscript super switch throw throws true try typealias var where while
    """.split()
)

# Names that a nested type of Swift can't have, or that the namespace has already.
SWIFT_TAKEN_TYPES = frozenset({"Protocol", "Realtime", "Self", "Shared", "Type"})

# Domains whose names are abbreviations, which Swift writes in capitals.
ABBREVIATIONS = frozenset({"ffi", "http", "ui"})


def pascal(name: str) -> str:
    """Return ``name`` in PascalCase, as both languages name types.

    >>> pascal("audio_wait_seconds"), pascal("over-budget")
    ('AudioWaitSeconds', 'OverBudget')
    """
    return "".join(word.capitalize() for word in _words(name))


def camel(name: str) -> str:
    """Return ``name`` in camelCase, as Swift names properties and cases.

    >>> camel("sch_engine_create"), camel("GET"), camel("2xx")
    ('schEngineCreate', 'get', 'value2xx')
    """
    first, *others = _words(name)
    joined = first.lower() + "".join(word[0].upper() + word[1:] for word in others)
    return f"value{joined}" if joined[0].isdigit() else joined


def cpp_enumerator(value: str) -> str:
    """Return the enumerator of a label's ``value`` in C++.

    >>> cpp_enumerator("not-found"), cpp_enumerator("200"), cpp_enumerator("export")
    ('not_found', 'value_200', 'export_')
    >>> cpp_enumerator("DELETE")
    'DELETE_'
    """
    name = re.sub(r"\W", "_", value)
    if name[0].isdigit():
        name = f"value_{name}"
    return f"{name}_" if name in CPP_KEYWORDS | WINDOWS_MACROS else name


def swift_case(value: str) -> str:
    """Return the case of a label's ``value`` in Swift.

    >>> swift_case("load_song"), swift_case("internal")
    ('loadSong', '`internal`')
    """
    name = camel(value)
    return f"`{name}`" if name in SWIFT_KEYWORDS else name


def swift_type(name: str) -> str:
    """Return the name of a nested type of Swift.

    >>> swift_type("Cause"), swift_type("Type")
    ('Cause', 'TypeValue')
    """
    return f"{name}Value" if name in SWIFT_TAKEN_TYPES else name


def swift_namespace(domain: str) -> str:
    """Return the name of the Swift enum that holds the types of ``domain``.

    >>> swift_namespace("audio"), swift_namespace("ffi")
    ('Audio', 'FFI')
    """
    return domain.upper() if domain in ABBREVIATIONS else pascal(domain)


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[^A-Za-z0-9]+", name) if word]
