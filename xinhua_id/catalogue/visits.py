"""tmp"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from xinhua_id.catalogue import tables
from xinhua_id.catalogue.rows import VisitRow
from xinhua_id.catalogue.store import put as _put


def add(connection: Connection, rows: Sequence[VisitRow]) -> None:
    _put(connection, tables.visits, rows)


def _all(connection: Connection, query: Any) -> list[VisitRow]:
    return [VisitRow(**row) for row in connection.execute(query).mappings()]


def of_run(connection: Connection, site: str, run: str) -> list[VisitRow]:
    t = tables.visits.c
    return _all(connection, select(tables.visits).where(t.site == site, t.run == run))
