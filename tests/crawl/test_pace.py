"""How a site's answers change the pace at which it is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.crawl.clocks import Clock
from xinhua_id.crawl.manners.pace import Pace


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(2.0, 60.0, clock)


def test_a_quick_site_is_asked_at_the_floor_and_no_faster(pace: Pace) -> None:
    for _ in range(50):
        pace.answered(0.05)
    assert pace.delay == 2.0


def test_a_slow_answer_raises_the_pace_at_once_to_its_own_length(pace: Pace) -> None:
    pace.answered(7.5)
    assert pace.delay == 7.5


def test_it_comes_down_slowly_with_quick_answers(pace: Pace) -> None:
    pace.answered(22.0)
    pace.answered(0.1)
    assert pace.delay == pytest.approx(20.0)
    for _ in range(100):
        pace.answered(0.1)
    assert pace.delay == pytest.approx(2.0, abs=0.01)


def test_every_failure_doubles_it_up_to_the_bound(pace: Pace, clock: Clock) -> None:
    seen = []
    for _ in range(7):
        clock.now += 100
        pace.failed()
        seen.append(pace.delay)
    assert seen == [4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]


def test_failures_that_come_together_count_as_one(pace: Pace, clock: Clock) -> None:
    for _ in range(8):
        clock.now += 0.1
        pace.failed()
    assert pace.delay == 4.0


def test_a_crawl_delay_is_a_floor_that_failures_double(pace: Pace, clock: Clock) -> None:
    pace.at_least(10.0)
    assert pace.delay == 10.0
    pace.failed()
    assert pace.delay == 20.0
    pace.at_least(5.0)
    for _ in range(200):
        pace.answered(0.0)
    assert pace.delay == pytest.approx(10.0)


def test_a_floor_above_the_bound_stays(clock: Clock) -> None:
    pace = Pace(90.0, 60.0, clock)
    pace.failed()
    pace.answered(80.0)
    assert pace.delay == 90.0


def test_a_site_without_a_floor_gets_one_by_failing(clock: Clock) -> None:
    pace = Pace(0.0, 60.0, clock)
    pace.failed()
    assert pace.delay == 1.0


def test_a_bound_of_nothing_learns_nothing(clock: Clock) -> None:
    pace = Pace(0.5, 0.0, clock)
    for _ in range(5):
        clock.now += 10
        pace.failed()
        pace.answered(30.0)
    assert pace.delay == 0.5


@given(
    st.floats(0, 100),
    st.floats(0, 100),
    st.lists(st.one_of(st.none(), st.floats(-5, 1e6)), max_size=40),
)
def test_whatever_a_site_does_the_pace_stays_within_its_bounds(
    floor: float, ceiling: float, answers: list[float | None]
) -> None:
    clock = Clock()
    pace = Pace(floor, ceiling, clock)
    for answer in answers:
        clock.now += 3
        if answer is None:
            before = pace.delay
            pace.failed()
            assert pace.delay >= before
        else:
            pace.answered(answer)
        assert floor <= pace.delay <= max(floor, ceiling)
