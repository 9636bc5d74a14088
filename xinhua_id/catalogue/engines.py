"""How a database is reached: a SQLite file, or PostgreSQL by its URL, each with what makes its transactions ours.

A transaction that writes is the only one that does: SQLite's ``BEGIN IMMEDIATE``, an advisory lock in PostgreSQL. One
that reads sees one state. Knows nothing of tables.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from xinhua_id.errors import CatalogueError

#: Execution options of a connection: whether its transaction writes, and whether it does so alone.
WRITES, ALONE = "xinhua_id_writes", "xinhua_id_alone"

#: Seconds that a transaction waits for that of another process.
_PATIENCE = 60
#: Seconds in which a server must answer.
_ANSWER = 10
#: The key of the writers' advisory lock: "xinhua" in ASCII.
_WRITERS = 0x78696E687561
#: For one transaction: it waits so long for another, and what it commits is durable, whatever the server's default.
_DURABLE_AND_PATIENT = f"""
    SELECT set_config('lock_timeout', '{_PATIENCE}s', true), set_config('synchronous_commit',
        CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END,
        true)
"""
_SECRETS = {"password", "passfile", "sslpassword"}
_HOW = "postgresql+psycopg://USER@HOST/DATABASE"


def sqlite(path: Path, mode: dict[str, str], pragmas: Sequence[str]) -> Engine:
    """Return the engine of a SQLite file; ``mode`` are the parameters of its URI (sqlite.org/uri.html)."""
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
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")

    return engine


def reading_mode(path: Path) -> dict[str, str]:
    """Return how to open a file to read: on a disk that takes no writes SQLite must not look for others that write."""
    if os.access(path.parent, os.W_OK) and os.access(path, os.W_OK):
        return {"mode": "rw"}
    log = path.with_name(f"{path.name}-wal")
    waiting = log.exists() and log.stat().st_size
    return {"mode": "ro"} if waiting else {"mode": "ro", "immutable": "1"}


def postgresql(url: str) -> Engine:
    """Return the engine of a PostgreSQL database. Raises `CatalogueError` for a URL that names none; it connects later.

    The message never shows the URL: it may hold a password.
    """
    place = _place(url)
    wanted = {"connect_timeout": str(_ANSWER), "fallback_application_name": "xinhua-id", "client_encoding": "utf8"}
    try:
        # Asked before it is used: a server that was started anew is found again.
        engine = create_engine(
            place, pool_pre_ping=True, connect_args={name: it for name, it in wanted.items() if name not in place.query}
        )
    except ModuleNotFoundError as error:
        raise CatalogueError(
            f"the catalogue's database cannot be used: there is no {error.name} here",
            now="Install it: `pip install 'xinhua-id[postgres]'`.",
        ) from error

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get(WRITES):
            return
        connection.exec_driver_sql(_DURABLE_AND_PATIENT)
        # READ COMMITTED: every statement after this one sees whatever the writer before has committed.
        if options.get(ALONE, True):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")

    return engine


def named(engine: Engine) -> str:
    """Return how messages call a server's database: its URL without anything secret."""
    url = engine.url
    return url.set(query={name: it for name, it in url.query.items() if name not in _SECRETS}).render_as_string()


def _place(url: str) -> URL:
    try:
        place = make_url(url)
    except (ArgumentError, ValueError):
        raise CatalogueError(
            "the catalogue's database cannot be used: its URL is none", now=f"Write it so: {_HOW}."
        ) from None  # the cause shows the URL
    if place.drivername in {"postgresql", "postgres"}:
        place = place.set(drivername="postgresql+psycopg")
    if place.drivername != "postgresql+psycopg":
        raise CatalogueError(
            f"the catalogue's database cannot be used: {place.drivername} is not known here",
            now=f"Name a PostgreSQL database, {_HOW}; or none, and it is a SQLite file in the archive.",
        )
    return place
