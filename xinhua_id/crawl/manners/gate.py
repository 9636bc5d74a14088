"""A site's gate: how many requests are inside at once, how far apart they enter, and until when the site rests.

Knows nothing of requests, robots.txt or Scrapy. Times are seconds of a monotonic clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

#: Waits for some seconds; raises where the crawl ends meanwhile.
Pause = Callable[[float], Awaitable[None]]

# A rest may be lengthened while somebody waits for its end: how often to look, seconds.
_LOOK_UP = 1.0


class RestsTooLong(Exception):
    """The site asked for more rest than anybody waits for; ``seconds`` are left of it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s of rest are left")
        self.seconds = seconds


@dataclass
class Gate:
    """One site's gate. ``delay`` seconds lie between two entries; ``places`` is how many may be inside.

    The delay may be changed at any time, and counts from the last entry. A wait of more than ``longest`` seconds is not
    begun: `enter` raises `RestsTooLong`.
    """

    delay: float
    places: int
    longest: float
    clock: Callable[[], float]
    pause: Pause
    _free: asyncio.Semaphore = field(init=False, repr=False)
    _turn: asyncio.Lock = field(init=False, repr=False, default_factory=asyncio.Lock)
    _entered: float | None = field(init=False, default=None)
    _rested: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.places)

    async def enter(self) -> None:
        """Wait for a place and for the time between two entries; whoever enters must `leave`."""
        await self._free.acquire()
        try:
            async with self._turn:
                await self.pause(0)
                while (wait := self.rests_for()) > 0:  # a rest may grow while it is waited for
                    self.check()
                    await self.pause(min(wait, _LOOK_UP))
                self._entered = self.clock()
        except BaseException:
            self._free.release()
            raise

    def leave(self) -> None:
        """Give the place back."""
        self._free.release()

    def slow_down(self, delay: float) -> None:
        """Let at least ``delay`` seconds lie between two entries from now on."""
        self.delay = max(self.delay, delay)

    def visited(self, moment: float) -> None:
        """Take note that somebody else asked the site at that moment: another process, the run before."""
        self._entered = max(moment, self._entered if self._entered is not None else moment)

    def rest(self, seconds: float) -> None:
        """Let nobody enter for so many seconds; a longer rest already asked for stays."""
        self._rested = max(self._rested, self.clock() + seconds)

    def check(self) -> None:
        """Raise `RestsTooLong` where the gate stays shut for longer than anybody waits."""
        if self.rests_for() > max(self.longest, self.delay):
            raise RestsTooLong(self.rests_for())

    def rests_for(self) -> float:
        """Return for how many seconds nobody enters."""
        opens = self._rested if self._entered is None else max(self._rested, self._entered + self.delay)
        return max(0.0, opens - self.clock())
