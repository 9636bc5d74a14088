"""The catalogue against the files: each row a record, line or file that is there as it says, each of those a row.

Reads the catalogue first and the files after, so that a crawl that goes on meanwhile makes no fault. Knows nothing of
how rows are made.
"""

from __future__ import annotations

import datetime as dt
import itertools
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from xinhua_id.archive.verify.scope import Site
from xinhua_id.catalogue import articles, captures, files, tombstones, visits
from xinhua_id.warc import record
from xinhua_id.warc.check.findings import Fault
from xinhua_id.warc.check.ledger import Ledger, Rule
from xinhua_id.warc.file import OPEN

TABLES = """
    CREATE TABLE IF NOT EXISTS cat_captures (
        site TEXT, record_id TEXT, file TEXT, at INTEGER, size INTEGER, type TEXT, url TEXT, date TEXT, status INTEGER,
        digest TEXT, truncated TEXT, profile TEXT, refers_to TEXT
    );
    CREATE TABLE IF NOT EXISTS cat_visits (site TEXT, record_id TEXT, url TEXT, outcome TEXT, capture_id TEXT);
    CREATE TABLE IF NOT EXISTS cat_articles (
        site TEXT, item_id TEXT, record_id TEXT, file TEXT, at INTEGER, size INTEGER, content_digest TEXT
    );
    CREATE TABLE IF NOT EXISTS cat_sites (site TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS cat_files (site TEXT, file TEXT, PRIMARY KEY (site, file));
"""
INDEXES = """
    CREATE INDEX IF NOT EXISTS cat_captures_by_id ON cat_captures (record_id);
    CREATE INDEX IF NOT EXISTS cat_visits_by_id ON cat_visits (record_id);
    CREATE INDEX IF NOT EXISTS cat_articles_by_place ON cat_articles (file, at);
    CREATE INDEX IF NOT EXISTS items_by_place ON items (base, offset);
    CREATE INDEX IF NOT EXISTS items_by_record ON items (record_id);
    CREATE INDEX IF NOT EXISTS cdxj_by_place ON cdxj (file, at);
"""
_BATCH = 1000


def read(ledger: Ledger, catalogue: Connection, site: Site) -> None:
    """Read what the catalogue knows of a site into the ledger."""
    rows = ledger.connection
    rows.execute("INSERT OR IGNORE INTO cat_sites VALUES (?)", (site.name,))
    closed = [(one.site, one.name) for one in files.of_site(catalogue, site.name) if one.closed]
    rows.executemany("INSERT OR IGNORE INTO cat_files VALUES (?, ?)", closed)
    _insert(rows, "cat_captures", (
        (one.site, one.record_id, one.file, one.offset, one.length, one.type, one.url, _date(one.captured_at),
         one.status,
         one.payload_digest, one.truncated, one.profile, one.refers_to)
        for one in captures.each(catalogue, site.name)
    ))  # fmt: skip
    _insert(rows, "cat_visits", (
        (one.site, one.record_id, one.url, one.outcome, one.capture_id) for one in visits.each(catalogue, site.name)
    ))  # fmt: skip
    _insert(rows, "cat_articles", (
        (one.site, one.item_id, one.record_id, one.file, one.offset, one.length, one.content_digest)
        for one in articles.each(catalogue, site.name)
    ))  # fmt: skip
    ledger.taken_down(one.record_id for one in tombstones.of_site(catalogue, site.name))


def of_files(catalogue: Connection, site: Site, named: Callable[[Path], str]) -> Iterator[Fault]:
    """Yield where the catalogue and the folder do not have the same WARC files, at the same length."""
    known = {row.name: row for row in files.of_site(catalogue, site.name)}
    there = {path.name.removesuffix(OPEN): path for path in site.warcs()}
    recover = f"`xinhua-id archive recover {site.name}`, or `xinhua-id archive rebuild`, enters it."
    for name, row in known.items():
        path = there.get(name)
        if path is None:
            what, where = "the catalogue knows a file that is not there", named(site.home / "warc" / name)
            yield Fault("catalogue-file", what, where, now="Restore it from a backup.")
            continue
        size = path.stat().st_size
        is_open = path.name.endswith(OPEN)
        if size < row.committed or (size > row.committed and not is_open):
            yield Fault("catalogue-file", "the file is not as long as the catalogue says", named(path),
                        said=f"{row.committed} bytes", found=f"{size} bytes", now=recover)  # fmt: skip
        if row.closed == is_open and not site.busy:
            yield Fault("catalogue-file", "the file is open and the catalogue says closed, or the other way round",
                        named(path), said="closed" if row.closed else "open", now=recover)  # fmt: skip
    for name, path in there.items():
        if name not in known and not site.busy:
            yield Fault("catalogue-file", "the catalogue does not know the file", named(path), now=recover)


def _insert(rows: sqlite3.Connection, table: str, found: Iterable[tuple[Any, ...]]) -> None:
    waiting = iter(found)
    while batch := list(itertools.islice(waiting, _BATCH)):
        rows.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(batch[0]))})", batch)


def _date(moment: dt.datetime | None) -> str | None:
    return None if moment is None else record.date(moment)


_IN_SITE = "f.site IN (SELECT site FROM cat_sites) AND f.name NOT LIKE '%.open'"
#: Where the catalogue does not know a whole file, that is said once; of an import every record may be another file's.
_KNOWN = """EXISTS (SELECT 1 FROM cat_files k WHERE k.file = f.base AND k.site = f.site)
            AND (f.own OR EXISTS (SELECT 1 FROM cat_captures k WHERE k.file = f.base AND k.site = f.site))"""
_NOT_TAKEN_DOWN = "NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.record_id = c.record_id)"
RULES: list[Rule] = [
    (
        "catalogue-stale",
        "the catalogue knows a capture that is in no file",
        f"""SELECT c.site || '/warc/' || c.file, c.at, c.record_id, c.type || ' ' || c.url, NULL, 1 FROM cat_captures c
            WHERE {_NOT_TAKEN_DOWN} AND NOT EXISTS (
            SELECT 1 FROM records r JOIN files f ON f.id = r.file
            WHERE r.record_id = c.record_id AND f.site = c.site)""",
    ),
    (
        "catalogue-differs",
        "the record does not lie where the catalogue says",
        """SELECT f.name, r.offset, r.record_id, c.file || ', offset ' || c.at || ', length ' || c.size,
            f.base || ', offset ' || r.offset || ', length ' || r.length, 1
            FROM cat_captures c JOIN records r ON r.record_id = c.record_id JOIN files f ON f.id = r.file
            WHERE f.site = c.site AND r.length > 0 GROUP BY c.rowid
            HAVING sum(f.base = c.file AND r.offset = c.at AND r.length = c.size) = 0""",
    ),
    (
        "catalogue-differs",
        "the catalogue says something else of the record than the record",
        """SELECT f.name, r.offset, r.record_id,
            c.type || ' ' || c.url || ' ' || c.date || ' ' || coalesce(c.digest, '–') || ' ' || coalesce(c.status, '–')
            || coalesce(' ' || c.profile, '') || coalesce(' ' || c.refers_to, ''),
            r.type || ' ' || coalesce(r.uri, '–') || ' ' || coalesce(r.date, '–') || ' '
            || coalesce(r.payload_digest, '–') || ' ' || coalesce(r.status, '–')
            || coalesce(' ' || replace(r.profile, rtrim(r.profile, replace(r.profile, '/', '')), ''), '')
            || coalesce(' ' || r.refers_to, ''), 1
            FROM cat_captures c JOIN records r ON r.record_id = c.record_id JOIN files f ON f.id = r.file
            WHERE f.site = c.site AND f.base = c.file AND r.offset = c.at AND f.own AND (r.type != c.type
            OR r.uri != c.url OR r.date != c.date OR r.payload_digest IS NOT c.digest OR r.status IS NOT c.status
            OR r.truncated IS NOT c.truncated OR r.refers_to IS NOT c.refers_to
            OR (r.profile IS NULL) != (c.profile IS NULL) OR r.profile NOT LIKE '%/' || c.profile)""",
    ),
    (
        "catalogue-missing",
        "the catalogue does not know the capture",
        f"""SELECT f.name, r.offset, r.record_id, NULL, r.type || ' ' || coalesce(r.uri, '–'), f.own
            FROM records r JOIN files f ON f.id = r.file WHERE r.type IN ('response', 'revisit', 'resource')
            AND {_IN_SITE} AND {_KNOWN}
            AND NOT EXISTS (SELECT 1 FROM cat_captures c WHERE c.record_id = r.record_id
            AND (c.site = f.site OR NOT f.own))""",
    ),
    (
        "catalogue-stale",
        "the catalogue knows a visit that no metadata record tells of",
        """SELECT c.site, NULL, c.record_id, c.outcome || ' ' || c.url, NULL, 1 FROM cat_visits c WHERE NOT EXISTS (
            SELECT 1 FROM records r JOIN files f ON f.id = r.file WHERE r.record_id = c.record_id AND f.site = c.site
            AND r.type = 'metadata')""",
    ),
    (
        "catalogue-differs",
        "the catalogue says something else of the visit than its record",
        """SELECT f.name, r.offset, r.record_id, c.outcome || ' ' || c.url || coalesce(' ' || c.capture_id, ''),
            r.says || ' ' || r.uri || coalesce(' ' || r.refers_to, ''), 1
            FROM cat_visits c JOIN records r ON r.record_id = c.record_id JOIN files f ON f.id = r.file
            WHERE f.site = c.site AND f.own AND (r.uri != c.url OR r.refers_to IS NOT c.capture_id
            OR r.says != 'outcome: ' || c.outcome)""",
    ),
    (
        "catalogue-missing",
        "the catalogue does not know the visit",
        f"""SELECT f.name, r.offset, r.record_id, NULL, r.says || ' ' || r.uri, 1 FROM records r
            JOIN files f ON f.id = r.file
            WHERE r.type = 'metadata' AND r.says LIKE 'outcome:%' AND f.own AND {_IN_SITE} AND {_KNOWN}
            AND NOT EXISTS (SELECT 1 FROM cat_visits c WHERE c.record_id = r.record_id AND c.site = f.site)""",
    ),
    (
        "catalogue-stale",
        "the catalogue knows an item that is not there as it says",
        f"""SELECT c.site || '/items/' || c.file, c.at, c.record_id,
            c.item_id || ', ' || c.size || ' bytes, ' || c.content_digest,
            (SELECT i.item_id || ', ' || i.length || ' bytes, ' || i.content_digest FROM items i
             WHERE i.site = c.site AND i.base = c.file AND i.offset = c.at), 1
            FROM cat_articles c WHERE {_NOT_TAKEN_DOWN} AND NOT EXISTS (SELECT 1 FROM items i WHERE i.site = c.site
            AND i.base = c.file AND i.offset = c.at AND i.length = c.size AND i.item_id = c.item_id
            AND i.record_id = c.record_id AND i.content_digest = c.content_digest)""",
    ),
    (
        "catalogue-missing",
        "the catalogue does not know the item",
        """SELECT i.name, i.offset, i.record_id, NULL, i.item_id, 1 FROM items i
            WHERE i.site IN (SELECT site FROM cat_sites) AND i.name NOT LIKE '%.open' AND NOT EXISTS (
            SELECT 1 FROM cat_articles c WHERE c.site = i.site AND c.item_id = i.item_id
            AND c.record_id = i.record_id)""",
    ),
    (
        "taken-down",
        "the record was taken down, and is still there",
        """SELECT f.name, r.offset, r.record_id, NULL, r.uri, 1 FROM records r JOIN files f ON f.id = r.file
            JOIN tombstones t ON t.record_id = r.record_id""",
    ),
]
