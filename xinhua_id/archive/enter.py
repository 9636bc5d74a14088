"""What a file of the archive holds, entered in the catalogue in place of what it said of that file.

For files that the catalogue has not seen: after a death, after an import, or where it was lost. What cannot be read
costs nothing else, and is told. Knows nothing of how a file came to be.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from xinhua_id.archive import entries
from xinhua_id.archive.entries import Place, Rows
from xinhua_id.archive.imports import ledger
from xinhua_id.archive.redaction.ledger import Ledger
from xinhua_id.catalogue import articles, captures, files, statements, validators, visits
from xinhua_id.catalogue.rows import ArticleRow, FileRow
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import BadRecord
from xinhua_id.warc import reader, record
from xinhua_id.warc.file import OPEN


def enter(
    path: Path,
    home: Path,
    catalogue: Catalogue,
    faults: list[BadRecord] | None,
    entry: tuple[str, str | None] | None = None,
) -> str:
    """Enter a WARC's captures, visits and validators; return the run that the file belongs to.

    What is damaged in the middle of a file is told in ``faults``, and the records behind it are entered as well;
    without a list it is raised, and nothing is entered. ``entry`` is the run and the file's SHA-256, where known.
    """
    name, imported = path.name.removesuffix(OPEN), ledger.is_import(home)
    # What a foreign file says of itself names somebody else's run.
    entry = entry or (ledger.entry_of(home, name) if imported else None)
    run, sha256 = entry or (run_of(path, catalogue), None)
    with catalogue.begin() as connection:
        captures.drop_file(connection, name)
        rows = _rows(path, Place(home.name, run, name, 0, 0), Ledger.of(home).records, faults)
        for found in statements.batches(rows):
            add(connection, found, imported=imported)
        size = path.stat().st_size
        closed = not path.name.endswith(OPEN)
        files.put(connection, [FileRow(name, home.name, run, size, closed=closed, sha256=sha256)])
    return run


def add(connection: Connection, found: Sequence[Rows], *, imported: bool) -> Sequence[Rows]:
    """Enter the rows of records; return those that were entered.

    Of an import, a record that lies in another file stays that file's, and no visit is one of ours.
    """
    if imported:
        found = [
            one._replace(visit=None)
            for one in found
            if one.capture is not None and captures.by_record_id(connection, one.capture.record_id) is None
        ]
    captures.add(connection, [one.capture for one in found if one.capture])
    visits.add(connection, [one.visit for one in found if one.visit])
    validators.put(connection, [one.validator for one in found if one.validator])
    return found


def enter_articles(path: Path, home: Path, catalogue: Catalogue, faults: list[BadRecord] | None) -> None:
    """Enter the items of a run; a line that is none is told in ``faults`` and left as it is; without a list, raised."""
    with catalogue.begin() as connection:
        add_articles(connection, path, home, faults)


def add_articles(connection: Connection, path: Path, home: Path, faults: list[BadRecord] | None) -> None:
    """Do as `enter_articles`, as a part of a transaction."""
    name = path.name.removesuffix(OPEN)
    run = name.removesuffix(".jsonl")
    articles.drop_run(connection, home.name, run)
    with path.open("rb") as lines:
        for found in statements.batches(_article_rows(lines, Place(home.name, run, name, 0, 0), faults)):
            articles.add(connection, found)


def run_of(path: Path, catalogue: Catalogue) -> str:
    """Return the run that a WARC belongs to: its import, by its warcinfo, or by the catalogue; else a made-up name."""
    if ledger.is_import(path.parent.parent) and (run := ledger.run_of(path.parent.parent, path.name)):
        return run  # what a foreign file says of itself names somebody else's run
    if run := info_of(path).get("isPartOf"):
        return run
    name = path.name.removesuffix(OPEN)
    with catalogue.reading() as connection:
        row = files.by_name(connection, name)
    return row.run if row and row.run else f"of-{name.partition('.warc')[0]}"[:100]


def info_of(path: Path) -> dict[str, str]:
    """Return the fields of a file's warcinfo; none where it has none, or lost it."""
    first = next(reader.records(path, skipped=[]), None)
    if first is None or first.type != "warcinfo":
        return {}
    return {**record.fields_of(first.content), "id": first.header("WARC-Record-ID") or ""}


def _rows(
    path: Path, place: Place, taken_down: Container[str | None], faults: list[BadRecord] | None
) -> Iterator[Rows]:
    for one in reader.records(path, skipped=faults):
        if one.header("WARC-Record-ID") in taken_down:
            continue
        try:
            yield entries.rows_of(one, place._replace(offset=one.offset, length=one.length))
        except BadRecord as error:
            if faults is None:
                raise
            faults.append(error)


def _article_rows(lines: Iterable[bytes], place: Place, faults: list[BadRecord] | None) -> Iterator[ArticleRow]:
    offset = 0
    for line in lines:
        here = place._replace(offset=offset, length=len(line))
        offset += len(line)
        try:
            yield entries.article_row(_item(line, here), here)
        except BadRecord as error:
            if faults is None:
                raise
            faults.append(error)


def _item(line: bytes, place: Place) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        where = f"{place.file}, offset {place.offset}"
        raise BadRecord(f"the line is no JSON: {error}", where=where, now="Restore the file from a backup.") from error
