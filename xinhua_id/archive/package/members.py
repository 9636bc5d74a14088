"""Members of WARC files, copied byte for byte into a package, and the index lines they have there.

A revisit whose original is in none of the files chosen would not replay: its original comes along, in a file of its
own.
Knows nothing of ZIP.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from xinhua_id import __version__
from xinhua_id.archive.index import line_of
from xinhua_id.archive.package.selection import Selection
from xinhua_id.archive.pages import file_in
from xinhua_id.archive.revisits import OriginalRecords
from xinhua_id.errors import BadRecord
from xinhua_id.warc import reader, record
from xinhua_id.warc.reader import Record

_PIECE = 1 << 20


class _Ledger:
    """Which responses are in a package, and which of them its revisits refer to; on disk, so that memory stays flat."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("")  # a file of SQLite's own, which goes with the connection
        self._database.execute("CREATE TABLE there (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self._database.execute("CREATE TABLE wanted (id TEXT PRIMARY KEY, path TEXT, offset INT, length INT)")

    def note(self, found: Record, path: Path) -> None:
        if found.type == "response":
            self._database.execute("INSERT OR IGNORE INTO there VALUES (?)", [found.header("WARC-Record-ID")])
        elif found.type == "revisit" and (original := found.header("WARC-Refers-To")):
            place = (original, str(path), found.offset, found.length)
            self._database.execute("INSERT OR IGNORE INTO wanted VALUES (?, ?, ?, ?)", place)

    def without_original(self) -> list[Record]:
        """Return a revisit for each original that is not there, in the order of their places."""
        query = "SELECT path, offset, length FROM wanted WHERE id NOT IN (SELECT id FROM there) ORDER BY path, offset"
        return [reader.record_at(Path(path), offset, length) for path, offset, length in self._database.execute(query)]


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

        Nothing at all is yielded where none does.
        """
        info: bytes | None = None
        begun, offset = False, 0
        with path.open("rb") as file:
            try:
                for found in reader.records(path):
                    if found.type == "warcinfo":
                        info = b"".join(_pieces(file, found))
                        continue
                    if not self._is_chosen(found):
                        continue
                    if not begun:
                        begun, front = True, self._front(name, path.name) + (info or b"")
                        offset = len(front)
                        yield front
                    self._note(found, path, name, offset)
                    offset += found.length
                    yield from _pieces(file, found)
            except BadRecord as error:
                self.torn[path.name] = str(error)

    def originals(self, name: str) -> Iterator[bytes]:
        """Yield the originals that revisits refer to and that are not in yet, each with its request."""
        kept = OriginalRecords(self.selection.home / "warc")
        offset = 0
        for revisit in self._ledger.without_original():
            place = kept.place_of(revisit)
            if place is None:
                self.lost.append(revisit.header("WARC-Record-ID") or "")
                continue
            path = file_in(self.selection.home / "warc", place[0])
            if not offset:
                front = self._front(name, "several files")
                offset = len(front)
                yield front
            with path.open("rb") as file:
                for found in _with_request(path, place[1]):
                    self._note(found, path, name, offset)
                    offset += found.length
                    yield from _pieces(file, found)

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

    def _front(self, name: str, taken_from: str) -> bytes:
        """Return the warcinfo of a file that holds some members of another (WARC 1.1 §6.1)."""
        chosen = self.selection
        said = {
            "software": f"xinhua_id/{__version__}",
            "format": "WARC File Format 1.1",
            "description": f"records copied byte for byte from {taken_from}",
            "since": chosen.since.isoformat() if chosen.since else "",
            "until": chosen.until.isoformat() if chosen.until else "",
            "isPartOf": chosen.name,
        }
        block = record.warc_fields((key, value) for key, value in said.items() if value)
        fields = [
            ("WARC-Type", "warcinfo"),
            ("WARC-Record-ID", record.new_id()),
            ("WARC-Date", record.date(dt.datetime.now(dt.UTC))),
            ("WARC-Filename", name),
            ("WARC-Block-Digest", record.digest([block])),
            ("Content-Type", "application/warc-fields"),
        ]
        return b"".join(record.member(fields, len(block), [block]))


def _pieces(file: BinaryIO, found: Record) -> Iterator[bytes]:
    return record.pieces(file, found.offset, found.offset + found.length)


def _with_request(path: Path, offset: int) -> Iterator[Record]:
    """Yield a response and, where it follows, the request that it answers."""
    following = reader.records(path, start=offset)
    response = next(following)
    yield response
    request = next(following, None)
    ident = response.header("WARC-Record-ID")
    if request is not None and request.type == "request" and request.header("WARC-Concurrent-To") == ident:
        yield request
