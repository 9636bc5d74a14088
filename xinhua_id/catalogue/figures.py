"""How much there is: the figures of an archive and of each of its sites. Knows nothing of how they are shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, and_, case, distinct, func, select, true

from xinhua_id.catalogue import tables

_C, _A, _R, _F = tables.captures, tables.articles, tables.runs, tables.files


@dataclass(frozen=True, slots=True)
class Figures:
    """What the catalogue counts at one site, or at all (``site`` is None).

    ``saved`` is how many bytes of WARC the revisits take less than their originals. ``versions`` counts every version
    of a story, ``stories`` each story once. ``sources`` are labels, ``name@digest``.
    """

    site: str | None
    captures: int
    responses: int
    revisits: int
    not_modified: int
    resources: int
    saved: int
    stories: int
    versions: int
    visits: int
    sources: list[str]
    runs: int
    files: int
    open_files: int
    bytes: int
    redacted: int
    first: dt.datetime | None
    last: dt.datetime | None


def sites(connection: Connection) -> list[str]:
    """Return the sites that the catalogue knows anything of."""
    queries = (select(table.c.site).distinct() for table in (_C, _A, _R, _F))
    return sorted({site for query in queries for (site,) in connection.execute(query)})


def of(connection: Connection, site: str | None = None) -> Figures:
    """Count what there is of one site, or of all."""
    everywhere = site is None

    def here(table: Table) -> ColumnElement[bool]:
        return true() if everywhere else table.c.site == site

    revisit, unmodified = _C.c.type == "revisit", _C.c.profile == "server-not-modified"
    kinds = connection.execute(
        select(
            func.count(),
            _number_where(_C.c.type == "response"),
            _number_where(revisit),
            _number_where(and_(revisit, unmodified)),
            _number_where(_C.c.type == "resource"),
            func.min(_C.c.captured_at),
            func.max(_C.c.captured_at),
        ).where(here(_C))
    ).one()
    original = _C.alias()
    less = case((original.c.length > _C.c.length, original.c.length - _C.c.length), else_=0)
    saved = connection.execute(
        select(func.coalesce(func.sum(less), 0))
        .select_from(_C.join(original, original.c.record_id == _C.c.refers_to))
        .where(revisit, here(_C))
    ).scalar_one()
    stories, versions = connection.execute(
        select(func.count(distinct(_A.c.site + " " + _A.c.item_id)), func.count()).where(here(_A))
    ).one()
    held, still_open, size = connection.execute(
        select(func.count(), _number_where(~_F.c.closed), func.coalesce(func.sum(_F.c.committed), 0)).where(here(_F))
    ).one()
    labels = connection.execute(select(_R.c.source).where(here(_R)).distinct().order_by(_R.c.source)).scalars()
    number = {
        table: connection.execute(select(func.count()).select_from(table).where(here(table))).scalar_one()
        for table in (tables.visits, _R, tables.tombstones)
    }
    return Figures(
        site=site,
        captures=kinds[0],
        responses=kinds[1],
        revisits=kinds[2],
        not_modified=kinds[3],
        resources=kinds[4],
        saved=int(saved),
        stories=stories,
        versions=versions,
        visits=number[tables.visits],
        sources=list(labels),
        runs=number[_R],
        files=held,
        open_files=still_open,
        bytes=int(size),
        redacted=number[tables.tombstones],
        first=kinds[5],
        last=kinds[6],
    )


def _number_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
