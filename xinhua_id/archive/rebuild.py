"""The catalogue made anew from the files alone: WARC records, item lines, redactions, manifests.

The files are the truth, so what comes out equals what was lost. What is operational, the run ledger first, stands in no
file as it was: it is taken over from the old catalogue where that can be read. A file that is torn or cannot be read is
named, and costs only what cannot be read of it. Memory stays flat.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from xinhua_id.archive import enter, entries
from xinhua_id.archive.entries import Place, Rows
from xinhua_id.archive.imports import ledger
from xinhua_id.archive.redaction.ledger import NAME as REDACTIONS
from xinhua_id.archive.redaction.ledger import Ledger
from xinhua_id.archive.swap import nobody_crawls, replaced
from xinhua_id.catalogue import articles, figures, files, runs, statements, tables, tombstones
from xinhua_id.catalogue.rows import ArticleRow, FileRow
from xinhua_id.catalogue.store import NAME, Catalogue
from xinhua_id.errors import ArchiveError, BadRecord, CannotWrite, CatalogueError
from xinhua_id.warc import reader, record
from xinhua_id.warc.file import OPEN, WARCS
from xinhua_id.warc.reader import Record

_ITEMS = ".jsonl"
#: Records whose rows are written at once.
_BATCH = 1000

Told = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """A file, or a part of one, that could not be read."""

    path: Path
    why: str


@dataclass(slots=True)
class Rebuilt:
    """What came of it. ``rows`` counts them by table; ``kept`` is where the old catalogue lies.

    ``elsewhere`` are the sites of a server's catalogue that the archive has not, and that were left as they are.
    ``lost`` says why what is operational could not be taken over, None where it was or where there was none.
    """

    rows: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    faults: list[Fault] = field(default_factory=list)
    kept: Path | None = None
    lost: str | None = None
    elsewhere: list[str] = field(default_factory=list)


def rebuild(
    archive: Path,
    now: dt.datetime,
    told: Told = lambda _: None,
    url: str | None = None,
    *,
    forget_missing: bool = False,
) -> Rebuilt:
    """Make the catalogue anew, and put it in the old one's place when it is whole.

    A file is made beside the old one. In the database that ``url`` names, one transaction replaces the rows of the
    archive's sites; ``forget_missing``: also those of files that do not lie here, which may be another machine's.
    ``told`` hears of every file before it is read. Raises `InUse` where a crawl is under way, `CannotWrite`, and
    `CatalogueError` for a database that is no catalogue, or that knows files of these sites which are not here.
    """
    report = Rebuilt()
    if url:
        with nobody_crawls(archive, "archive rebuild", now) as homes:
            _replace_rows(archive, homes, url, report, told, forget_missing=forget_missing)
        return report

    def made(path: Path) -> None:
        new = Catalogue.open_file(path, scratch=True)
        try:
            with new.begin() as connection:
                # Ours before what was imported: a record that both have is ours.
                for home in sorted(homes, key=ledger.is_import):
                    _Site(home, connection, report, told).fill()
                _take_over(archive, connection, report)
        finally:
            new.close()
        Catalogue.open_file(path).close()

    with nobody_crawls(archive, "archive rebuild", now) as homes:
        report.kept = replaced(archive, made, now)
    return report


def _replace_rows(
    archive: Path, homes: list[Path], url: str, report: Rebuilt, told: Told, *, forget_missing: bool
) -> None:
    """Replace what a server's catalogue says of the sites of an archive; nobody sees it before it is whole.

    Other sites may be crawled meanwhile: their files, and rows, are another machine's. That no worker elsewhere crawls
    one of these is for whoever calls to see to (`crawl.tenure.held`).
    """
    catalogue = Catalogue.open(archive, url)
    try:
        with catalogue.begin(alone=False) as connection:
            homes = [home for home in homes if _holds_anything(home)]
            for home in homes if not forget_missing else ():
                _nothing_missing(connection, home)
            here = [home.name for home in homes]
            report.elsewhere = [site for site in figures.sites(connection) if site not in here]
            for table in tables.REBUILDABLE:
                connection.execute(delete(table).where(table.c.site.in_(here)))
            for home in sorted(homes, key=ledger.is_import):
                _Site(home, connection, report, told).fill()
    finally:
        catalogue.close()


def _holds_anything(home: Path) -> bool:
    """Whether files of the site lie here: a worker that came too late leaves a folder as well."""
    return bool(_files(home / "warc", *WARCS) or _files(home / "items", _ITEMS))


def _nothing_missing(connection: Connection, home: Path) -> None:
    """Raise `CatalogueError` where the catalogue knows files of the site that are not here."""
    there = {path.name.removesuffix(OPEN) for path in _files(home / "warc", *WARCS)}
    missing = [row.name for row in files.of_site(connection, home.name) if row.name not in there]
    if missing:
        raise CatalogueError(
            f"the catalogue knows {len(missing)} files of {home.name} that are not here, such as {missing[0]}",
            where=str(home / "warc"),
            now="Another machine may have them: bring them together first. If they are lost, `--forget-missing` drops "
            "what the catalogue knows of them.",
        )


class _Site:
    """One site's files, read into the new catalogue."""

    def __init__(self, home: Path, connection: Connection, report: Rebuilt, told: Told) -> None:
        self._home, self._site = home, home.name
        self._connection = connection
        self._report = report
        self._told = told
        taken_down = Ledger.of(home)
        self._taken_down, self._withdrawn = taken_down.records, taken_down.unfinished()

    def fill(self) -> None:
        """Enter everything."""
        self._redactions(self._home / REDACTIONS)
        for path in _files(self._home / "warc", *WARCS):
            if path.name not in self._withdrawn:
                self._read(path, self._warc)
        for path in _files(self._home / "items", _ITEMS):
            self._read(path, self._items)
        for path in _files(self._home / "runs", ".json"):
            self._read(path, self._manifest)

    def _read(self, path: Path, into: Callable[[Path], None]) -> None:
        self._told(path)
        try:
            self._report.bytes += path.stat().st_size
            into(path)
        except CannotWrite:
            raise  # that is no fault of the file: what is made would lack it
        except (ArchiveError, OSError) as error:
            why = error.strerror or str(error) if isinstance(error, OSError) else str(error)
            self._report.faults.append(Fault(path, why))

    def _warc(self, path: Path) -> None:
        """Enter a WARC's records, those behind damage too, and the file with them."""
        name = path.name.removesuffix(OPEN)
        imported = ledger.is_import(self._home)
        # What a foreign file says of itself names somebody else's run.
        run, sha256 = (imported and ledger.entry_of(self._home, name)) or ("", None)
        end = 0
        found: list[Rows] = []
        damage: list[BadRecord] = []
        for one in reader.records(path, skipped=damage):
            if one.offset == 0 and one.type == "warcinfo" and not imported:
                run = record.fields_of(one.content).get("isPartOf", "")
            end = one.offset + one.length
            if one.header("WARC-Record-ID") in self._taken_down:
                continue  # of a redaction that died; `archive redact` completes it
            found.append(self._rows(path, one, Place(self._site, run, name, one.offset, one.length)))
            if len(found) >= _BATCH:
                self._enter(found)
                found = []
        self._enter(found)
        self._report.faults += [Fault(path, str(error)) for error in damage]
        if end:
            row = FileRow(name, self._site, run, end, closed=not path.name.endswith(OPEN), sha256=sha256)
            files.put(self._connection, [row])
            self._report.rows["files"] += 1

    def _rows(self, path: Path, one: Record, place: Place) -> Rows:
        """Return a record's rows; one whose header lacks something costs no other."""
        try:
            return entries.rows_of(one, place)
        except BadRecord as error:
            self._report.faults.append(Fault(path, str(error)))
            return Rows()

    def _enter(self, found: list[Rows]) -> None:
        made = enter.add(self._connection, found, imported=ledger.is_import(self._home))
        self._report.rows["captures"] += sum(one.capture is not None for one in made)
        self._report.rows["visits"] += sum(one.visit is not None for one in made)

    def _items(self, path: Path) -> None:
        name = path.name.removesuffix(OPEN)
        run = name.removesuffix(_ITEMS)
        for batch in statements.batches(self._lines(path)):
            found: list[ArticleRow] = []
            for said, offset, length in batch:
                try:
                    found.append(entries.article_row(said, Place(self._site, run, name, offset, length)))
                except BadRecord as error:
                    self._report.faults.append(Fault(path, str(error)))
            articles.add(self._connection, found)
            self._report.rows["articles"] += len(found)

    def _lines(self, path: Path) -> Iterator[tuple[Any, int, int]]:
        """Yield what each whole line says, where it begins and how long it is."""
        offset = 0
        with path.open("rb") as lines:
            for line in lines:
                try:
                    if not line.endswith(b"\n"):
                        raise ValueError("it does not end")
                    yield json.loads(line), offset, len(line)
                except (ValueError, RecursionError) as error:
                    why = f"the line at offset {offset} is no whole line of JSON: {error}"
                    self._report.faults.append(Fault(path, why))
                offset += len(line)

    def _manifest(self, path: Path) -> None:
        try:
            said = json.loads(path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise BadRecord(f"the manifest is no JSON: {error}", where=str(path)) from error
        runs.add_unknown(self._connection, [entries.run_row(said, self._site)])

    def _redactions(self, path: Path) -> None:
        if not path.exists():
            return
        self._told(path)
        for said, _, _ in self._lines(path):
            try:
                tombstones.put(self._connection, [entries.tombstone_row(said, self._site)])
                self._report.rows["tombstones"] += 1
            except BadRecord as error:
                self._report.faults.append(Fault(path, str(error)))


def _take_over(archive: Path, connection: Connection, report: Rebuilt) -> None:
    """Enter what only the old catalogue knows."""
    if not (archive / NAME).exists():
        return
    operational = [table for table in tables.metadata.sorted_tables if table not in tables.REBUILDABLE]
    try:
        old = Catalogue.open_to_read(archive)
        try:
            with old.reading() as reading:
                for table in operational:
                    _copy(table, reading, connection)
        finally:
            old.close()
    except (ArchiveError, SQLAlchemyError) as error:
        report.lost = str(getattr(error, "orig", None) or error)


def _copy(table: Table, reading: Connection, writing: Connection) -> None:
    """Copy a table's rows, each in place of what the files say of it."""
    keys = list(table.primary_key)
    for batch in reading.execute(select(table)).mappings().partitions(_BATCH):
        for row in batch:
            writing.execute(delete(table).where(*(key == row[key.name] for key in keys)))
        writing.execute(insert(table), [dict(row) for row in batch])


def _files(folder: Path, *suffixes: str) -> list[Path]:
    """Return a folder's files of a kind, closed or still ``.open``, in the order of their names."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.name.removesuffix(OPEN).endswith(suffixes))
