"""What was seen in the WARC files, kept so that memory stays flat, and what only many records together show.

Ids that are not unique, captures without their request, revisits that lead nowhere. A private database of SQLite that
is gone when it is closed: in memory while it is small, in the system's temporary folder when it is not. Knows no
catalogue, no index and no items; who does may ask `connection` about the table ``records``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from xinhua_id.errors import ArchiveError
from xinhua_id.warc.check.findings import Fault, Seen

_TABLES = """
    CREATE TABLE files (
        id INTEGER PRIMARY KEY, site TEXT, name TEXT, base TEXT, own INTEGER, broken INTEGER
    );
    CREATE TABLE records (
        n INTEGER PRIMARY KEY, file INTEGER, offset INTEGER, length INTEGER, record_id TEXT, type TEXT, uri TEXT,
        date TEXT, payload_digest TEXT, status INTEGER, truncated TEXT, profile TEXT, refers_to TEXT,
        refers_to_uri TEXT, refers_to_date TEXT, warcinfo_id TEXT, filename TEXT, says TEXT,
        paired INTEGER
    );
    CREATE TABLE pairs (n INTEGER, other TEXT);
    CREATE TABLE tombstones (record_id TEXT PRIMARY KEY);
"""
_INDEXES = """
    CREATE INDEX IF NOT EXISTS by_id ON records (record_id);
    CREATE INDEX IF NOT EXISTS by_place ON records (file, offset);
    CREATE INDEX IF NOT EXISTS pairs_by_n ON pairs (n);
    CREATE INDEX IF NOT EXISTS by_base ON files (base);
    ANALYZE;
"""
#: Kind, what is wrong, and the rows it is wrong of: file, offset, id, what was said, what is there, whether it is a
#: fault (else a note).
Rule = tuple[str, str, str]

_INSERT = f"INSERT INTO records VALUES ({', '.join('?' * 19)})"


class Ledger:
    """The records of any number of files; use it as a context manager.

    ``records`` counts them, by type in ``types``.
    """

    def __init__(self) -> None:
        self.types: dict[str, int] = {}
        self.connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self.connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES + "BEGIN;")
        self._n = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Give the database back."""
        self.connection.close()

    @property
    def records(self) -> int:
        """How many records were seen."""
        return self._n

    def file(self, site: str, name: str, base: str, *, own: bool, broken: bool = False) -> int:
        """Open the account of a file: ``name`` is how faults call it, ``base`` its name without folders and ``.open``.

        ``own``: our writer made it. ``broken``: it is written at this moment, or its crawl died, so that its last
        exchange need not be whole.
        """
        row = self.connection.execute(
            "INSERT INTO files (site, name, base, own, broken) VALUES (?, ?, ?, ?, ?) RETURNING id",
            (site, name, base, own, broken),
        ).fetchone()
        return int(row[0])

    def add(self, file: int, seen: Iterable[Seen]) -> None:
        """Keep records of a file, in its order. Raises `ArchiveError` where the temporary folder is full."""
        rows: list[tuple[Any, ...]] = []
        pairs: list[tuple[int, str]] = []
        types, number = self.types, self._n
        before: Seen | None = None
        for one in seen:
            number += 1
            kind = one.type
            types[kind] = types.get(kind, 0) + 1
            other = one.concurrent_to
            paired = False
            if kind == "request" and before is not None and _are_a_pair(before, one):
                # As nearly all are: what is right is not looked at again.
                paired = True
                _settle(rows, pairs, number - 1)
            elif other:
                pairs.extend((number, each) for each in other.split(" "))
            rows.append((number, file, *one[:13], *one[14:], paired))
            before = one
        self._n = number
        try:
            self.connection.executemany(_INSERT, rows)
            self.connection.executemany("INSERT INTO pairs VALUES (?, ?)", pairs)
        except sqlite3.Error as error:
            raise ArchiveError(
                f"what was seen cannot be kept: {error}", where="the system's temporary folder",
                now="Make room there, or name another with SQLITE_TMPDIR; then verify again.",
            ) from error  # fmt: skip

    def taken_down(self, record_ids: Iterable[str]) -> None:
        """Say which records were taken down: what refers to them need not find them."""
        self.connection.executemany("INSERT OR IGNORE INTO tombstones VALUES (?)", ((one,) for one in record_ids))

    def index(self) -> None:
        """Make the records quick to find; call it when all are in."""
        self.connection.executescript(_INDEXES)

    def faults(self) -> Iterator[Fault]:
        """Yield what binds the records and does not hold, once all are in."""
        self.index()
        yield from self.ask(_RULES)

    def ask(self, rules: Iterable[Rule]) -> Iterator[Fault]:
        """Yield what rules find. `index` was called before."""
        for kind, what, sql in rules:
            for name, offset, record_id, said, found, fault in self.connection.execute(sql):
                said, found = (None if one is None else str(one) for one in (said, found))
                yield Fault(kind, what, name, offset, record_id or None, said, found, note=not fault)


def _are_a_pair(answer: Seen, request: Seen) -> bool:
    """Whether a capture and the request behind it name each other and nothing else, and say the same of themselves."""
    return (
        answer.concurrent_to == request.record_id
        and request.concurrent_to == answer.record_id
        and answer.type in {"response", "revisit"}
        and answer.date == request.date
        and answer.uri == request.uri
        and request.record_id != ""
    )


def _settle(rows: list[tuple[Any, ...]], pairs: list[tuple[int, str]], number: int) -> None:
    """Take back what was kept of a capture's pair: it is right."""
    rows[-1] = (*rows[-1][:-1], True)
    if pairs and pairs[-1][0] == number:
        pairs.pop()


_FIRST = "SELECT min(n) FROM records GROUP BY file"
_AT = "f.name, r.offset, r.record_id"
_OF = "FROM records r JOIN files f ON f.id = r.file"
_WHOLE = "(f.own AND NOT f.broken)"

#: Of a file that somebody else made all are notes: what it refers to may lie in a file that was not given.
_RULES: list[Rule] = [
    (
        "duplicate-id",
        "another record has the same WARC-Record-ID",
        f"""SELECT {_AT}, NULL, g.name || ', offset ' || o.offset, f.own AND g.own {_OF}
            JOIN (SELECT record_id, min(n) AS first FROM records WHERE record_id != '' GROUP BY record_id
                  HAVING count(*) > 1) d ON d.record_id = r.record_id AND r.n > d.first
            JOIN records o ON o.n = d.first JOIN files g ON g.id = o.file ORDER BY r.n""",
    ),
    (
        "no-warcinfo",
        "the file does not begin with a warcinfo record",
        f"SELECT {_AT}, NULL, r.type, {_WHOLE} {_OF} "
        f"WHERE f.own AND r.n IN ({_FIRST}) AND r.type != 'warcinfo' ORDER BY r.n",
    ),
    (
        "filename",
        "WARC-Filename is not the name of the file",
        f"SELECT {_AT}, r.filename, f.base, f.own {_OF} "
        "WHERE r.type = 'warcinfo' AND r.filename IS NOT NULL AND r.filename != f.base "
        f"AND r.n IN ({_FIRST}) ORDER BY r.n",  # a file written anew keeps the warcinfo of the one before
    ),
    (
        "warcinfo-id",
        "WARC-Warcinfo-ID names no warcinfo record of the file",
        f"""SELECT {_AT}, r.warcinfo_id, NULL, {_WHOLE} {_OF} WHERE f.own AND r.warcinfo_id IS NOT NULL
            AND (r.file, r.warcinfo_id) IN (SELECT DISTINCT file, warcinfo_id FROM records
            EXCEPT SELECT file, record_id FROM records WHERE type = 'warcinfo') ORDER BY r.n""",
    ),
    (
        "concurrent-missing",
        "WARC-Concurrent-To names a record that is not there",
        f"""SELECT {_AT}, p.other, NULL, {_WHOLE} FROM pairs p JOIN records r ON r.n = p.n JOIN files f ON f.id = r.file
            LEFT JOIN records o ON o.record_id = p.other WHERE o.n IS NULL ORDER BY r.n""",
    ),
    (
        "concurrent-differs",
        "the record that WARC-Concurrent-To names is of another URI or date",
        f"""SELECT {_AT}, r.uri || ' ' || r.date, o.uri || ' ' || o.date, f.own FROM pairs p
            JOIN records r ON r.n = p.n JOIN files f ON f.id = r.file JOIN records o ON o.record_id = p.other
            WHERE r.uri IS NOT o.uri OR r.date IS NOT o.date ORDER BY r.n""",
    ),
    (
        "no-request",
        "the capture and its request do not name each other in WARC-Concurrent-To",
        f"""SELECT {_AT}, NULL, NULL, {_WHOLE} {_OF} WHERE NOT r.paired AND f.own AND r.type IN ('response', 'revisit')
            AND NOT EXISTS (
            SELECT 1 FROM pairs p JOIN records q ON q.record_id = p.other JOIN pairs b ON b.n = q.n
            WHERE p.n = r.n AND q.type = 'request' AND b.other = r.record_id) ORDER BY r.n""",
    ),
    (
        "no-response",
        "the request has no response, and no metadata record says that none came",
        f"""SELECT {_AT}, NULL, NULL, {_WHOLE} {_OF}
            WHERE NOT r.paired AND f.own AND r.type = 'request' AND NOT EXISTS (
            SELECT 1 FROM pairs p JOIN records q ON q.record_id = p.other
            WHERE p.n = r.n AND q.type IN ('response', 'revisit')) AND r.record_id NOT IN (
            SELECT p.other FROM pairs p JOIN records m ON m.n = p.n WHERE m.type = 'metadata'
            AND m.says LIKE 'noResponse:%') ORDER BY r.n""",
    ),
    (
        "refers-to-missing",
        "WARC-Refers-To names a record that is not there",
        f"""SELECT {_AT}, r.refers_to, NULL, f.own {_OF} LEFT JOIN records o ON o.record_id = r.refers_to
            WHERE r.refers_to IS NOT NULL AND o.n IS NULL AND NOT EXISTS (
            SELECT 1 FROM tombstones t WHERE t.record_id = r.refers_to) ORDER BY r.n""",
    ),
    (
        "taken-down",
        "the record that WARC-Refers-To names was taken down",
        f"""SELECT {_AT}, r.refers_to, NULL, 0 {_OF} JOIN tombstones t ON t.record_id = r.refers_to
            WHERE NOT EXISTS (SELECT 1 FROM records o WHERE o.record_id = r.refers_to) ORDER BY r.n""",
    ),
    (
        "revisit-target",
        "the revisit does not say all of its original: WARC-Refers-To, its URI and date, and the payload digest",
        f"""SELECT {_AT}, coalesce(r.refers_to, '–') || ' ' || coalesce(r.refers_to_uri, '–') || ' '
            || coalesce(r.refers_to_date, '–'), NULL, 1 {_OF}
            WHERE f.own AND r.type = 'revisit' AND (r.refers_to IS NULL OR r.refers_to_uri IS NULL
            OR r.refers_to_date IS NULL OR r.payload_digest IS NULL) ORDER BY r.n""",
    ),
    (
        "revisit-target",
        "the record that the revisit refers to is no whole response of that URI, date and payload digest",
        f"""SELECT {_AT},
            'response ' || r.refers_to_uri || ' ' || r.refers_to_date || ' ' || coalesce(r.payload_digest, ''),
            o.type || ' ' || coalesce(o.uri, '') || ' ' || coalesce(o.date, '') || ' '
            || coalesce(o.payload_digest, '') || coalesce(', truncated: ' || o.truncated, ''), f.own {_OF}
            JOIN records o ON o.record_id = r.refers_to WHERE r.type = 'revisit' AND (
            o.type != 'response' OR r.refers_to_uri IS NOT NULL AND o.uri != r.refers_to_uri
            OR r.refers_to_date IS NOT NULL AND o.date != r.refers_to_date
            OR r.payload_digest IS NOT NULL AND o.payload_digest IS NOT NULL AND o.payload_digest != r.payload_digest
            OR f.own AND (o.payload_digest IS NULL OR o.truncated IS NOT NULL)) ORDER BY r.n""",
    ),
    (
        "revisit-target",
        "the record that the revisit refers to lies in another site's folder",
        f"""SELECT {_AT}, f.site, g.site, 1 {_OF} JOIN records o ON o.record_id = r.refers_to
            JOIN files g ON g.id = o.file WHERE f.own AND g.own AND r.type = 'revisit' AND g.site != f.site
            ORDER BY r.n""",
    ),
]
