"""A site as a crawl treats it: gate, pace and breaker together, on a clock that the test turns."""

from __future__ import annotations

import asyncio

import pytest
from scrapy.crawler import Crawler
from scrapy.settings import Settings

from tests.crawl.clocks import WaitedClock
from xinhua_id.crawl.manners import site
from xinhua_id.crawl.manners.politeness import PolitenessMiddleware
from xinhua_id.crawl.manners.site import Site, Verdict
from xinhua_id.spiders.news import NewsSpider
from xinhua_id.spiders.process import settings_of


def entries(*verdicts: Verdict | None, places: int = 1, **settings: float) -> list[float]:
    """Let a request in for each verdict, one after the other; return the seconds at which each came in."""
    clock = WaitedClock()
    told = Settings({"XINHUA_ID_BREAKER_FAILURES": 3, **settings})
    one = site.of_settings(told, delay=2.0, places=places, live=True, pause=clock.pause, clock=clock)

    async def pass_through() -> list[float]:
        seen = []
        for verdict in verdicts:
            ticket = await one.enter()
            seen.append(clock.now - 100.0)
            one.leave(ticket, verdict, "timeout", 0.1)
        return seen

    return asyncio.run(pass_through())


WELL, UNWELL = Verdict.WELL, Verdict.UNWELL


def test_failures_double_the_delay_and_then_the_site_rests() -> None:
    assert entries(UNWELL, UNWELL, UNWELL, WELL) == pytest.approx([0, 4, 12, 72])


def test_a_failure_that_took_long_is_followed_by_a_whole_delay() -> None:
    clock = WaitedClock()
    one = site.of_settings(Settings(), delay=2.0, places=1, live=True, pause=clock.pause, clock=clock)

    async def scene() -> None:
        ticket = await one.enter()
        clock.now += 30  # a timeout
        one.leave(ticket, UNWELL, "timeout")
        await one.enter()

    asyncio.run(scene())
    assert clock.now == pytest.approx(134)


def test_no_verdict_teaches_nothing() -> None:
    assert entries(None, None, None, None) == pytest.approx([0, 2, 4, 6])


def test_only_one_of_those_who_wait_for_the_rest_to_end_goes_and_sees() -> None:
    clock = WaitedClock()
    told = Settings({"XINHUA_ID_BREAKER_FAILURES": 1, "XINHUA_ID_LONGEST_DELAY": 0})
    one = site.of_settings(told, delay=0.0, places=8, live=True, pause=clock.pause, clock=clock)
    inside: list[float] = []

    async def visit(one: Site) -> None:
        ticket = await one.enter()
        inside.append(clock.now)
        for _ in range(50):
            await asyncio.sleep(0)
        one.leave(ticket, WELL)

    async def scene() -> None:
        one.leave(await one.enter(), UNWELL, "http-500")
        waiting = [asyncio.ensure_future(visit(one)) for _ in range(5)]
        for _ in range(25):  # enough for the probe to be inside, too few for it to come out
            await asyncio.sleep(0)
        assert len(inside) == 1
        await asyncio.gather(*waiting)

    asyncio.run(scene())
    assert len(inside) == 5


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, WELL), (304, WELL), (301, WELL), (401, WELL), (404, WELL), (410, WELL), (403, Verdict.REFUSES),
        (451, Verdict.REFUSES), (408, UNWELL), (429, UNWELL), (500, UNWELL), (503, UNWELL), (522, UNWELL),
        (599, UNWELL),
    ],
)  # fmt: skip
def test_a_status_says_of_its_site_what_it_does_not_say_of_its_page(status: int, verdict: Verdict) -> None:
    assert site.of_status(status) is verdict


def test_a_site_can_be_held_back_from_outside() -> None:
    crawler = Crawler(NewsSpider, settings_of({}))
    manners = PolitenessMiddleware(crawler)
    manners.hold("https://www.contoh.id/berita/1", 40.0)
    manners.hold("https://contoh.id/", 5.0)
    assert 39 < manners._site("https://m.contoh.id/").gate.rests_for() <= 40
