"""The records of a WARC file without gzip, one after the other, each with the bytes that are its own.

Where a Content-Length lies, the next line that begins a record ends this one. Knows nothing of what stands in a record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from xinhua_id.warc.check.members import READ

_WINDOW = 1 << 20
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,18})[ \t]*\r$", re.IGNORECASE | re.MULTILINE)
_NEXT = b"\r\n\r\nWARC/"
_VERSION = b"WARC/"


class Plain:
    """One record in a file without gzip; it ends where the next begins, or with the file."""

    header = b""

    def __init__(self, file: BinaryIO, offset: int, end: int, told: Callable[[int], None]) -> None:
        self.offset = offset
        self.end: int | None = end
        self._file = file
        self._told = told

    def pieces(self) -> Iterator[bytes]:
        """Yield its bytes."""
        at = self.offset
        while self.end is not None and at < self.end:
            self._file.seek(at)
            piece = self._file.read(min(READ * 4, self.end - at))
            if not piece:
                return
            self._told(len(piece))
            at += len(piece)
            yield piece


def records(file: BinaryIO, told: Callable[[int], None]) -> Iterator[Plain | range]:
    """Yield the records of a file, and the ranges of bytes that belong to none."""
    size = file.seek(0, 2)
    offset = 0
    while offset < size:
        file.seek(offset)
        if file.read(len(_VERSION)) != _VERSION:
            following = _next(file, offset, size)
            yield range(offset, following)
        else:
            following = _end(file, offset, size)
            yield Plain(file, offset, following, told)
        offset = following


def _end(file: BinaryIO, offset: int, size: int) -> int:
    """Return where the record ends: by its Content-Length if a record or the file's end follows, else by the next."""
    file.seek(offset)
    front = file.read(_WINDOW)
    head = front.find(b"\r\n\r\n")
    if head >= 0 and (said := _LENGTH.search(front, 0, head + 2)):
        end = offset + head + 4 + int(said[1])
        file.seek(end)
        following = file.read(len(_NEXT))
        if following == _NEXT or (end + len(following) == size and following == b"\r\n\r\n"):
            return end + 4
    return _next(file, offset + max(head, 0) + 1, size)


def _next(file: BinaryIO, start: int, size: int) -> int:
    """Return where the next record begins after ``start``; the file's length where there is none."""
    base = start
    while base < size:
        file.seek(base)
        window = file.read(_WINDOW)
        at = window.find(_NEXT)
        if at >= 0:
            return base + at + 4
        if len(window) < _WINDOW:
            return size
        base += len(window) - len(_NEXT) + 1
    return size
