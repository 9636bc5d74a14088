"""How long a robots.txt counts (RFC 9309 §2.4)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from xinhua_id.crawl.manners.robots import Robots
from xinhua_id.crawl.manners.robots_cache import RobotsCache

HOUR = 3600.0
DOWN = Robots(unreachable="http-503")


class Host:
    """A host whose robots.txt says one thing after the other, and a clock."""

    def __init__(self, *answers: Robots) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.now = 0.0

    async def learn(self, _: str) -> Robots:
        await asyncio.sleep(0)
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def refusals(self, moments: Sequence[float], *, fresh: float = 24 * HOUR) -> list[str | None]:
        cache = RobotsCache(self.learn, lambda: self.now, fresh=fresh, again=600.0)

        async def ask() -> list[str | None]:
            out = []
            for moment in moments:
                self.now = moment
                out.append((await cache.of("https://contoh.id")).refusal("https://contoh.id/berita/1"))
            return out

        return asyncio.run(ask())


def test_it_is_asked_for_once_a_day_and_no_setting_makes_that_longer() -> None:
    host = Host(Robots())
    host.refusals([0, 22 * HOUR, 22.9 * HOUR], fresh=1000 * HOUR)
    assert host.asked == 1
    host.refusals([0, 24 * HOUR, 47 * HOUR, 49 * HOUR], fresh=1000 * HOUR)
    assert host.asked == 1 + 3


def test_one_that_could_not_be_had_closes_the_host_until_it_is_asked_for_again() -> None:
    host = Host(DOWN, DOWN, Robots())
    assert host.refusals([0, 599, 600, 1199, 1200]) == ["robots-unreachable"] * 4 + [None]
    assert host.asked == 3


def test_the_old_rules_stay_while_the_new_ones_cannot_be_had() -> None:
    host = Host(Robots(), DOWN, DOWN, Robots(unreachable="timeout"))
    assert host.refusals([0, 24 * HOUR, 24 * HOUR + 700, 24 * HOUR + 1500]) == [None] * 4
    assert host.asked == 4


def test_whoever_else_asks_waits_for_the_same_answer() -> None:
    host = Host(Robots())
    cache = RobotsCache(host.learn, lambda: 0.0, fresh=HOUR, again=1.0)

    async def together() -> None:
        await asyncio.gather(*(cache.of("https://contoh.id") for _ in range(5)))

    asyncio.run(together())
    assert host.asked == 1
