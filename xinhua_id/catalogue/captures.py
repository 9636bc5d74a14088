"""Captures: where each response, revisit and resource record lies, and which holds a payload first. Knows no bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, bindparam, delete, exists, func, literal, select

from xinhua_id.catalogue import statements, tables
from xinhua_id.catalogue.rows import CaptureRow

_CAPTURES = tables.captures
_EMPTY = "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"


def add(connection: Connection, rows: Sequence[CaptureRow]) -> None:
    """Enter captures, each in place of the one with its record id."""
    statements.put(connection, _CAPTURES, rows)


def original(connection: Connection, site: str, payload_digest: str, url: str) -> CaptureRow | None:
    """Return the response that a revisit with this payload refers to, or None.

    It is the earliest whole one of the site with status 200, one of the same URL before any other; never one that was
    taken down, nor one whose payload is empty.
    """
    if payload_digest == _EMPTY:
        return None
    asked: dict[str, object] = {"site": site, "payload_digest": payload_digest, "url": url}
    return statements.one(connection, CaptureRow, _ORIGINAL, asked)


def by_record_id(connection: Connection, record_id: str) -> CaptureRow | None:
    """Return the capture that a record is."""
    return statements.one(connection, CaptureRow, _BY_RECORD_ID, {"record_id": record_id})


def in_file(connection: Connection, name: str) -> Iterator[CaptureRow]:
    """Yield what lies in a file, in order."""
    query = select(_CAPTURES).where(_CAPTURES.c.file == name).order_by(_CAPTURES.c.offset)
    return statements.each(connection, CaptureRow, query)


def of_run(connection: Connection, site: str, run: str) -> list[CaptureRow]:
    """Return what a run captured, in the order of its files."""
    query = select(_CAPTURES).where(_CAPTURES.c.site == site, _CAPTURES.c.run == run)
    return statements.every(connection, CaptureRow, query.order_by(_CAPTURES.c.file, _CAPTURES.c.offset))


def at(
    connection: Connection, url: str, since: dt.datetime | None = None, until: dt.datetime | None = None
) -> Iterator[CaptureRow]:
    """Yield the captures of a URL, as WARC-Target-URI writes it, earliest first; ``until`` is not included."""
    query = select(_CAPTURES).where(tables.is_url(_CAPTURES, literal(url, tables.Text())))
    if since is not None:
        query = query.where(_CAPTURES.c.captured_at >= since)
    if until is not None:
        query = query.where(_CAPTURES.c.captured_at < until)
    return statements.each(connection, CaptureRow, query.order_by(_CAPTURES.c.captured_at, _CAPTURES.c.record_id))


def each(connection: Connection, site: str | None = None) -> Iterator[CaptureRow]:
    """Yield every capture, or every one of a site, by file and offset; memory stays flat."""
    query = select(_CAPTURES).order_by(_CAPTURES.c.file, _CAPTURES.c.offset)
    return statements.each(connection, CaptureRow, query if site is None else query.where(_CAPTURES.c.site == site))


def revisits_of(connection: Connection, record_id: str) -> Iterator[CaptureRow]:
    """Yield the revisits that refer to a record."""
    query = select(_CAPTURES).where(_CAPTURES.c.refers_to == record_id)
    return statements.each(connection, CaptureRow, query.order_by(_CAPTURES.c.file, _CAPTURES.c.offset))


def drop(connection: Connection, record_id: str) -> None:
    """Forget one capture."""
    connection.execute(delete(_CAPTURES).where(_CAPTURES.c.record_id == record_id))


def drop_file(connection: Connection, name: str) -> None:
    """Forget what lies in a file."""
    connection.execute(delete(_CAPTURES).where(_CAPTURES.c.file == name))


def _earliest(*, same_url: bool) -> object:
    found = _CAPTURES.alias()
    query = select(found.c.record_id).where(
        found.c.site == bindparam("site"),
        found.c.payload_digest == bindparam("payload_digest"),
        tables.is_original(found),
        ~exists().where(tables.tombstones.c.record_id == found.c.record_id),
    )
    if same_url:
        query = query.where(tables.is_url(found, bindparam("url", type_=tables.Text())))
    return query.order_by(found.c.captured_at).limit(1).scalar_subquery()


# Built once, so that SQLAlchemy compiles each once.
_ORIGINAL = select(_CAPTURES).where(
    _CAPTURES.c.record_id == func.coalesce(_earliest(same_url=True), _earliest(same_url=False))
)
_BY_RECORD_ID = select(_CAPTURES).where(_CAPTURES.c.record_id == bindparam("record_id"))
