"""WARC records out of a file, with the place of each: .warc.gz, .warc, and .open files that are still written.

A file is a path or a URL (`opening`). Every gzip member is read by itself, so that offset and length are those of the
member and a torn tail costs no whole record. A long block is never held whole: it is read again when it is asked for.
Knows nothing of HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from xinhua_id.errors import BadRecord
from xinhua_id.warc.framing import Frames
from xinhua_id.warc.opening import Where, opened

#: A block of at most so many bytes is kept with its record; a longer one is read again.
KEPT = 1 << 20
#: The most that `Record.content` gives in one piece: four times what a crawl takes of one answer.
WHOLE = 512 * 2**20

_Again = Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Record:
    """One whole record. ``headers`` keep order, case and repeats.

    ``offset`` and ``length`` are those of its gzip member, or of the record in an uncompressed file. Where several
    records share a gzip member nothing leads to one of them: ``addressable`` is False, and both count the uncompressed
    bytes of the file.
    """

    type: str
    headers: tuple[tuple[str, str], ...]
    offset: int
    length: int
    _kept: bytes | None = field(repr=False)
    addressable: bool = True
    _size: int = field(default=0, repr=False)
    _again: _Again | None = field(default=None, repr=False, compare=False)

    @property
    def block_length(self) -> int:
        """How long the block is, in bytes."""
        return self._size if self._kept is None else len(self._kept)

    @property
    def content(self) -> bytes:
        """The block, verbatim; raises `BadRecord` for one that is too long to hold: `pieces` reads it."""
        if self._kept is not None:
            return self._kept
        if self.block_length > WHOLE:
            raise BadRecord(
                f"the block of {self.block_length} bytes is too long to hold",
                where=f"offset {self.offset}",
                now="Read it piece by piece.",
            )
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """Yield the block a piece at a time, in flat memory."""
        if self._kept is not None:
            yield self._kept
        elif self._again is not None:
            yield from self._again()

    def header(self, name: str) -> str | None:
        """Return the first value of a WARC header, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def target_uri(self) -> str | None:
        """WARC-Target-URI, without the ``<>`` that wget writes around it, as the grammar of WARC 1.0 has it."""
        uri = self.header("WARC-Target-URI")
        return uri and uri.removeprefix("<").removesuffix(">")


def records(where: Where, start: int = 0, *, skipped: list[BadRecord] | None = None) -> Iterator[Record]:
    """Yield the records of a file in order, from offset ``start`` on; raise `BadRecord` where it tears, naming where.

    Every whole record before the tear was yielded by then. With ``skipped`` it goes on behind a fault where the next
    record is sure, and the faults are put there instead.
    """
    with _reading(where) as file:
        try:
            frames = Frames(file, str(where), start)
        except BadRecord as error:
            _put(skipped, error)
            return
        while True:
            try:
                found = _next(frames, where)
            except BadRecord as error:
                _put(skipped, error)
                if not frames.resume():
                    return
                continue
            if found is None:
                return
            yield found


def record_at(where: Where, offset: int, length: int) -> Record:
    """Return the record whose member lies at ``offset``; raise `BadRecord` if there is none."""
    with _reading(where, f", offset {offset}") as file:
        frames = Frames(file, str(where), offset)
        found = _next(frames, where)
        if found is None or not found.addressable or (found.offset, found.length) != (offset, length):
            raise frames.torn("another record lies there, or none")
        return found


def _next(frames: Frames, where: Where) -> Record | None:
    head = frames.begin()
    if head is None:
        return None
    kept: bytes | None = None
    if head.size <= KEPT:
        kept = b"".join(frames.pieces())
    offset, length, addressable = frames.end()
    again = None if kept is not None else _block_again(where, offset, addressable=addressable)
    return Record(head.type, head.fields, offset, length, kept, addressable, head.size, again)


def _block_again(where: Where, offset: int, *, addressable: bool) -> _Again:
    """Return what reads a long block again: at its place, or from the file's beginning where it has none."""

    def again() -> Iterator[bytes]:
        with _reading(where) as file:
            frames = Frames(file, str(where), offset if addressable else 0)
            while frames.begin():
                if addressable or frames.position == offset:
                    yield from frames.pieces()
                    return
                frames.end()

    return again


def _put(skipped: list[BadRecord] | None, error: BadRecord) -> None:
    if skipped is None:
        raise error
    skipped.append(error)


@contextmanager
def _reading(where: Where, at: str = "") -> Iterator[BinaryIO]:
    """Open a file; whatever the system refuses, then or later, is a `BadRecord`."""
    try:
        with opened(where) as file:
            yield file
    except OSError as error:
        raise BadRecord(
            f"cannot read the WARC: {error.strerror or error}",
            where=f"{where}{at}",
            now="Check the path and its permissions.",
        ) from error
