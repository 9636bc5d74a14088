"""Tenures: which worker crawls a site, so that no two do, on however many machines.

A holder makes its ``beat`` grow, and when that last happened is told by the database's own clock: no clock is compared
with another. Knows nothing of what is crawled.
"""

from __future__ import annotations

import datetime as dt
import time

from sqlalchemy import Connection, bindparam, delete, select, text, update

from xinhua_id.catalogue import statements, tables
from xinhua_id.catalogue.rows import TenureRow

_TENURES = tables.tenures


def of(connection: Connection, site: str) -> TenureRow | None:
    """Return who holds a site."""
    return statements.one(connection, TenureRow, _OF, {"of_site": site})


def every(connection: Connection) -> list[TenureRow]:
    """Return every site that is held, by name."""
    return statements.every(connection, TenureRow, select(_TENURES).order_by(_TENURES.c.site))


def take(
    connection: Connection, site: str, holder: str, run: str, now: dt.datetime, instead_of: TenureRow | None
) -> bool:
    """Take a site, from nobody or from a holder whose beat stood still; return whether nobody was faster."""
    if instead_of is None:
        return statements.add_new(connection, _TENURES, TenureRow(site, holder, run, 0, clock(connection), now))
    seen = {"of_site": site, "old": instead_of.holder, "seen": instead_of.beat}
    found = connection.execute(_TAKE_OVER, {**seen, "new": holder, "by_run": run, "now": now, "at": clock(connection)})
    return found.rowcount == 1


def beat(connection: Connection, site: str, holder: str) -> bool:
    """Say that the holder lives; return whether the site is still his."""
    said = {"of_site": site, "old": holder, "at": clock(connection)}
    return connection.execute(_BEAT, said).rowcount == 1


def give_up(connection: Connection, site: str, holder: str) -> None:
    """Leave a site to whoever comes next."""
    connection.execute(delete(_TENURES).where(_TENURES.c.site == site, _TENURES.c.holder == holder))


def clock(connection: Connection) -> float:
    """Return the time by the database's clock, in seconds; that of a file is this machine's."""
    if connection.dialect.name != "postgresql":
        return time.time()
    return float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())


_OF = select(_TENURES).where(_TENURES.c.site == bindparam("of_site"))
_HIS = (_TENURES.c.site == bindparam("of_site"), _TENURES.c.holder == bindparam("old"))
_TAKE_OVER = (
    update(_TENURES)
    .where(*_HIS, _TENURES.c.beat == bindparam("seen"))
    .values(
        holder=bindparam("new"), run=bindparam("by_run"), beat=_TENURES.c.beat + 1, beat_at=bindparam("at"),
        taken_at=bindparam("now", type_=tables.Moment()),
    )
)  # fmt: skip
_BEAT = update(_TENURES).where(*_HIS).values(beat=_TENURES.c.beat + 1, beat_at=bindparam("at"))
