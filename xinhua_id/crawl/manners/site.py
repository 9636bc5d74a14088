"""One site as a crawl treats it: its gate, its pace and its breaker, put together.

A request enters, and leaves with a verdict: the site answered, asked for rest, refused, or gave no answer. Knows
nothing of requests or responses; verdicts come as statuses and reasons.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import cast

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from xinhua_id import urls
from xinhua_id.crawl.manners.breaker import Breaker
from xinhua_id.crawl.manners.gate import Gate, Pause
from xinhua_id.crawl.manners.pace import Pace
from xinhua_id.crawl.outcomes import PASSING

#: Statuses by which a site refuses us, and not one page: 401, 402 and 407 ask for something that a reader could give.
REFUSED = frozenset({403, 451})
_ATTRIBUTE = "_xinhua_id_visited"
# Why a download failed without the site being at fault.
_NOT_THE_SITES_FAULT = frozenset({"too-large"})


class Verdict(Enum):
    """What an exchange says of its site, whatever it says of its page."""

    WELL = "well"
    UNWELL = "unwell"
    REFUSES = "refuses"


def of_status(status: int) -> Verdict:
    """Return what a status says of the site: 404 and the like are a page's."""
    if status in PASSING or status >= 500:
        return Verdict.UNWELL
    return Verdict.REFUSES if status in REFUSED else Verdict.WELL


def of_reason(reason: str) -> Verdict:
    """Return what a failed download says of the site, by the reasons of `crawl.outcomes`."""
    return Verdict.WELL if reason in _NOT_THE_SITES_FAULT else Verdict.UNWELL


@dataclass
class Site:
    """One site. ``slowest``: the longest delay so far, in seconds."""

    gate: Gate
    pace: Pace
    breaker: Breaker
    slowest: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._follow_pace()

    async def enter(self) -> int:
        """Wait until a request may go and return its ticket; it must `leave`. Raises `RestsTooLong`."""
        while True:
            while (wait := self.breaker.rests_for()) > 0:
                await self.gate.pause(wait)
            await self.gate.enter()
            ticket = self.breaker.enter()
            if ticket is not None:
                return ticket
            self.gate.leave()  # it opened while we waited

    def leave(self, ticket: int, verdict: Verdict | None, reason: str = "", seconds: float | None = None) -> bool:
        """Take the verdict, let the next request in, and return whether the breaker opened.

        ``seconds`` is how long the answer took to begin. No verdict: the request ended without a word from the site.
        """
        opened = False
        if verdict is None:
            self.breaker.left(ticket)
        elif verdict is Verdict.WELL:
            self.breaker.answered(ticket)
            if seconds is not None:
                self.pace.answered(seconds)
        else:
            refused = verdict is Verdict.REFUSES
            opened = self.breaker.failed(ticket, reason, refused=refused)
            if not refused:
                self.pace.failed()
        self._follow_pace()
        if verdict is Verdict.UNWELL:
            self.gate.rest(self.gate.delay)  # a timeout may have taken longer than the delay between two beginnings
        self.gate.leave()
        return opened

    def slow_down(self, seconds: float) -> None:
        """Let at least so many seconds lie between two requests from now on."""
        self.pace.at_least(seconds)
        self._follow_pace()

    def _follow_pace(self) -> None:
        self.gate.delay = self.pace.delay
        self.slowest = max(self.slowest, self.gate.delay)


def of_settings(
    settings: BaseSettings, *, delay: float, places: int, live: bool, pause: Pause, clock: Callable[[], float]
) -> Site:
    """Return a site whose requests lie ``delay`` seconds apart at the least; only a live one teaches pace and rest.

    Settings: ``XINHUA_ID_LONGEST_REST``, ``XINHUA_ID_LONGEST_DELAY``, ``XINHUA_ID_BREAKER_FAILURES``,
    ``XINHUA_ID_BREAKER_REST``, ``XINHUA_ID_BREAKER_OPENINGS``.
    """
    longest = settings.getfloat("XINHUA_ID_LONGEST_REST", 3600.0)
    breaker = Breaker(
        failures=settings.getfloat("XINHUA_ID_BREAKER_FAILURES", 5.0) if live else 0,
        rest=settings.getfloat("XINHUA_ID_BREAKER_REST", 60.0),
        longest=longest,
        openings=settings.getint("XINHUA_ID_BREAKER_OPENINGS", 4),
        clock=clock,
    )
    ceiling = settings.getfloat("XINHUA_ID_LONGEST_DELAY", 60.0) if live else 0.0
    return Site(Gate(delay, places, longest, clock, pause), Pace(delay, ceiling, clock), breaker)


def recently_visited(crawler: Crawler, url: str, seconds_ago: float = 0.0) -> None:
    """Tell a crawl, before its first request, that its site was just asked: its gate opens one delay after that.

    For a crawl that takes over from another, or is started anew at once.
    """
    told, name = visits_told(crawler), urls.site(urls.host(url))
    moment = time.monotonic() - seconds_ago
    told[name] = max(moment, told.get(name, moment))


def visits_told(crawler: Crawler) -> dict[str, float]:
    """Return when each site was visited before the crawl, in seconds of `time.monotonic`."""
    return cast("dict[str, float]", vars(crawler).setdefault(_ATTRIBUTE, {}))
