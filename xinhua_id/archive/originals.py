"""What is kept already: the response whose payload a new capture has again, and the one its validators came from.

Asks the catalogue, and before it the group that is not in there yet. Originals stay within one site's folder, so that
the folder can be handed on whole. Knows nothing of how a record is written.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal, NamedTuple

from sqlalchemy import select

from xinhua_id.archive.pages import file_in
from xinhua_id.catalogue import captures, tables, validators
from xinhua_id.catalogue.rows import CaptureRow
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import BadPayload, BadRecord
from xinhua_id.fingerprints import Fingerprints
from xinhua_id.warc import payload, reader, record
from xinhua_id.warc.exchange_records import Original
from xinhua_id.warc.reader import Record
from xinhua_id.warc.writer import Placed

#: Which payloads become revisits: those of the same URL, those of any URL of the site, or none.
Deduplication = Literal["any", "url", "none"]


class Validators(NamedTuple):
    """What a server said by which a later request may ask whether something changed (RFC 9110 §8.8)."""

    etag: str | None
    last_modified: str | None

    def headers(self) -> dict[str, str]:
        """Return the headers of a conditional request (RFC 9110 §13.1)."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


class KnownPayloads:
    """The originals of one site, for one run. ``home`` is the site's folder.

    Whatever the catalogue says, a record counts only while it can be read where it should lie: a revisit of something
    that was lost would lose it for good.
    """

    def __init__(self, catalogue: Catalogue, home: Path, deduplication: Deduplication = "any") -> None:
        self._catalogue = catalogue
        self._warc = home / "warc"
        self._site = home.name
        self._deduplication = deduplication
        self._fresh: dict[tuple[str, bool], list[Original]] = {}
        self._seen: Fingerprints | None = None
        self._validated: dict[str, str] = {}

    def of_payload(self, digest: str, url: str, *, chunked: bool) -> Original | None:
        """Return the earliest record with this payload, one of the same URL before any other, framed like this one."""
        if self._deduplication == "none":
            return None
        if self._seen is None:
            self._seen = _seen(self._catalogue, self._site)
        if hash(digest) not in self._seen:
            return None
        fresh = self._fresh.get((digest, chunked), ())
        with self._catalogue.reading() as connection:
            row = captures.original(connection, self._site, digest, url)
        found = [_original(row)] if row is not None and self._is_framed(row, chunked=chunked) else []
        found += fresh
        same = next((one for one in found if one.url == url), None)
        if same is not None or self._deduplication == "url":
            return same
        return found[0] if found else None

    def of_url(self, url: str) -> Original | None:
        """Return the record whose validators `validators_of` gave for a request."""
        record_id = self._validated.get(url)
        if record_id is None:
            return None
        with self._catalogue.reading() as connection:
            row = captures.by_record_id(connection, record_id)
        return _original(row) if row is not None else None

    def answered(self, url: str) -> None:
        """The request that carried the validators of ``url`` has its answer."""
        self._validated.pop(url, None)

    def validators_of(self, url: str) -> Validators | None:
        """Return what a conditional request for ``url`` may carry; its 304 is a revisit of the record it came from."""
        with self._catalogue.reading() as connection:
            row = validators.of(connection, self._site, url)
            kept = captures.by_record_id(connection, row.record_id) if row is not None else None
        # A revisit says its original's payload digest: a body whose chunking broke has none.
        if row is None or kept is None or kept.payload_digest is None or self._read(kept) is None:
            return None
        self._validated[url] = row.record_id
        return Validators(row.etag, row.last_modified)

    def knows(self, url: str) -> bool:
        """Whether ``url`` was asked for before and answered for good: with what it is, or that it is not there."""
        with self._catalogue.reading() as connection:
            return any(
                row.site == self._site and (row.status or 500) < 500 and row.status != 429 and self._is_there(row)
                for row in captures.at(connection, url)
            )

    def _is_there(self, row: CaptureRow) -> bool:
        try:
            return file_in(self._warc, row.file).stat().st_size >= row.offset + row.length
        except (BadRecord, OSError):
            return False

    def _is_framed(self, row: CaptureRow, *, chunked: bool) -> bool:
        kept = self._read(row)
        try:
            return kept is not None and payload.read_head(kept.content).chunked == chunked
        except (BadRecord, BadPayload):
            return False

    def _read(self, row: CaptureRow) -> Record | None:
        """Return the record of a row; None where it is not there, or damaged: what came is kept whole then."""
        try:
            kept = reader.record_at(file_in(self._warc, row.file), row.offset, row.length)
        except BadRecord:
            return None
        return kept if kept.header("WARC-Record-ID") == row.record_id else None

    def note(self, placed: Placed) -> None:
        """Take note of a response that was just written: it may be the original of the next."""
        if placed.headers[0] != ("WARC-Type", "response") or placed.head is None or placed.head.status != 200:
            return
        said = dict(placed.headers)
        digest = said.get("WARC-Payload-Digest")
        if digest is None or "WARC-Truncated" in said:
            return
        original = Original(
            said["WARC-Record-ID"], said["WARC-Target-URI"], record.moment(said["WARC-Date"]), digest,
            placed.file, placed.offset, placed.length,
        )  # fmt: skip
        self._fresh.setdefault((digest, placed.head.chunked), []).append(original)
        if self._seen is not None:
            self._seen.put(hash(digest))

    def forget(self) -> None:
        """The group is in the catalogue now."""
        self._fresh.clear()


def _seen(catalogue: Catalogue, site: str) -> Fingerprints:
    """Return the payloads that are kept of a site, as hashes: most pages are spared a query."""
    rows = select(tables.captures.c.payload_digest).where(
        tables.captures.c.site == site, tables.is_original(tables.captures)
    )
    with catalogue.reading() as connection:
        found = connection.execute(rows, execution_options={"yield_per": 10_000}).scalars()
        return Fingerprints(hash(digest) for digest in found if digest)


def _original(row: CaptureRow) -> Original:
    assert row.payload_digest is not None
    when: dt.datetime = row.captured_at
    return Original(row.record_id, row.url, when, row.payload_digest, row.file, row.offset, row.length)
