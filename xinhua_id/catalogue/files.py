"""tmp"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from xinhua_id.catalogue import tables
from xinhua_id.catalogue.rows import FileRow
from xinhua_id.catalogue.store import put as _put


def put(connection: Connection, rows: Sequence[FileRow]) -> None:
    _put(connection, tables.files, rows)


def _all(connection: Connection, query: Any) -> list[FileRow]:
    return [FileRow(**row) for row in connection.execute(query).mappings()]


def of_site(connection: Connection, site: str) -> list[FileRow]:
    return _all(connection, select(tables.files).where(tables.files.c.site == site))
