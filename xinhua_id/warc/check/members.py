"""The bytes of a WARC file parted where its records may begin: gzip members, or one run of bytes where it has none.

Nothing is trusted and nothing ends the reading: a member that does not inflate says so, and the next one is looked for.
Memory is flat: a member is inflated a piece at a time. Knows nothing of what stands in a record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from zlib_ng import zlib_ng

MAGIC = b"\x1f\x8b"
#: How much of a file is read at a time, and the most that is inflated at a time, in bytes.
READ = 64 * 1024
PIECE = 1 << 20

_GZIP = 16 + zlib_ng.MAX_WBITS
# The stub of zlib-ng says its error is an exception, not a class of them.
_Broken = cast("type[Exception]", zlib_ng.error)
_DEFLATE = b"\x1f\x8b\x08"
_WINDOW = 1 << 20
_PROBE = 4096
_WORDS = (b"WARC/", b"filedesc://")
_HEADER = 10
_STEP = 16


class Torn(Exception):
    """The member does not inflate; ``why`` says how. Never leaves the check."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class Member:
    """One gzip member, read from front to back once through `pieces`; ``end`` is known then.

    ``header`` is its gzip header: the first ten bytes.
    """

    def __init__(self, file: BinaryIO, offset: int, waiting: bytes, told: Callable[[int], None]) -> None:
        self.offset = offset
        self.header = waiting[:_HEADER]
        self.end: int | None = None
        self.waiting = waiting
        self._file = file
        self._told = told

    def pieces(self) -> Iterator[bytes]:
        """Yield what the member holds; raise `Torn` where it does not inflate."""
        inflate = zlib_ng.decompressobj(_GZIP)
        at, data = self.offset, self.waiting
        silent = True
        try:
            while True:
                if piece := inflate.decompress(data, PIECE):
                    silent = False
                    yield piece
                if inflate.eof:
                    break
                at += len(data) - len(inflate.unconsumed_tail)
                data = inflate.unconsumed_tail
                if not data and len(piece) < PIECE:
                    data = self._file.read(READ)
                    self._told(len(data))
                    if not data:
                        raise Torn("the gzip member ends before its record does")
        except _Broken as error:
            if silent:
                yield from _before_the_break(data)
            raise Torn(_in_words(error)) from error
        self.waiting = inflate.unused_data
        self.end = at + len(data) - len(self.waiting)


def members(file: BinaryIO, start: int, stop: int | None, told: Callable[[int], None]) -> Iterator[Member | range]:
    """Yield the members that begin from ``start`` to before ``stop``, and the ranges of bytes that are none.

    A member that was yielded is read to its end, or to where it tears, before the next is looked for. ``told`` hears
    how many bytes were read.
    """
    file.seek(start)
    offset = start
    waiting = file.read(READ)
    told(len(waiting))
    while waiting and (stop is None or offset < stop):
        if len(waiting) < _HEADER:
            waiting += file.read(READ)
        if not waiting.startswith(MAGIC):
            following = next_member(file, offset + 1)
            yield range(offset, following)
        else:
            member = Member(file, offset, waiting, told)
            yield member
            if member.end is not None:
                offset, waiting = member.end, member.waiting or file.read(READ)
                continue
            following = next_member(file, offset + 1)
            yield range(offset, following)
        offset = following
        file.seek(offset)
        waiting = file.read(READ)


def next_member(file: BinaryIO, start: int) -> int:
    """Return where the next gzip member begins that holds a record; the file's length where there is none."""
    base = start
    while True:
        file.seek(base)
        window = file.read(_WINDOW)
        at = window.find(_DEFLATE)
        while at >= 0:
            if _holds_a_record(file, base + at):
                return base + at
            at = window.find(_DEFLATE, at + 1)
        if len(window) < _WINDOW:
            return base + len(window)
        base += len(window) - len(_DEFLATE) + 1


def _before_the_break(data: bytes) -> Iterator[bytes]:
    """Yield what a member holds before it breaks in its first bytes: zlib forgets the output of the call that fails."""
    inflate = zlib_ng.decompressobj(_GZIP)
    for at in range(0, len(data), _STEP):
        try:
            if piece := inflate.decompress(data[at : at + _STEP], PIECE):
                yield piece
        except _Broken:
            return


def _holds_a_record(file: BinaryIO, offset: int) -> bool:
    file.seek(offset)
    try:
        front = zlib_ng.decompressobj(_GZIP).decompress(file.read(_PROBE), 16)
    except _Broken:
        return False
    return front.startswith(_WORDS)


def _in_words(error: Exception) -> str:
    said = str(error)
    if "incorrect data check" in said:
        return "its bytes were changed: the gzip member's CRC-32 is not that of its contents"
    if "incorrect length check" in said:
        return "its bytes were changed: the gzip member's length is not that of its contents"
    return f"its bytes were changed: the gzip member does not inflate ({said.rpartition(': ')[2]})"
