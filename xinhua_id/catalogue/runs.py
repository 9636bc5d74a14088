"""Runs: the ledger of what was crawled when, and how it ended. Knows nothing of what a run wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, false, select, update

from xinhua_id.catalogue import statements, tables
from xinhua_id.catalogue.rows import RunRow

_RUNS = tables.runs


def put(connection: Connection, rows: Sequence[RunRow]) -> None:
    """Enter runs, each in place of the one with its site and name."""
    statements.put(connection, _RUNS, rows)


def add_unknown(connection: Connection, rows: Sequence[RunRow]) -> None:
    """Enter runs whose site and name are not known yet; what the ledger says of the others stays."""
    statements.put(connection, _RUNS, rows, _never)


def end(connection: Connection, site: str, name: str, when: dt.datetime, outcome: str) -> None:
    """Say how a run ended, and when."""
    run = update(_RUNS).where(_RUNS.c.site == site, _RUNS.c.name == name)
    connection.execute(run.values(ended_at=when, outcome=outcome))


def by_name(connection: Connection, site: str, name: str) -> RunRow | None:
    """Return a run."""
    return statements.one(connection, RunRow, _BY_NAME, {"site": site, "name": name})


def of_site(connection: Connection, site: str) -> list[RunRow]:
    """Return the runs of a site, in the order they began."""
    return statements.every(connection, RunRow, _IN_ORDER.where(_RUNS.c.site == site))


def every(connection: Connection) -> list[RunRow]:
    """Return every run, in the order they began."""
    return statements.every(connection, RunRow, _IN_ORDER)


def _never(_table: Table, _offered: Any) -> ColumnElement[bool]:
    return false()


_BY_NAME = select(_RUNS).where(_RUNS.c.site == bindparam("site"), _RUNS.c.name == bindparam("name"))
_IN_ORDER = select(_RUNS).order_by(_RUNS.c.begun_at, _RUNS.c.site, _RUNS.c.name)
