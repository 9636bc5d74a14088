"""tmp"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from xinhua_id.catalogue import tables
from xinhua_id.catalogue.rows import RunRow
from xinhua_id.catalogue.store import put as _put


def put(connection: Connection, rows: Sequence[RunRow]) -> None:
    _put(connection, tables.runs, rows)


def _all(connection: Connection, query: Any) -> list[RunRow]:
    return [RunRow(**row) for row in connection.execute(query).mappings()]


def end(connection: Connection, site: str, name: str, when: Any, outcome: str) -> None:
    t = tables.runs
    connection.execute(t.update().where(t.c.site == site, t.c.name == name).values(ended_at=when, outcome=outcome))
