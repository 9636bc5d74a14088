"""The catalogue's database: a SQLite file beside the archive, or PostgreSQL by its URL, through one code path.

Opening it brings it to the latest revision. The functions of the other modules take the connection that `begin` or
`reading` gives. Knows nothing of what the tables mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from xinhua_id.catalogue import engines, migrations, tables
from xinhua_id.errors import CannotWrite, CatalogueError

#: The name of the catalogue's file in an archive.
NAME = "catalogue.sqlite"

_DURABLE = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")
_SCRATCH = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536")
_READ_ONLY = ("query_only = ON",)


#: What PostgreSQL says where a table or a column is not there (its manual, appendix A).
_NO_TABLE = {"42P01", "42703"}
_NO_RIGHT = "42501"
#: By which a transaction of PostgreSQL sees one state and changes none.
_ONE_STATE = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

C = TypeVar("C", bound="Catalogue")


class Catalogue:
    """An open catalogue. ``where`` names it in messages, ``url`` is that of its server, None for a file.

    Made by `open` or `open_to_read`, which decide by the URL alone: without one it is the SQLite file of the archive.
    """

    def __init__(self, engine: Engine, where: str, url: str | None = None, *, to_read: bool = False) -> None:
        self.engine = engine
        self.where = where
        self.url = url
        read_only = {"postgresql_readonly": True} if url and to_read else {}
        self._writing = engine.execution_options(**{engines.WRITES: True}, **read_only)
        self._reading = engine.execution_options(**_ONE_STATE) if url else engine
        self._readers: list[Connection] = []

    @classmethod
    def open(cls, archive: Path, url: str | None = None) -> Self:
        """Open the catalogue of an archive, made where there is none, and bring it to the latest revision.

        Raises `CannotWrite` where it cannot be made, `CatalogueError` where it is broken or of a newer program.
        """
        if url:
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
        return _migrated(cls(engines.sqlite(path, {"mode": "rwc"}, _SCRATCH if scratch else _DURABLE), str(path)))

    @classmethod
    def open_to_read(cls, archive: Path, url: str | None = None) -> Self:
        """Open the catalogue of an archive for reading only. Nothing is made; one of an older program is migrated.

        Raises `CatalogueError` where there is none.
        """
        path = archive / NAME
        if not url and not path.is_file():
            raise _none_there("the archive has no catalogue", str(path))
        if url:
            catalogue = cls._at(url, to_read=True)
        else:
            catalogue = cls(engines.sqlite(path, engines.reading_mode(path), _READ_ONLY), str(path), to_read=True)
        try:
            with catalogue.reading() as connection:
                at = migrations.revision(connection)
            if url and at is None:
                raise _none_there("the database holds no catalogue", catalogue.where)
        except BaseException:
            catalogue.close()
            raise
        if at == migrations.HEAD:
            return catalogue
        catalogue.close()
        cls.open(archive, url).close()
        return cls.open_to_read(archive, url)

    @classmethod
    def _at(cls, url: str, *, to_read: bool = False) -> Self:
        engine = engines.postgresql(url)
        return cls(engine, engines.named(engine), url, to_read=to_read)

    @contextmanager
    def begin(self, *, alone: bool = True) -> Iterator[Connection]:
        """Give a connection for one transaction, committed at the end and durable then. Raises `CannotWrite`.

        No other process writes meanwhile. With ``alone`` false PostgreSQL lets others write: for what takes long and
        shares no row with them.
        """
        try:
            with self._writing.execution_options(**{engines.ALONE: alone}).begin() as connection:
                yield connection
        except DBAPIError as error:
            _raise_if_broken(error, self)
            raise CannotWrite(
                f"the catalogue cannot be written: {_said(error)}",
                where=self.where,
                now=f"{self._mend(writing=True)} Records and items are in their files: "
                "`xinhua-id archive recover` enters what the catalogue lacks.",
            ) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that reads one state of the catalogue. Raises `CatalogueError`."""
        try:
            # Kept, and given out again: a crawl asks once a page. A server's may have broken, and its pool looks.
            connection = self._readers.pop() if self._readers else self._reading.connect()
            try:
                yield connection
                connection.rollback()
            except BaseException:
                connection.close()
                raise
            if self.url:
                connection.close()
            else:
                self._readers.append(connection)
        except DBAPIError as error:
            _raise_if_broken(error, self)
            raise CatalogueError(
                f"the catalogue cannot be read: {_said(error)}", where=self.where, now=self._mend()
            ) from error

    def _mend(self, *, writing: bool = False) -> str:
        if self.url:
            return "See that the server runs and lets this user in, then start again."
        return "Make room or mend the permissions." if writing else "Check the path and its permissions."

    def compact(self) -> None:
        """Write the database anew, so that what was deleted is in no free page of it, nor in its log.

        A PostgreSQL server's log (WAL) and backups are its operator's. Raises `CannotWrite`, also where another process
        reads or writes for too long.
        """
        while self._readers:
            self._readers.pop().close()
        why = self._vacuumed() if self.url else self._file_vacuumed()
        if why is not None:
            raise CannotWrite(
                f"the catalogue cannot be compacted: {why}",
                where=self.where,
                now="What was deleted may still stand in its free pages; make room or wait, and run it again.",
            )

    def _vacuumed(self) -> str | None:
        """Write our tables of a server anew; return why that could not be."""
        names = ", ".join(table.name for table in tables.metadata.sorted_tables)
        try:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("SET lock_timeout = '60s'")
                connection.exec_driver_sql(f"VACUUM FULL {names}")
                connection.invalidate()
        except DBAPIError as error:
            return _said(error)
        return None

    def _file_vacuumed(self) -> str | None:
        raw = self.engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = cursor.fetchone()
            return "another process uses it" if busy and busy[0] else None
        except self.engine.dialect.dbapi.Error as error:  # type: ignore[union-attr]
            return str(error)
        finally:
            raw.invalidate()
            raw.close()

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


def _raise_if_broken(error: DBAPIError, catalogue: Catalogue) -> None:
    state = getattr(error.orig, "sqlstate", None)
    said = str(error.orig)
    if state in _NO_TABLE:
        raise CatalogueError(
            f"the catalogue is broken: {_said(error)}",
            where=catalogue.where,
            now="Restore a dump; or empty its schema and run `xinhua-id archive rebuild`.",
        ) from error
    if isinstance(error, ProgrammingError | IntegrityError) and state != _NO_RIGHT:
        raise error  # ours, not the disk's
    if "malformed" in said or "not a database" in said or "no such table" in said or "no such column" in said:
        raise CatalogueError(
            f"the catalogue is broken: {said}",
            where=catalogue.where,
            now="`xinhua-id archive rebuild` makes it anew from the files; or restore a backup with `archive restore`.",
        ) from error


def _said(error: DBAPIError) -> str:
    """Return on one line what a driver says; psycopg's message has several."""
    return " ".join(str(error.orig).split())


def _none_there(what: str, where: str) -> CatalogueError:
    return CatalogueError(
        what,
        where=where,
        now="`xinhua-id archive rebuild` makes it from the files; check --archive and --catalogue too.",
    )


def _not_made(why: str, where: Path) -> CannotWrite:
    return CannotWrite(
        f"the catalogue cannot be made: {why}",
        where=str(where),
        now="Make room or mend the permissions, or choose another place with --archive.",
    )
