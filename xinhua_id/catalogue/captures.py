"""tmp"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from xinhua_id.catalogue import tables
from xinhua_id.catalogue.rows import CaptureRow
from xinhua_id.catalogue.store import put as _put


def add(connection: Connection, rows: Sequence[CaptureRow]) -> None:
    _put(connection, tables.captures, rows)


def _all(connection: Connection, query: Any) -> list[CaptureRow]:
    return [CaptureRow(**row) for row in connection.execute(query).mappings()]


def original(connection: Connection, site: str, digest: str, url: str) -> CaptureRow | None:
    t = tables.captures.c
    q = select(tables.captures).where(
        t.site == site, t.payload_digest == digest, t.type == "response", t.status == 200, t.truncated.is_(None)
    )
    return next(iter(_all(connection, q.order_by((t.url == url).desc(), t.captured_at).limit(1))), None)


def by_record_id(connection: Connection, record_id: str) -> CaptureRow | None:
    return next(iter(_all(connection, select(tables.captures).where(tables.captures.c.record_id == record_id))), None)


def of_run(connection: Connection, site: str, run: str) -> list[CaptureRow]:
    t = tables.captures.c
    return _all(connection, select(tables.captures).where(t.site == site, t.run == run).order_by(t.file, t.offset))


def drop_file(connection: Connection, name: str) -> None:
    connection.execute(delete(tables.captures).where(tables.captures.c.file == name))
