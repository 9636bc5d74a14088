"""Tenures: which worker crawls a site, so that no two do, on however many machines.

No clock is compared with another: a holder makes its ``beat`` grow, and whoever sees it stand still for long enough, by
his own clock, may take the site over. Knows nothing of what is crawled.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, bindparam, delete, select, update

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
        return statements.add_new(connection, _TENURES, TenureRow(site, holder, run, 0, now))
    seen = {"of_site": site, "old": instead_of.holder, "seen": instead_of.beat}
    found = connection.execute(_TAKE_OVER, {**seen, "new": holder, "by_run": run, "now": now})
    return found.rowcount == 1


def beat(connection: Connection, site: str, holder: str) -> bool:
    """Say that the holder lives; return whether the site is still his."""
    return connection.execute(_BEAT, {"of_site": site, "old": holder}).rowcount == 1


def give_up(connection: Connection, site: str, holder: str) -> None:
    """Leave a site to whoever comes next."""
    connection.execute(delete(_TENURES).where(_TENURES.c.site == site, _TENURES.c.holder == holder))


_OF = select(_TENURES).where(_TENURES.c.site == bindparam("of_site"))
_HIS = (_TENURES.c.site == bindparam("of_site"), _TENURES.c.holder == bindparam("old"))
_TAKE_OVER = (
    update(_TENURES)
    .where(*_HIS, _TENURES.c.beat == bindparam("seen"))
    .values(
        holder=bindparam("new"), run=bindparam("by_run"), beat=_TENURES.c.beat + 1,
        taken_at=bindparam("now", type_=tables.Moment()),
    )
)  # fmt: skip
_BEAT = update(_TENURES).where(*_HIS).values(beat=_TENURES.c.beat + 1)
