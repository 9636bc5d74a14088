"""tmp"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from xinhua_id.catalogue import tables
from xinhua_id.catalogue.rows import ValidatorRow
from xinhua_id.catalogue.store import put as _put


def put(connection: Connection, rows: Sequence[ValidatorRow]) -> None:
    _put(connection, tables.validators, rows)


def _all(connection: Connection, query: Any) -> list[ValidatorRow]:
    return [ValidatorRow(**row) for row in connection.execute(query).mappings()]


def of(connection: Connection, site: str, url: str) -> ValidatorRow | None:
    t = tables.validators.c
    return next(iter(_all(connection, select(tables.validators).where(t.site == site, t.url == url))), None)
