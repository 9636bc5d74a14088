"""The header of a WARC record: its fields, and what WARC 1.1 §5 and §6 ask of them by type of record.

Knows nothing of blocks.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from xinhua_id.warc import record

#: Kind, what is wrong, what was said, what is there.
Problem = tuple[str, str, str | None, str | None]

_VERSIONS = frozenset({"WARC/1.0", "WARC/1.1", "WARC/0.17", "WARC/0.18"})
_REPEATABLE = frozenset({"WARC-Concurrent-To", "WARC-Protocol", "WARC-Cipher-Suite"})
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?)?)?")
_DATE_1_0 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ID = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]+>")
_URI = re.compile(r"<?[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]*>?")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
#: More digits than any length has.
_DIGITS = 19
#: Fields that a record must have by its type, and those that it shall not have (§5.2 to §5.5, §5.7, §5.10 to §5.16).
_ALWAYS = frozenset({"WARC-Record-ID", "WARC-Date", "WARC-Type", "Content-Length"})
_MUST = {
    **dict.fromkeys(("response", "resource", "request", "conversion", "continuation"), _ALWAYS | {"WARC-Target-URI"}),
    "revisit": _ALWAYS | {"WARC-Target-URI", "WARC-Profile"},
}
_NEVER = {
    "warcinfo": ("WARC-Concurrent-To", "WARC-Refers-To", "WARC-Target-URI", "WARC-IP-Address", "WARC-Warcinfo-ID"),
    "response": ("WARC-Refers-To", "WARC-Filename"),
    "resource": ("WARC-Refers-To", "WARC-Filename"),
    "request": ("WARC-Refers-To", "WARC-Filename"),
    "metadata": ("WARC-Filename",),
    "revisit": ("WARC-Filename",),
    "conversion": ("WARC-Concurrent-To", "WARC-IP-Address", "WARC-Filename"),
    "continuation": ("WARC-Concurrent-To", "WARC-Refers-To", "WARC-IP-Address", "WARC-Filename"),
}
_NAMES = (
    "WARC-Type WARC-Record-ID WARC-Warcinfo-ID WARC-Target-URI WARC-Date WARC-IP-Address WARC-Protocol "
    "WARC-Cipher-Suite WARC-Concurrent-To WARC-Payload-Digest WARC-Block-Digest WARC-Truncated WARC-Profile "
    "WARC-Refers-To WARC-Refers-To-Target-URI WARC-Refers-To-Date WARC-Filename WARC-Segment-Number "
    "Content-Type Content-Length"
).split()
_KNOWN = frozenset(_NAMES)
_SPELT = {name.lower(): name for name in _NAMES}


class Head(NamedTuple):
    """The header of one record.

    ``fields`` has the first value by name, the names as the specification spells them. ``concurrent_to`` has all.
    ``length`` is Content-Length, None where it is none. ``problems`` are those of the form.
    """

    version: str
    fields: dict[str, str]
    concurrent_to: list[str]
    length: int | None
    problems: list[Problem]


def parsed(raw: bytes) -> Head:
    """Return the header in ``raw``, which ends with the empty line. Values are UTF-8 (§4)."""
    problems: list[Problem] = []
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
        problems.append(("header-form", "the record's header is not UTF-8", None, None))
    version, *lines = text[:-4].split("\r\n")
    try:
        # As nearly all are: no name twice, none unknown, a space after each colon.
        fields: dict[str, str] = dict([line.split(": ", 1) for line in lines])
    except ValueError:
        fields = {}
    if len(fields) == len(lines) and fields.keys() <= _KNOWN:
        together = fields.get("WARC-Concurrent-To")
        concurrent_to = [together] if together else []
    else:
        fields, concurrent_to = _line_by_line(lines, problems)
    said = fields.get("Content-Length", "")
    length = int(said) if said.isascii() and said.isdigit() and len(said) < _DIGITS else None
    return Head(version, fields, concurrent_to, length, problems)


def _line_by_line(lines: list[str], problems: list[Problem]) -> tuple[dict[str, str], list[str]]:
    fields: dict[str, str] = {}
    concurrent_to: list[str] = []
    last = ""
    for line in lines:
        name, colon, value = line.partition(":")
        if line[:1] in {" ", "\t"} and last:
            fields[last] = f"{fields[last]} {line.strip()}"
            continue
        if not colon or not _NAME.fullmatch(name):
            problems.append(("header-form", "a line of the record's header is no field", line[:200], None))
            continue
        last, value = _SPELT.get(name.lower(), name.lower()), value.strip()
        if last == "WARC-Concurrent-To":
            concurrent_to.append(value)
        if last not in fields:
            fields[last] = value
        elif last in _KNOWN and last not in _REPEATABLE:
            problems.append(("repeated-header", f"{name} stands twice in one record", value, fields[last]))
    return fields, concurrent_to


def problems(head: Head) -> list[Problem]:
    """Return what is wrong with a header by the rules of its type."""
    found, fields = head.problems, head.fields
    if head.version not in _VERSIONS:
        found.append(("version", "the record does not begin with a known version of WARC", head.version, None))
    kind = fields.get("WARC-Type", "")
    must = _MUST.get(kind, _ALWAYS)
    if not fields.keys() >= must:
        lacks = sorted(must - fields.keys())
        found.extend(("missing-header", f"a {kind or 'WARC'} record must have {name}", None, None) for name in lacks)
    if not fields.keys().isdisjoint(_NEVER.get(kind, ())):
        what = f"a {kind} record shall not have"
        found.extend(("header-form", f"{what} {name}", fields[name], None) for name in _NEVER[kind] if name in fields)
    date = fields.get("WARC-Date")
    if date is not None and not _is_date(date, head.version):
        found.append(("date-form", f"WARC-Date is no UTC date of {head.version}", date, None))
    record_id = fields.get("WARC-Record-ID")
    if record_id is not None and not _ID.fullmatch(record_id):
        found.append(("header-form", "WARC-Record-ID is no URI in angle brackets", record_id, None))
    uri = fields.get("WARC-Target-URI")
    if uri is not None and not _URI.fullmatch(uri):
        what = "WARC-Target-URI is no URI: white space and non-ASCII are percent-encoded (§5.12)"
        found.append(("header-form", what, uri, None))
    if head.length is None and "Content-Length" in fields:
        found.append(("header-form", "Content-Length is no number", fields["Content-Length"], None))
    return found


def _is_date(text: str, version: str) -> bool:
    if not (_DATE_1_0 if version == "WARC/1.0" else _DATE).fullmatch(text):
        return False
    try:
        # A year or a month alone is filled up to a day.
        record.moment(text + "-01-01"[len(text) - 4 :] if len(text) < len("2026-01-09") else text)
    except ValueError:
        return False
    return True
