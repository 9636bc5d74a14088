"""One CDXJ line from one WARC record, as replay tools read it: SURT key, 14 digits, JSON.

    id,contoh)/panen 20260109053015 {"url": "http://contoh.id/panen", "mime": "text/html", "status": "200", …}

Fields and their order are those that cdxj-indexer and pywb write; digests keep their ``sha1:``. Responses, resources
and revisits with an identical payload have a line. Revisits that are a 304 have none: replay would show the empty
answer where the page stood. Knows nothing of files on disk beyond the one it reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from surt import surt

from xinhua_id.archive.entries import head_of
from xinhua_id.errors import BadPayload
from xinhua_id.warc import payload, reader, record
from xinhua_id.warc.reader import Record

#: What has a line; what else a WARC holds is found through these.
_INDEXED = frozenset({"response", "revisit", "resource"})
_REVISIT = "warc/revisit"
_NOT_MODIFIED = "server-not-modified"
_PARAMETERS = re.compile(r"[;\s]")


def key_of(url: str) -> str:
    """Return the SURT of a URL, the key under which its captures stand together; never raises, and is never empty.

    White space would end the key too early and is percent-encoded.
    """
    try:
        key = surt(url)
    except Exception:  # noqa: BLE001 (whatever a hostile URL does to it: the capture must stay findable)
        key = url
    return "%20".join(key.split()) or "-"


def line_of(found: Record, name: str) -> str | None:
    """Return the line of a record in the file ``name``, newline included; None for a record that has none.

    None, too, for one of several records in a gzip member: no offset leads to it.
    """
    url, date = found.target_uri, found.header("WARC-Date")
    if found.type not in _INDEXED or url is None or date is None or not found.addressable:
        return None
    profile = (found.header("WARC-Profile") or "").rstrip("/")
    if found.type == "revisit" and profile.endswith(_NOT_MODIFIED):
        return None
    try:
        when = record.moment(date)
    except ValueError:
        return None
    http = head_of(found)
    said = {
        "url": url,
        "mime": _mime(found, http),
        "status": str(http.status) if http else None,
        "digest": found.header("WARC-Payload-Digest") or _digest(found, http),
        "length": str(found.length),
        "offset": str(found.offset),
        "filename": name,
    }
    body = json.dumps({field: value for field, value in said.items() if value})
    return f"{key_of(url)} {when.year:04}{when:%m%d%H%M%S} {body}\n"


def lines_of(path: Path) -> Iterator[str]:
    """Yield the lines of a file, in the order of its records. Raises `BadRecord` where it tears."""
    name = path.name.removesuffix(".open")
    for found in reader.records(path):
        if line := line_of(found, name):
            yield line


def _digest(found: Record, http: payload.Head | None) -> str | None:
    """Return the payload digest that a record does not say, as some writers leave it out (WARC 1.1 §5.9)."""
    if found.type == "revisit":
        return None  # the payload is its original's
    if http is None:
        return record.digest(found.pieces())
    try:
        _, body = payload.head_and_body(found.pieces())
        return record.digest(payload.dechunked(body) if http.chunked else body)
    except BadPayload:
        return None


def _mime(found: Record, http: payload.Head | None) -> str | None:
    if found.type == "revisit":
        return _REVISIT
    if http is not None:
        said = next((value for name, value in http.headers if name.lower() == "content-type"), "")
    else:
        said = (found.header("Content-Type") or "") if found.type == "resource" else ""
    return _PARAMETERS.split(said.strip(), maxsplit=1)[0] or None
