"""Which days have how many stories: a site's stories by the day of their publication, and what was lost of them.

Everything is added up in the database by the quarter of an hour, and from there to days: every zone in use is off UTC
by quarters of an hour. So memory is that of the days, however many the stories. Knows nothing of how it is shown, or of
which days are gaps (`xinhua_id.catalogue.gaps`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Text,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)

from xinhua_id.catalogue import statements, tables

_A, _C, _V = tables.articles, tables.captures, tables.visits
#: What an address that a story was once read from answers when the story is gone.
_GONE = ("http-404", "http-410")
#: A minute before the first of each two lies in the quarter of an hour that begins with the second.
_ENDS = tuple((f"{minute:02}", f"{minute - 15:02}") for minute in (15, 30, 45))

if TYPE_CHECKING:
    # What, when its story was published, when it was seen; and how many of them.
    _Found = Select[str, str, str]
    _AddedUp = Select[str, str, str, int]
    _Row = Row[str, str | None, str | None, int]


@dataclass(slots=True)
class Tally:
    """How many by the day in the site's zone on which the story was published, else by the day on which it was seen.

    ``neither`` have no day at all.
    """

    published: Counter[dt.date] = field(default_factory=Counter)
    seen: Counter[dt.date] = field(default_factory=Counter)
    neither: int = 0

    @property
    def total(self) -> int:
        """How many in all."""
        return self.published.total() + self.seen.total() + self.neither


@dataclass(slots=True)
class Coverage:
    """What there is of one site. ``looked_at`` is its last visit, else its last capture; None where there is neither.

    ``stories`` are counted once each, in their latest version; ``seen`` of them are those without a date, by the day
    of that version's capture. ``gone`` and ``moved`` are addresses that gave a story and by their latest visit answer
    404 or 410, or redirect; ``failed`` all addresses of pages whose latest visit failed. ``seen`` of these are those
    that no story with a date is known of, by the day of that visit.
    """

    site: str
    zone: ZoneInfo
    looked_at: dt.datetime | None
    stories: Tally = field(default_factory=Tally)
    gone: Tally = field(default_factory=Tally)
    moved: Tally = field(default_factory=Tally)
    failed: Tally = field(default_factory=Tally)


def of(connection: Connection, site: str, zone: ZoneInfo) -> Coverage:
    """Count what there is of a site, by days of a zone."""
    found = Coverage(site, zone, _looked_at(connection, site))
    for row in _each(connection, _added_up(_stories(site), "stories")):
        _count(found.stories, row, zone)
    tallies = {"gone": found.gone, "moved": found.moved, "failed": found.failed}
    for row in _each(connection, _added_up(_lost(site), "what")):
        _count(tallies[row.what], row, zone)
    return found


def address(connection: Connection, site: str) -> str | None:
    """Return the address of a story of a site; None where none has one."""
    query = select(_A.c.url).where(_A.c.site == site, _A.c.url.is_not(None)).limit(1)
    return connection.execute(query).scalar()


def _looked_at(connection: Connection, site: str) -> dt.datetime | None:
    last: dt.datetime | None = None
    for moment in (_V.c.visited_at, _C.c.captured_at):
        last = last or connection.execute(select(func.max(moment)).where(moment.table.c.site == site)).scalar()
    return last


def _stories(site: str) -> _Found:
    """Select the latest version of each story, as `articles.latest` has it."""
    newest = func.row_number().over(partition_by=_A.c.item_id, order_by=_newest_first(_A))
    versions = select(_A.c.date_published, _A.c.captured_at, newest.label("newest")).where(_A.c.site == site).subquery()
    return select(
        literal_column("'stories'", Text).label("what"),
        _quarter(versions.c.date_published).label("published"),
        _quarter(versions.c.captured_at).label("seen"),
    ).where(versions.c.newest == 1)


def _newest_first(table: FromClause) -> tuple[ColumnElement[Any], ...]:
    return table.c.captured_at.desc().nulls_last(), table.c.record_id.desc()


def _lost(site: str) -> _Found:
    """Select the addresses whose latest visit brought no story, where one had been or could be."""
    newest = func.row_number().over(partition_by=_V.c.url, order_by=(_V.c.visited_at.desc(), _V.c.record_id.desc()))
    every = select(_V.c.url, _V.c.outcome, _V.c.reason, _V.c.visited_at, newest.label("newest"))
    last = every.where(_V.c.site == site, _V.c.kind != "requisite").subquery("last")
    failed, moved = last.c.outcome == "failed", last.c.outcome == "redirect"
    gone = and_(last.c.outcome == "no-article", last.c.reason.in_(_GONE))
    # Looked up one by one, and once: of a million addresses few are lost.
    earlier = _V.alias("earlier")
    item_id = (
        select(func.max(earlier.c.item_id))
        .where(earlier.c.url == last.c.url, earlier.c.site == site, earlier.c.outcome == "story")
        .scalar_subquery()
    )
    lost = (
        select(
            case((failed, "failed"), (moved, "moved"), else_="gone").label("what"),
            last.c.visited_at,
            item_id.label("item_id"),
        )
        .where(last.c.newest == 1, or_(failed, gone, moved))
        .cte("lost")
        .prefix_with("MATERIALIZED")
    )
    version = _A.alias("version")
    # An id is the hash of an address, and so of one site: asked for the site too, SQLite takes the index by sites.
    published = (
        select(version.c.date_published)
        .where(version.c.item_id == lost.c.item_id)
        .order_by(*_newest_first(version))
        .limit(1)
        .scalar_subquery()
    )
    was_story = or_(lost.c.what == "failed", lost.c.item_id.is_not(None))
    columns = (lost.c.what, published.label("published"), lost.c.visited_at)
    dated = select(*columns).where(was_story).cte("dated").prefix_with("MATERIALIZED")
    seen = _quarter(dated.c.visited_at).label("seen")
    return select(dated.c.what, _quarter(dated.c.published).label("published"), seen)


def _added_up(found: _Found, name: str) -> _AddedUp:
    """Add up by what, when published, and by when seen only where nobody says when it was published."""
    each = found.subquery(f"each_{name}")
    seen = case((each.c.published.is_(None), each.c.seen))
    days = select(each.c.what, each.c.published, seen.label("seen")).subquery(f"days_{name}")
    columns = (days.c.what, days.c.published, days.c.seen)
    return select(*columns, func.count().label("number")).group_by(*columns)


def _quarter(moment: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the beginning of a moment's quarter of an hour, as ``2026-01-09T05:30``."""
    text = type_coerce(moment, Text)
    minute = func.substr(text, 15, 2, type_=Text)
    quarter = case(*((minute < end, begin) for end, begin in _ENDS), else_="45")
    return func.substr(text, 1, 14, type_=Text) + quarter


def _each(connection: Connection, query: _AddedUp) -> Iterable[_Row]:
    return connection.execute(query, execution_options={"yield_per": statements.BATCH})


def _count(tally: Tally, row: _Row, zone: ZoneInfo) -> None:
    if row.published is not None:
        tally.published[_day(row.published, zone)] += row.number
    elif row.seen is not None:
        tally.seen[_day(row.seen, zone)] += row.number
    else:
        tally.neither += row.number


def _day(quarter: str, zone: ZoneInfo) -> dt.date:
    """Return the day in a zone; in UTC at the ends of the calendar, which a page may claim to be of."""
    moment = dt.datetime.fromisoformat(quarter).replace(tzinfo=dt.UTC)
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        return moment.date()
