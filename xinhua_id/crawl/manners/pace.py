"""A site's pace: how many seconds lie between two requests, learned from how it answers.

It rises at once to the time the site takes to answer, doubles with every failure, and comes down slowly. Scrapy's
AutoThrottle has the idea; it halves the distance with every quick page, learns nothing from an answer that never comes,
and takes an error page that comes quickly for a quick site. Knows nothing of requests or of what counts as a failure.
"""

from __future__ import annotations

from collections.abc import Callable

#: A failure raises the pace at least to so many seconds, where there was none.
STEP = 1.0
#: By how much of its distance to where it should be the pace comes down with each answer.
EASE = 0.1


class Pace:
    """The seconds between two requests to one site; never below ``floor``, never above ``ceiling`` unless the floor is.

    All numbers are seconds. ``clock`` is monotonic. A ceiling of 0 gives a pace that learns nothing.
    """

    def __init__(self, floor: float, ceiling: float, clock: Callable[[], float]) -> None:
        self._floor = floor
        self._ceiling = ceiling
        self._clock = clock
        self._learned = 0.0
        self._doubled: float | None = None

    @property
    def delay(self) -> float:
        """The seconds that lie between two requests now."""
        return max(self._floor, min(self._learned, self._ceiling))

    def at_least(self, seconds: float) -> None:
        """Raise the floor: a Crawl-delay, a source's wish. Nothing lowers it."""
        self._floor = max(self._floor, seconds)

    def answered(self, seconds: float) -> None:
        """Learn from an answer that took so long to begin."""
        wanted = max(self._floor, min(max(0.0, seconds), self._ceiling))
        delay = self.delay
        self._learned = wanted if wanted > delay else delay - (delay - wanted) * EASE

    def failed(self) -> None:
        """Learn from a failure. Those that come together, within one delay, are one."""
        now, delay = self._clock(), self.delay
        if self._doubled is not None and now - self._doubled < delay:
            return
        self._doubled = now
        self._learned = min(max(delay * 2, STEP), max(self._ceiling, self._floor))
