"""When a URL is visited again: from what came of its visits, the moment of the next, or that there is none.

A story changes soon after it was published or not at all, so it is visited again at about twice the age it had, between
`Intervals.shortest` and `Intervals.longest`. A listing that brought something is due soon, one that did not later and
later. Pure. Knows nothing of queues.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from xinhua_id.catalogue.rows import FrontierRow
from xinhua_id.crawl.discovery import LEADING, Kind, page_number
from xinhua_id.crawl.discovery.calendar import period
from xinhua_id.crawl.frontier.lease import Settled
from xinhua_id.items import Outcome

#: What was read of a page before it was known that this round is not about it.
NOT_WANTED = frozenset({"out-of-range", "over-limit"})
#: The source's rules are other ones by now, and refuse what they let in once.
BY_RULES = "by-rules"
#: Reasons for which a URL was not asked for at all; the next round asks.
POSTPONED = frozenset({
    "robots-unreachable", "rests-too-long", "site-rests", "no-contact", "over-bytes",
})  # fmt: skip
# Pages that may become something else: one was put up too early, one is down for maintenance.
_PASSING = frozenset({"empty", "no-body", "soft-404", "blocked"})
#: The outcomes of a page that carried a story.
STORIES = frozenset({Outcome.STORY, Outcome.DUPLICATE})
GONE = frozenset({"http-404", "http-410"})
# What was published so long ago is in its archive by now.
_SETTLED = dt.timedelta(days=3)
# The first wait after a visit that brought no page.
_AGAIN_AFTER = {Outcome.FAILED: dt.timedelta(hours=1), Outcome.DENIED: dt.timedelta(days=1)}
#: So often in a row a URL may fail, round after round, before nobody asks for it any more.
_MOST_FAILURES = 12


@dataclass(frozen=True, slots=True)
class Intervals:
    """The bounds of the time between two visits to a story, and the longest between two to a listing."""

    shortest: dt.timedelta = dt.timedelta(hours=12)
    longest: dt.timedelta = dt.timedelta(days=180)
    listing: dt.timedelta = dt.timedelta(days=30)


def after(row: FrontierRow, settled: Settled, intervals: Intervals, news: int) -> FrontierRow:
    """Return a row after a visit that needs no further try: what became of it, and when it is due again.

    ``news`` is how many of the page's links this round did not know before it began.
    """
    when, outcome, reason = settled.when, settled.outcome, settled.reason
    was_story = row.digest is not None or row.outcome in STORIES
    changed = None not in {settled.digest, row.digest} and settled.digest != row.digest
    brought = changed or row.digest is None if outcome in STORIES else news > 0
    fruitless = 0 if brought else min(row.fruitless + 1, 60)
    seen = replace(
        row,
        state="aside" if reason in NOT_WANTED else "known",
        leased_at=None,
        due_at=None,
        tries=1,
        redirects=0,
        visited_at=when,
        changed_at=when if changed else row.changed_at,
        # A story that is gone stays one that was: its return is no news, its absence is looked at again.
        outcome=Outcome.STORY.value if was_story and reason in GONE else outcome.value,
        reason=reason,
        status=settled.status,
        published=settled.published or row.published,
        digest=settled.digest or row.digest,
        fruitless=fruitless,
    )
    return replace(seen, due_at=_due(seen, settled, intervals, was_story=was_story))


def is_due_again(row: FrontierRow, modified: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether a page says that a URL changed since it was visited, and may be believed.

    Some sitemaps call everything changed at every reading: each time that proves wrong the next such word counts later.
    """
    if modified is None or row.visited_at is None or modified <= row.visited_at:
        return False
    if row.modified is not None and modified <= row.modified:
        return False
    patience = dt.timedelta(hours=1) * (2**row.fruitless - 1) if row.fruitless < 20 else dt.timedelta(days=365)
    return now >= row.visited_at + patience


def _due(row: FrontierRow, settled: Settled, intervals: Intervals, *, was_story: bool) -> dt.datetime | None:
    when, outcome, reason = settled.when, settled.outcome, (settled.reason or "").removeprefix("requisite-")
    if reason in POSTPONED:
        return when
    if row.kind == Kind.REQUISITE and outcome is not Outcome.FAILED:
        return None
    if outcome in STORIES:
        return None if reason == "variant" else when + _age(row, intervals)
    if reason in NOT_WANTED:
        return None
    if outcome is Outcome.LISTING:
        return _listing(row, when, intervals)
    if reason == BY_RULES:
        return None
    if outcome in _AGAIN_AFTER:
        return when + _growing(row, _AGAIN_AFTER[outcome], intervals) if row.fruitless <= _MOST_FAILURES else None
    if outcome is Outcome.REDIRECT:
        lasting = reason in {"http-301", "http-308", "leads-outside"}
        return None if lasting else when + intervals.listing
    if was_story or (reason in _PASSING and row.fruitless <= 5):
        return when + _growing(row, dt.timedelta(days=1), intervals)
    return None


def _age(row: FrontierRow, intervals: Intervals) -> dt.timedelta:
    """Return how old a story is at its visit, or how long it has not changed, within the bounds."""
    assert row.visited_at is not None
    since = max((one for one in (row.published, row.changed_at) if one is not None), default=row.found_at)
    return min(max(row.visited_at - since, intervals.shortest), intervals.longest)


def _listing(row: FrontierRow, when: dt.datetime, intervals: Intervals) -> dt.datetime | None:
    """Return when a listing is due; its further pages are asked for only where the page before brought something."""
    kind, days = Kind(row.kind), period(row.url)
    if days is not None and days[1] < when.date() - _SETTLED:
        return None  # the archive of days that are long over
    if kind is not Kind.SITEMAP and (page_number(row.url, kind) or 1) > 1:
        return None
    if kind not in LEADING and kind is not Kind.PAGE:
        return when + intervals.listing
    return when + _growing(row, intervals.shortest, intervals, intervals.listing)


def _growing(
    row: FrontierRow, first: dt.timedelta, intervals: Intervals, longest: dt.timedelta | None = None
) -> dt.timedelta:
    doublings = min(max(row.fruitless - 1, 0), 20)
    return min(first * (1 << doublings), longest or intervals.longest)
