"""Visits: how the visit to each URL ended. Knows nothing of the pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, delete, literal, select

from xinhua_id.catalogue import statements, tables
from xinhua_id.catalogue.rows import VisitRow

_VISITS = tables.visits


def add(connection: Connection, rows: Sequence[VisitRow]) -> None:
    """Enter visits, each in place of the one with its record id."""
    statements.put(connection, _VISITS, rows)


def at(connection: Connection, url: str) -> list[VisitRow]:
    """Return the visits to a URL, earliest first."""
    query = select(_VISITS).where(tables.is_url(_VISITS, literal(url, tables.Text())))
    return statements.every(connection, VisitRow, query.order_by(_VISITS.c.visited_at, _VISITS.c.record_id))


def of_run(connection: Connection, site: str, run: str) -> list[VisitRow]:
    """Return the visits of a run, in the order they ended."""
    query = select(_VISITS).where(_VISITS.c.site == site, _VISITS.c.run == run)
    return statements.every(connection, VisitRow, query.order_by(_VISITS.c.visited_at, _VISITS.c.record_id))


def each(connection: Connection, site: str | None = None) -> Iterator[VisitRow]:
    """Yield every visit, or every one to a site, by record id; memory stays flat."""
    query = select(_VISITS).order_by(_VISITS.c.record_id)
    return statements.each(connection, VisitRow, query if site is None else query.where(_VISITS.c.site == site))


def latest(connection: Connection, site: str) -> Iterator[VisitRow]:
    """Yield the latest visit to each URL of a site, by URL; memory stays flat."""
    query = select(_VISITS).where(_VISITS.c.site == site)
    last: VisitRow | None = None
    for row in statements.each(connection, VisitRow, query.order_by(_VISITS.c.url, _VISITS.c.visited_at)):
        if last is not None and last.url != row.url:
            yield last
        last = row
    if last is not None:
        yield last


def drop_run(connection: Connection, site: str, run: str) -> None:
    """Forget the visits of a run."""
    connection.execute(delete(_VISITS).where(_VISITS.c.site == site, _VISITS.c.run == run))


def drop(connection: Connection, record_id: str) -> None:
    """Forget one visit."""
    connection.execute(delete(_VISITS).where(_VISITS.c.record_id == record_id))
