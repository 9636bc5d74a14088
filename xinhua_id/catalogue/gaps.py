"""Which days without stories are gaps, which are the site's habit, and which days have markedly fewer than usual.

A day is compared with the same weekdays of the four weeks before and after it, and the days of a run without any story
with those before and after the run: a site that rests on Sundays has no gaps there. Knows nothing of where the numbers
of stories come from.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

#: How many days on either side are looked at.
AROUND = 28
#: Fewer numbers than these say nothing of what is usual.
_ENOUGH = 3
_DAY = dt.timedelta(days=1)

#: The numbers of one side by their days, each with what the day had.
_Side = list[tuple[dt.date, int]]


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row, both ends among them. ``missing`` is how many stories are usual on those of them that are gaps.

    ``open``: no story follows, so that the site may have ended.
    """

    since: dt.date
    until: dt.date
    missing: float = 0.0
    open: bool = False

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days + 1

    def holds(self, day: dt.date) -> bool:
        """Whether a day is one of them."""
        return self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class Sparse:
    """A day that has stories, and markedly fewer than ``usual``."""

    day: dt.date
    stories: int
    usual: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What the days of a site are. ``gaps`` and ``quiet`` are runs without a story; a gap may hold quiet days."""

    gaps: list[Run]
    quiet: list[Run]
    sparse: list[Sparse]


def judge(stories: Mapping[dt.date, int], end: dt.date) -> Judged:
    """Judge the days from the first with a story to the last before ``end``.

    ``stories`` has the days with one or more. A day that has none is a gap where the median of the days it is compared
    with is 1 or more; in a run of more than four weeks that of either side must be, so that one story with a wrong
    date makes no gap of years. The run that reaches ``end`` has only a side before it.
    """
    known = sorted(day for day in stories if day < end)
    if not known:
        return Judged([], [], [])
    span = _Span(stories, known, end)
    gaps, quiet = [], []
    for run in _empty(known, end):
        found = _gap_of(run, span)
        if found is None:
            quiet.append(run)
            continue
        gaps.append(found)
        quiet += [one for one in _beside(run, found) if one.days > 0]
    sparse = [one for day in known if (one := _sparse(day, span)) is not None]
    return Judged(gaps, quiet, sparse)


class _Span:
    """The days that are known of: from the first with a story to the last before ``end``.

    What lies behind a run of more than four weeks without one says nothing of a day: there may have been no crawl yet,
    or its only story has a wrong date.
    """

    def __init__(self, stories: Mapping[dt.date, int], known: Sequence[dt.date], end: dt.date) -> None:
        self.stories, self.end = stories, end
        self._known = known
        long = [run for run in _empty(known, end) if run.days > AROUND]
        self._begins = [known[0], *(run.until + _DAY for run in long)]
        self._ends = [*(run.since for run in long), end]

    def before(self, day: dt.date) -> _Side:
        """Return the days of four weeks before a day."""
        story = self._known[bisect_left(self._known, day) - 1] if day > self._known[0] else day
        begin = self._begins[bisect_right(self._begins, story) - 1]
        return self._numbers(max(begin, _shifted(day, -AROUND)), day)

    def after(self, day: dt.date) -> _Side:
        """Return the days of four weeks after a day."""
        following = _shifted(day, 1)
        place = bisect_right(self._known, day)
        story = self._known[place] if place < len(self._known) else day
        end = self._ends[bisect_right(self._ends, story)]
        return self._numbers(following, min(end, _shifted(following, AROUND)))

    def _numbers(self, since: dt.date, end: dt.date) -> _Side:
        days = (since + n * _DAY for n in range(max(0, (end - since).days)))
        return [(day, self.stories.get(day, 0)) for day in days]


def _empty(known: Sequence[dt.date], end: dt.date) -> Iterator[Run]:
    """Yield the runs without a story between days that have one, and the run that reaches ``end``."""
    for day, following in zip(known, [*known[1:], end], strict=True):
        if (following - day).days > 1:
            yield Run(day + _DAY, following - _DAY)


def _gap_of(run: Run, span: _Span) -> Run | None:
    """Return a run from its first day that is a gap to its last; None where none is."""
    sides = [span.before(run.since)]
    if run.until + _DAY < span.end:
        sides.append(span.after(run.until))
    together = [[number for side in sides for number in side]]
    usual = [_lowest(sides if run.days > AROUND else together, weekday) for weekday in range(7)]
    if not any(usual):
        return None
    # By the week: a run may be of decades.
    weeks, rest = divmod(run.days, 7)
    first = next(n for n in range(7) if usual[(run.since.weekday() + n) % 7])
    last = next(n for n in range(7) if usual[(run.until.weekday() - n) % 7])
    if first >= run.days:
        return None
    odd = sum(usual[(run.since.weekday() + n) % 7] for n in range(rest))
    return Run(run.since + first * _DAY, run.until - last * _DAY, weeks * sum(usual) + odd, open=len(sides) == 1)


def _beside(run: Run, gap: Run) -> tuple[Run, Run]:
    return Run(run.since, gap.since - _DAY), Run(gap.until + _DAY, run.until)


def _sparse(day: dt.date, span: _Span) -> Sparse | None:
    """Return a day that has fewer than half of what is usual, by more than chance: two square roots of the usual."""
    usual = _usual([*span.before(day), *span.after(day)], day.weekday())
    number = span.stories[day]
    if usual is None or number * 2 >= usual or usual - number <= 2 * math.sqrt(usual):
        return None
    return Sparse(day, number, usual)


def _lowest(sides: Sequence[_Side], weekday: int) -> float:
    """Return what every side has at least on a weekday, 0 where that is less than one story, or nothing says it."""
    least = min(_usual(side, weekday) or 0.0 for side in sides)
    return least if least >= 1 else 0.0


def _usual(side: _Side, weekday: int) -> float | None:
    """Return the median of a weekday; of all days where there are too few such; None where there are too few at all."""
    same = [number for day, number in side if day.weekday() == weekday]
    numbers = same if len(same) >= _ENOUGH else [number for _, number in side]
    return float(median(numbers)) if len(numbers) >= _ENOUGH else None


def _shifted(day: dt.date, days: int) -> dt.date:
    """Return another day; the calendar's first or last where there is none."""
    return dt.date.fromordinal(min(max(day.toordinal() + days, 1), dt.date.max.toordinal()))
