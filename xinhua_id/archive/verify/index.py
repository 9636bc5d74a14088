"""A site's index for replay against its records: sorted, each line a capture that lies there, each capture a line.

Knows nothing of how an index is made.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from xinhua_id.archive.verify.scope import Site
from xinhua_id.warc.check.findings import Fault
from xinhua_id.warc.check.ledger import Rule

_TABLE = """
    CREATE TABLE IF NOT EXISTS cdxj (
        site TEXT, name TEXT, line INTEGER, file TEXT, at INTEGER, size INTEGER, url TEXT, digest TEXT, stamp TEXT
    )
"""
_BATCH = 1000
_STAMP = 14


def read(connection: sqlite3.Connection, site: Site, named: Callable[[Path], str]) -> Iterator[Fault]:
    """Read the index of a site into the ledger; yield its lines that are none, or are not in order."""
    connection.execute(_TABLE)
    name = named(site.index)
    make = f"`xinhua-id archive index {site.name}` makes it."
    if not site.index.is_file():
        if site.warcs():
            yield Fault(
                "no-index", "the site has no index yet: nothing of it can be replayed", name, now=make, note=True
            )
        return
    rows: list[tuple[Any, ...]] = []
    before, offset = b"", 0
    try:
        with site.index.open("rb") as file:
            for line in file:
                if line < before:
                    yield Fault("index-order", "the lines are not in the order of their bytes", name, offset, now=make)
                before = line
                found = _row(line, name, offset, site.name)
                if isinstance(found, Fault):
                    yield found
                elif found is not None:
                    rows.append(found)
                offset += len(line)
                if len(rows) >= _BATCH:
                    _insert(connection, rows)
                    rows = []
    except OSError as error:
        yield Fault("unreadable", f"the index cannot be read: {error.strerror or error}", name)
    _insert(connection, rows)


def _insert(connection: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> None:
    connection.executemany(f"INSERT INTO cdxj VALUES ({', '.join('?' * 9)})", rows)


def _row(line: bytes, name: str, offset: int, site: str) -> tuple[Any, ...] | Fault | None:
    if line.startswith(b"!"):
        return None  # about the index, not in it
    try:
        if not line.endswith(b"\n"):
            raise ValueError("the last line does not end")
        _, stamp, fields = line.decode("utf-8").split(" ", 2)
        said = json.loads(fields)
        if len(stamp) != _STAMP or not stamp.isdigit():
            raise ValueError(f"{stamp!r} is no timestamp of 14 digits")
        file = str(said["filename"]).rpartition("/")[2]
        return (
            site, name, offset, file, int(said["offset"]), int(said["length"]), said["url"], said.get("digest"), stamp,
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        why = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        return Fault("index-line", f"the line is none of CDXJ: {why}", name, offset)


_AT = "c.name, c.line"
#: A record that has a line: whatever can be replayed. A 304 would shadow the page it stands for.
_REPLAYED = """(r.type IN ('response', 'resource') OR r.type = 'revisit'
    AND coalesce(r.profile, '') NOT LIKE '%/server-not-modified')"""
RULES: list[Rule] = [
    (
        "index-stale",
        "the line leads to no record",
        f"""SELECT {_AT}, NULL, c.file || ', offset ' || c.at, NULL, 1 FROM cdxj c WHERE NOT EXISTS (
            SELECT 1 FROM records r JOIN files f ON f.id = r.file
            WHERE f.base = c.file AND f.site = c.site AND r.offset = c.at)""",
    ),
    (
        "index-differs",
        "the line is not of the record that it leads to",
        f"""SELECT {_AT}, r.record_id,
            c.url || ' ' || c.stamp || ' ' || coalesce(c.digest, '–') || ', length ' || c.size,
            coalesce(r.uri, '–') || ' ' || coalesce(r.date, '–') || ' ' || coalesce(r.payload_digest, '–')
            || ', length ' || r.length, 1
            FROM cdxj c JOIN files f ON f.base = c.file AND f.site = c.site
            JOIN records r ON r.file = f.id AND r.offset = c.at WHERE r.length > 0 AND (r.length != c.size
            OR trim(r.uri, '<>') != c.url
            OR substr(replace(replace(replace(r.date, '-', ''), ':', ''), 'T', ''), 1, 14) != c.stamp
            AND length(r.date) >= 20
            OR f.own AND r.payload_digest IS NOT NULL
            AND replace(coalesce(c.digest, ''), 'sha1:', '') != replace(r.payload_digest, 'sha1:', ''))""",
    ),
    (
        "index-line",
        "the line leads to a record that replay must not see",
        f"""SELECT {_AT}, r.record_id, NULL, r.type || ' ' || coalesce(r.profile, ''), 1
            FROM cdxj c JOIN files f ON f.base = c.file AND f.site = c.site
            JOIN records r ON r.file = f.id AND r.offset = c.at
            WHERE f.own AND r.type NOT IN ('response', 'resource', 'revisit')
            OR f.own AND r.profile LIKE '%/server-not-modified'""",
    ),
    (
        "not-indexed",
        "the file is not in the site's index yet",
        f"""SELECT f.name, NULL, NULL, NULL, count(*) || ' captures', 0 FROM records r JOIN files f ON f.id = r.file
            WHERE f.site IN (SELECT site FROM cdxj) AND {_REPLAYED} AND f.name NOT LIKE '%.open'
            AND NOT EXISTS (SELECT 1 FROM cdxj c WHERE c.file = f.base AND c.site = f.site) GROUP BY f.id""",
    ),
    (
        "index-missing",
        "the record has no line in the site's index",
        f"""SELECT f.name, r.offset, r.record_id, r.uri, NULL, f.own FROM records r JOIN files f ON f.id = r.file
            WHERE {_REPLAYED} AND EXISTS (SELECT 1 FROM cdxj c WHERE c.file = f.base AND c.site = f.site)
            AND f.name NOT LIKE '%.open' AND r.record_id NOT IN (SELECT record_id FROM tombstones)
            AND NOT EXISTS (SELECT 1 FROM cdxj c WHERE c.file = f.base AND c.site = f.site AND c.at = r.offset)""",
    ),
]
