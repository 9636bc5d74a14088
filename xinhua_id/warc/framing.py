"""Where each record of a WARC begins and ends: heads as foreign tools write them, lengths held against the bytes.

Takes LF-only and folded heads, names in any case, blank lines between records, and several records in one gzip member.
Knows nothing of what stands in a block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from xinhua_id.errors import BadRecord
from xinhua_id.warc.stream import MAGIC, Broken, Gzip, Plain, next_member

#: No record's block may be longer: what a gzip bomb unfolds to costs time alone, and no more than this.
LARGEST = 8 * 2**30

_LONGEST_HEAD = 1 << 20
_LONGEST_GAP = 1 << 16
_LONGEST_REST = 1 << 30
_VERSION = re.compile(rb"WARC/\d+\.\d+[ \t]*\r?\n")
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_NEXT_LINE = re.compile(rb"\nWARC/\d")
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
_ENDS = (b"\r\n\r\n", b"\n\n")
_FOREIGN = (
    ((b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"), "the file is compressed with zstd, which replay tools do not read",
     "`fastwarc recompress -c gzip FILE.warc.zst FILE.warc.gz` makes one that is read."),
    ((b"PK\x03\x04", b"PK\x05\x06"), "the file is a zip: a WACZ perhaps",
     "`xinhua-id archive import` takes the WARC files out of a WACZ."),
    ((b"BZh", b"\xfd7zXZ\x00"), "the file is compressed with bzip2 or xz", "Unpack it first."),
    ((b"filedesc:",), "the file is an ARC, not a WARC", "`xinhua-id archive import` makes a WARC of it."),
)  # fmt: skip

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A record whose head was read. ``offset`` is where its member begins, or itself where it shares one."""

    type: str
    fields: Fields
    size: int
    offset: int
    #: The head's bytes with the empty line.
    raw: bytes


class Frames:
    """The records of an open file, one after the other: `begin`, then `pieces`, then `end`.

    ``skip`` makes it go on behind a fault where the next record is sure; `resume` does.
    """

    def __init__(self, file: BinaryIO, where: str, start: int = 0) -> None:
        self._file = file
        self._where = where
        file.seek(start)
        first = file.read(16)
        self.gzip = first.startswith(MAGIC)
        self._refuse(first, start)
        self._stream: Gzip | Plain = Gzip(file, start) if self.gzip else Plain(file, start)
        self._offset = start
        #: Where the record begun last begins, in uncompressed bytes.
        self.position = start
        self._left = self._size = 0
        # Whether a gzip member is open that holds several records.
        self._shared = False

    def begin(self) -> Head | None:
        """Read the head of the next record, once `end` was called for the last; None at the end. Raises `BadRecord`."""
        stream = self._stream
        self._left = self._size = 0
        if isinstance(stream, Gzip) and not self._shared:
            if stream.broken:
                raise self.torn(stream.broken)
            if not self._next_member(stream):
                return None
        elif not self._pass_gap():
            return None
        else:
            self._offset = stream.position
        self.position = stream.position
        raw = self._head()
        fields = fields_of(raw)
        kind, size = self._named(fields)
        self._left = self._size = size
        return Head(kind, fields, size, self._offset, raw)

    def pieces(self) -> Iterator[bytes]:
        """Take the block of the record begun, a piece at a time. Raises `BadRecord` where it is not whole."""
        try:
            for piece in self._stream.pieces(self._left):
                self._left -= len(piece)
                yield piece
        except Broken as error:
            raise self.torn(str(error)) from error

    def end(self) -> tuple[int, int, bool]:
        """Pass what follows the block; return offset and length, and whether they lead to the record.

        They do not where several records share a gzip member: they count uncompressed bytes then. Raises `BadRecord`.
        """
        for _ in self.pieces():
            pass
        stream = self._stream
        self._terminator()
        if not isinstance(stream, Gzip):
            return self._offset, stream.position - self._offset, True
        length = stream.position - self.position
        was_shared, self._shared = self._shared, self._pass_gap()
        if was_shared:
            return self.position, length, False
        if stream.broken and not self._shared:
            raise self.torn(stream.broken)
        if self._shared and not stream.startswith(b"WARC/"):
            self._shared = False
            raise self.torn(f"its Content-Length is {self._size}, and what follows is no record")
        if self._shared:
            return self.position, length, False
        return self._offset, stream.end - self._offset, True

    def resume(self) -> bool:
        """After a `BadRecord`: find where the next record surely begins; False where none does.

        Behind a member that inflates, or at the next one; in a plain file at the next line that begins a record,
        unless the block reached beyond the end of the file: what a torn block holds is no record.
        """
        stream, found = self._stream, None
        if self._shared:
            return self._resume_inside()
        if isinstance(stream, Gzip):
            if stream.broken is None and stream.rest(_LONGEST_REST) and stream.end > stream.member:
                found = stream.end
            else:
                found = next_member(self._file, stream.member + 1, b"WARC/")
        elif not self._left or stream.has(1):
            found = _next_plain(self._file, self._offset + 1)
        if found is None:
            return False
        position = stream.position
        self._stream = Gzip(self._file, found) if self.gzip else Plain(self._file, found)
        if self.gzip:
            self._stream.position = position
        return True

    def _resume_inside(self) -> bool:
        """Find the next record in a gzip member that holds several."""
        stream = self._stream
        while stream.has(_LONGEST_GAP) or stream.has(9):
            if end := stream.until(_NEXT_LINE):
                stream.take(end - 6)
                return True
            stream.take(max(_LONGEST_GAP - 8, 1) if stream.has(_LONGEST_GAP) else _LONGEST_GAP)
        return False

    def torn(self, why: str) -> BadRecord:
        """Return the error that says where no record can be read, and why."""
        where = f"{self._where}, offset {self._offset}"
        if self._offset == 0:
            return BadRecord(
                f"the first record is torn, or the file is no WARC: {why}",
                where=where,
                now="Look at its beginning: a WARC begins with `WARC/1`, inside gzip where it ends in .gz.",
            )
        return BadRecord(
            f"the record is torn, or none begins here: {why}", where=where, now="The records before it are whole."
        )

    def _next_member(self, stream: Gzip) -> bool:
        """Open the next gzip member that holds anything."""
        while stream.begin():
            self._offset = stream.member
            if stream.has(1):
                self._pass_gap()
                return True
            if stream.broken:
                raise self.torn(stream.broken)
        return False

    def _pass_gap(self) -> bool:
        """Pass blank lines; return whether anything follows."""
        stream, passed = self._stream, 0
        while stream.has(1):
            if not stream.startswith((b"\n", b"\r\n")) or passed > _LONGEST_GAP:
                return True
            passed += len(stream.take(1 if stream.startswith(b"\n") else 2))
        return False

    def _head(self) -> bytes:
        stream, size = self._stream, 4096
        if not stream.startswith(b"WARC/"):
            self._refuse(stream.peek(16), self._offset)
            raise self.torn(stream.broken or "it does not begin with `WARC/`")
        while True:
            more = stream.has(size)
            if length := stream.until(_EMPTY_LINE):
                break
            if not more:
                raise self.torn(stream.broken or "its head has no end")
            if size > _LONGEST_HEAD:
                raise self.torn(f"its head is longer than {_LONGEST_HEAD} bytes")
            size *= 4
        raw = stream.take(length)
        if not _VERSION.match(raw):
            raise self.torn("its first line names no version of WARC")
        return raw

    def _named(self, fields: Fields) -> tuple[str, int]:
        named = {name.lower(): value for name, value in reversed(fields)}
        said, kind = named.get("content-length", ""), named.get("warc-type")
        if not _DIGITS.fullmatch(said):
            raise self.torn(f"its Content-Length is {said!r}" if said else "it has no Content-Length")
        if not kind:
            raise self.torn("it has no WARC-Type")
        if int(said) > LARGEST:
            raise self.torn(f"its Content-Length is {said}, and no more than {LARGEST} bytes are read")
        return kind, int(said)

    def _terminator(self) -> None:
        """Pass the two line ends after a block; a gzip member that ends before them is whole all the same."""
        stream = self._stream
        for end in _ENDS:
            if stream.startswith(end):
                stream.take(len(end))
                return
        wrong = f"its Content-Length is {self._size}, and its block does not end there"
        if not self.gzip:
            raise self.torn(wrong if stream.has(4) else "the file ends before the record does")
        if stream.has(1):
            raise self.torn(wrong)
        if stream.broken:
            raise self.torn(stream.broken)

    def _refuse(self, start: bytes, offset: int) -> None:
        """Raise `BadRecord` for what is known not to be a WARC, at the beginning of a file."""
        for magics, what, now in _FOREIGN if offset == 0 else ():
            if start.startswith(magics):
                raise BadRecord(what, where=self._where, now=now)


def fields_of(head: bytes) -> Fields:
    """Return the fields of a head in order; a line that begins with white space goes on with the one before it."""
    fields: list[tuple[str, str]] = []
    # WARC 1.1 §4: header values are UTF-8.
    for line in head.decode("utf-8", "replace").split("\n")[1:]:
        line = line.removesuffix("\r")
        if line[:1] in {" ", "\t"} and fields:
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {line.strip()}".strip())
        elif ":" in line:
            name, _, value = line.partition(":")
            fields.append((name.strip(), value.strip()))
    return tuple(fields)


def _next_plain(file: BinaryIO, start: int) -> int | None:
    file.seek(start)
    window, at = b"", start
    while piece := file.read(1 << 18):
        base = at - len(window)
        window += piece
        if found := _NEXT_LINE.search(window):
            return base + found.start() + 1
        at += len(piece)
        window = window[-8:]
    return None
