"""Days are judged by the same weekdays around them: a habit is no gap, a wrong date makes none, a hole is found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from hypothesis import given
from hypothesis import strategies as st

from xinhua_id.catalogue.gaps import AROUND, Run, Sparse, judge

#: A Monday.
FIRST = dt.date(2026, 1, 5)
DAY = dt.timedelta(days=1)


def day(number: int) -> dt.date:
    return FIRST + number * DAY


def habit(days: int, number: Callable[[dt.date], int] = lambda when: 6) -> dict[dt.date, int]:
    found = {day(n): number(day(n)) for n in range(days)}
    return {when: stories for when, stories in found.items() if stories}


def without(stories: Mapping[dt.date, int], first: int, last: int) -> dict[dt.date, int]:
    return {when: number for when, number in stories.items() if not day(first) <= when <= day(last)}


def test_days_without_stories_between_days_that_have_them_are_a_gap() -> None:
    judged = judge(without(habit(60), 30, 32), day(60))
    assert judged.gaps == [Run(day(30), day(32), missing=18)]
    assert (judged.quiet, judged.sparse) == ([], [])


def test_a_site_that_rests_on_sundays_has_no_gap_there() -> None:
    judged = judge(habit(70, lambda when: 0 if when.weekday() == 6 else 5), day(70))
    assert judged.gaps == []
    assert {run.since.weekday() for run in judged.quiet} == {6}
    assert len(judged.quiet) == 10


def test_a_gap_ends_where_the_habit_of_resting_begins() -> None:
    weekdays = habit(70, lambda when: 4 if when.weekday() < 5 else 0)
    judged = judge(without(weekdays, 31, 32), day(70))  # a Thursday and a Friday, and the weekend behind them
    assert judged.gaps == [Run(day(31), day(32), missing=8)]
    assert Run(day(33), day(34)) in judged.quiet


def test_a_week_end_inside_a_gap_belongs_to_it_and_misses_nothing() -> None:
    weekdays = habit(70, lambda when: 4 if when.weekday() < 5 else 0)
    judged = judge(without(weekdays, 31, 36), day(70))
    assert judged.gaps == [Run(day(31), day(36), missing=16)]


def test_a_site_that_seldom_has_stories_has_no_gaps() -> None:
    assert judge(habit(90, lambda when: int(when.toordinal() % 5 == 0)), day(90)).gaps == []


def test_a_hole_of_months_is_a_gap_where_both_its_sides_have_stories() -> None:
    judged = judge(without(habit(300), 60, 200), day(300))
    assert judged.gaps == [Run(day(60), day(200), missing=141 * 6)]


def test_one_story_with_a_wrong_date_makes_no_gap_of_years() -> None:
    wrong = dt.date(1999, 5, 1)
    judged = judge({wrong: 1, **habit(60)}, day(60))
    assert judged.gaps == []
    assert judged.quiet == [Run(wrong + DAY, FIRST - DAY)]


def test_a_wrong_date_long_before_hides_no_gap_in_the_first_days() -> None:
    judged = judge({dt.date(1999, 5, 1): 1, **without(habit(14), 8, 9)}, day(14))
    assert judged.gaps == [Run(day(8), day(9), missing=12)]


def test_two_holes_with_a_few_days_between_them_are_both_found() -> None:
    judged = judge(without(without(habit(120), 40, 50), 54, 66), day(120))
    assert [(gap.since, gap.until) for gap in judged.gaps] == [(day(40), day(50)), (day(54), day(66))]


def test_the_days_up_to_the_end_are_judged_by_those_before_them() -> None:
    judged = judge(habit(40), day(50))
    assert judged.gaps == [Run(day(40), day(49), missing=60, open=True)]


def test_what_lies_at_the_end_or_behind_it_is_not_judged() -> None:
    stories = habit(40)
    assert judge(stories, day(40)).gaps == []
    assert judge({**stories, day(90): 1}, day(40)).gaps == []


def test_a_day_with_markedly_fewer_stories_is_told() -> None:
    judged = judge({**habit(60, lambda when: 12), day(30): 2}, day(60))
    assert judged.sparse == [Sparse(day(30), 2, usual=12)]


def test_a_day_with_as_few_as_chance_gives_is_not_told() -> None:
    assert judge({**habit(60, lambda when: 3), day(30): 1}, day(60)).sparse == []
    assert judge({**habit(60, lambda when: 12), day(30): 6}, day(60)).sparse == []


def test_few_on_every_saturday_is_a_habit() -> None:
    assert judge(habit(70, lambda when: 2 if when.weekday() == 5 else 20), day(70)).sparse == []


def test_a_site_without_stories_has_nothing_to_judge() -> None:
    judged = judge({}, day(10))
    assert (judged.gaps, judged.quiet, judged.sparse) == ([], [], [])


@given(st.dictionaries(st.integers(0, 400), st.integers(1, 30)), st.integers(0, 420))
def test_every_day_without_a_story_is_in_one_run_and_no_other_day_is(numbers: dict[int, int], end: int) -> None:
    stories = {day(n): number for n, number in numbers.items()}
    judged = judge(stories, day(end))
    runs = [*judged.gaps, *judged.quiet]
    found = sorted(run.since + n * DAY for run in runs for n in range(run.days))
    first = min((n for n in numbers if n < end), default=end)
    assert found == [day(n) for n in range(first, end) if n not in numbers]


@given(st.dictionaries(st.dates(), st.integers(1, 5), max_size=6))
def test_the_ends_of_the_calendar_break_nothing(stories: dict[dt.date, int]) -> None:
    judged = judge(stories, dt.date.max)
    assert all(run.days > AROUND or run.missing < AROUND * 5 for run in judged.gaps)
