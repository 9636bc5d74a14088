"""Which robots.txt counts now: learned once for each origin, and again when it is a day old or could not be had.

Knows nothing of how it is learned.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

from xinhua_id.crawl.manners.robots import Robots

#: RFC 9309 §2.4: no copy is used for more than 24 hours, unless robots.txt is unreachable. In seconds; an hour less,
#: since a run that goes on after a death begins with a copy that may be as old.
FRESH = 23 * 3600.0


class RobotsCache:
    """The rules of each origin (scheme and host), learned when somebody first asks; whoever else asks waits for them.

    ``fresh`` is after how many seconds they are learned again, never more than a day; ``again`` is the same for a
    robots.txt that was unreachable. Where it is unreachable when its rules are due, the old ones stay (RFC 9309 §2.4).
    ``clock`` is monotonic.
    """

    def __init__(
        self, learn: Callable[[str], Awaitable[Robots]], clock: Callable[[], float], *, fresh: float, again: float
    ) -> None:
        self._learn = learn
        self._clock = clock
        self._fresh = min(fresh, FRESH)
        self._again = again
        self._known: dict[str, tuple[Robots, float]] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, origin: str) -> Robots:
        """Return the rules that count now. Raises what learning them raises."""
        async with self._asking[origin]:
            known, until = self._known.get(origin, (None, 0.0))
            if known is not None and self._clock() < until:
                return known
            found = await self._learn(origin)
            term = self._again if found.unreachable else self._fresh
            if found.unreachable and known is not None and not known.unreachable:
                found = known
            self._known[origin] = (found, self._clock() + term)
            return found
