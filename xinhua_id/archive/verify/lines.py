"""The items of a site against its records: each line an Article, made of a record that is there as the line says.

Knows nothing of extraction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from xinhua_id.archive.verify.scope import Site
from xinhua_id.items import Article
from xinhua_id.text import content_digest
from xinhua_id.warc import record
from xinhua_id.warc.check.findings import Fault
from xinhua_id.warc.check.ledger import Rule
from xinhua_id.warc.exchange import target_uri
from xinhua_id.warc.file import OPEN

_TABLE = """
    CREATE TABLE IF NOT EXISTS items (
        site TEXT, name TEXT, base TEXT, offset INTEGER, length INTEGER, item_id TEXT, record_id TEXT, file TEXT,
        at INTEGER, size INTEGER, url TEXT, digest TEXT, date TEXT, status INTEGER, content_digest TEXT
    )
"""
_BATCH = 500
_LONGEST = 64 << 20


def read(connection: sqlite3.Connection, site: Site, named: Callable[[Path], str]) -> Iterator[Fault]:
    """Read the lines of a site into the ledger; yield those that are no items."""
    connection.execute(_TABLE)
    for path in site.items():
        rows: list[tuple[Any, ...]] = []
        offset, name = 0, named(path)
        try:
            with path.open("rb") as file:
                while line := file.readline(_LONGEST):
                    found = _row(line, path, name, offset, site)
                    if isinstance(found, Fault):
                        yield found
                    elif found is not None:
                        rows.append(found)
                    offset += len(line)
                    if len(rows) >= _BATCH:
                        _insert(connection, rows)
                        rows = []
        except OSError as error:
            yield Fault("unreadable", f"the file cannot be read: {error.strerror or error}", name)
        _insert(connection, rows)


def _insert(connection: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> None:
    connection.executemany(f"INSERT INTO items VALUES ({', '.join('?' * 15)})", rows)


def _row(line: bytes, path: Path, name: str, offset: int, site: Site) -> tuple[Any, ...] | Fault | None:
    if not line.endswith(b"\n"):
        if path.name.endswith(OPEN):
            return None  # a line that is written at this moment, or that recovery will set aside
        return Fault("item-line", "the last line does not end", name, offset)
    try:
        item = Article.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return Fault("item-line", f"the line is no item: {where + ': ' if where else ''}{first['msg']}", name, offset)
    if item.content_digest != content_digest(item.text):
        what = f"the text of item {item.id} has another digest than the item says"
        record_id = item.capture.record_id if item.capture else None
        return Fault("item-digest", what, name, offset, record_id, item.content_digest, content_digest(item.text))
    kept = item.capture
    if kept is None:
        return Fault("item-no-capture", f"item {item.id} leads to no record", name, offset, note=not site.own)
    return (
        site.name, name, path.name.removesuffix(OPEN), offset, len(line), item.id, kept.record_id, kept.file,
        kept.offset, kept.length, target_uri(item.url or ""), kept.payload_digest, record.date(kept.captured_at),
        kept.status or None, item.content_digest,
    )  # fmt: skip


_AT = "i.name, i.offset, i.record_id"
RULES: list[Rule] = [
    (
        "item-record",
        "the record that the item was made from is not in the site's WARC files",
        f"""SELECT {_AT}, i.file || ', offset ' || i.at, NULL, 1 FROM items i WHERE NOT EXISTS (
            SELECT 1 FROM records r JOIN files f ON f.id = r.file
            WHERE r.record_id = i.record_id AND f.site = i.site) AND NOT EXISTS (
            SELECT 1 FROM tombstones t WHERE t.record_id = i.record_id)""",
    ),
    (
        "item-taken-down",
        "the record that the item was made from was taken down, and the item is still there",
        f"SELECT {_AT}, NULL, NULL, 1 FROM items i JOIN tombstones t ON t.record_id = i.record_id",
    ),
    (
        "item-record",
        "the record does not lie where the item says",
        f"""SELECT {_AT}, i.file || ', offset ' || i.at || ', length ' || i.size,
            f.base || ', offset ' || r.offset || ', length ' || r.length, 1
            FROM items i JOIN records r ON r.record_id = i.record_id JOIN files f ON f.id = r.file
            WHERE f.site = i.site AND r.length > 0 GROUP BY i.rowid
            HAVING sum(f.base = i.file AND r.offset = i.at AND r.length = i.size) = 0""",
    ),
    (
        "item-record",
        "the record is not of the URL, date, payload digest and status that the item says",
        f"""SELECT {_AT}, i.url || ' ' || i.date || ' ' || coalesce(i.digest, '–') || ' ' || coalesce(i.status, '–'),
            coalesce(r.uri, '–') || ' ' || coalesce(r.date, '–') || ' ' || coalesce(r.payload_digest, '–') || ' '
            || coalesce(r.status, '–') || ' (' || r.type || ')', 1
            FROM items i JOIN records r ON r.record_id = i.record_id JOIN files f ON f.id = r.file
            WHERE f.site = i.site AND f.base = i.file AND r.offset = i.at AND f.own AND (
            r.uri IS NOT i.url OR r.payload_digest IS NOT i.digest OR r.date != i.date OR r.status IS NOT i.status
            OR r.type NOT IN ('response', 'revisit', 'conversion'))""",
    ),
    (
        "item-record",
        "the record is not of the payload digest that the item says",
        f"""SELECT {_AT}, i.digest, coalesce(r.payload_digest, '–') || ' (' || r.type || ')', 1
            FROM items i JOIN records r ON r.record_id = i.record_id JOIN files f ON f.id = r.file
            WHERE f.site = i.site AND f.base = i.file AND r.offset = i.at AND NOT f.own
            AND r.payload_digest IS NOT NULL AND r.payload_digest IS NOT i.digest""",
    ),
    (
        "item-twice",
        "another line holds the same item of the same record",
        f"""SELECT {_AT}, NULL, o.name || ', offset ' || o.offset, 1 FROM items i JOIN (
            SELECT item_id, record_id, site, min(rowid) AS first FROM items GROUP BY item_id, record_id, site
            HAVING count(*) > 1) d ON d.item_id = i.item_id AND d.record_id = i.record_id AND d.site = i.site
            AND i.rowid > d.first JOIN items o ON o.rowid = d.first""",
    ),
]
