"""The catalogue's copy in one file, and back: what is operational in it stands nowhere else.

A backup is made while crawls go on. Captures, visits and articles may be older in it than the files: recovery enters
what it lacks. Knows nothing of WARC files.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from xinhua_id.archive.item_lines import cannot_write
from xinhua_id.archive.swap import nobody_crawls, replaced
from xinhua_id.catalogue import frontier
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import CannotWrite, CatalogueError, UsageError
from xinhua_id.warc.file import fsync_directory

_MAGIC = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made and checked."""

    path: Path
    bytes: int
    sha256: str


def backup(archive: Path, to: Path) -> Backup:
    """Copy the archive's catalogue into one file, which is whole or not there, and check it.

    Raises `UsageError` where the file exists, `CatalogueError` where there is no sound catalogue, `CannotWrite`.
    """
    if to.exists():
        raise UsageError("the file exists already", where=str(to), now="Name another; a backup is never written over.")
    source = Catalogue.open_to_read(archive)
    beside = to.with_name(f"{to.name}.new")
    try:
        beside.unlink(missing_ok=True)
        with source.reading() as connection:
            _copied(_driver(connection.connection.driver_connection), beside)
        _sound(beside)
        digest = _sha256(beside)
        beside.replace(to)
        fsync_directory(to.parent)
        return Backup(to, to.stat().st_size, digest)
    except OSError as error:
        raise cannot_write(error, to) from error
    finally:
        source.close()
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def restore(archive: Path, source: Path, now: dt.datetime) -> Path | None:
    """Put a backup in the catalogue's place; return where the catalogue that was there is kept.

    Raises `UsageError` where there is no such file or archive, `CatalogueError` where it is no sound catalogue or one
    of a newer program, `InUse` where a crawl is under way, `CannotWrite`. Nothing has changed then.
    """
    if not source.is_file():
        raise UsageError("there is no such file", where=str(source), now="Name a file that `archive backup` made.")

    def made(path: Path) -> None:
        with contextlib.closing(_opened(source)) as connection:
            _copied(connection, path)
        _sound(path)
        if not _is_catalogue(path):
            raise CatalogueError(
                "the file is no catalogue", where=str(source), now="Name a file that `archive backup` made."
            )
        catalogue = Catalogue.open_file(path)
        with contextlib.closing(catalogue), catalogue.begin() as connection:
            # What was visited since then is learned from the files when the next crawl begins.
            frontier.forget_rounds(connection)

    with nobody_crawls(archive, "archive restore", now):
        return replaced(archive, made, now)


def _opened(path: Path) -> sqlite3.Connection:
    """Open a file that may be no database, without ever writing to it."""
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise _unsound("the file is no SQLite database", path)
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    except (OSError, sqlite3.Error) as error:
        raise _unsound(f"the file cannot be read: {error}", path) from error


def _driver(connection: object) -> sqlite3.Connection:
    assert isinstance(connection, sqlite3.Connection)
    return connection


def _copied(source: sqlite3.Connection, to: Path) -> None:
    """Copy a database as it is at this moment, durably, into a file that needs no other beside it."""
    try:
        with contextlib.closing(sqlite3.connect(to)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
        handle = os.open(to, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except sqlite3.DatabaseError as error:
        if any(said in str(error) for said in ("disk is full", "disk I/O", "unable to open", "readonly")):
            raise CannotWrite(
                f"the copy cannot be written: {error}", where=str(to), now="Make room, or name another place."
            ) from error
        raise _unsound(f"the catalogue cannot be copied: {error}", to) from error


def _sound(path: Path) -> None:
    """Raise `CatalogueError` unless SQLite finds every page and index of a file in order."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        said = str(error)
    if said != "ok":
        raise _unsound(f"the copy is not sound: {' '.join(said.split())}", path)


def _is_catalogue(path: Path) -> bool:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {"alembic_version", "captures"} <= names


def _unsound(what: str, where: Path) -> CatalogueError:
    return CatalogueError(what, where=str(where), now="Use another backup, or `xinhua-id archive rebuild`.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
