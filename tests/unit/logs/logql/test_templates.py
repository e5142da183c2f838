"""The laws of templates: Go's text/template, with the functions of Loki."""

from __future__ import annotations

import pytest

from tests.support.logql import through
from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.template.execute import Template, TemplateError, of_line
from whiteroom_monitoring.logs.logql.template.fmt import sprintf

LABELS = {"a": "Hello World", "n": "7", "f": "2.5", "u": "x y&z", "e": "", "j": '{"k":[1,"v"]}',
          "t": "1700000000", "d": "90s", "s": "2KiB", "p": "a.b.c"}  # fmt: skip
MOMENT_NS = 1_700_000_000_123_456_789


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{.a}}-{{.nothing}}", "Hello World-"),
        ("{{ .a | lower | replace ` ` `_` }}", "hello_world"),
        ("a {{- /* why */ -}} b {{- ` c ` -}} d", "ab c d"),
        ("{{if .e}}x{{else if eq .n `7`}}y{{else}}z{{end}}", "y"),
        ("{{with .n}}{{.}}{{else}}none{{end}}{{with .e}}{{.}}{{else}}none{{end}}", "7none"),
        ("{{range $i, $x := (fromJson .j).k}}{{$i}}={{$x}};{{end}}", "0=1;1=v;"),
        ("{{range fromJson .e}}x{{else}}empty{{end}}", "empty"),
        ("{{range $i, $x := fromJson `[1,2,3]`}}{{if eq $i 1}}{{continue}}{{end}}{{$x}}{{end}}",
         "13"),
        ("{{$x := .n}}{{$x = .f}}{{$x}}", "2.5"),
        ("{{define `t`}}<{{.}}>{{end}}{{template `t` .n}}", "<7>"),
        ("{{block `b` .n}}[{{.}}]{{end}}", "[7]"),
        ("{{and .n .f}} {{or .e .f}} {{not .e}}", "2.5 2.5 true"),
        ("{{len .a}} {{index (fromJson .j).k 1}} {{slice .a 0 4}}", "11 v Hell"),
        ("{{printf `%-6s|%05d|%.2f|%q|%v` .n (int .n) (float64 .f) .a true}}",
         '7     |00007|2.50|"Hello World"|true'),
        ("{{print 1 2 `x` 3}}{{println}}", "1 2x3\n"),
        ("{{html `<a&'>`}} {{urlquery .u}} {{js `'`}}", "&lt;a&amp;&#39;&gt; x+y%26z \\'"),
        ("{{lt 1 2}} {{ge `b` `a`}} {{ne .n `7`}} {{eq .n `6` `7`}}", "true true false true"),
        ("{{add .n 1 2}} {{sub 5 8}} {{mul 2 3 4}} {{div -7 2}} {{mod -7 3}}", "10 -3 24 -3 -1"),
        ("{{addf .f 0.1}} {{subf 1 0.9}} {{mulf 2.5 2}} {{divf 1 8}}", "2.6 0.1 5 0.125"),
        ("{{max 3 .n}} {{min 3 .n}} {{maxf .f 2}} {{minf .f 2}}", "7 3 2.5 2"),
        ("{{ceil .f}} {{floor .f}} {{round 2.345 2}} {{int `0x1f`}}", "3 2 2.35 31"),
        ("{{trunc 4 .a}}{{trunc -4 .a}} {{substr 1 3 .a}}", "Hellorld el"),
        ("{{alignLeft 3 .n}}|{{alignRight 3 .n}}|{{alignLeft 2 .a}}|{{alignRight 2 .a}}",
         "7  |  7|He|ld"),
        ("{{indent 2 `a\nb`}}{{nindent 1 `c`}}{{repeat 3 `x`}}", "  a\n  b\n cxxx"),
        ("{{trim ` x `}}{{trimAll `-` `-y-`}}{{trimPrefix `z` `zw`}}{{trimSuffix `w` `zw`}}",
         "xywz"),
        ("{{Trim `xax` `x`}}{{TrimLeft `xax` `x`}}{{TrimSpace ` b `}}{{TrimPrefix `bc` `b`}}",
         "aaxbc"),
        ("{{contains `o W` .a}} {{hasPrefix `H` .a}} {{hasSuffix `x` .a}}", "true true false"),
        ("{{title `ab cd`}} {{upper .n}} {{ToLower .a}} {{Replace .p `.` `/` 1}}",
         "Ab Cd 7 hello world a/b.c"),
        ("{{regexReplaceAll `(\\w)o` .a `${1}0$$`}}", "Hell0$ W0$rld"),
        ("{{regexReplaceAllLiteral `o` .a `$1`}} {{count `o` .a}}", "Hell$1 W$1rld 2"),
        ("{{b64enc .n}} {{b64dec `Nw`}} {{urlencode .u}} {{urldecode `x+y%26`}}",
         "Nw== 7 x+y%26z x y&"),
        ("{{bytes .s}} {{duration .d}} {{duration_seconds .d}}", "2048 90 90"),
        ("{{unixToTime .t | date `2006-01-02 15:04:05 MST`}}", "2023-11-14 22:13:20 UTC"),
        ("{{toDate `2006-01-02` `2024-02-29` | unixEpoch}}", "1709164800"),
        ("{{toDateInZone `2006-01-02 15:04` `Europe/Berlin` `2024-07-01 12:00` | unixEpochMillis}}",
         "1719828000000"),
        ("{{__timestamp__ | date `Jan _2 15:04:05.000`}} {{__timestamp__ | unixEpochNanos}}",
         f"Nov 14 22:13:20.123 {MOMENT_NS}"),
        ("{{__line__}}", "the line"),
        ("{{default `-` .e}}{{.n | default `-`}}", "-7"),
        ("{{printf `%q` .n}} {{1.5}} {{0x10}} {{'a'}} {{1e3}}", '"7" 1.5 16 97 1000'),
    ],
)  # fmt: skip
def test_a_template_writes_the_line(template: str, text: str) -> None:
    """Labels are strings, a missing one is empty, and functions are those of Loki."""
    quoted = '"' + template.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    found = through(f"| line_format {quoted}", "the line", LABELS, time_ns=MOMENT_NS)
    assert found == (text, LABELS)


@pytest.mark.parametrize(
    "text",
    ["{{", "{{end}}", "{{if .a}}", "{{nothing}}", "{{.a | }}", "{{$x}}", '{{"a}}', "{{template}}",
     "{{break}}", "{{/* a }}", "{{}}", "{{.a 1 |}}", "{{(.a}}", "{{else}}", "{{1 | 2}}", "{{a!}}",
     "{{if}}x{{end}}", "{{range .a}}{{else}}{{else}}{{end}}"],
)  # fmt: skip
def test_a_text_that_is_no_template_is_refused(text: str) -> None:
    """What Go's parser refuses is refused before it runs."""
    with pytest.raises(QueryError, match="template: line:1: "):
        Template("line", text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{{lower 5}}", "expected string; found 5"),
        ("{{lower (int .n)}}", "wrong type for value; expected string; got int"),
        ("{{lower}}", "wrong number of args for lower: want 1 got 0"),
        ("{{.n.x}}", "can't evaluate field x in type string"),
        ("{{.n 1}}", "n is not a method but has arguments"),
        ("{{div 1 0}}", "error calling div: runtime error: integer divide by zero"),
        ("{{regexReplaceAll `(` .a ``}}", "error calling regexReplaceAll: error parsing regexp"),
        ("{{template `x`}}", 'template "x" not defined'),
        ("{{range .a}}{{end}}", "range can't iterate over Hello World"),
        ("{{duration .a}}", 'error calling duration: time: invalid duration "Hello World"'),
        ("{{repeat 9999999 .a}}", "error calling repeat: the text would have more than"),
        (
            "{{define `r`}}{{template `r`}}{{end}}{{template `r`}}",
            "exceeded maximum template depth",
        ),
        ("{{eq 1 `a`}}", "error calling eq: incompatible types for comparison"),
    ],
)
def test_what_goes_wrong_is_told(text: str, problem: str) -> None:
    """An error says where the template was, and what happened."""
    with pytest.raises(TemplateError) as caught:
        Template("line", text).run(LABELS, of_line(str, str))
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "values", "text"),
    [
        ("%d%%", [5], "5%"),
        ("%s %s", ["a"], "a %!s(MISSING)"),
        ("%s", ["a", 1], "a%!(EXTRA int=1)"),
        ("%d", ["a"], "%!d(string=a)"),
        ("%x %X %o %b %c %U", [255, 255, 8, 2, 65, 65], "ff FF 10 10 A U+0041"),
        ("%+d|%6.2f|%e|%t|%T", [3, 1.005, 1.0, False, 1.5], "+3|  1.00|1.000000e+00|false|float64"),
        ("%.2s|%5s|%-5s|", ["abc", "d", "e"], "ab|    d|e    |"),
        ("%*d", [4, 7], "   7"),
        ("%v %s", [[1, "a"], ["b", "c"]], "[1 a] [b c]"),
    ],
)
def test_verbs(pattern: str, values: list[object], text: str) -> None:
    """printf writes as Go does, and says what does not fit."""
    assert sprintf(pattern, values) == text
