"""How names of the catalogue are written in C++ and Swift: their case, and what is reserved."""

from __future__ import annotations

import re

# Keywords of C++ 20 (ISO/IEC 14882:2020, [lex.key] and [lex.digraph]), and the two words that begin
# lines about modules; an enumerator of that name gets an underscore at the end.
CPP_KEYWORDS = frozenset(
    """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t
    char8_t class co_await co_return co_yield compl concept const const_cast consteval constexpr
    constinit continue decltype default delete do double dynamic_cast else enum explicit export
    extern false float for friend goto if import inline int long module mutable namespace new
    noexcept not not_eq nullptr operator or or_eq private protected public register
    reinterpret_cast requires return short signed sizeof static static_assert static_cast struct
    switch template this thread_local throw true try typedef typeid typename union unsigned using
    virtual void volatile wchar_t while xor xor_eq
    """.split()
)

# Macros without arguments that could be a label's value: those of compilers in GNU mode, of the
# C library, and of <windows.h>.
RESERVED_MACROS = frozenset(
    """
    i386 linux unix WIN32 WIN64 WINNT
    BUFSIZ FOPEN_MAX INFINITY NAN NULL NSIG RAND_MAX environ errno stderr stdin stdout
    ABSOLUTE ALTERNATE ASYNCH BITSPIXEL BLACKNESS CALLBACK CDECL CONST DELETE DEREGISTERED
    DIFFERENCE DRAFTMODE DUPLICATE FALSE FAR HALFTONE IGNORE IN INFINITE INTERFACE NEAR NOERROR
    OPAQUE OPTIONAL OUT PASCAL PASSTHROUGH PLANES PURE REGISTERED REGISTERING RELATIVE STRICT
    SYNCHRONIZE TECHNOLOGY TRANSPARENT TRUE VOID WHITENESS WINDING cdecl far hyper interface
    near pascal small
    """.split()
)
# What <errno.h> and <signal.h> may define (ISO/IEC 9899:2011, 7.31.3 and 7.31.7), EOF among them.
_RESERVED_FOR_MACROS = re.compile(r"E[0-9A-Z][0-9A-Z_]*|SIG_?[A-Z]+")

# Types that the generated C++ of a domain names, which a label's type would hide.
CPP_TAKEN_TYPES = frozenset(
    """
    Aggregation Count Counter DurationCounter DynamicLabels EventLog Events ExemplarCounter
    ExemplarHistogram FamilySpec Gauge Histogram Info Instance LabelSpec LabeledBy LogEventSpec
    LogFieldSpec LogFieldType LogLevel LogText MetricType Number Ratio Realtime Seconds Segment
    Shared Span Summary UpDownCounter Writers
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

# Names that a nested type of Swift can't have, and types that the generated Swift names, which a
# type of that name would hide.
SWIFT_TAKEN_TYPES = frozenset(
    """
    Buckets ClosedLabel Count Counter Domain Double DurationCounter EventField EventLog Events
    Exemplar ExemplarBuckets ExemplarCounter ExemplarHistogram Family FamilyLabel Gauge Histogram
    Info Instance Int Int64 LabeledBy LogEvent LogText ManyWriters MonitoringError MonotonicTime
    OneWriter Program Protocol Ratio Realtime Seconds Segment SegmentPlace Self Sendable Shared
    String Summary Type UInt16 UInt64 UInt8 UnsafeMutablePointer UpDownCounter
    """.split()
)

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
    >>> cpp_enumerator("DELETE"), cpp_enumerator("linux"), cpp_enumerator("EPIPE")
    ('DELETE_', 'linux_', 'EPIPE_')
    """
    name = re.sub(r"\W", "_", value)
    if name[0].isdigit():
        name = f"value_{name}"
    return f"{name}_" if _is_reserved_in_cpp(name) else name


def cpp_type(name: str) -> str:
    """Return the name of a label's type in C++.

    >>> cpp_type("Cause"), cpp_type("Segment")
    ('Cause', 'SegmentValue')
    """
    return f"{name}Value" if name in CPP_TAKEN_TYPES else name


def _is_reserved_in_cpp(name: str) -> bool:
    is_macro = name in RESERVED_MACROS or _RESERVED_FOR_MACROS.fullmatch(name) is not None
    return is_macro or name in CPP_KEYWORDS


def c_constant(*parts: str) -> str:
    """Return a constant of C for what ``parts`` name together.

    >>> c_constant("wrm", "audio", "DropoutCause", "over-budget")
    'WRM_AUDIO_DROPOUT_CAUSE_OVER_BUDGET'
    """
    snake = (re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", part) for part in parts)
    return re.sub(r"\W", "_", "_".join(snake)).upper()


def swift_case(value: str) -> str:
    """Return the case of a label's ``value`` in Swift.

    >>> swift_case("load_song"), swift_case("internal")
    ('loadSong', '`internal`')
    >>> swift_case("self")
    'selfValue'
    """
    name = camel(value)
    if name == "self":  # `.self` is the type, and a parameter of that name hides the value
        return "selfValue"
    return f"`{name}`" if name in SWIFT_KEYWORDS else name


def swift_type(name: str) -> str:
    """Return the name of a nested type of Swift.

    >>> swift_type("Cause"), swift_type("Type")
    ('Cause', 'TypeValue')
    """
    return f"{name}Value" if name in SWIFT_TAKEN_TYPES else name


def swift_namespace(domain: str) -> str:
    """Return the name of the Swift enum that holds the types of ``domain``.

    >>> swift_namespace("audio"), swift_namespace("ffi"), swift_namespace("family")
    ('Audio', 'FFI', 'FamilyDomain')
    """
    name = domain.upper() if domain in ABBREVIATIONS else pascal(domain)
    return f"{name}Domain" if name in SWIFT_TAKEN_TYPES else name


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[^A-Za-z0-9]+", name) if word]
