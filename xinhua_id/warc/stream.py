"""The bytes of a file outside its gzip, a piece at a time, with the place of every gzip member.

Never holds more than it was asked for, however much a member inflates to. Knows nothing of records.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, cast

from zlib_ng import zlib_ng

MAGIC = b"\x1f\x8b"
#: The most that is taken out of a member at a time, bytes.
PIECE = 256 * 1024

_READ = 64 * 1024
_GZIP = 16 + zlib_ng.MAX_WBITS
# The stub of zlib-ng says its error is an exception, not a class of them.
_Error = cast("type[Exception]", zlib_ng.error)


class Broken(Exception):
    """The bytes end, or do not inflate; its text says which."""


class Stream:
    """What records are read from. ``position`` counts the bytes taken so far, outside compression."""

    def __init__(self, position: int = 0) -> None:
        self.position = position
        #: Why nothing follows what is ready, where that is not the regular end of a file or member.
        self.broken: str | None = None
        self._buffer = b""
        self._at = 0

    def has(self, size: int) -> bool:
        """Have ``size`` bytes ready, unless the file or the member ends sooner."""
        have = len(self._buffer) - self._at
        if have >= size:
            return True
        parts = [self._buffer[self._at :]]
        while have < size and (piece := self._more()):
            parts.append(piece)
            have += len(piece)
        self._buffer, self._at = b"".join(parts), 0
        return have >= size

    def startswith(self, prefix: bytes | tuple[bytes, ...]) -> bool:
        """Whether what comes next begins so, or in one of several ways."""
        self.has(len(prefix) if isinstance(prefix, bytes) else max(map(len, prefix)))
        return self._buffer.startswith(prefix, self._at)

    def peek(self, size: int) -> bytes:
        """Return what comes next, at most ``size`` bytes, and leave it there."""
        self.has(size)
        return self._buffer[self._at : self._at + size]

    def until(self, pattern: re.Pattern[bytes]) -> int:
        """Return how far the first match of ``pattern`` in what is ready reaches; 0 where there is none."""
        found = pattern.search(self._buffer, self._at)
        return found.end() - self._at if found else 0

    def take(self, size: int) -> bytes:
        """Take bytes that are ready, at most ``size``."""
        taken = self._buffer[self._at : self._at + size]
        self._at += len(taken)
        self.position += len(taken)
        return taken

    def pieces(self, size: int) -> Iterator[bytes]:
        """Take ``size`` bytes, a piece at a time; raise `Broken` where there are fewer."""
        while size > 0:
            if self._at == len(self._buffer):
                self._buffer, self._at = self._more(), 0
                if not self._buffer:
                    raise Broken(self.broken or self.ends)
            piece = self.take(size)
            size -= len(piece)
            yield piece

    #: What it means that nothing follows.
    ends = "the file ends too early"

    def _more(self) -> bytes:
        raise NotImplementedError


class Plain(Stream):
    """A file that is not compressed, from ``start`` on."""

    def __init__(self, file: BinaryIO, start: int = 0) -> None:
        super().__init__(start)
        self._file = file
        file.seek(start)

    def _more(self) -> bytes:
        return self._file.read(PIECE)


class Gzip(Stream):
    """A file of gzip members, from ``start`` on: what is ready never goes beyond the member that `begin` opened."""

    ends = "its gzip member ends too early"

    def __init__(self, file: BinaryIO, start: int = 0) -> None:
        super().__init__()
        self._file = file
        self._raw = b""
        self._read = start
        self._inflate: zlib_ng._Decompress | None = None
        #: Where the open member begins in the file.
        self.member = start
        file.seek(start)

    def begin(self) -> bool:
        """Open the next member; False at the file's end. The last one was taken whole."""
        self._raw = self._raw or self._next_raw()
        if not self._raw:
            return False
        self.member, self.broken = self.end, None
        self._inflate = zlib_ng.decompressobj(_GZIP)
        return True

    @property
    def end(self) -> int:
        """Where the open member ends in the file, once it was taken whole."""
        return self._read - len(self._raw)

    def rest(self, limit: int) -> bool:
        """Pass over what is left of the member, up to ``limit`` bytes; return whether its end was reached."""
        self._buffer, self._at = b"", 0
        while limit > 0 and (piece := self._more()):
            limit -= len(piece)
        return limit > 0 and self.broken is None

    def _next_raw(self) -> bytes:
        raw = self._file.read(_READ)
        self._read += len(raw)
        return raw

    def _more(self) -> bytes:
        while self._inflate is not None and self.broken is None:
            self._raw = self._raw or self._next_raw()
            ended = not self._raw
            try:
                piece, self._raw, whole = _inflated(self._inflate, self._raw)
            except _Error as error:
                self.broken = f"its gzip does not inflate ({error})"
                break
            if whole:
                self._inflate = None
            elif ended and not piece:
                self.broken = "the file ends inside its gzip member"
            if piece:
                return piece
        return b""


def _inflated(inflate: zlib_ng._Decompress, raw: bytes) -> tuple[bytes, bytes, bool]:
    """Return the next piece, what of ``raw`` is left, and whether the member ends with it."""
    piece = inflate.decompress(raw, PIECE)
    return piece, inflate.unused_data if inflate.eof else inflate.unconsumed_tail, inflate.eof


def next_member(file: BinaryIO, start: int, begins: bytes) -> int | None:
    """Return where the next gzip member at or after ``start`` begins whose content begins so; None for nowhere."""
    wanted, kept, at = MAGIC + b"\x08", b"", start
    file.seek(start)
    while raw := file.read(_READ):
        window, base = kept + raw, at - len(kept)
        found = window.find(wanted)
        while found >= 0:
            if _content_begins(file, base + found, begins):
                return base + found
            found = window.find(wanted, found + 1)
        at += len(raw)
        kept = window[-(len(wanted) - 1) :]
        file.seek(at)
    return None


def _content_begins(file: BinaryIO, offset: int, begins: bytes) -> bool:
    file.seek(offset)
    try:
        return zlib_ng.decompressobj(_GZIP).decompress(file.read(1024), len(begins)) == begins
    except _Error:
        return False
