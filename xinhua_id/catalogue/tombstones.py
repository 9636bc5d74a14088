"""Tombstones: which records were taken down, and why. Knows nothing of how it was done."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from xinhua_id.catalogue import statements, tables
from xinhua_id.catalogue.rows import TombstoneRow

_TOMBSTONES = tables.tombstones


def put(connection: Connection, rows: Sequence[TombstoneRow]) -> None:
    """Enter tombstones, each in place of the one of its record."""
    statements.put(connection, _TOMBSTONES, rows)


def of_record(connection: Connection, record_id: str) -> TombstoneRow | None:
    """Return the tombstone of a record; None for one that was not taken down."""
    return statements.one(connection, TombstoneRow, _OF_RECORD, {"record_id": record_id})


def of_site(connection: Connection, site: str) -> list[TombstoneRow]:
    """Return a site's tombstones, in the order they were set."""
    return statements.every(connection, TombstoneRow, _IN_ORDER.where(_TOMBSTONES.c.site == site))


def every(connection: Connection) -> list[TombstoneRow]:
    """Return every tombstone, in the order they were set."""
    return statements.every(connection, TombstoneRow, _IN_ORDER)


_OF_RECORD = select(_TOMBSTONES).where(_TOMBSTONES.c.record_id == bindparam("record_id"))
_IN_ORDER = select(_TOMBSTONES).order_by(_TOMBSTONES.c.redacted_at, _TOMBSTONES.c.record_id)
