"""The catalogue's database: a SQLite file beside the archive, or PostgreSQL by its URL, through one code path.

Opening it brings it to the latest revision. The functions of the other modules take the connection that `begin` or
`reading` gives. Knows nothing of what the tables mean.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.pool import ConnectionPoolEntry

from xinhua_id.catalogue import migrations
from xinhua_id.errors import CannotWrite, CatalogueError

#: The name of the catalogue's file in an archive.
NAME = "catalogue.sqlite"

#: Seconds that a transaction waits for that of another process.
_PATIENCE = 60
_DURABLE = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")
_SCRATCH = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536")
_READ_ONLY = ("query_only = ON",)


C = TypeVar("C", bound="Catalogue")


class Catalogue:
    """An open catalogue. ``where`` names it in messages. Made by `open` or `open_to_read`."""

    def __init__(self, engine: Engine, where: str) -> None:
        self.engine = engine
        self.where = where
        self._writing = engine.execution_options(xinhua_id_writes=True)
        self._readers: list[Connection] = []

    @classmethod
    def open(cls, archive: Path, url: str | None = None) -> Self:
        """Open the catalogue of an archive, made where there is none, and bring it to the latest revision.

        Raises `CannotWrite` where it cannot be made, `CatalogueError` where it is broken or of a newer program.
        """
        if url is not None:
            return _migrated(cls._at(url))
        try:
            archive.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _not_made(error.strerror or str(error), archive) from error
        return cls.open_file(archive / NAME)

    @classmethod
    def open_file(cls, path: Path, *, scratch: bool = False) -> Self:
        """Open the catalogue in one SQLite file, made where there is none. Raises as `open`.

        ``scratch``: the file is worth nothing before it is whole, so that no write needs to survive anything.
        """
        return _migrated(cls(_sqlite(path, {"mode": "rwc"}, _SCRATCH if scratch else _DURABLE), str(path)))

    @classmethod
    def open_to_read(cls, archive: Path, url: str | None = None) -> Self:
        """Open the catalogue of an archive for reading only. Nothing is made; one of an older program is migrated.

        Raises `CatalogueError` where there is none.
        """
        if url is not None:
            return _migrated(cls._at(url))
        path = archive / NAME
        if not path.is_file():
            raise CatalogueError(
                "the archive has no catalogue",
                where=str(path),
                now="`xinhua-id archive rebuild` makes it from the files; check --archive too.",
            )
        catalogue = cls(_sqlite(path, _reading_mode(path), _READ_ONLY), str(path))
        with catalogue.reading() as connection:
            if migrations.revision(connection) == migrations.HEAD:
                return catalogue
        catalogue.close()
        cls.open_file(path).close()
        return cls.open_to_read(archive)

    @classmethod
    def _at(cls, database: str) -> Self:
        try:
            engine = create_engine(database)
        except (ArgumentError, ModuleNotFoundError) as error:
            raise CatalogueError(
                f"the catalogue's database cannot be used: {error}",
                now="Mend its URL; postgresql+psycopg:// needs `pip install psycopg`.",
            ) from error
        return cls(engine, engine.url.render_as_string(hide_password=True))

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Give a connection for one transaction, committed at the end and durable then. Raises `CannotWrite`."""
        try:
            with self._writing.begin() as connection:
                yield connection
        except DatabaseError as error:
            _raise_if_broken(error, self.where)
            raise CannotWrite(
                f"the catalogue cannot be written: {error.orig}",
                where=self.where,
                now="Make room or mend the permissions. Records and items are in their files: "
                "`xinhua-id archive recover` enters what the catalogue lacks.",
            ) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that reads one state of the catalogue. Raises `CatalogueError`."""
        try:
            # Kept, and given out again: a crawl asks once a page.
            connection = self._readers.pop() if self._readers else self.engine.connect()
            try:
                yield connection
                connection.rollback()
            except BaseException:
                connection.close()
                raise
            self._readers.append(connection)
        except DatabaseError as error:
            _raise_if_broken(error, self.where)
            raise CatalogueError(
                f"the catalogue cannot be read: {error.orig}",
                where=self.where,
                now="Check the path and its permissions.",
            ) from error

    def compact(self) -> None:
        """Write the database anew, so that what was deleted is in no free page of it, nor in its log.

        Raises `CannotWrite`, also where another process reads or writes for too long.
        """
        while self._readers:
            self._readers.pop().close()
        raw = self.engine.raw_connection()
        try:
            cursor = raw.cursor()
            if self.engine.dialect.name == "sqlite":
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy = cursor.fetchone()
                why = "another process uses it" if busy and busy[0] else None
            else:
                raw.rollback()
                raw.driver_connection.autocommit = True  # type: ignore[union-attr]
                cursor.execute("VACUUM FULL")
                why = None
        except self.engine.dialect.dbapi.Error as error:  # type: ignore[union-attr]
            why = str(error)
        finally:
            raw.invalidate()
            raw.close()
        if why is not None:
            raise CannotWrite(
                f"the catalogue cannot be compacted: {why}",
                where=self.where,
                now="What was deleted may still stand in its free pages; make room or wait, and run it again.",
            )

    def close(self) -> None:
        """Close every connection; doing it twice is fine."""
        while self._readers:
            self._readers.pop().close()
        self.engine.dispose()


def _migrated(catalogue: C) -> C:
    """Return the catalogue at the latest revision; close it where that cannot be."""
    try:
        with catalogue.reading() as connection:
            current = migrations.revision(connection) == migrations.HEAD
        if not current:
            with catalogue.begin() as connection:
                migrations.upgrade(connection, catalogue.where)
    except BaseException:
        catalogue.close()
        raise
    return catalogue


def _sqlite(path: Path, mode: dict[str, str], pragmas: Sequence[str]) -> Engine:
    database = f"file:{quote(str(path.absolute()))}"
    engine = create_engine(
        URL.create("sqlite", database=database, query={**mode, "uri": "true"}),
        connect_args={"timeout": _PATIENCE},
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # Transactions begin where we say: the driver's own would begin too late, and never before DDL.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        # A deferred transaction that turns to writing is refused at once where another wrote meanwhile.
        writes = connection.get_execution_options().get("xinhua_id_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _reading_mode(path: Path) -> dict[str, str]:
    """Return how to open a file to read: on a disk that takes no writes SQLite must not look for others that write."""
    if os.access(path.parent, os.W_OK) and os.access(path, os.W_OK):
        return {"mode": "rw"}
    log = path.with_name(f"{path.name}-wal")
    waiting = log.exists() and log.stat().st_size
    return {"mode": "ro"} if waiting else {"mode": "ro", "immutable": "1"}


def _raise_if_broken(error: DBAPIError, where: str) -> None:
    if isinstance(error, ProgrammingError | IntegrityError):
        raise error  # ours, not the disk's
    said = str(error.orig)
    if "malformed" in said or "not a database" in said or "no such table" in said or "no such column" in said:
        raise CatalogueError(
            f"the catalogue is broken: {said}",
            where=where,
            now="`xinhua-id archive rebuild` makes it anew from the files; or restore a backup with `archive restore`.",
        ) from error


def _not_made(why: str, where: Path) -> CannotWrite:
    return CannotWrite(
        f"the catalogue cannot be made: {why}",
        where=str(where),
        now="Make room or mend the permissions, or choose another place with --archive.",
    )
