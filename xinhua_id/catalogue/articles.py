"""Articles: which line of which file holds each version of a story. Knows nothing of the text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, delete, func, select

from xinhua_id.catalogue import statements, tables
from xinhua_id.catalogue.rows import ArticleRow

_ARTICLES = tables.articles


def add(connection: Connection, rows: Sequence[ArticleRow]) -> None:
    """Enter versions of stories, each in place of the one with its key."""
    statements.put(connection, _ARTICLES, rows)


def of_run(connection: Connection, site: str, run: str) -> list[ArticleRow]:
    """Return what a run wrote, in the order of its lines."""
    query = select(_ARTICLES).where(_ARTICLES.c.site == site, _ARTICLES.c.run == run)
    return statements.every(connection, ArticleRow, query.order_by(_ARTICLES.c.offset))


def of_record(connection: Connection, record_id: str) -> list[ArticleRow]:
    """Return the versions made from one record."""
    query = select(_ARTICLES).where(_ARTICLES.c.record_id == record_id).order_by(_ARTICLES.c.item_id)
    return statements.every(connection, ArticleRow, query)


def versions(connection: Connection, site: str, item_id: str) -> list[ArticleRow]:
    """Return the versions of one story, earliest capture first."""
    query = select(_ARTICLES).where(_ARTICLES.c.item_id == item_id, _ARTICLES.c.site == site)
    return statements.every(connection, ArticleRow, query.order_by(_ARTICLES.c.captured_at, _ARTICLES.c.record_id))


def latest(
    connection: Connection,
    site: str | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> Iterator[ArticleRow]:
    """Yield the latest version of every story, newest story first; memory stays flat.

    A story counts by the date it gives itself, and by its capture where it gives none; ``until`` is not included.
    """
    newest = func.row_number().over(
        partition_by=(_ARTICLES.c.site, _ARTICLES.c.item_id),
        order_by=(_ARTICLES.c.captured_at.desc().nulls_last(), _ARTICLES.c.record_id.desc()),
    )
    every_version = select(_ARTICLES, newest.label("newest"))
    if site is not None:
        every_version = every_version.where(_ARTICLES.c.site == site)
    found = every_version.subquery()
    when = func.coalesce(found.c.date_published, found.c.captured_at)
    query = select(*(found.c[column.name] for column in _ARTICLES.columns)).where(found.c.newest == 1)
    if since is not None:
        query = query.where(when >= since)
    if until is not None:
        query = query.where(when < until)
    return statements.each(connection, ArticleRow, query.order_by(when.desc().nulls_last(), found.c.item_id))


def each(connection: Connection, site: str | None = None) -> Iterator[ArticleRow]:
    """Yield every version of every story, or of a site's, by id; memory stays flat."""
    query = select(_ARTICLES).order_by(_ARTICLES.c.item_id, _ARTICLES.c.record_id)
    return statements.each(connection, ArticleRow, query if site is None else query.where(_ARTICLES.c.site == site))


def drop(connection: Connection, item_id: str, record_id: str) -> None:
    """Forget one version of a story."""
    connection.execute(delete(_ARTICLES).where(_ARTICLES.c.item_id == item_id, _ARTICLES.c.record_id == record_id))


def drop_run(connection: Connection, site: str, run: str) -> None:
    """Forget what a run wrote."""
    connection.execute(delete(_ARTICLES).where(_ARTICLES.c.site == site, _ARTICLES.c.run == run))
