"""How `archive coverage` is printed: on a terminal a year planner with a bar a day, elsewhere one line a period.

Knows nothing of how days are counted or judged.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from xinhua_id.catalogue.coverage import Tally
from xinhua_id.cli.coverage_periods import By, Period, Report

_BARS = "▁▂▃▄▅▆▇█"
_GAP, _NONE = "×", "·"
_WEEK = "MTWTFSS"
#: A month stands on the weekdays of up to six weeks.
_WEEKS = 6
#: Of the days with stories, so many are no higher than the highest bar: one day with a thousand flattens no other.
_TALL = 0.95
#: How many gaps are told on a terminal; where there are more, the largest.
_MOST_GAPS = 40
#: Width of what is said of a gap, before its command.
_SAID = 56
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class _Row(NamedTuple):
    """A line of the calendar: which one it is (months or years in a row follow each other), its name and its cells."""

    number: int
    name: str
    cells: Text
    periods: Sequence[Period]


def show(console: Console, told: Report, by: By) -> None:
    """Print a site's coverage for people."""
    found = told.coverage
    console.print(Text.assemble((told.site, "bold"), "  ", (_when(told), "dim")))
    periods = told.periods(by)
    if periods:
        console.print()
        _calendar(console, told, periods, by)
    console.print()
    for line in _totals(told):
        console.print("  ", Text.from_markup(line), sep="")
    for name, tally, words in (
        ("gone", found.gone, "answer 404 or 410 and were stories"),
        ("moved", found.moved, "redirect and were stories"),
        ("failed", found.failed, "failed when they were last asked for"),
    ):
        if tally.total:
            console.print(f"  [bold]{_number(tally.total)}[/] {name}: addresses that {words}{_seen(tally)}")
    _gaps(console, told)


def lines(told: Report, by: By) -> Iterator[str]:
    """Yield a site's coverage for logs and pipes: a line a period, then a line a gap, fields apart by tabs."""
    usual = {sparse.day: sparse.usual for sparse in told.judged.sparse}
    for one in told.periods(by):
        when = one.since.isoformat() if by is By.DAY else f"{one.since}/{one.until}"
        note = _note(one, usual)
        yield "\t".join([told.site, when, str(one.stories), *([note] if note else [])])
    found = told.coverage
    tallies = (("gone", found.gone), ("moved", found.moved), ("failed", found.failed))
    undated = found.stories.seen.total() + found.stories.neither
    yield "\t".join([
        told.site, "total", f"{found.stories.total} stories", f"{undated} without a date",
        *(f"{tally.total} {name}" for name, tally in tallies),
        *([f"{told.ahead} ahead of today"] if told.ahead else []),
    ])  # fmt: skip
    for gap in told.judged.gaps:
        lacks = f"about {_number(round(gap.missing))} stories"
        yield "\t".join([told.site, "gap", f"{gap.since}/{gap.until}", lacks, told.filled_by(gap)])


def _note(one: Period, usual: dict[dt.date, float]) -> str:
    if one.gap_days:
        return "gap" if one.since == one.until else f"{one.gap_days} days in gaps"
    if one.sparse:
        return f"few, usual {usual[one.since]:g}" if one.since == one.until else f"{one.sparse} days with few"
    return ""


def _when(told: Report) -> str:
    found = told.coverage
    said = [f"days of {found.zone.key}"]
    if found.looked_at:
        local = found.looked_at.astimezone(found.zone)
        said.append(f"last looked at {local:%Y-%m-%d %H:%M %Z}")
    return ", ".join(said)


def _calendar(console: Console, told: Report, periods: Sequence[Period], by: By) -> None:
    head, rows = {By.DAY: _by_month, By.WEEK: _by_year_of_weeks, By.MONTH: _by_year}[by](told, periods)
    console.print(f"  [dim]{head}  stories  in gaps[/]")
    before: int | None = None
    for row in rows:
        if before is not None and row.number - before > 1:
            left_out = row.number - before - 1
            unit = "month" if by is By.DAY else "year"
            console.print(f"  [dim]… {left_out} {unit}{_s(left_out)} without stories, none expected[/]")
        before = row.number
        lacking = sum(one.gap_days for one in row.periods)
        total = _number(sum(one.stories for one in row.periods))
        days = Text(f"{lacking} d" if lacking else "", style="red")
        line = Text.assemble("  ", f"{row.name:<8}  ", row.cells, f"  {total:>7}  ", days)
        line.rstrip()
        console.print(line)


def _by_month(told: Report, periods: Sequence[Period]) -> tuple[str, Iterator[_Row]]:
    """A row a month, its days below their weekdays."""
    cell = _cell_of(told, periods)
    day = dt.timedelta(days=1)

    def row(month: tuple[int, int], inside: list[Period]) -> _Row:
        first = dt.date(*month, 1)
        found = {one.since: one for one in inside}
        cells = Text()
        for n in range(_WEEKS * 7):
            cells.append(" " if n and n % 7 == 0 else "")
            offset = n - first.weekday()
            here = first + offset * day if 0 <= offset < 31 and _reaches(first, offset) else None
            cells.append(cell(here, found.get(here)) if here and here.month == first.month else " ")
        return _Row(month[0] * 12 + month[1], f"{month[0]:04} {_MONTHS[month[1] - 1]}", cells, inside)

    head = f"{'':8}  {' '.join([_WEEK] * _WEEKS)}"
    grouped = itertools.groupby(periods, key=lambda one: (one.since.year, one.since.month))
    return head, (row(month, list(inside)) for month, inside in grouped)


def _by_year_of_weeks(told: Report, periods: Sequence[Period]) -> tuple[str, Iterator[_Row]]:
    """A row an ISO year, a cell a week, in quarters."""
    cell = _cell_of(told, periods)

    def row(year: int, inside: list[Period]) -> _Row:
        found = {one.since.isocalendar().week: one for one in inside}
        cells = Text()
        for week in range(1, 54):
            cells.append(" " if week % 13 == 1 and 1 < week < 53 else "")
            exists = week < 53 or dt.date(year, 12, 28).isocalendar().week == 53
            cells.append(cell(dt.date.fromisocalendar(year, week, 1), found.get(week)) if exists else " ")
        return _Row(year, f"{year:04}", cells, inside)

    head = f"{'':8}  {'weeks 1–13':<13} {'14–26':<13} {'27–39':<13} {'40–53':<14}"
    grouped = itertools.groupby(periods, key=lambda one: one.since.isocalendar().year)
    return head, (row(year, list(inside)) for year, inside in grouped)


def _by_year(_told: Report, periods: Sequence[Period]) -> tuple[str, Iterator[_Row]]:
    """A row a year, the number of each month."""

    def row(year: int, inside: list[Period]) -> _Row:
        found = {one.since.month: one for one in inside}
        cells = Text()
        for month in range(1, 13):
            one = found.get(month)
            mark = _GAP if one and one.gap_days else " "
            cells.append(f"{_number(one.stories) if one else _NONE:>6}", style=_style(one)).append(mark, style="red")
        return _Row(year, f"{year:04}", cells, inside)

    head = f"{'':8}  {''.join(f'{name:>6} ' for name in _MONTHS)}"
    return head, (
        row(year, list(inside)) for year, inside in itertools.groupby(periods, key=lambda one: one.since.year)
    )


def _cell_of(told: Report, periods: Sequence[Period]) -> Callable[[dt.date, Period | None], Text]:
    """Return what draws a period: a bar as high as its stories, a cross in a gap, a dot for none."""
    numbers = sorted(one.stories for one in periods if one.stories)
    tall = numbers[math.ceil(len(numbers) * _TALL) - 1] if numbers else 1

    def cell(since: dt.date, one: Period | None) -> Text:
        if one is None:
            inside = told.since and told.until and told.since <= since <= told.until
            return Text(_NONE if inside else " ", style="dim")
        bar = _BARS[min(len(_BARS), math.ceil(len(_BARS) * one.stories / tall)) - 1] if one.stories else _GAP
        return Text(bar, style=_style(one))

    return cell


def _style(one: Period | None) -> str:
    if one is None:
        return "dim"
    return "red" if one.gap_days else "yellow" if one.sparse else "cyan"


def _totals(told: Report) -> Iterator[str]:
    stories, judged = told.coverage.stories, told.judged
    if not stories.total:
        yield "no stories" + (f" from {told.since} to {told.until}" if told.since and told.until else "")
        return
    days = len(stories.published)
    yield f"[bold]{_number(stories.total)}[/] stories, on {_number(days)} day{_s(days)}" + (
        f" from {min(stories.published)} to {max(stories.published)}" if days else ""
    )
    if undated := stories.seen.total() + stories.neither:
        yield f"[bold]{_number(undated)}[/] of them without a date{_seen(Tally(seen=stories.seen), 'captured')}"
    if told.ahead:
        yield f"[bold]{_number(told.ahead)}[/] of them dated after today: look at their pages"
    if quiet := sum(run.days for run in judged.quiet):
        longest = max(judged.quiet, key=lambda run: run.days)
        more = f"; the longest run {longest.since} to {longest.until}" if longest.days > 7 else ""
        yield f"[bold]{_number(quiet)}[/] quiet day{_s(quiet)}: none, as is usual around them{more}"
    if judged.sparse:
        worst, number = max(judged.sparse, key=lambda one: one.usual - one.stories), len(judged.sparse)
        yield (
            f"[bold yellow]{_number(number)}[/] day{_s(number)} with markedly fewer than usual, "
            f"the worst {worst.day}: {worst.stories} instead of {worst.usual:g}"
        )


def _seen(tally: Tally, verb: str = "seen") -> str:
    """Return on which days those were seen that nobody knows another day of."""
    if not tally.seen:
        return ""
    first, last = min(tally.seen), max(tally.seen)
    number = "" if not tally.published else f"{_number(tally.seen.total())} of them of unknown date, "
    return f", {number}{verb} {first}" + (f" to {last}" if last > first else "")


def _gaps(console: Console, told: Report) -> None:
    gaps = told.judged.gaps
    if not gaps:
        console.print("  [green]no gaps[/]")
        return
    number = sum(gap.days for gap in gaps)
    console.print()
    console.print(f"  [bold red]{_number(len(gaps))} gap{_s(len(gaps))}[/], {_number(number)} day{_s(number)}")
    largest = sorted(sorted(gaps, key=lambda gap: (-gap.missing, gap.since))[:_MOST_GAPS], key=lambda gap: gap.since)
    for gap in largest:
        when = f"{gap.since}" if gap.days == 1 else f"{gap.since} to {gap.until}"
        days = f"{_number(gap.days)} day{_s(gap.days)}"
        said = f"  {when:<24}  {days:>9}, about {_number(max(1, round(gap.missing)))} stories"
        said += ", if the site goes on" if gap.open else ""
        command = told.filled_by(gap)
        between = "   " if max(len(said), _SAID) + len(command) + 3 <= console.width else "\n    "
        console.print(f"[red]{said:<{_SAID}}[/]{between}[dim]{escape(command)}[/]")
    if len(gaps) > len(largest):
        console.print(f"  [dim]… and {_number(len(gaps) - len(largest))} smaller ones: --json has every one[/]")


def _reaches(first: dt.date, days: int) -> bool:
    return first.toordinal() + days <= dt.date.max.toordinal()


def _number(value: int) -> str:
    return f"{value:,}".replace(",", " ")


def _s(number: int) -> str:
    return "" if number == 1 else "s"
