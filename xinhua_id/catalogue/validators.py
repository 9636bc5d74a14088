"""Validators: what a conditional request for a URL may carry. Knows nothing of requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, or_, select

from xinhua_id.catalogue import statements, tables
from xinhua_id.catalogue.rows import ValidatorRow

_VALIDATORS = tables.validators


#: A URL of more bytes has none: site and URL are the key, and PostgreSQL takes 2,704 bytes in an index.
LONGEST = 2400


def put(connection: Connection, rows: Sequence[ValidatorRow]) -> None:
    """Enter validators; of one URL the latest capture's stay, in whatever order they come.

    Those of a URL longer than `LONGEST` are left out: such a page is always asked for whole.
    """
    kept = [row for row in rows if len(row.url) <= LONGEST and len(row.url.encode("utf-8", "replace")) <= LONGEST]
    statements.put(connection, _VALIDATORS, kept, _is_later)


def of(connection: Connection, site: str, url: str) -> ValidatorRow | None:
    """Return the validators of a URL as a site's folder has it."""
    return statements.one(connection, ValidatorRow, _OF, {"site": site, "url": url})


def each(connection: Connection, site: str | None = None) -> Iterator[ValidatorRow]:
    """Yield every URL's validators, or those of a site; memory stays flat."""
    query = select(_VALIDATORS).order_by(_VALIDATORS.c.site, _VALIDATORS.c.url)
    return statements.each(connection, ValidatorRow, query if site is None else query.where(_VALIDATORS.c.site == site))


def drop_record(connection: Connection, record_id: str) -> None:
    """Forget the validators that a record gave: a 304 to them would stand for nothing."""
    connection.execute(delete(_VALIDATORS).where(_VALIDATORS.c.record_id == record_id))


def drop(connection: Connection, site: str, url: str) -> None:
    """Forget the validators of a URL."""
    connection.execute(delete(_VALIDATORS).where(_VALIDATORS.c.site == site, _VALIDATORS.c.url == url))


def _is_later(table: Table, offered: Any) -> ColumnElement[bool]:
    same_moment = and_(offered.captured_at == table.c.captured_at, offered.record_id >= table.c.record_id)
    return or_(offered.captured_at > table.c.captured_at, same_moment)


_OF = select(_VALIDATORS).where(_VALIDATORS.c.site == bindparam("site"), _VALIDATORS.c.url == bindparam("url"))
