"""ARC files, the format before WARC: their records, one after the other, with what a WARC record says of each.

Reads versions 1 and 2 of the ARC file format (a line of five fields or of ten before each record), compressed a member
a record or not. Knows nothing of how a WARC is written.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from xinhua_id.errors import BadRecord
from xinhua_id.warc.framing import LARGEST
from xinhua_id.warc.stream import MAGIC, Broken, Gzip, Plain

_BEGINS = b"filedesc:"
_LONGEST_LINE = 1 << 16
_LINE = re.compile(rb"\n")
# URL IP-address Archive-date Content-type [Result-code Checksum Location Offset Filename] Archive-length; addresses
# with spaces are real.
_FIELDS = re.compile(
    r"(?P<url>\S.*?) (?P<ip>\S+) (?P<date>\d{12,14}) (?P<mime>\S*)(?: \S+ \S+ \S+ \S+ \S+)? (?P<length>\d{1,18})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ArcHead:
    """The line before a record, read. ``mime`` is the media type as the crawler saw it; ``offset`` in the ARC file."""

    url: str
    ip: str
    date: dt.datetime
    mime: str
    size: int
    offset: int

    @property
    def is_filedesc(self) -> bool:
        """Whether it is the file's own first record, which says what wrote it."""
        return self.url.startswith("filedesc:")


def is_arc(start: bytes) -> bool:
    """Whether a file that begins so is an ARC, compressed or not."""
    if start.startswith(MAGIC):
        stream = Gzip(io.BytesIO(start))
        return stream.begin() and stream.startswith(_BEGINS)
    return start.startswith(_BEGINS)


class ArcFrames:
    """The records of an open ARC: `begin`, then `pieces`, then `end`, as `framing.Frames` has them."""

    def __init__(self, file: BinaryIO, where: str) -> None:
        self._where = where
        file.seek(0)
        self.gzip = file.read(2) == MAGIC
        self._stream: Gzip | Plain = Gzip(file) if self.gzip else Plain(file)
        self._offset = 0
        self._left = 0
        self._open = False

    def begin(self) -> ArcHead | None:
        """Read the line before the next record; None at the end. Raises `BadRecord`."""
        stream = self._stream
        if not self._more():
            return None
        while not (end := stream.until(_LINE)):
            if stream.has(_LONGEST_LINE):
                raise self.torn("the line before it has no end")
            if not (end := stream.until(_LINE)):
                raise self.torn(stream.broken or "the line before it has no end")
            break
        text = stream.take(end).decode("utf-8", "replace").rstrip("\r\n")
        found = _FIELDS.fullmatch(text)
        if found is None:
            raise self.torn(f"the line before it is none of ARC's: {text[:80]!r}")
        size = int(found["length"])
        if size > LARGEST:
            raise self.torn(f"its length is {size}, and no more than {LARGEST} bytes are read")
        self._left = size
        return ArcHead(found["url"], found["ip"], self._date(found["date"]), found["mime"], size, self._offset)

    def pieces(self) -> Iterator[bytes]:
        """Take the block of the record begun, a piece at a time. Raises `BadRecord` where it is not whole."""
        try:
            for piece in self._stream.pieces(self._left):
                self._left -= len(piece)
                yield piece
        except Broken as error:
            raise self.torn(str(error)) from error

    def end(self) -> None:
        """Pass what follows the block. Raises `BadRecord`."""
        for _ in self.pieces():
            pass
        stream = self._stream
        if stream.has(1) and not stream.startswith((b"\n", b"\r\n")):
            raise self.torn("its length is not that of its block")
        if stream.broken:
            raise self.torn(stream.broken)

    def torn(self, why: str) -> BadRecord:
        """Return the error that says where no record can be read, and why."""
        return BadRecord(
            f"the ARC record is torn: {why}",
            where=f"{self._where}, offset {self._offset}",
            now="The records before it are whole.",
        )

    def _more(self) -> bool:
        """Pass blank lines and go to the next record; False at the end."""
        stream = self._stream
        while True:
            while stream.startswith((b"\n", b"\r\n")):
                stream.take(1 if stream.startswith(b"\n") else 2)
            if stream.has(1):
                self._offset = stream.member if isinstance(stream, Gzip) else stream.position
                return True
            if stream.broken:
                raise self.torn(stream.broken)
            if not isinstance(stream, Gzip) or not stream.begin():
                return False
            self._offset = stream.member

    def _date(self, digits: str) -> dt.datetime:
        try:
            return dt.datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
        except ValueError as error:
            raise self.torn(f"its date is none: {digits}") from error
