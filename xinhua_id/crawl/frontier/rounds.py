"""Rounds: when a crawl goes on with what an earlier run left, when it begins anew, and what a run that died had done.

A round ends when nothing is left to ask for, or a limit is reached. A run that dies, or is interrupted, leaves its
round open, and the next run goes on with it: nothing that was captured is asked for again. Knows nothing of Scrapy.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from xinhua_id import urls
from xinhua_id.catalogue import captures, frontier, statements, visits
from xinhua_id.catalogue.rows import FrontierRow, RoundRow, VisitRow
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.crawl.discovery import LEADING, Kind
from xinhua_id.crawl.frontier.lease import MAX_TRIES, Lease, Recorded, given_back, key_of
from xinhua_id.crawl.frontier.revisit import STORIES, Intervals
from xinhua_id.items import Outcome
from xinhua_id.warc.exchange import target_uri

#: Is called in a transaction before it changes anything, and raises where somebody else has taken the site over.
Fence = Callable[[Connection], None]
#: A round that nobody worked at for so long is not gone on with: what is new on the site comes first then.
RESUMED_WITHIN = dt.timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Begun:
    """How a run begins: its round, whether that was begun before, and what the run that died had done.

    ``recorded`` are the visits that were recorded and not told to the frontier; ``returned`` is how many URLs were out
    on lease and wait again. ``last`` is the round in which the site was last asked, as it was left.
    """

    round: RoundRow
    resumed: bool
    recorded: Sequence[Lease] = ()
    returned: int = 0
    last: RoundRow | None = None


def scope_of(seeds: Sequence[str], *, whole_site: bool, at: str | None = None) -> str:
    """Return the scope of a crawl: empty for the whole site, else a name for its seeds.

    ``at`` is the host where the site is served instead of its own: a replica and the site it copies share a folder, and
    no work.
    """
    elsewhere = f"{frontier.ELSEWHERE}{at}" if at else ""
    if whole_site:
        return elsewhere
    names = sorted(urls.canonical(seed) for seed in seeds)
    digest = hashlib.sha256("\n".join(names).encode("utf-8", "replace")).hexdigest()[:16]
    return f"{elsewhere} {digest}".strip()


def is_whole(scope: str) -> bool:
    """Whether a scope is that of a whole site."""
    return not scope or (scope.startswith(frontier.ELSEWHERE) and " " not in scope)


def asked_as_text(asked: dict[str, object]) -> str:
    """Return what a crawl was asked for as text that can be compared."""
    return json.dumps(asked, sort_keys=True, default=str)


def begin(
    catalogue: Catalogue,
    site: str,
    scope: str,
    asked: str,
    now: dt.datetime,
    fence: Fence | None = None,
) -> Begun:
    """Go on with the round that an earlier run left open, or begin one. Raises `ArchiveError`."""
    _adopt(catalogue, site, now)
    with catalogue.begin() as connection:
        if fence is not None:
            fence(connection)
        recorded, returned = _settle(connection, site, scope, now)
        if is_whole(scope):
            frontier.gather(connection, site, scope)
        every = frontier.rounds_of(connection, site)
        last = max(every, key=lambda one: one.touched_at, default=None)
        before = next((one for one in every if one.scope == scope), None)
        resumed = (
            before is not None
            and before.ended_at is None
            and before.asked == asked
            and now - before.touched_at <= RESUMED_WITHIN
        )
        if before is not None and resumed:
            current = replace(before, touched_at=now)
        else:
            number = 1 + max((one.number for one in every), default=0)
            pace, rests = (last.pace, last.rests_until) if last else (0.0, None)
            current = RoundRow(site, scope, number, asked, now, now, None, pace, rests)
        frontier.put_round(connection, current)
    return Begun(current, resumed, recorded, returned, last)


def _settle(connection: Connection, site: str, scope: str, now: dt.datetime) -> tuple[list[Lease], int]:
    """Look at what the last run had out on lease: what it recorded is no more to be fetched, the rest waits again."""
    recorded: list[Lease] = []
    back: list[FrontierRow] = []
    # What another crawl has out, it finds when it goes on.
    for row in (replace(one, scope=scope) for one in frontier.leased(connection, site, scope)):
        visit = _visit_since(connection, row)
        lease = _recorded(connection, row, visit) if visit is not None else None
        if lease is not None:
            recorded.append(lease)
        elif visit is not None and visit.outcome == Outcome.FAILED.value:
            spent = row.tries >= MAX_TRIES
            back.append(
                replace(row, state="known" if spent else "waiting", tries=1 if spent else row.tries + 1,
                        leased_at=None, due_at=visit.visited_at, visited_at=visit.visited_at, outcome=visit.outcome,
                        reason=visit.reason)
            )  # fmt: skip
        else:
            back.append(given_back(row, now))
    frontier.put(connection, back)
    return recorded, len(back)


def _visit_since(connection: Connection, row: FrontierRow) -> VisitRow | None:
    """Return the visit that a lease led to, if it was recorded."""
    found = [
        visit
        for visit in visits.at(connection, target_uri(row.url))
        if visit.site == row.site and row.leased_at is not None and visit.visited_at >= row.leased_at
    ]
    return found[-1] if found else None


def _recorded(connection: Connection, row: FrontierRow, visit: VisitRow) -> Lease | None:
    capture = captures.by_record_id(connection, visit.capture_id) if visit.capture_id else None
    if capture is None:
        return None
    return Lease.of(row, recorded=Recorded(capture, Outcome(visit.outcome), visit.reason))


def _adopt(catalogue: Catalogue, site: str, now: dt.datetime) -> None:
    """Know what the site's visits tell, where no round is known: it was lost or restored, or an older program crawled.

    What leads to others is left to be asked for again: where it led is not known any more.
    """
    with catalogue.reading() as reading:
        if frontier.rounds_of(reading, site):
            return
        for batch in statements.batches(_adopted(reading, site, now)):
            # A transaction each: others crawl meanwhile. It is done once a round has begun.
            with catalogue.begin() as connection:
                known = frontier.by_keys(connection, site, [row.key for row in batch])
                frontier.put(connection, [row for row in batch if _is_later(row, known.get(row.key))])


def _is_later(row: FrontierRow, known: FrontierRow | None) -> bool:
    if known is None or known.visited_at is None or row.visited_at is None:
        return True
    return known.visited_at < row.visited_at


def _adopted(connection: Connection, site: str, now: dt.datetime) -> Iterator[FrontierRow]:
    for visit in visits.latest(connection, site):
        kind = Kind(visit.kind) if visit.kind in set(Kind) else Kind.PAGE
        if visit.outcome in {Outcome.LISTING, Outcome.FAILED, Outcome.DENIED} or kind in LEADING:
            continue
        yield FrontierRow(
            site, key_of(visit.url, kind), "", visit.url, kind.value, "known", 0, 0, now, visited_at=visit.visited_at,
            outcome=visit.outcome, reason=visit.reason,
            due_at=visit.visited_at + Intervals().listing if visit.outcome in STORIES else None,
        )  # fmt: skip
