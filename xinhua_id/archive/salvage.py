"""A file whose writer died, made whole again: what is readable stays, what is torn moves to ``.torn`` beside it.

Nothing is ever deleted: the bytes moved aside are durable before the file is cut. Whole members behind a hole (a system
that went down may have kept later bytes and lost earlier ones) are moved up to where the hole began. Knows nothing of
runs or of the catalogue.
"""

from __future__ import annotations

import itertools
import json
import mmap
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xinhua_id.archive.item_lines import cannot_write
from xinhua_id.errors import BadRecord
from xinhua_id.warc import reader
from xinhua_id.warc.file import fsync_directory, nobody_writes, replacing
from xinhua_id.warc.reader import Record

_MEMBER = b"\x1f\x8b\x08"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was found in a file: ``whole`` records or lines stay, ``moved`` of them were behind a hole.

    ``torn`` is where the rest lies, None where there was none; ``torn_bytes`` is how much that is.
    """

    path: Path
    whole: int
    moved: int = 0
    torn: Path | None = None
    torn_bytes: int = 0


def salvage_warc(path: Path) -> Salvaged:
    """Make a WARC end behind its last whole member; a file that is whole is left as it is.

    Raises `BadRecord` where it cannot be read at all, `CannotWrite` where nothing can be moved, `InUse` where it is
    still written: the end of such a file is not torn, only not there yet.
    """
    with nobody_writes(path):
        return _salvaged(path)


def salvage_lines(path: Path, holds: Callable[[dict[str, Any]], bool]) -> Salvaged:
    """Keep the whole lines that are JSON objects and of which ``holds`` is true; the others move to ``.torn``.

    Raises `CannotWrite`; the file is replaced whole, or not at all.
    """
    keeps = [(line, _is_kept(line, holds)) for line in _lines(path)]
    whole = sum(kept for _, kept in keeps)
    if whole == len(keeps):
        return Salvaged(path, whole)
    lost = [line for line, kept in keeps if not kept]
    try:
        torn = _set_aside(path, iter(lost))
        with replacing(path) as file:
            file.writelines(line for line, kept in keeps if kept)
    except OSError as error:
        raise cannot_write(error, path) from error
    return Salvaged(path, whole, 0, torn, sum(map(len, lost)))


def _salvaged(path: Path) -> Salvaged:
    whole, end, known = 0, 0, set()
    try:
        for found in reader.records(path):
            whole, end = whole + 1, found.offset + found.length
            known.add(found.header("WARC-Record-ID"))
    except BadRecord as error:
        if isinstance(error.__cause__, OSError):
            raise
    size = path.stat().st_size
    if end == size:
        return Salvaged(path, whole)
    behind = [
        (offset, length)
        for offset, length, found in _members_behind(path, end)
        if found.header("WARC-Record-ID") not in known
    ]
    try:
        torn = _set_aside(path, _from(path, end))
        _close_up(path, end, behind)
    except OSError as error:
        raise cannot_write(error, path) from error
    return Salvaged(path, whole + len(behind), len(behind), torn, size - end)


def _members_behind(path: Path, start: int) -> Iterator[tuple[int, int, Record]]:
    """Yield the whole records that lie anywhere behind ``start``."""
    at = start
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        while (at := data.find(_MEMBER, at)) >= 0:
            record = _record_from(path, at)
            if record is None:
                at += 1
                continue
            yield at, record.length, record
            at += record.length


def _record_from(path: Path, offset: int) -> Record | None:
    """Return the record whose member begins at ``offset``, if one does and is whole."""
    try:
        return next(reader.records(path, start=offset), None)
    except BadRecord as error:
        if isinstance(error.__cause__, OSError):
            raise
        return None


def _close_up(path: Path, end: int, members: list[tuple[int, int]]) -> None:
    """Move members up to ``end``, in order, and cut the file behind the last."""
    with path.open("r+b") as file:
        for offset, length in members:
            file.seek(offset)
            member = file.read(length)
            file.seek(end)
            file.write(member)
            end += length
        file.flush()
        os.fsync(file.fileno())
        file.truncate(end)
        os.fsync(file.fileno())


def _set_aside(path: Path, pieces: Iterator[bytes]) -> Path:
    """Keep bytes in the first free ``.torn`` beside ``path``, durably."""
    name = path.name.removesuffix(".open")
    names = itertools.chain([f"{name}.torn"], (f"{name}.torn-{number}" for number in itertools.count(2)))
    torn = next(aside for aside in (path.with_name(one) for one in names) if not aside.exists())
    with torn.open("wb") as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())
    fsync_directory(torn.parent)
    return torn


def _from(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while piece := file.read(_PIECE):
            yield piece


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def _is_kept(line: bytes, holds: Callable[[dict[str, Any]], bool]) -> bool:
    if not line.endswith(b"\n"):
        return False
    try:
        item = json.loads(line)
    except ValueError:
        return False
    return isinstance(item, dict) and holds(item)
