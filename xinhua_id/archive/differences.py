"""Where two catalogues differ, row by row: what a test and a torture ask of a rebuilt one. Memory stays flat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select

from xinhua_id.catalogue import statements, tables
from xinhua_id.catalogue.store import Catalogue

_Row = Mapping[str, Any]


class Difference(NamedTuple):
    """A row that is not the same in both; None on the side that has none with its key."""

    table: str
    key: tuple[Any, ...]
    ours: Mapping[str, Any] | None
    theirs: Mapping[str, Any] | None


def differences(ours: Catalogue, theirs: Catalogue, of: Iterable[Table] = tables.REBUILDABLE) -> Iterator[Difference]:
    """Yield every row that is not the same in both catalogues, in the order of tables and keys."""
    with ours.reading() as here, theirs.reading() as there:
        for table in of:
            yield from _in_table(table, here, there)


def _in_table(table: Table, here: Connection, there: Connection) -> Iterator[Difference]:
    left, right = _rows(table, here), _rows(table, there)
    ours, theirs = next(left, None), next(right, None)
    while ours is not None or theirs is not None:
        key = min(_key(table, row) for row in (ours, theirs) if row is not None)
        mine = ours if ours is not None and _key(table, ours) == key else None
        other = theirs if theirs is not None and _key(table, theirs) == key else None
        if mine != other:
            yield Difference(table.name, key, mine, other)
        ours = ours if mine is None else next(left, None)
        theirs = theirs if other is None else next(right, None)


def _rows(table: Table, connection: Connection) -> Iterator[dict[str, Any]]:
    query = select(table).order_by(*table.primary_key)
    found = connection.execute(query, execution_options={"yield_per": statements.BATCH})
    return (dict(row) for row in found.mappings())


def _key(table: Table, row: _Row) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)
