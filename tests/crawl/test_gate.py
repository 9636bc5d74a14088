"""A site's gate, on a clock that the test turns."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.crawl.clocks import WaitedClock
from xinhua_id.crawl.manners.gate import Gate, RestsTooLong


def entries(count: int, prepare: Callable[[Gate], None] = lambda _: None, **about: float) -> list[float]:
    """Let ``count`` requests through one after the other; return the seconds at which each came in."""
    clock = WaitedClock()
    gate = Gate(about.get("delay", 0.0), places=1, longest=60.0, clock=clock, pause=clock.pause)

    async def pass_through() -> list[float]:
        seen = []
        for _ in range(count):
            await gate.enter()
            seen.append(clock.now - 100.0)
            prepare(gate)
            gate.leave()
        return seen

    return asyncio.run(pass_through())


def test_the_delay_lies_between_two_entries() -> None:
    assert entries(3, delay=2.0) == pytest.approx([0.0, 2.0, 4.0])


def test_a_rest_is_waited_for_and_a_shorter_one_does_not_end_it() -> None:
    def rest(gate: Gate) -> None:
        gate.rest(10.0)
        gate.rest(3.0)

    assert entries(2, rest, delay=2.0) == pytest.approx([0.0, 10.0])


def test_a_gate_that_slows_down_counts_from_the_last_entry() -> None:
    assert entries(3, lambda gate: gate.slow_down(5.0), delay=2.0) == pytest.approx([0.0, 5.0, 10.0])


def test_a_rest_that_is_too_long_is_not_begun() -> None:
    with pytest.raises(RestsTooLong):
        entries(2, lambda gate: gate.rest(61.0))


def test_a_delay_longer_than_the_longest_rest_is_still_a_delay() -> None:
    assert entries(2, delay=90.0) == pytest.approx([0.0, 90.0])


def test_nobody_enters_while_all_places_are_taken_and_who_gives_up_gives_the_place_back() -> None:
    class Ends(Exception):
        pass

    async def ends(_: float) -> None:
        raise Ends

    def waits(_: float) -> Awaitable[None]:
        return asyncio.sleep(0)

    async def scene() -> None:
        clock = WaitedClock()
        gate = Gate(delay=0.0, places=1, longest=60.0, clock=clock, pause=waits)
        await gate.enter()
        second = asyncio.ensure_future(gate.enter())
        await asyncio.sleep(0)
        assert not second.done()
        gate.pause = ends
        gate.leave()
        with pytest.raises(Ends):
            await second
        gate.pause = waits
        await gate.enter()

    asyncio.run(scene())


def test_a_gate_whose_site_was_visited_by_somebody_else_opens_one_delay_after_that() -> None:
    async def first() -> float:
        clock = WaitedClock()
        gate = Gate(2.0, places=1, longest=60.0, clock=clock, pause=clock.pause)
        gate.visited(clock.now - 0.5)
        gate.visited(clock.now - 5.0)
        await gate.enter()
        return clock.now - 100.0

    assert asyncio.run(first()) == pytest.approx(1.5)


def test_a_delay_that_is_taken_back_counts_no_longer() -> None:
    def change(gate: Gate) -> None:
        gate.delay = 8.0 if gate.delay == 2.0 else 2.0

    assert entries(4, change, delay=2.0) == pytest.approx([0.0, 8.0, 10.0, 18.0])
