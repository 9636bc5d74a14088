"""Files: which WARC files there are, and how far each is durable and catalogued. Knows nothing of their records."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, select, update

from xinhua_id.catalogue import statements, tables
from xinhua_id.catalogue.rows import FileRow

_FILES = tables.files


def put(connection: Connection, rows: Sequence[FileRow]) -> None:
    """Enter files, each in place of the one with its name."""
    statements.put(connection, _FILES, rows)


def committed(connection: Connection, name: str, length: int) -> None:
    """Say that ``length`` bytes of a file are durable and catalogued."""
    connection.execute(update(_FILES).where(_FILES.c.name == name).values(committed=length))


def close(connection: Connection, name: str, length: int, sha256: str | None = None) -> None:
    """Say that a file is closed, ``length`` bytes long."""
    said = {"committed": length, "closed": True, "sha256": sha256}
    connection.execute(update(_FILES).where(_FILES.c.name == name).values(said))


def by_name(connection: Connection, name: str) -> FileRow | None:
    """Return what is known of a file."""
    return statements.one(connection, FileRow, _BY_NAME, {"name": name})


def of_site(connection: Connection, site: str) -> list[FileRow]:
    """Return the files of a site, by name, which is in the order they were begun."""
    return statements.every(connection, FileRow, select(_FILES).where(_FILES.c.site == site).order_by(_FILES.c.name))


def of_run(connection: Connection, site: str, run: str) -> list[FileRow]:
    """Return the files of a run, by name."""
    query = select(_FILES).where(_FILES.c.site == site, _FILES.c.run == run)
    return statements.every(connection, FileRow, query.order_by(_FILES.c.name))


def drop(connection: Connection, name: str) -> None:
    """Forget a file; its captures are forgotten by `captures.drop_file`."""
    connection.execute(delete(_FILES).where(_FILES.c.name == name))


_BY_NAME = select(_FILES).where(_FILES.c.name == bindparam("name"))
