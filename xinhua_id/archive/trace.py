"""From an item back to the record it was made from. Knows nothing of extraction."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xinhua_id.archive.pages import digest_said, payload_digest, payload_is
from xinhua_id.archive.redaction.ledger import NAME as LEDGER
from xinhua_id.archive.redaction.ledger import Ledger
from xinhua_id.archive.revisits import OriginalRecords
from xinhua_id.catalogue import captures
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import ArchiveError, BadRecord
from xinhua_id.items import Article, Capture
from xinhua_id.warc import reader
from xinhua_id.warc.exchange import target_uri
from xinhua_id.warc.reader import Record


def trace(item: Article, root: Path, catalogue_url: str | None = None) -> Record:
    """Return the response, revisit or conversion record that ``item.capture`` leads to, below the archive ``root``.

    Raises `BadRecord` where the item has no capture, the file or record is not there, or the record's id, URL or
    payload digest (the one it says and the one its bytes have) differs from the item's, or where it was taken down.
    A record whose file was written anew, since another was taken down, is found in the new file. A revisit's bytes are
    those of the response it refers to, which must be in the same folder. ``catalogue_url`` is the catalogue's database,
    where it is no file of the archive; without a catalogue the files are searched.
    """
    capture = item.capture
    if capture is None:
        raise BadRecord(f"item {item.id} has no capture", now="It was read from a file, not from a crawl.")
    path, capture = _place_of(capture, root, catalogue_url)
    found = reader.record_at(path, capture.offset, capture.length)
    holder = found
    if found.type == "revisit":
        holder = OriginalRecords(path.parent, catalogue_url).of(found) or found
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
            _refuse_taken_down(capture, root)
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


def _place_of(capture: Capture, root: Path, url: str | None) -> tuple[Path, Capture]:
    """Return the file that holds a capture, and the capture with its place there; raise `BadRecord` if it is gone."""
    try:
        return file_of(capture, root), capture
    except BadRecord:
        _refuse_taken_down(capture, root)
        for ledger in _ledgers(root):
            if (name := ledger.current(capture.file)) is not None:
                path = ledger.home / "warc" / name
                offset, length = _catalogued(capture, ledger.home, name, url) or _found_in(path, capture.record_id)
                return path, capture.model_copy(update={"file": name, "offset": offset, "length": length})
        raise


def _refuse_taken_down(capture: Capture, root: Path) -> None:
    """Raise `BadRecord` for a record that was taken down."""
    for ledger in _ledgers(root):
        if (one := ledger.records.get(capture.record_id)) is not None:
            raise BadRecord(
                f"the record was redacted on {one.redacted_at}: {one.reason}",
                where=f"{one.file}, taken down in {ledger.home / LEDGER}",
                now="It is kept no more; what is known of it stands in that file.",
            )


def _ledgers(root: Path) -> Iterator[Ledger]:
    """Yield what was taken down at the sites of an archive, or at one site."""
    for path in (*sorted(root.glob(f"*/{LEDGER}")), root / LEDGER, root.parent / LEDGER):
        if path.is_file():
            yield Ledger.of(path.parent)


def _catalogued(capture: Capture, home: Path, name: str, url: str | None) -> tuple[int, int] | None:
    try:
        catalogue = Catalogue.open_to_read(home.parent, url)
    except ArchiveError:
        return None
    try:
        with catalogue.reading() as connection:
            row = captures.by_record_id(connection, capture.record_id)
    except ArchiveError:
        return None
    finally:
        catalogue.close()
    return (row.offset, row.length) if row is not None and row.file == name else None


def _found_in(path: Path, record_id: str) -> tuple[int, int]:
    for found in reader.records(path):
        if found.header("WARC-Record-ID") == record_id:
            return found.offset, found.length
    raise BadRecord("the record is not in the file that replaced its own", where=str(path), now="Restore a backup.")
