"""The catalogue's side of a redaction: tombstones, and the rows of what moved, in one transaction for all sites.

What it says afterwards is what a rebuild from the files would say. Knows nothing of how files are written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from xinhua_id.archive import entries
from xinhua_id.archive.enter import add, add_articles, run_of
from xinhua_id.archive.entries import Place
from xinhua_id.archive.imports.ledger import is_import
from xinhua_id.archive.pages import file_in
from xinhua_id.archive.redaction.ledger import Redaction
from xinhua_id.catalogue import articles, captures, files, statements, tombstones, validators, visits
from xinhua_id.catalogue.rows import FileRow
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import BadRecord
from xinhua_id.warc import reader


class Changed(NamedTuple):
    """What changed at a site: old files and the new ones, the records that went, and the files of items."""

    home: Path
    pairs: Mapping[str, str]
    ids: Collection[str]
    lines: Sequence[Redaction]
    items: Sequence[Path]


def enter(catalogue: Catalogue, sites: Iterable[Changed]) -> None:
    """Enter what changed. Raises `CannotWrite`, with nothing entered."""
    runs = {(one.home, new): run_of(one.home / "warc" / new, catalogue) for one in sites for new in one.pairs.values()}
    with catalogue.begin() as connection:
        for one in sites:
            tombstones.put(connection, [entries.tombstone_row(asdict(line), one.home.name) for line in one.lines])
            urls = _forget(connection, one)
            for old, new in one.pairs.items():
                _move(connection, one.home, old, new, runs[one.home, new])
            for path in one.items:
                add_articles(connection, path, one.home, None)
            for url in sorted(urls):
                _validators(connection, one.home, url)


def _forget(connection: Connection, changed: Changed) -> set[str]:
    """Drop the rows of what went; return the URLs whose validators are no longer sure."""
    urls = set()
    for record_id in changed.ids:
        if (row := captures.by_record_id(connection, record_id)) is not None:
            urls.add(row.url)
            captures.drop(connection, record_id)
        visits.drop(connection, record_id)
        validators.drop_record(connection, record_id)
        for article in articles.of_record(connection, record_id):
            articles.drop(connection, article.item_id, article.record_id)
    return urls


def _move(connection: Connection, home: Path, old: str, new: str, run: str) -> None:
    """Enter a new file in the place of an old one; a record that another file holds stays that file's."""
    path = home / "warc" / new
    captures.drop_file(connection, old)
    captures.drop_file(connection, new)
    for batch in statements.batches(reader.records(path)):
        rows = [entries.rows_of(one, Place(home.name, run, new, one.offset, one.length)) for one in batch]
        fresh = [one for one in rows if one.capture is None or _is_free(connection, one.capture.record_id)]
        add(connection, fresh, imported=is_import(home))
    files.drop(connection, old)
    files.put(connection, [FileRow(new, home.name, run, path.stat().st_size, closed=True, sha256=None)])


def _is_free(connection: Connection, record_id: str) -> bool:
    return captures.by_record_id(connection, record_id) is None


def _validators(connection: Connection, home: Path, url: str) -> None:
    """Enter the validators that the captures which stay give for a URL."""
    validators.drop(connection, home.name, url)
    for row in list(captures.at(connection, url)):
        if row.site != home.name:
            continue
        try:
            found = reader.record_at(file_in(home / "warc", row.file), row.offset, row.length)
        except BadRecord:
            continue  # `archive verify` names it; without validators the page is fetched whole
        place = Place(row.site, row.run, row.file, row.offset, row.length)
        if made := entries.rows_of(found, place).validator:
            validators.put(connection, [made])
