"""From an item back to the record it was made from. Knows nothing of extraction."""

from __future__ import annotations

from pathlib import Path

from xinhua_id.archive.pages import digest_said, payload_digest, payload_is
from xinhua_id.archive.revisits import OriginalRecords
from xinhua_id.errors import BadRecord
from xinhua_id.items import Article, Capture
from xinhua_id.warc import reader
from xinhua_id.warc.exchange import target_uri
from xinhua_id.warc.reader import Record


def trace(item: Article, root: Path) -> Record:
    """Return the response, revisit or conversion record that ``item.capture`` leads to, below the archive ``root``.

    Raises `BadRecord` where the item has no capture, the file or record is not there, or the record's id, URL or
    payload digest (the one it says and the one its bytes have) differs from the item's. A revisit's bytes are those of
    the response it refers to, which must be in the same folder.
    """
    capture = item.capture
    if capture is None:
        raise BadRecord(f"item {item.id} has no capture", now="It was read from a file, not from a crawl.")
    path = file_of(capture, root)
    found = reader.record_at(path, capture.offset, capture.length)
    holder = found
    if found.type == "revisit":
        holder = OriginalRecords(path.parent).of(found) or found
    pairs = {
        "record id": (capture.record_id, found.header("WARC-Record-ID")),
        "type": ("conversion" if capture.status is None else "response", holder.type),
        "URL": (target_uri(item.url or ""), target_uri(found.target_uri or "")),
        "payload digest": (capture.payload_digest, digest_said(found)),
    }
    if capture.payload_digest and not payload_is(holder, capture.payload_digest):
        pairs["digest of the bytes"] = capture.payload_digest, payload_digest(holder)
    for what, (wanted, is_there) in pairs.items():
        if wanted != is_there:
            raise BadRecord(
                f"the {what} is {is_there!r}, the item says {wanted!r}",
                where=f"{path}, offset {capture.offset}",
                now="Item and WARC do not belong together, or one was changed; restore both from one backup.",
            )
    return found


def file_of(capture: Capture, root: Path) -> Path:
    """Return the WARC that holds a capture, ``.open`` or closed; raise `BadRecord` if it is not below ``root``."""
    for pattern in ("*/warc/{}", "warc/{}", "{}"):
        for name in (capture.file, f"{capture.file}.open"):
            if found := next(root.glob(pattern.format(name)), None):
                return found
    raise BadRecord("the WARC is not there", where=f"{capture.file}, below {root}", now="Check --archive.")
