"""How a run begins its work: the frontier is opened over the catalogue, and told what becomes of leases is counted.

Knows nothing of pages.
"""

from __future__ import annotations

import datetime as dt
import logging

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from xinhua_id import sources, urls
from xinhua_id.crawl.capture import Captures
from xinhua_id.crawl.discovery import Rules
from xinhua_id.crawl.frontier import Frontier, rounds
from xinhua_id.crawl.frontier.lease import Settled, key_of
from xinhua_id.crawl.frontier.revisit import GONE, STORIES, Intervals
from xinhua_id.crawl.manners.site import recently_visited
from xinhua_id.crawl.run import Run, Shared
from xinhua_id.crawl.stopping import end_crawl
from xinhua_id.crawl.target import Range
from xinhua_id.crawl.tenure import PATIENCE, Watch
from xinhua_id.errors import UsageError
from xinhua_id.items import Outcome

#: Which stories that are known already are asked for: those that are due, or all that are met again.
REVISITS = ("due", "all")
# What was asked for beside the addresses: a round is gone on with where all of it is the same.
_ASKED = ("seeds", "since", "until", "requisites", "base")
# Seconds in which a group is committed, and a worker's death is seen at the earliest.
_A_GROUP = 5.0

logger = logging.getLogger(__name__)


def begin_work(crawler: Crawler, rules: Rules, chosen: Range, run: Run) -> Frontier:
    """Open the frontier of a crawl whose run has begun, and let every commit enter it. Raises `ArchiveError`."""
    captures = Captures.of(crawler)
    assert captures.catalogue is not None
    assert captures.committer is not None
    site = captures.committer.home.name
    scope = rounds.scope_of(
        [link.url for link in rules.begin], whole_site=rules.whole_site, at=_elsewhere(site, run.about.get("base"))
    )
    asked = rounds.asked_as_text({name: run.about.get(name) for name in _ASKED})
    fence = run.tenure.fence if run.tenure else None  # else the lock of the site's folder is all there is
    begun = rounds.begin(captures.catalogue, site, scope, asked, dt.datetime.now(dt.UTC), fence)
    frontier = Frontier(
        captures.catalogue,
        begun.round,
        chosen=chosen,
        commit=captures.commit_now,
        fence=fence,
        told=lambda settled, fresh: _told(crawler, settled, fresh),
        recorded=begun.recorded,
        resumed=begun.resumed,
        again=revisits_of(crawler.settings) == "all",
        intervals=intervals_of(crawler.settings),
    )
    _keep_the_pause(crawler, begun, rules)
    if not begun.resumed and chosen == Range():
        frontier.recall_leading()
    stats = crawler.stats
    stats.set_value("frontier/round", begun.round.number)
    stats.set_value("frontier/resumed", begun.resumed)
    if begun.returned:
        stats.set_value("frontier/returned", begun.returned)
    if begun.resumed:
        logger.info(
            "round %d of %s, begun at %s, goes on: %d URLs wait, %d visits are taken from their records",
            begun.round.number, site, begun.round.begun_at.isoformat(timespec="seconds"), frontier.waiting(),
            len(begun.recorded),
        )  # fmt: skip
    if run.tenure is not None:
        crawler.tenure = run.tenure  # type: ignore[attr-defined]
        run.tenure.keep(lambda error: end_crawl(crawler, "taken-over", error))
        if run.tenure.took_over is not None:
            stats.set_value("frontier/took-over-from", run.tenure.took_over.holder)
    crawler.frontier = frontier  # type: ignore[attr-defined]
    captures.committer.companion = frontier
    return frontier


def _elsewhere(name: str, base: object) -> str | None:
    """Return the host at which a described site is served instead of its own, None where it is at home."""
    own = next((source.base for source in sources.shipped() if source.name == name), None)
    return urls.host(str(base)) if base and own and urls.host(str(base)) != urls.host(own) else None


def _keep_the_pause(crawler: Crawler, begun: rounds.Begun, rules: Rules) -> None:
    """Let the pause between two requests count across a restart, or a take-over, too."""
    if begun.last is None:
        return
    now = dt.datetime.now(dt.UTC)
    until = begun.round.rests_until
    if until is not None and until > now:
        for link in rules.begin:
            recently_visited(crawler, link.url, -(until - now).total_seconds())
        return
    passed = (now - begun.last.touched_at).total_seconds()
    # What was asked after the last commit is not known here, so a group's time is added.
    if passed < begun.last.pace + _A_GROUP:
        for link in rules.begin:
            recently_visited(crawler, link.url, -begun.last.pace)


def shared_by(settings: BaseSettings) -> Shared | None:
    """Return the catalogue that several workers share, if the settings name one."""
    url = settings.get("XINHUA_ID_CATALOGUE")
    if not url:
        return None
    return Shared(str(url), Watch(settings.getfloat("XINHUA_ID_TAKE_OVER_SECONDS", PATIENCE)))


def revisits_of(settings: BaseSettings) -> str:
    """Return which known stories are asked for again; raise `UsageError` for any other word."""
    said = str(settings.get("XINHUA_ID_REVISIT") or "due")
    if said not in REVISITS:
        raise UsageError(f"XINHUA_ID_REVISIT: {said!r}", now=f"Set it to one of {', '.join(REVISITS)}.")
    return said


def intervals_of(settings: BaseSettings) -> Intervals:
    """Return the bounds of the time between two visits, as the settings say."""
    usual = Intervals()
    hours = settings.getfloat("XINHUA_ID_REVISIT_SHORTEST_HOURS", usual.shortest / dt.timedelta(hours=1))
    days = settings.getfloat("XINHUA_ID_REVISIT_LONGEST_DAYS", usual.longest / dt.timedelta(days=1))
    shortest = dt.timedelta(hours=hours)
    longest = max(shortest, dt.timedelta(days=days))
    return Intervals(shortest, longest, max(shortest, min(usual.listing, longest)))


def _told(crawler: Crawler, settled: Settled, fresh: int) -> None:
    """Count what a lease brought: new links, and what became of a story that was here."""
    stats, row = crawler.stats, settled.lease.row
    stats.inc_value("frontier/links", fresh)
    if row is None or row.outcome not in STORIES or settled.retry_at is not None:
        return
    if settled.reason in GONE and row.reason not in GONE:
        stats.inc_value("stories/gone")
        logger.info("%s is gone (%s)", settled.lease.url, settled.reason)
    elif settled.outcome is Outcome.REDIRECT and any(key_of(link.url, link.kind) != row.key for link in settled.links):
        stats.inc_value("stories/moved")
    elif settled.outcome is Outcome.STORY:
        stats.inc_value("stories/changed")
