"""Exchanges, and what is known about them, into WARC 1.1 files, one after the other, each with its warcinfo.

What came before the final response (heads with a 1xx status), and why there was no response at all, stands in a
metadata record of ``application/warc-fields`` beside the request: replay reads a response record from its first byte.
Knows nothing of Scrapy or of how a source is crawled, and decides nothing about when a file is full or durable.
"""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from xinhua_id import __version__
from xinhua_id.errors import CannotWrite
from xinhua_id.items import Capture
from xinhua_id.warc import payload, record
from xinhua_id.warc.exchange import Exchange, target_uri
from xinhua_id.warc.exchange_records import Draft, Originals, drafts
from xinhua_id.warc.file import WarcFile


class Placed(NamedTuple):
    """A record that was written: its header fields, the HTTP head in its block if there is one, and where it lies."""

    headers: tuple[tuple[str, str], ...]
    head: payload.Head | None
    block: bytes | None
    file: str
    offset: int
    length: int


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class WarcWriter:
    """Writes WARC files under ``directory``, the first begun at once with its warcinfo.

    ``source`` is the label of what is captured (``name@digest``); ``info`` holds further fields of warcinfo
    (``robots``, ``operator``, ``isPartOf``, …). ``originals`` finds what is kept already: without it nothing becomes a
    revisit. ``placed`` is told of every record written. ``into`` is a file to go on with instead of a new one, and the
    id of its warcinfo: None where it has lost it, and gets a new one. Raises `CannotWrite` where a file cannot be made
    or a record cannot be written.
    """

    def __init__(
        self,
        directory: Path,
        *,
        source: str,
        info: Mapping[str, str],
        originals: Originals | None = None,
        placed: Callable[[Placed], None] = lambda _: None,
        clock: Callable[[], dt.datetime] = _now,
        into: tuple[WarcFile, str | None] | None = None,
    ) -> None:
        self._directory = directory
        self._source = source
        self._info = info
        self._originals = originals
        self._placed = placed
        self._clock = clock
        self._records_before = self._bytes_before = 0
        self.closed_files: list[Path] = []
        self._serial = -1
        if into is None:
            self._file, self._info_id = self._begun()
        else:
            self._file, self._info_id = into[0], into[1] or self._inform(into[0], clock())

    @property
    def path(self) -> Path:
        """The file that is written now, or was written last."""
        return self._file.path

    @property
    def name(self) -> str:
        """The name that file has, or will have once it is closed."""
        return self._file.name

    @property
    def length(self) -> int:
        """How many bytes that file has."""
        return self._file.bytes

    @property
    def records(self) -> int:
        """How many records were written to all files."""
        return self._records_before + self._file.records

    @property
    def written(self) -> int:
        """How many bytes all files have."""
        return self._bytes_before + self._file.bytes

    @property
    def closed(self) -> bool:
        """Whether the writer takes no more."""
        return self._file.closed

    def write(self, exchange: Exchange) -> Capture | None:
        """Write an exchange: response or revisit, request and, where there is more to say, metadata.

        Returns where the response lies, or None where no byte of one came: the request is recorded all the same.
        """
        capture = None
        for draft in drafts(exchange, self._info_id, self._originals):
            offset, length = self._append(draft)
            if draft.fields[0][1] in {"response", "revisit"}:
                capture = Capture(
                    file=self.name,
                    offset=offset,
                    length=length,
                    record_id=draft.record_id,
                    payload_digest=draft.payload_digest,
                    captured_at=exchange.started_at.astimezone(dt.UTC),
                    status=draft.head.status if draft.head else 0,
                )
        return capture

    def metadata(self, url: str, said: Iterable[tuple[str, str]], *, when: dt.datetime, refers_to: str | None) -> str:
        """Write what is known of the record ``refers_to`` (WARC 1.1 §6.6); return the metadata's own id."""
        record_id = record.new_id()
        named: record.Fields = [
            ("WARC-Warcinfo-ID", self._info_id),
            ("WARC-Target-URI", target_uri(url)),
            ("WARC-Date", record.date(when)),
            ("WARC-Refers-To", refers_to),
        ]
        fields, block = record.of_fields("metadata", record_id, named, said)
        self._append(Draft(fields, len(block), [block], record_id), block)
        return record_id

    def resource(self, uri: str, content_type: str, block: bytes) -> str:
        """Write something of our own under an address (WARC 1.1 §6.4); return its record's id."""
        digest, record_id = record.digest([block]), record.new_id()
        fields = [
            ("WARC-Type", "resource"),
            ("WARC-Record-ID", record_id),
            ("WARC-Warcinfo-ID", self._info_id),
            ("WARC-Target-URI", uri),
            ("WARC-Date", record.date(self._clock())),
            ("WARC-Payload-Digest", digest),
            ("WARC-Block-Digest", digest),
            ("Content-Type", content_type),
        ]
        self._append(Draft(fields, len(block), [block], record_id))
        return record_id

    def flush(self) -> None:
        """Make durable what was written so far."""
        self._file.sync()

    def roll(self) -> None:
        """Close the file and begin the next, with a warcinfo of its own."""
        self._file.close()
        self._count()
        self._file, self._info_id = self._begun()

    def close(self) -> None:
        """Make the file durable and give it its final name; doing it twice is fine.

        A file whose last record could not be taken back keeps the name ``.open``.
        """
        if not self._file.closed:
            self._file.close()
            self.closed_files.append(self._file.path)

    def _count(self) -> None:
        self.closed_files.append(self._file.path)
        self._records_before += self._file.records
        self._bytes_before += self._file.bytes

    def _begun(self) -> tuple[WarcFile, str]:
        """Return a new file that holds its warcinfo, and the warcinfo's id."""
        started = self._clock()
        self._serial += 1
        file = WarcFile.create(self._directory, self._source, started, self._serial)
        try:
            return file, self._inform(file, started)
        except CannotWrite:
            file.discard()
            raise

    def _inform(self, file: WarcFile, started: dt.datetime) -> str:
        """Write a warcinfo into a file (WARC 1.1 §6.1); return its id."""
        info_id = record.new_id()
        said = {
            "software": f"xinhua_id/{__version__}",
            **dict(record.FORMAT),
            "hostname": socket.gethostname(),
            "source": self._source,
            **self._info,
        }
        head, block = record.warcinfo(info_id, record.date(started), file.name, said.items())
        file.append(record.member(head, len(block), [block]))
        return info_id

    def _append(self, draft: Draft, block: bytes | None = None) -> tuple[int, int]:
        offset, length = self._file.append(record.member(draft.fields, draft.length, draft.block))
        headers = tuple((name, value) for name, value in draft.fields if value is not None)
        self._placed(Placed(headers, draft.head, block, self.name, offset, length))
        return offset, length
