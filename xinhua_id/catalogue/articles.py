"""tmp"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from xinhua_id.catalogue import tables
from xinhua_id.catalogue.rows import ArticleRow
from xinhua_id.catalogue.store import put as _put


def add(connection: Connection, rows: Sequence[ArticleRow]) -> None:
    _put(connection, tables.articles, rows)


def _all(connection: Connection, query: Any) -> list[ArticleRow]:
    return [ArticleRow(**row) for row in connection.execute(query).mappings()]


def of_run(connection: Connection, site: str, run: str) -> list[ArticleRow]:
    t = tables.articles.c
    return _all(connection, select(tables.articles).where(t.site == site, t.run == run).order_by(t.offset))


def drop_run(connection: Connection, site: str, run: str) -> None:
    t = tables.articles.c
    connection.execute(delete(tables.articles).where(t.site == site, t.run == run))
