"""What becomes of the links that pages offer: taken up, asked for again, left aside, or known already.

Rows in, rows out, within one commit. Knows nothing of databases or of what leads to a link.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from xinhua_id.catalogue.rows import FrontierRow, RoundRow
from xinhua_id.crawl.discovery import BELONGING, LEADING, Kind, Link
from xinhua_id.crawl.discovery.numbering import series
from xinhua_id.crawl.frontier import revisit
from xinhua_id.crawl.frontier.lease import Settled, key_of
from xinhua_id.crawl.frontier.pieces import Offer, Piece
from xinhua_id.crawl.frontier.revisit import Intervals
from xinhua_id.items import Outcome

# What belongs to a story begun comes first, its parts before its pictures and styles, so that a crawl that is
# interrupted has whole stories; then stories, so that `--limit` ends early and the queue stays short; then what leads
# to many stories at once. Where a later round begins comes before the stories that earlier ones left behind, and what
# is visited again after everything else.
_RANK = {
    Kind.PART: 0, Kind.REQUISITE: 1, Kind.STORY: 3, Kind.FEED: 4, Kind.REST: 4, Kind.LISTING: 4, Kind.SITEMAP: 4,
    Kind.PAGE: 5,
}  # fmt: skip
#: Lower ranks belong to stories that were begun.
BEGUN = 2
START = 2
LEADING_AGAIN = 4
STORY_AGAIN = 6
# One round has so many turns.
_TURNS = 2**40
# Another address of a story's page, which nobody asks for.
_ALIAS = "alias"
# No series shows more news in a run that anybody has to tell apart.
_MOST_NEWS = 20_000


@dataclass
class TakingUp:
    """The rows that one commit changes, group by group; ``turn`` is the next one's, ``known`` those that were there.

    ``again``: what an earlier round visited is visited once more. ``series`` are the stories that the pages of each
    series were the first to show in this run.
    """

    round: RoundRow
    turn: int
    now: dt.datetime
    again: bool = False
    intervals: Intervals = field(default_factory=Intervals)
    series: dict[str, set[str]] = field(default_factory=dict)
    known: Mapping[str, FrontierRow] = field(default_factory=dict)
    rows: dict[str, FrontierRow] = field(default_factory=dict)
    _so_far: dict[str, tuple[int, int]] = field(default_factory=dict)

    def begin(self, known: Mapping[str, FrontierRow]) -> None:
        """Begin another group of what is told; the rows of the one before are written."""
        self.known, self.rows = known, {}

    def offer(self, offer: Offer) -> None:
        """Take up the links of an offer."""
        for link in offer.links:
            self._take_up(link, starts=offer.starts)

    def settle(self, piece: Piece) -> int:
        """End a lease, if this is the last piece of it: its row, its links; return how many links are new so far."""
        settled = piece.settled
        lease = settled.lease
        assert lease.row is not None
        row = lease.row
        # Before its links: a page may lead to itself.
        self.rows[row.key] = replace(row, state="known", visited_at=settled.when)
        if settled.outcome is Outcome.REDIRECT:
            return self._follow(row, settled)
        depth = row.depth + 1
        ordinary = [link for link in settled.links if not link.follows]
        fresh, news = self._so_far.pop(row.key, (0, 0))
        fresh += sum(self._take_up(link, depth=depth) for link in ordinary)
        news += self._news(row, ordinary)
        fresh += sum(self._take_up(link, depth=depth, starts=news > 0) for link in settled.links if link.follows)
        for link in settled.aside:
            self._lay_aside(link, depth)
        for url in settled.aliases:
            self._know_as(url, row)
        if piece.is_last:
            self.rows[row.key] = self._ended(row, settled, news)
        else:
            self._so_far[row.key] = fresh, news
        return fresh

    def _ended(self, row: FrontierRow, settled: Settled, news: int) -> FrontierRow:
        if settled.retry_at is not None:
            return replace(
                row, state="later", due_at=settled.retry_at, leased_at=None, tries=row.tries + 1,
                reason=settled.reason, status=settled.status,
            )  # fmt: skip
        return revisit.after(row, settled, self.intervals, news)

    def _follow(self, row: FrontierRow, settled: Settled) -> int:
        """Take the next step of a redirect: another form of the same address, or another address."""
        fresh = 0
        step = None
        for link in settled.links:
            if key_of(link.url, Kind(row.kind)) == row.key:
                step = link.url if link.url != row.url else step
            else:
                fresh += self._take_up(
                    link, depth=row.depth, redirects=row.redirects + 1, nesting=row.nesting,
                    starts=Kind(row.kind) in LEADING or row.kind == Kind.PAGE,
                )  # fmt: skip
        if step is None:
            self.rows[row.key] = revisit.after(row, settled, self.intervals, 0)
            return fresh
        self.rows[row.key] = replace(
            row, url=step, state="waiting", leased_at=None, redirects=row.redirects + 1, tries=1,
            turn=self._next_turn(), status=settled.status,
        )  # fmt: skip
        return fresh + 1

    def _take_up(
        self, link: Link, *, depth: int = 0, redirects: int = 0, nesting: int | None = None, starts: bool = False
    ) -> bool:
        """Let a link wait its turn, unless it is known and there is no reason to visit it again."""
        key = key_of(link.url, link.kind)
        row = self._row(key)
        if row is None:
            if link.kind is Kind.REQUISITE and self._was_asked_as_page(link.url):
                return False
            if link.kind in BELONGING and not redirects:
                depth = max(depth - 1, 0)
            rank = self._rank(link.kind, starts=starts and redirects == 0 and self.round.number > 1)
            found = self._found(key, link, "waiting", rank, depth)
            self.rows[key] = replace(found, redirects=redirects, nesting=link.nesting if nesting is None else nesting)
            return True
        if row.state in {"waiting", "later"} and row.scope != self.round.scope:
            self.rows[key] = replace(row, scope=self.round.scope, turn=self._next_turn())
            return True
        earlier = row.visited_at is None or row.visited_at < self.round.begun_at
        if row.state == "aside" and earlier:
            self._recall(row, link, self._rank(link.kind))
            return True
        if row.state == "known" and (link.again or (earlier and self._has_reason(row, link, starts=starts))):
            again = link.kind not in LEADING and not starts
            self._recall(row, link, STORY_AGAIN if again else self._rank(link.kind, starts=starts))
        return False

    def _has_reason(self, row: FrontierRow, link: Link, *, starts: bool) -> bool:
        if starts and link.guessed and row.reason in revisit.GONE and row.visited_at is not None:
            # No page names it, and it was not there: it is tried again now and then.
            return self.now - row.visited_at >= self.intervals.listing
        if link.disowned and row.outcome == _ALIAS:
            return True
        postponed = (
            row.due_at is not None
            and row.due_at <= self.round.begun_at
            and (row.reason in revisit.POSTPONED or row.outcome == Outcome.FAILED)
        )
        return starts or self.again or postponed or revisit.is_due_again(row, link.modified, self.now)

    def _recall(self, row: FrontierRow, link: Link, rank: int) -> None:
        self.rows[row.key] = replace(
            row, scope=self.round.scope, state="waiting", rank=rank, turn=self._next_turn(), tries=1, redirects=0,
            due_at=None, published=row.published or link.published, modified=link.modified or row.modified,
        )  # fmt: skip

    def _lay_aside(self, link: Link, depth: int) -> None:
        key = key_of(link.url, link.kind)
        if self._row(key) is None:
            self.rows[key] = self._found(key, link, "aside", self._rank(link.kind), depth)

    def _found(self, key: str, link: Link, state: str, rank: int, depth: int) -> FrontierRow:
        return FrontierRow(
            self.round.site, key, self.round.scope, link.url, link.kind.value, state, rank, self._next_turn(), self.now,
            depth=depth, published=link.published, modified=link.modified,
        )  # fmt: skip

    def _know_as(self, url: str, story: FrontierRow) -> None:
        """Know another address of a story's page, so that it is not asked for under that one too."""
        key = key_of(url, Kind.PAGE)
        if key == story.key or self._row(key) is not None:
            return  # a page that others lead to is looked at: what this one calls itself may be wrong
        self.rows[key] = FrontierRow(
            self.round.site, key, self.round.scope, url, Kind.STORY.value, "known", self._rank(Kind.STORY), 0, self.now,
            outcome=_ALIAS, reason=story.url[:500],
        )  # fmt: skip

    def _news(self, row: FrontierRow, links: list[Link]) -> int:
        """Return how many stories of a page this round was the first to see, and no page of its series before it.

        A box of the latest stories stands on every page of a listing: it is no reason to turn another page.
        """
        found = {key_of(link.url, link.kind) for link in links if self._is_news(link)}
        if not found:
            return 0
        before = self.series.setdefault(series(row.url), set())
        fresh = found - before
        if len(before) < _MOST_NEWS:
            before |= fresh
        return len(fresh)

    def _is_news(self, link: Link) -> bool:
        row = self._row(key_of(link.url, link.kind))
        return row is not None and link.kind in {Kind.STORY, Kind.PAGE} and row.found_at >= self.round.begun_at

    def _was_asked_as_page(self, url: str) -> bool:
        row = self._row(key_of(url, Kind.PAGE))
        return row is not None and row.state != "aside" and row.url == url

    def _rank(self, kind: Kind, *, starts: bool = False) -> int:
        return min(START, _RANK[kind]) if starts else _RANK[kind]

    def _row(self, key: str) -> FrontierRow | None:
        return self.rows.get(key) or self.known.get(key)

    def _next_turn(self) -> int:
        self.turn += 1
        return self.turn


def turn_at(current: RoundRow, now: dt.datetime) -> int:
    """Return a round's next turn at a moment: what a later round finds comes before what earlier ones left behind."""
    passed = (now - current.begun_at) // dt.timedelta(milliseconds=1)
    return min(max(passed, 0) * 10, _TURNS // 2) - current.number * _TURNS
