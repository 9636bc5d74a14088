"""The index that replay reads: a site's own CDXJ while it is up to date, else one made for this run out of its WARCs.

A 304 is left out, so that the page it confirms is shown, and so are bytes that are no HTTP response. Knows nothing of
pywb; its keys are those of pywb, which takes them from the same library.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import surt

from xinhua_id.errors import BadPayload, BadRecord
from xinhua_id.warc import payload, reader, record
from xinhua_id.warc.reader import Record

_KINDS = frozenset({"response", "revisit", "resource"})
_WARC = (".warc", ".warc.gz", ".warc.open", ".warc.gz.open")


def of_home(home: Path, folder: Path) -> Path:
    """Return the CDXJ of a site: its ``index.cdxj`` where nothing was written since, else a new one in ``folder``."""
    kept = home.absolute() / "index.cdxj"
    warcs = sorted(path for path in home.glob("warc/*") if path.name.endswith(_WARC))
    if kept.is_file() and all(path.stat().st_mtime_ns <= kept.stat().st_mtime_ns for path in warcs):
        return kept
    return write(folder / f"{home.name}.cdxj", (line for path in warcs for line in lines(path)))


def write(path: Path, made: Iterable[str]) -> Path:
    """Write index lines, sorted by their bytes as binary search needs them; return ``path``."""
    path.write_bytes(b"".join(sorted(line.encode() + b"\n" for line in made)))
    return path


def lines(path: Path) -> Iterator[str]:
    """Yield a line for every record of a WARC that can be shown. Ends where the file tears, if a record came before."""
    found = 0
    try:
        for one in reader.records(path):
            found += 1
            if one.type in _KINDS and (line := _line(one, path.name.removesuffix(".open"))):
                yield line
    except BadRecord:
        if not found:
            raise


def _line(found: Record, name: str) -> str | None:
    url = (found.header("WARC-Target-URI") or "").removeprefix("<").removesuffix(">")
    try:
        moment = record.moment(found.header("WARC-Date") or "").astimezone(dt.UTC)
        said = _said(found)
        key = surt.surt(url) if url else ""
    except (BadPayload, ValueError):
        return None
    if not key or " " in key or said.get("status") == "304":
        return None
    block = {
        "url": url,
        **said,
        "digest": found.header("WARC-Payload-Digest") or "-",
        "length": str(found.length),
        "offset": str(found.offset),
        "filename": name,
    }
    return f"{key} {moment:%Y%m%d%H%M%S} {json.dumps(block)}"


def _said(found: Record) -> dict[str, str]:
    """Return ``mime`` and ``status``, each where there is one."""
    if found.type == "resource":
        return {"mime": _mime(found.header("Content-Type"))}
    not_modified = (found.header("WARC-Profile") or "").endswith("server-not-modified")
    if found.type == "revisit" and not found.content:
        return {"mime": "warc/revisit", **({"status": "304"} if not_modified else {})}
    head = payload.read_head(found.content)
    kind = next((value for key, value in head.headers if key.lower() == "content-type"), None)
    status = "304" if not_modified else str(head.status)
    return {"mime": "warc/revisit" if found.type == "revisit" else _mime(kind), "status": status}


def _mime(said: str | None) -> str:
    return (said or "").partition(";")[0].strip().lower() or "unk"
