"""The header of a WARC record: its fields, and what WARC 1.1 §5 and §6 ask of them by type of record.

Knows nothing of blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from xinhua_id.warc import record

Problem = tuple[str, str, str | None, str | None]
"""Kind, what is wrong, what was said, what should be there or is."""

_VERSIONS = frozenset({"WARC/1.0", "WARC/1.1", "WARC/0.17", "WARC/0.18"})
_REPEATABLE = frozenset({"warc-concurrent-to", "warc-protocol", "warc-cipher-suite"})
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?)?)?")
_DATE_1_0 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ID = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]+>")
_URI = re.compile(r"<?[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]*>?")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_WITH_URI = frozenset({"response", "resource", "request", "revisit", "conversion", "continuation"})
_ALWAYS = ("WARC-Record-ID", "WARC-Date", "WARC-Type", "Content-Length")
#: Fields that a type of record shall not have (§5.7, §5.10 to §5.16).
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


class Head(NamedTuple):
    """The header of one record. ``fields`` has the first value by name in lower case; ``concurrent_to`` has all.

    ``problems`` are those of its form.
    """

    version: str
    fields: dict[str, str]
    concurrent_to: list[str]
    problems: list[Problem]

    def get(self, name: str) -> str | None:
        """Return the first value of a field named in lower case."""
        return self.fields.get(name)

    @property
    def length(self) -> int | None:
        """Content-Length; None where it is none."""
        said = self.fields.get("content-length", "")
        return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None


def parsed(raw: bytes) -> Head:
    """Return the header in ``raw``, which ends with the empty line. Values are UTF-8 (§4)."""
    problems: list[Problem] = []
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
        problems.append(("header-form", "the record's header is not UTF-8", None, None))
    version, *lines = text[:-4].split("\r\n")
    fields: dict[str, str] = {}
    concurrent_to: list[str] = []
    last = ""
    for line in lines:
        name, colon, value = line.partition(":")
        if line[:1] in " \t" and last:
            fields[last] = f"{fields[last]} {line.strip()}"
            continue
        if not colon or not _NAME.fullmatch(name):
            problems.append(("header-form", "a line of the record's header is no field", line[:200], None))
            continue
        last, value = name.lower(), value.strip()
        if last == "warc-concurrent-to":
            concurrent_to.append(value)
        if last not in fields:
            fields[last] = value
        elif last not in _REPEATABLE:
            problems.append(("repeated-header", f"{name} stands twice in one record", value, fields[last]))
    return Head(version, fields, concurrent_to, problems)


def problems(head: Head) -> Iterator[Problem]:
    """Yield what is wrong with a header by the rules of its type."""
    yield from head.problems
    fields = head.fields
    if head.version not in _VERSIONS:
        yield "version", "the record does not begin with a version of WARC that is known", head.version, None
    for name in _ALWAYS:
        if name.lower() not in fields:
            yield "missing-header", f"{name} is mandatory and is not there", None, None
    kind = fields.get("warc-type", "")
    if kind in _WITH_URI and "warc-target-uri" not in fields:
        yield "missing-header", f"a {kind} record must have a WARC-Target-URI", None, None
    if kind == "revisit" and "warc-profile" not in fields:
        yield "missing-header", "a revisit record must have a WARC-Profile", None, None
    for name in _NEVER.get(kind, ()):
        if name.lower() in fields:
            yield "header-form", f"a {kind} record shall not have {name}", fields[name.lower()], None
    yield from _forms(head)


def _forms(head: Head) -> Iterator[Problem]:
    fields = head.fields
    date = fields.get("warc-date")
    if date is not None and not _is_date(date, head.version):
        yield "date-form", f"WARC-Date is no UTC date of {head.version}", date, None
    record_id = fields.get("warc-record-id")
    if record_id is not None and not _ID.fullmatch(record_id):
        yield "header-form", "WARC-Record-ID is no URI in angle brackets", record_id, None
    uri = fields.get("warc-target-uri")
    if uri is not None and not _URI.fullmatch(uri):
        yield "header-form", "WARC-Target-URI is no URI: white space and non-ASCII are percent-encoded (§5.12)", uri, None
    if "content-length" in fields and head.length is None:
        yield "header-form", "Content-Length is no number", fields["content-length"], None


def _is_date(text: str, version: str) -> bool:
    if not (_DATE_1_0 if version == "WARC/1.0" else _DATE).fullmatch(text):
        return False
    try:
        record.moment((text + "-01-01"[len(text) - 4 :]) if len(text) < 10 else text)
    except ValueError:
        return False
    return True
