"""WARC records out of a file, with the place of each: .warc.gz, .warc, and .open files that are still written.

Reads gzip member by member, so that offset and length are those of the member and a torn tail costs no whole record.
Knows nothing of HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from zlib_ng import zlib_ng

from xinhua_id.errors import BadRecord

_READ = 64 * 1024
# The stub of zlib-ng says its error is an exception, not a class of them.
_Broken = cast("type[Exception]", zlib_ng.error)
_MAGIC = b"\x1f\x8b"
_LONGEST_HEAD = 1 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """One record. ``offset`` and ``length`` are those of its gzip member (or of the record in an uncompressed file).

    ``content`` is the block, verbatim. ``headers`` keep order, case and repeats.
    """

    type: str
    headers: tuple[tuple[str, str], ...]
    offset: int
    length: int
    content: bytes

    def header(self, name: str) -> str | None:
        """Return the first value of a WARC header, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


def records(path: Path, start: int = 0) -> Iterator[Record]:
    """Yield the records of a file in order, from offset ``start`` on; raise `BadRecord` where it tears, naming where.

    Every whole record before the tear was yielded by then.
    """
    try:
        with path.open("rb") as file:
            file.seek(start)
            compressed = file.read(2) == _MAGIC
            file.seek(start)
            yield from _members(file, path, start) if compressed else _plain(file, path, start)
    except OSError as error:
        raise BadRecord(
            f"cannot read the WARC: {error.strerror}", where=str(path), now="Check the path and its permissions."
        ) from error


def record_at(path: Path, offset: int, length: int) -> Record:
    """Return the record whose member lies at ``offset``; raise `BadRecord` if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            raw = file.read(length)
    except OSError as error:
        raise BadRecord(
            f"cannot read the record: {error.strerror}", where=f"{path}, offset {offset}", now="Check the path."
        ) from error
    if len(raw) < length:
        raise _torn(path, offset)
    if not raw.startswith(_MAGIC):
        return _parsed(raw, offset, length, path)
    inflate = zlib_ng.decompressobj(16 + zlib_ng.MAX_WBITS)
    try:
        data = inflate.decompress(raw)
    except _Broken as error:
        raise _torn(path, offset) from error
    if not inflate.eof or inflate.unused_data:
        raise _torn(path, offset)
    return _parsed(data, offset, length, path)


def _members(file: BinaryIO, path: Path, start: int) -> Iterator[Record]:
    offset, waiting = start, file.read(_READ)
    while waiting:
        inflate = zlib_ng.decompressobj(16 + zlib_ng.MAX_WBITS)
        parts: list[bytes] = []
        length = 0
        try:
            while True:
                parts.append(inflate.decompress(waiting))
                if inflate.eof:
                    break
                length += len(waiting)
                waiting = file.read(_READ)
                if not waiting:
                    raise _torn(path, offset)
        except _Broken as error:
            raise _torn(path, offset) from error
        length += len(waiting) - len(inflate.unused_data)
        yield _parsed(b"".join(parts), offset, length, path)
        offset += length
        waiting = inflate.unused_data or file.read(_READ)


def _plain(file: BinaryIO, path: Path, start: int) -> Iterator[Record]:
    offset = start
    while head := _read_head(file):
        try:
            size = next(int(value) for name, value in _fields(head) if name.lower() == "content-length")
            if size < 0:
                raise ValueError(size)
        except (ValueError, StopIteration) as error:
            raise _torn(path, offset) from error
        raw = head + file.read(size + 4)
        yield _parsed(raw, offset, len(raw), path)
        offset += len(raw)


def _read_head(file: BinaryIO) -> bytes:
    """Return the bytes up to and with the empty line, or what there is."""
    lines: list[bytes] = []
    size = 0
    while size < _LONGEST_HEAD and (line := file.readline(_LONGEST_HEAD)):
        lines.append(line)
        size += len(line)
        if line in {b"\r\n", b"\n"}:
            break
    return b"".join(lines)


def _parsed(data: bytes, offset: int, length: int, path: Path) -> Record:
    head, empty_line, rest = data.partition(b"\r\n\r\n")
    if not (empty_line and head.startswith(b"WARC/")):
        raise _torn(path, offset)
    headers = _fields(head)
    named = {name.lower(): value for name, value in reversed(headers)}
    try:
        size = int(named["content-length"])
        kind = named["warc-type"]
    except (KeyError, ValueError) as error:
        raise _torn(path, offset) from error
    if len(rest) > size + 4 and rest[size + 4 :].startswith(b"WARC/"):
        raise BadRecord(
            "the file holds several records in one gzip member",
            where=f"{path}, offset {offset}",
            now="`warcio recompress` gives each record its own.",
        )
    if size < 0 or rest[size:] != b"\r\n\r\n":
        raise _torn(path, offset)
    return Record(kind, headers, offset, length, rest[:size])


def _fields(head: bytes) -> tuple[tuple[str, str], ...]:
    # WARC 1.1 §4: header values are UTF-8.
    lines = head.decode("utf-8", "replace").split("\r\n")[1:]
    named = (line.partition(":") for line in lines if ":" in line)
    return tuple((name.strip(), value.strip()) for name, _, value in named)


def _torn(path: Path, offset: int) -> BadRecord:
    if offset == 0:
        return BadRecord(
            "the first record is torn, or the file is no WARC",
            where=f"{path}, offset 0",
            now="Look at its beginning: a WARC begins with `WARC/1`, inside gzip where it ends in .gz.",
        )
    return BadRecord(
        "the record is torn, or none begins here",
        where=f"{path}, offset {offset}",
        now="The records before it are whole.",
    )
