"""How rows go into tables and come out of them, many at a time. Knows nothing of what a table means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Insert, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

R = TypeVar("R")

#: How many rows of a long answer are in memory at a time.
BATCH = 1000

#: Says when a row that is there is replaced, of the table and the row offered.
When = Callable[[Table, Any], ColumnElement[bool]]


def put(connection: Connection, table: Table, rows: Sequence[R], when: When | None = None) -> None:
    """Write rows, each in place of the one with its key; where ``when`` is given, only if it holds."""
    if not rows:
        return
    names = [column.name for column in table.columns]
    values = attrgetter(*names)
    statement = _upsert(table, connection.dialect.name, when)
    # In parts: what the driver is handed takes ten times the room of the rows.
    for at in range(0, len(rows), BATCH):
        offered = [dict(zip(names, values(row), strict=True)) for row in rows[at : at + BATCH]]
        connection.execute(statement, offered)


def add_new(connection: Connection, table: Table, row: object) -> bool:
    """Write a row unless one with its key is there; return whether it was written."""
    values = {column.name: getattr(row, column.name) for column in table.columns}
    insert = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)
    # Asked for, since the number of rows that an INSERT wrote is not told by every driver.
    written = insert.on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(written, values).first() is not None


@lru_cache(maxsize=64)
def _upsert(table: Table, dialect: str, when: When | None) -> Insert:
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    keys = [column.name for column in table.primary_key]
    others = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in keys}
    return insert.on_conflict_do_update(
        index_elements=keys, set_=others, where=when(table, insert.excluded) if when else None
    )


def one(
    connection: Connection, kind: type[R], query: Select[Any], parameters: dict[str, object] | None = None
) -> R | None:
    """Return the first row of an answer as a ``kind``, or None; the query selects a whole table."""
    found = connection.execute(query, parameters).first()
    return None if found is None else kind(**found._mapping)  # noqa: SLF001 (public, in spite of its name)


def every(connection: Connection, kind: type[R], query: Select[Any]) -> list[R]:
    """Return every row of a short answer."""
    return list(each(connection, kind, query))


def each(connection: Connection, kind: type[R], query: Select[Any]) -> Iterator[R]:
    """Yield the rows of an answer of any length, with memory flat; nothing else may use the connection meanwhile."""
    found = connection.execute(query, execution_options={"yield_per": BATCH})
    return (kind(**row) for row in found.mappings())


def batches(rows: Iterable[R], size: int = BATCH) -> Iterator[list[R]]:
    """Yield rows in lists of ``size``."""
    batch: list[R] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch
