"""The frontier: which URLs are still to be visited, which are out on lease, and what became of them.

It lies in the catalogue, so that a crawl that dies goes on where it was: a lease ends in the transaction that makes its
record and its item durable, and what is handed out was written down as leased before. A few leases at a time are held
in memory. Owns what Scrapy leaves to middlewares: a redirect comes back as a link, a retry as a moment. Knows nothing
of Scrapy, of pages or of files.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from sqlalchemy import Connection

from xinhua_id.catalogue import frontier as rows
from xinhua_id.catalogue.rows import FrontierRow, RoundRow
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.crawl.discovery import LEADING, Kind, Link
from xinhua_id.crawl.frontier import offers, rounds
from xinhua_id.crawl.frontier.lease import Lease, Settled, given_back
from xinhua_id.crawl.frontier.offers import BEGUN, LEADING_AGAIN, STORY_AGAIN, TakingUp
from xinhua_id.crawl.frontier.pieces import Offer, groups
from xinhua_id.crawl.frontier.revisit import Intervals
from xinhua_id.crawl.target import Range

#: So many leases are taken at once, at the most.
BATCH = 100
# What waits for its next try is handed out early, in such numbers, where nothing else is to be done; behind all else.
_LATER = 4
_SLEEPERS = 1_000
#: Due visits and what was left aside join those that wait in such numbers, so that a round begins at once.
_RECALLED = 1000


class Watching(Protocol):
    """Who is told what became of leases once that is durable."""

    def __call__(self, settled: Settled, fresh: int) -> None:
        """``fresh`` links of the page were new."""


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Frontier:
    """The frontier of one round of one site.

    ``commit`` makes durable what waits, by calling `enter` in its transaction and `entered` after it; without it the
    frontier commits by itself. ``fence`` is called in every transaction that changes the frontier, and raises where
    somebody else has taken the site over. ``resumed``: the round was begun by an earlier run. ``again``: what earlier
    rounds visited is visited once more. ``recorded`` are leases that a crawl which died had recorded; they are handed
    out first. ``pace`` is how many seconds lie between two requests, for who comes next, and before ``rests_until``
    the site wants none. What asks the catalogue raises `ArchiveError`.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        current: RoundRow,
        *,
        chosen: Range | None = None,
        commit: Callable[[], None] | None = None,
        fence: rounds.Fence | None = None,
        told: Watching | None = None,
        recorded: Iterable[Lease] = (),
        resumed: bool = False,
        again: bool = False,
        intervals: Intervals | None = None,
        clock: Callable[[], dt.datetime] = _now,
        batch: int = BATCH,
    ) -> None:
        self.round, self.resumed = current, resumed
        self.pace = current.pace
        self.rests_until = current.rests_until
        self._catalogue = catalogue
        self._range = chosen or Range()
        self._commit = commit or self._commit_alone
        self._fence = fence or (lambda _: None)
        self._told = told
        self._again = again
        self._intervals = intervals or Intervals()
        self._clock = clock
        self._batch = batch
        self._order = itertools.count()
        self._heap: list[tuple[int, int, int, Lease]] = []
        self._out: dict[str, Lease] = {}
        self._settled: list[Settled] = []
        self._series: dict[str, set[str]] = {}
        self._offers: list[Offer] = []
        self._entered: list[tuple[Settled, int]] = []
        self._exhausted = self._no_story = False
        with catalogue.reading() as connection:
            self._waiting = rows.waiting(connection, current.site, current.scope)
        self._turn = offers.turn_at(current, clock())
        for lease in recorded:
            self._push(lease)

    # -- what the crawl asks ------------------------------------------------------------------------------------

    def start(self, links: Iterable[Link]) -> None:
        """Take up where a round begins: known or not, each is visited once in it."""
        self._offers.append(Offer(tuple(links), starts=True))

    def add(self, links: Iterable[Link]) -> None:
        """Take up the links that were never seen, with the next commit."""
        self._offers.append(Offer(tuple(links)))

    def lease(self) -> Lease | None:
        """Hand out the next URL; one that has to wait only when nothing else is there, with its `not_before`."""
        if not self._heap:
            self._refill()
        if not self._heap:
            return None
        lease = heapq.heappop(self._heap)[3]
        assert lease.row is not None
        self._out[lease.row.key] = lease
        return lease

    def acknowledge(self, settled: Settled) -> None:
        """End a lease with the next commit: its links are taken up, those of a redirect as the next step of it.

        A lease that is not out is none of this frontier's any more.
        """
        lease = settled.lease
        if lease.row is not None and self._out.pop(lease.row.key, None) is not None:
            self._settled.append(settled)

    def release(self, lease: Lease) -> None:
        """Take a lease back unvisited: the crawl ends before its turn came."""
        if lease.row is not None and self._out.pop(lease.row.key, None) is not None:
            self._push(lease)

    def begin_no_story(self) -> None:
        """Hand out nothing any more but what belongs to stories already begun: their parts, their requisites."""
        self._no_story = True
        back = [entry[3].row for entry in self._heap if entry[0] >= BEGUN]
        self._heap = [entry for entry in self._heap if entry[0] < BEGUN]
        heapq.heapify(self._heap)
        now = self._clock()
        with self._catalogue.begin() as connection:
            self._fence(connection)
            rows.put(connection, [given_back(row, now) for row in back if row is not None])
        self._waiting += len(back)

    def parts_due(self) -> int:
        """How much that belongs to stories begun is still to come: not handed out yet, or out on lease."""
        if self.unsettled():
            self._commit()
        with self._catalogue.reading() as connection:
            site, scope = self.round.site, self.round.scope
            return rows.waiting(connection, site, scope, BEGUN) + rows.out(connection, site, BEGUN)

    def pending(self) -> bool:
        """Whether `lease` may hand out a URL."""
        return bool(self._heap) or self.unsettled() or not self._exhausted

    def waiting(self) -> int:
        """About how many URLs are not handed out yet."""
        return max(self._waiting, 0) + len(self._heap)

    def end(self, *, finished: bool) -> int:
        """Let everything that is out wait again, and return how many URLs wait.

        ``finished``: the round is over, the next run begins another.
        """
        now = self._clock()
        with self._catalogue.begin() as connection:
            self._fence(connection)
            rows.give_back(connection, self.round.site, self.round.scope, now)
            rows.put(connection, self._recorded())
            left_at = replace(self.round, touched_at=now, pace=self.pace, rests_until=self.rests_until)
            rows.put_round(connection, replace(left_at, ended_at=now if finished else None))
            left = rows.waiting(connection, self.round.site, self.round.scope)
        self._heap.clear()
        self._out.clear()
        self._exhausted = True
        return left

    # -- what the committer asks --------------------------------------------------------------------------------

    def unsettled(self) -> bool:
        """Whether something was acknowledged or offered that is not written down."""
        return bool(self._settled or self._offers)

    def enter(self, connection: Connection) -> None:
        """Write down what was acknowledged and offered, and take the next leases, in the committer's transaction."""
        self._fence(connection)
        settled, self._settled = self._settled, []
        offered, self._offers = self._offers, []
        now, site = self._clock(), self.round.site
        made = TakingUp(self.round, self._turn, now, self._again, self._intervals, self._series)
        hurry = len(self._heap) < self._batch // 2
        for group in groups(offered, settled):
            known = rows.by_keys(connection, site, {key for one in group for key in one.spoken_of()})
            made.begin(known)
            for one in group:
                if isinstance(one, Offer):
                    made.offer(one)
                    continue
                fresh = made.settle(one)
                if one.is_last:
                    self._entered.append((one.whole, fresh))
            rows.put(connection, list(made.rows.values()))
            self._note(made.rows.values(), known)
            hurry = hurry or self._goes_before(made.rows.values())
        self._turn = made.turn
        rows.touch(connection, site, self.round.scope, now, self.pace, self.rests_until)
        if hurry:
            self._take(connection)

    def entered(self) -> None:
        """What `enter` wrote is durable."""
        entered, self._entered = self._entered, []
        if self._told is not None:
            for settled, fresh in entered:
                self._told(settled, fresh)

    # -- within -------------------------------------------------------------------------------------------------

    def _recorded(self) -> list[FrontierRow]:
        """Return what a crawl that died had recorded, and this one did not come to: the next one finds it so."""
        held = [*(entry[3] for entry in self._heap), *self._out.values()]
        return [lease.row for lease in held if lease.recorded is not None and lease.row is not None]

    def _commit_alone(self) -> None:
        with self._catalogue.begin() as connection:
            self.enter(connection)
        self.entered()

    def _refill(self) -> None:
        if self.unsettled():
            self._commit()  # which takes what comes next, too
        if not self._heap and not self._exhausted:
            with self._catalogue.begin() as connection:
                self._fence(connection)
                self._take(connection)

    def _note(self, changed: Iterable[FrontierRow], known: dict[str, FrontierRow]) -> None:
        for row in changed:
            if row.state in {"waiting", "later"}:
                was = known.get(row.key)
                self._waiting += was is None or was.state not in {"waiting", "later"}
                self._exhausted = False

    def _goes_before(self, changed: Iterable[FrontierRow]) -> bool:
        first = min((row.rank for row in changed if row.state == "waiting"), default=None)
        return first is not None and bool(self._heap) and first < self._heap[0][0]

    def _take(self, connection: Connection) -> None:
        """Lease what comes next, so that a batch is at hand; with one at hand, only what goes before it."""
        current, now = self.round, self._clock()
        bound = BEGUN if self._no_story else None
        if self._heap and len(self._heap) >= self._batch // 2:
            bound = min(self._heap[0][0], bound or self._heap[0][0])
        rows.ripen(connection, current.site, current.scope, now)
        taken = self._next(connection, now, bound)
        if not taken and not self._heap and not self._no_story:
            while not taken and self._recall(connection):
                taken = self._next(connection, now, bound)
        if not taken and not self._heap:
            taken = rows.take_later(connection, current.site, current.scope, now, _LATER, bound)
        self._waiting -= len(taken)
        for row in taken:
            self._push(Lease.of(row, not_before=row.due_at))
        self._exhausted = not taken and not self._heap

    def _next(self, connection: Connection, now: dt.datetime, bound: int | None) -> list[FrontierRow]:
        """Lease what waits; what an earlier round found and this one's range of dates does not hold is laid aside."""
        while taken := rows.take(connection, self.round.site, self.round.scope, now, self._batch, bound):
            held = [row for row in taken if self._range.holds(row.published)]
            outside = [row for row in taken if not self._range.holds(row.published)]
            rows.put(connection, [replace(row, state="aside", leased_at=None) for row in outside])
            self._waiting -= len(outside)
            if held:
                return held
        return []

    def _recall(self, connection: Connection) -> int:
        """Let due visits, then what earlier rounds left aside, wait their turn; return how many."""
        current, chosen = self.round, self._range
        if not rounds.is_whole(current.scope):
            return 0  # seeds were named: what else is due is for a crawl of the whole site
        self._turn += 1
        found = 0
        if chosen.since is None and chosen.until is None:
            found = rows.recall(connection, current, self._turn, STORY_AGAIN, _RECALLED)
        if not found:
            found = rows.take_up_aside(connection, current, chosen.since, chosen.until, self._turn, _RECALLED)
        self._waiting += found
        return found

    def recall_leading(self) -> None:
        """Let the listings, feeds and sitemaps that are due wait their turn, as a round begins with them too."""
        if not rounds.is_whole(self.round.scope):
            return
        self._turn += 1
        with self._catalogue.begin() as connection:
            self._fence(connection)
            kinds = [kind.value for kind in (*LEADING, Kind.PAGE)]
            found = rows.recall_leading(connection, self.round, self._turn, LEADING_AGAIN, kinds)
        self._waiting += found
        self._exhausted = self._exhausted and not found

    def _push(self, lease: Lease) -> None:
        assert lease.row is not None
        rank = -1 if lease.recorded is not None else lease.row.rank
        if lease.not_before is not None and lease.not_before > self._clock():
            rank = _SLEEPERS  # whoever gets it sleeps: everything else goes first
        heapq.heappush(self._heap, (rank, lease.row.turn, next(self._order), lease))
