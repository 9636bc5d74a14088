"""Members of WARC files, copied byte for byte into a package, and the index lines they have there.

A revisit whose original is in none of the files chosen would not replay: its original comes along, in a file of its
own.
Knows nothing of ZIP.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from xinhua_id import __version__
from xinhua_id.archive.index import line_of
from xinhua_id.archive.package.selection import Selection
from xinhua_id.archive.revisits import OriginalRecords, names_of, original_of
from xinhua_id.errors import BadRecord
from xinhua_id.warc import reader, record
from xinhua_id.warc.reader import Record

_PIECE = 1 << 20


class _Ledger:
    """Which responses are in a package, and which of them its revisits refer to; on disk, so that memory stays flat.

    A response goes by its id, and by its URL and date, which is all that some writers' revisits give (WARC 1.1 §5.15).
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("")  # a file of SQLite's own, which goes with the connection
        self._database.execute("CREATE TABLE there (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self._database.execute("CREATE TABLE wanted (id TEXT PRIMARY KEY, path TEXT, offset INT, length INT)")
        self._database.execute("CREATE TABLE taken (path TEXT, offset INT, length INT, PRIMARY KEY (path, offset))")

    def note(self, found: Record, path: Path) -> None:
        if found.type == "response":
            names = [(name,) for name in names_of(found) if name]
            self._database.executemany("INSERT OR IGNORE INTO there VALUES (?)", names)
        elif found.type == "revisit" and (original := original_of(found)):
            place = (original, str(path), found.offset, found.length)
            self._database.execute("INSERT OR IGNORE INTO wanted VALUES (?, ?, ?, ?)", place)

    def without_original(self) -> Iterator[Record]:
        """Yield a revisit for each original that is not there, in the order of their places."""
        query = "SELECT path, offset, length FROM wanted WHERE id NOT IN (SELECT id FROM there) ORDER BY path, offset"
        for path, offset, length in self._database.execute(query):
            yield reader.record_at(Path(path), offset, length)

    def take(self, path: Path, found: Record) -> None:
        """Note an original that is to come along."""
        place = (str(path), found.offset, found.length)
        self._database.execute("INSERT OR IGNORE INTO taken VALUES (?, ?, ?)", place)

    def taken(self) -> Iterator[tuple[Path, int, int]]:
        """Yield the places of the originals that are to come along, file by file."""
        for path, offset, length in self._database.execute("SELECT * FROM taken ORDER BY path, offset"):
            yield Path(path), offset, length

    def taken_from(self) -> list[str]:
        """Return the names of the files that they come from."""
        found = self._database.execute("SELECT DISTINCT path FROM taken ORDER BY path")
        return [Path(path).name for (path,) in found]


@dataclass
class Members:
    """Copies the members of a selection; ``lines`` gets the index line of every record that has one.

    ``torn`` names files that could not be read to their end, and why; ``lost`` revisits whose original is nowhere.
    """

    selection: Selection
    lines: BinaryIO
    torn: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    _ledger: _Ledger = field(default_factory=_Ledger)

    def whole(self, path: Path) -> Iterator[bytes]:
        """Yield a file as it is; its records are noted on the way."""
        try:
            for found in reader.records(path):
                self._note(found, path, path.name)
        except BadRecord as error:
            self.torn[path.name] = str(error)
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece

    def chosen(self, path: Path, name: str) -> Iterator[bytes]:
        """Yield the members of a file that lie in the range, behind a warcinfo that says so and the file's own.

        Nothing at all is yielded where none does. An uncompressed file gives an uncompressed one.
        """
        info: bytes | None = None
        begun, offset = False, 0
        with path.open("rb") as file:
            try:
                for found in reader.records(path):
                    if not found.addressable:
                        raise _without_place(path)
                    if found.type == "warcinfo":
                        info = b"".join(_pieces(file, found))
                        continue
                    if not self._is_chosen(found):
                        continue
                    if not begun:
                        begun, front = True, self._front(name, [path.name]) + (info or b"")
                        offset = len(front)
                        yield front
                    self._note(found, path, name, offset)
                    offset += found.length
                    yield from _pieces(file, found)
            except BadRecord as error:
                self.torn[path.name] = str(error)

    def originals(self, name: str) -> Iterator[bytes]:
        """Yield the originals that revisits refer to and that are not in yet, each with its request."""
        kept = OriginalRecords(self.selection.home / "warc", self.selection.catalogue_url)
        for revisit in self._ledger.without_original():
            if (place := kept.find(revisit)) is None:
                self.lost.append(revisit.header("WARC-Record-ID") or "")
            else:
                self._ledger.take(*place)
        sources = self._ledger.taken_from()
        if not sources:
            return
        front = self._front(name, sources)
        offset = len(front)
        yield front
        for path, begin, _ in self._ledger.taken():
            with path.open("rb") as file:
                for found in _with_request(path, begin):
                    length = 0
                    for piece in _as_member(file, found):
                        length += len(piece)
                        yield piece
                    self._note(dataclasses.replace(found, length=length), path, name, offset)
                    offset += length

    def _is_chosen(self, found: Record) -> bool:
        date = found.header("WARC-Date")
        try:
            return date is not None and self.selection.holds(record.moment(date))
        except ValueError:
            return False

    def _note(self, found: Record, path: Path, name: str, offset: int | None = None) -> None:
        """Take note of a record of ``path`` that stands in ``name`` now, at ``offset`` if that is not where it was."""
        self._ledger.note(found, path)
        there = found if offset is None else dataclasses.replace(found, offset=offset)
        if text := line_of(there, name):
            self.lines.write(text.encode())

    def _front(self, name: str, taken_from: list[str]) -> bytes:
        """Return the warcinfo of a file that holds some members of others (WARC 1.1 §6.1)."""
        chosen = self.selection
        said = {
            "software": f"xinhua_id/{__version__}",
            "format": "WARC File Format 1.1",
            "description": f"records copied byte for byte from {', '.join(taken_from)}",
            "since": chosen.since.isoformat() if chosen.since else "",
            "until": chosen.until.isoformat() if chosen.until else "",
            "isPartOf": chosen.name,
        }
        when = record.date(dt.datetime.now(dt.UTC))
        told = ((key, value) for key, value in said.items() if value)
        fields, block = record.warcinfo(record.new_id(), when, name, told)
        if not name.endswith(".gz"):
            return record.plain(fields, block)
        return b"".join(record.member(fields, len(block), [block]))


def _pieces(file: BinaryIO, found: Record) -> Iterator[bytes]:
    return record.pieces(file, found.offset, found.offset + found.length)


def _as_member(file: BinaryIO, found: Record) -> Iterator[bytes]:
    """Yield the gzip member of a record as it is; one is made around a record that stands uncompressed."""
    pieces = _pieces(file, found)
    first = next(pieces, b"")
    if first.startswith(b"\x1f\x8b"):
        yield first
        yield from pieces
        return
    deflate = zlib.compressobj(wbits=31)
    for piece in itertools.chain([first], pieces):
        yield deflate.compress(piece)
    yield deflate.flush()


def _without_place(path: Path) -> BadRecord:
    return BadRecord(
        "several records share a gzip member, so that none can be copied by itself", where=str(path),
        now="`xinhua-id archive import` derives a copy of it.",
    )  # fmt: skip


def _with_request(path: Path, offset: int) -> Iterator[Record]:
    """Yield a response and, where it follows, the request that it answers."""
    following = reader.records(path, start=offset)
    response = next(following)
    yield response
    try:
        request = next(following, None)
    except BadRecord:  # what is torn behind it is no matter here
        return
    ident = response.header("WARC-Record-ID")
    if request is not None and request.type == "request" and request.header("WARC-Concurrent-To") == ident:
        yield request
