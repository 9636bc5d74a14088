"""When a site that fails is left alone, how long, and what ends that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.crawl.clocks import Clock
from xinhua_id.crawl.manners.breaker import Breaker


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(failures=3, rest=60, longest=3600, openings=4, clock=clock)


def fail(breaker: Breaker, times: int = 3, *, refused: bool = False) -> bool:
    opened = False
    for _ in range(times):
        ticket = breaker.enter()
        assert ticket is not None
        opened = breaker.failed(ticket, "http-403" if refused else "timeout", refused=refused)
    return opened


def succeed(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        ticket = breaker.enter()
        assert ticket is not None
        breaker.answered(ticket)


def test_failures_in_a_row_let_the_site_rest(breaker: Breaker) -> None:
    assert not fail(breaker, 2)
    assert breaker.rests_for() == 0
    assert fail(breaker, 1)
    assert breaker.rests_for() == 60
    assert breaker.enter() is None


def test_an_answer_between_failures_begins_the_count_anew(breaker: Breaker) -> None:
    for _ in range(5):
        assert not fail(breaker, 2)
        succeed(breaker)


def test_after_the_rest_one_request_goes_and_no_other_until_it_is_back(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now += 60
    probe = breaker.enter()
    assert probe is not None
    assert breaker.enter() is None
    assert breaker.rests_for() > 0
    breaker.answered(probe)
    assert breaker.enter() is not None
    assert breaker.enter() is not None


def test_each_probe_that_fails_makes_the_rest_four_times_as_long_up_to_the_bound(clock: Clock) -> None:
    breaker = Breaker(failures=3, rest=60, longest=3600, openings=9, clock=clock)
    fail(breaker)
    rests = []
    for _ in range(5):
        rests.append(breaker.rests_for())
        clock.now += breaker.rests_for()
        assert fail(breaker, 1)
    assert rests == [60, 240, 960, 3600, 3600]


def test_a_site_that_stays_down_is_given_up_after_its_last_opening(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    for _ in range(3):
        assert not breaker.exhausted
        clock.now += breaker.rests_for()
        fail(breaker, 1)
    assert breaker.exhausted
    assert not breaker.blocked


def test_a_site_that_is_well_again_for_one_page_only_rests_longer_each_time(breaker: Breaker, clock: Clock) -> None:
    rests = []
    for _ in range(3):
        fail(breaker)
        rests.append(breaker.rests_for())
        clock.now += breaker.rests_for()
        succeed(breaker)
    assert rests == [60, 240, 960]


def test_a_site_that_is_well_for_long_is_forgiven(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now += 60
    succeed(breaker, 3)
    fail(breaker)
    assert breaker.rests_for() == 60


def test_a_refusal_counts_half_and_a_site_that_refuses_the_probe_too_is_given_up(
    breaker: Breaker, clock: Clock
) -> None:
    assert not fail(breaker, 5, refused=True)
    assert fail(breaker, 1, refused=True)
    assert breaker.blocked
    assert not breaker.exhausted
    clock.now += 60
    fail(breaker, 1, refused=True)
    assert breaker.exhausted


def test_what_began_before_the_rest_has_no_say_after_it(breaker: Breaker, clock: Clock) -> None:
    early = breaker.enter()
    assert early is not None
    fail(breaker)
    clock.now += 10
    assert not breaker.failed(early, "timeout")
    breaker.answered(early)
    assert breaker.rests_for() == 50


def test_a_probe_that_ended_without_a_word_leaves_its_place_to_another(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now += 60
    probe = breaker.enter()
    assert probe is not None
    breaker.left(probe)
    assert breaker.enter() is not None


def test_a_breaker_without_a_bound_never_opens(clock: Clock) -> None:
    breaker = Breaker(failures=0, rest=60, longest=3600, openings=4, clock=clock)
    assert not fail(breaker, 1000)
    assert not breaker.exhausted


@given(st.lists(st.tuples(st.sampled_from(["enter", "well", "fails", "refuses", "left"]), st.floats(0, 500))))
def test_whatever_happens_a_rest_ends_and_one_probe_at_most_is_out(steps: list[tuple[str, float]]) -> None:
    clock = Clock()
    breaker = Breaker(failures=2, rest=60, longest=600, openings=4, clock=clock)
    out: list[int] = []
    for step, seconds in steps:
        clock.now += seconds
        if step == "enter":
            resting = breaker.rests_for() > 0
            ticket = breaker.enter()
            assert (ticket is None) is resting
            out += [ticket] if ticket is not None else []
        elif out:
            ticket = out.pop(0)
            if step == "well":
                breaker.answered(ticket)
            elif step == "left":
                breaker.left(ticket)
            else:
                breaker.failed(ticket, step, refused=step == "refuses")
        assert breaker.rests_for() <= 600
    for ticket in out:
        breaker.left(ticket)
    clock.now += 600
    assert breaker.enter() is not None
