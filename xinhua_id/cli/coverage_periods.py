"""What `archive coverage` tells of one site: its days cut to those asked for, added up by day, week or month.

Knows nothing of how it is printed, or of the catalogue.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from xinhua_id.catalogue.gaps import Judged, Run, judge

if TYPE_CHECKING:
    from xinhua_id.catalogue.coverage import Coverage, Tally

_DAY = dt.timedelta(days=1)


class By(StrEnum):
    """What a line or a cell stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(slots=True)
class Period:
    """A day, an ISO week or a month. ``gap_days`` lie in gaps; ``sparse`` are its days with fewer than usual."""

    since: dt.date
    until: dt.date
    stories: int = 0
    gap_days: int = 0
    sparse: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What is told of a site. Every figure is of the days from ``since`` to ``until``; None where there are none.

    ``ahead`` counts stories dated after today: their dates are wrong. ``crawl`` is the command that
    fills a gap, up to its dates.
    """

    site: str
    coverage: Coverage
    judged: Judged
    since: dt.date | None
    until: dt.date | None
    ahead: int
    crawl: str

    def filled_by(self, run: Run) -> str:
        """Return the command that crawls the days of a run."""
        return f"{self.crawl} --since {run.since} --until {run.until}"

    def periods(self, by: By) -> list[Period]:
        """Return, in order, the periods that have stories or lie in a gap; the others have nothing and lack nothing."""
        found: dict[dt.date, Period] = {}

        def of(day: dt.date) -> Period:
            since, until = _period(day, by)
            return found.setdefault(since, Period(since, until))

        for day, number in self.coverage.stories.published.items():
            of(day).stories += number
        for gap in self.judged.gaps:
            for n in range(gap.days):
                of(gap.since + n * _DAY).gap_days += 1
        for sparse in self.judged.sparse:
            of(sparse.day).sparse += 1
        return sorted(found.values(), key=lambda one: one.since)


def report(found: Coverage, since: dt.date | None, until: dt.date | None, now: dt.datetime, crawl: str) -> Report:
    """Judge the days of a site and cut them to those asked for; an open end is None.

    Days are judged up to the one before the last look; up to ``until`` where that is later, but not today, which is
    not over.
    """
    today, days = now.astimezone(found.zone).date(), found.stories.published
    end = found.looked_at.astimezone(found.zone).date() if found.looked_at else today
    if until is not None:
        end = max(end, min(until, today - _DAY) + _DAY)
    judged = judge(days, end)
    window = Run(since or dt.date.min, until or dt.date.max)
    return Report(
        site=found.site,
        coverage=replace(
            found,
            stories=_cut(found.stories, window),
            gone=_cut(found.gone, window),
            moved=_cut(found.moved, window),
            failed=_cut(found.failed, window),
        ),
        judged=Judged(
            _clipped(judged.gaps, window),
            _clipped(judged.quiet, window),
            [one for one in judged.sparse if window.holds(one.day)],
        ),
        since=since or min(days, default=None),
        until=until or max([*days, end - _DAY] if days else [], default=None),
        ahead=sum(number for day, number in days.items() if day > today and window.holds(day)),
        crawl=crawl,
    )


def _cut(tally: Tally, window: Run) -> Tally:
    published, seen = (
        Counter({day: number for day, number in days.items() if window.holds(day)})
        for days in (tally.published, tally.seen)
    )
    return replace(tally, published=published, seen=seen)


def _clipped(runs: Iterable[Run], window: Run) -> list[Run]:
    """Return the runs as far as they lie in a window, and as many of their missing stories as are its share of days."""
    found = []
    for run in runs:
        since, until = max(run.since, window.since), min(run.until, window.until)
        if since <= until:
            share = ((until - since).days + 1) / run.days
            found.append(replace(run, since=since, until=until, missing=run.missing * share))
    return found


def _period(day: dt.date, by: By) -> tuple[dt.date, dt.date]:
    if by is By.DAY:
        return day, day
    if by is By.WEEK:
        monday = dt.date.fromordinal(max(1, day.toordinal() - day.weekday()))
        return monday, dt.date.fromordinal(min(dt.date.max.toordinal(), monday.toordinal() + 6))
    first = day.replace(day=1)
    return first, first.replace(day=_length(first))


def _length(month: dt.date) -> int:
    return 31 if month.month == 12 else (month.replace(month=month.month + 1) - month).days
