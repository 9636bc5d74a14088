"""A site's circuit breaker: a site that fails again and again is left alone, then asked for one page to see.

Closed, everybody enters. After some failures in a row it opens: the site rests. After the rest one request enters, the
probe; an answer closes the breaker, a failure opens it for four times as long. A site that says no (403, 451) to
everything counts as blocked, and is probed once only. Knows nothing of requests, statuses or of how a crawl ends.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

#: A refusal weighs less than a failure: a section behind a paywall answers so too.
REFUSAL = 0.5
#: How much longer every rest is than the one before.
GROWTH = 4
#: After so many openings in a row a site that refuses us is left: it has said no to the probe as well.
OPENINGS_OF_A_BLOCK = 2
# Whoever waits for the probe's end looks up this often, seconds.
_LOOK_UP = 0.1


class Breaker:
    """The breaker of one site.

    It opens after ``failures`` in a row (0: never), for ``rest`` seconds at first and never for more than ``longest``.
    ``openings`` in a row exhaust it. Openings are forgotten only after as many answers in a row as failures open it, so
    that a site that recovers for one page at a time does not begin anew each time. ``clock`` is monotonic, in seconds.

    `enter` gives a ticket, with which the verdict comes back: what began before the site rested has no say after it.
    """

    def __init__(
        self, *, failures: float, rest: float, longest: float, openings: int, clock: Callable[[], float]
    ) -> None:
        self._bound = failures or math.inf
        self._rest = rest
        self._longest = longest
        self._most = openings
        self._clock = clock
        self._score = 0.0
        self._well = 0
        self._in_a_row = 0
        self._until: float | None = None
        self._probe_out = False
        self._turn = 0
        #: Why it failed since it last went well, by reason.
        self.reasons: Counter[str] = Counter()
        self._refusals = 0

    def rests_for(self) -> float:
        """Return the seconds after which to ask again; 0 where a request may enter now."""
        if self._until is None:
            return 0.0
        return _LOOK_UP if self._probe_out else max(0.0, self._until - self._clock())

    def enter(self) -> int | None:
        """Return a ticket, or None: the site rests, or its probe is under way."""
        if self.rests_for() > 0:
            return None
        if self._until is not None:
            self._probe_out = True
            self._turn += 1
        return self._turn

    def answered(self, ticket: int) -> None:
        """Take note that the site answered: it is well, whatever it said of the page."""
        if ticket != self._turn:
            return
        self._until, self._probe_out = None, False
        self._score, self._refusals = 0.0, 0
        self.reasons.clear()
        self._well += 1
        if self._well >= self._bound:
            self._in_a_row = 0

    def failed(self, ticket: int, reason: str, *, refused: bool = False) -> bool:
        """Take note of a failure, or of a refusal; return whether the breaker opened."""
        if ticket != self._turn:
            return False
        self._well = 0
        self.reasons[reason] += 1
        self._refusals += refused
        self._score += REFUSAL if refused else 1.0
        if not self._probe_out and self._score < self._bound:
            return False
        self._probe_out = False
        self._until = self._clock() + min(self._rest * GROWTH**self._in_a_row, self._longest)
        self._in_a_row += 1
        self._turn += 1
        return True

    def left(self, ticket: int) -> None:
        """Take note that a request ended without a word from the site: where it was the probe, another one goes."""
        if ticket == self._turn:
            self._probe_out = False

    @property
    def blocked(self) -> bool:
        """Whether the site refuses us, rather than being unwell: most of what failed was a refusal."""
        return 2 * self._refusals > self.reasons.total()

    @property
    def exhausted(self) -> bool:
        """Whether the site has rested in vain so often that it is to be left for another run."""
        return self._in_a_row >= (min(OPENINGS_OF_A_BLOCK, self._most) if self.blocked else self._most)
