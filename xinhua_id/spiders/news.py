"""The spider: it turns a lease into a request and whatever came of it into exactly one Visit.

One spider for every site: what differs between sites stands in their source. It reads no page itself: links are
`crawl.discovery`'s, the article is the pipelines', waiting is the politeness middleware's.

    scrapy crawl news -a source=indonesiawindow -a since=2026-11-01 -a limit=50
    scrapy crawl news -a seed=https://example.id/ -a requisites=images
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from xinhua_id import __version__, sources, urls
from xinhua_id.crawl import outcomes
from xinhua_id.crawl.capture import Captures
from xinhua_id.crawl.discovery import BELONGING, LEADING, Kind, Link, Rules, declared, discover
from xinhua_id.crawl.discovery.css import Sort
from xinhua_id.crawl.discovery.requisites import sort_of
from xinhua_id.crawl.frontier import Frontier
from xinhua_id.crawl.frontier.lease import MAX_REDIRECTS, Lease, next_try
from xinhua_id.crawl.manners.permission import source_near
from xinhua_id.crawl.manners.politeness import check_contact, check_permission, check_user_agent
from xinhua_id.crawl.requisites import Bounds, Requisites, wanted
from xinhua_id.crawl.run import Run
from xinhua_id.crawl.scheduler import frontier_of
from xinhua_id.crawl.stopping import Stopping
from xinhua_id.crawl.target import Target, about, day_range, positive, targets
from xinhua_id.crawl.traps import Traps
from xinhua_id.crawl.visit import Visit
from xinhua_id.crawl.wire.addresses import is_loopback
from xinhua_id.errors import CannotWrite, UsageError
from xinhua_id.items import Outcome, Page

logger = logging.getLogger(__name__)


class NewsSpider(Spider):
    """Crawls one target. Arguments are strings, as Scrapy and scrapyd hand them on."""

    name = "news"

    def __init__(
        self,
        source: str | None = None,
        seed: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: str | int | None = None,
        at: str | None = None,
        requisites: str | None = None,
        *,
        target: Target | None = None,
        run: Run | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if unknown := sorted(key for key in kwargs if not key.startswith("_")):  # scrapyd adds `_job`
            raise UsageError(
                f"the spider takes no argument {unknown[0]!r}",
                now="It takes source, seed, since, until, limit, at and requisites.",
            )
        self.target = target or _one_target(source or None, (seed or "").split(), at or None)
        self.range = day_range(since, until, self.target.zone)
        self.limit = positive(limit)
        self.run = run
        self.rules = Rules.of(self.target.source, self.target.seeds)
        self.traps = Traps()
        self._archives_guessed = False
        self.requisites = Requisites("none", self.rules.hosts)
        self._requisites = requisites or None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make the spider; raise `ContactNeeded` or `PermissionNeeded` before anything is fetched."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        check_manners(spider.target, crawler.settings)
        check_user_agent(crawler.settings, spider.target.addresses())
        source, settings = spider.target.source, crawler.settings
        if source is not None and source.discovery.cookies:
            # In time: middlewares are made, and settings frozen, after this.
            settings.set("COOKIES_ENABLED", True, priority="spider")
        spider.requisites = Requisites(
            wanted(settings, source, spider._requisites),  # noqa: SLF001 (its own)
            spider.rules.hosts,
            source.requisite_hosts if source else (),
            Bounds.of(settings),
            lambda why, number: spider._count(f"requisites/{why}", number),  # noqa: SLF001
        )
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Put the contact into the User-Agent, wherever it was set."""
        super().update_settings(settings)
        contact = settings.get("XINHUA_ID_CONTACT")
        if contact:
            settings.set("USER_AGENT", f"xinhua-id/{__version__} (+{contact})", priority="spider")

    @property
    def frontier(self) -> Frontier:
        """The frontier this crawl is led by."""
        return frontier_of(self.crawler)

    def about(self) -> dict[str, Any]:
        """Return what was asked for, for the run's manifest."""
        return about(self.target, self.range, self.limit, self.requisites.wanted)

    async def start(self) -> AsyncIterator[Request]:
        """Put where the crawl begins on the frontier, from where it comes back on lease; yield nothing."""
        self.frontier.start(self.rules.start(self.range))
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    def request(self, lease: Lease) -> Request:
        """Return the request that visits a lease."""
        meta: dict[str, Any] = {"lease": lease, "not_before": lease.not_before}
        if lease.kind is Kind.REQUISITE:
            meta["download_maxsize"] = self.requisites.bounds.each
        return Request(
            lease.url,
            callback=self.answered,
            errback=self.unanswered,
            dont_filter=True,
            headers=Captures.of(self.crawler).conditions(lease.url) if _may_be_conditional(lease) else {},
            meta=meta,
        )

    def refuses(self, lease: Lease) -> bool:
        """Whether the rules of today refuse a URL that was found by others; a beginning is the operator's word."""
        if lease.kind in BELONGING or lease.depth == 0:
            return False
        return self.rules.refusal(lease.url, lease.kind) in {"denied", "other-host"}

    def answered(self, response: Response) -> Iterator[Visit]:
        """Turn a response into its Visit."""
        assert response.request is not None
        request = response.request
        lease: Lease = request.meta["lease"]
        page = Captures.of(self.crawler).page(request)
        visit = Visit(lease, page, self.target.source)
        try:
            if page is None:
                visit.end(Outcome.FAILED, "not-captured")
            elif verdict := outcomes.of_status(page):
                self._ended(visit, verdict)
            elif lease.kind is Kind.REQUISITE:
                self._keep(visit, page)
            else:
                self._read(visit, page)
        except Exception as error:  # noqa: BLE001 (it ends this visit, counted, and no other)
            yield self._broke(visit, error)
        else:
            yield visit

    def unanswered(self, failure: Failure) -> Iterator[Visit]:
        """Turn a failure into its Visit; one that only means that the crawl ends gives its lease back."""
        request: Request = failure.request  # type: ignore[attr-defined]
        lease: Lease = request.meta["lease"]
        error = failure.value
        assert error is not None
        page = Captures.of(self.crawler).page(request)
        if isinstance(error, Stopping | CannotWrite):
            self.frontier.release(lease)
            return
        visit = Visit(lease, page, self.target.source)
        try:
            self._ended(visit, outcomes.of_failure(error))
        except Exception as fault:  # noqa: BLE001 (it ends this visit, counted, and no other)
            yield self._broke(visit, fault)
        else:
            yield visit

    def _broke(self, visit: Visit, error: Exception) -> Visit:
        """End a visit that a fault of ours broke: its lease must not be lost with it."""
        logger.error("reading %s broke", visit.lease.url, exc_info=error)
        visit.links = []
        return visit.end(Outcome.FAILED, "reading-broke", f"{type(error).__name__}: {error}")

    def _ended(self, visit: Visit, verdict: outcomes.Verdict) -> Visit:
        """End a visit that needs no reading; a redirect takes its target along, a failure its next try."""
        lease, page = visit.lease, visit.page
        if verdict.outcome is Outcome.REDIRECT and page is not None:
            return self._redirected(visit, verdict, page)
        if verdict.again:
            now = dt.datetime.now(dt.UTC)
            local = is_loopback(lease.url)
            backoff = self.settings.getfloat("XINHUA_ID_LOOPBACK_BACKOFF" if local else "XINHUA_ID_BACKOFF")
            visit.retry_at = next_try(lease, now, backoff=backoff, retry_after=outcomes.retry_after(page, now))
        if lease.kind is Kind.REQUISITE:
            # Apart from the pages: a picture that is gone is no story that was missed.
            failed = verdict.outcome if verdict.outcome is Outcome.DENIED else Outcome.FAILED
            return visit.end(failed, f"requisite-{verdict.reason}", verdict.detail)
        return visit.end(verdict.outcome, verdict.reason, verdict.detail)

    def _keep(self, visit: Visit, page: Page) -> Visit:
        """End the visit of a requisite that came; a style sheet takes along what it names."""
        self.requisites.received(page)
        sort = sort_of(page)
        if sort is None:
            return visit.end(Outcome.FAILED, "requisite-is-something-else", page.header("Content-Type"))
        if sort is Sort.STYLE:
            visit.links = self.requisites.of_sheet(page, visit.lease)
        return visit.end(Outcome.REQUISITE, sort.value)

    def _redirected(self, visit: Visit, verdict: outcomes.Verdict, page: Page) -> Visit:
        target = outcomes.target_of(page)
        if target is None or visit.lease.redirects >= MAX_REDIRECTS:
            loop = "redirect-loop" if visit.lease.kind is not Kind.REQUISITE else "requisite-redirect-loop"
            return visit.end(Outcome.FAILED, loop)
        is_requisite = visit.lease.kind is Kind.REQUISITE
        if self.requisites.refusal(target) if is_requisite else not self.rules.allows(target):
            return visit.end(Outcome.REDIRECT, "leads-outside", target)
        visit.links = [Link(target, visit.lease.kind, visit.lease.published)]
        return visit.end(verdict.outcome, verdict.reason)

    def _read(self, visit: Visit, page: Page) -> Visit:
        """Find the links of a page that answered; whether it is a story is for the pipelines to say."""
        kind = visit.lease.kind
        visit.links, visit.aside = self.leads(page, kind)
        if kind in LEADING:
            visit.end(Outcome.LISTING, kind.value)
        return visit

    def leads(self, page: Page, kind: Kind) -> tuple[list[Link], list[Link]]:
        """Return where a page leads within the range of dates, and outside it; what is left out is counted."""
        found = discover(page, kind, self.rules, self.range)
        for reason, number in found.skipped.items():
            self._count(f"links/{reason}", number)
        wanted: list[Link] = []
        aside: list[Link] = []
        for link in (*found.links, *self._guessed_archives(page, found.links)):
            if not self._is_trap(link, page):
                (wanted if self._wanted(link) else aside).append(link)
        return wanted, aside

    def ended(self, visit: Visit) -> None:
        """Learn from the end of a visit which addresses bring nothing; the store calls this once for each."""
        if visit.lease.kind in BELONGING or visit.outcome is None:
            return
        url, reason = visit.lease.url, visit.reason
        if reason == "unchanged" and visit.page is not None:
            own = declared(visit.page)
            if own is not None and urls.canonical(own) != urls.canonical(url):
                reason = "variant"  # the story is known, but not from here: a copy of its page
        if (
            visit.outcome is Outcome.REDIRECT
            and not urls.is_front(url)
            and all(urls.is_front(one.url) for one in visit.links)
        ):
            reason = "leads-outside"  # how some sites say that there is nothing
        text = visit.article.content_digest if visit.article else None
        self.traps.ended(url, visit.outcome, reason, self.traps.fresh(url, visit.links), text)

    def _is_trap(self, link: Link, page: Page) -> bool:
        trap = self.traps.refusal(link, page.url)
        if trap is None:
            return False
        self._count(f"links/trap-{trap}")
        if news := self.traps.news(trap, link.url):
            logger.warning("%s", news)
        return True

    def _guessed_archives(self, page: Page, links: list[Link]) -> list[Link]:
        """Return WordPress's date archives, once, where an undescribed site shows that it is WordPress."""
        if self._archives_guessed:
            return []
        found = self.rules.guessed_archives(page.url or "", links, self.range)
        self._archives_guessed = bool(found)
        return found

    def _wanted(self, link: Link) -> bool:
        """Whether a link may lead into the range of dates; one whose date is unknown may.

        Nothing behind a sitemap or a listing's next page is newer than its ``modified``.
        """
        since = self.range.since
        too_old = link.kind in LEADING and since is not None and link.modified is not None and link.modified < since
        wanted = self.range.holds(link.published) and not too_old
        if not wanted:
            self._count("links/out-of-range")
        return wanted

    def _count(self, key: str, number: int = 1) -> None:
        self.crawler.stats.inc_value(key, number)


def _may_be_conditional(lease: Lease) -> bool:
    """Whether a 304 would be an answer: what came broken is wanted whole, and is not to be confirmed."""
    failed = lease.row is not None and lease.row.outcome == Outcome.FAILED
    return lease.recorded is None and lease.tries == 1 and not failed


def check_manners(target: Target, settings: BaseSettings) -> None:
    """Raise `PermissionNeeded` or `ContactNeeded` where the target may not be crawled like this."""
    addresses = target.addresses()
    source = target.source or source_near(addresses, sources.shipped())
    if source is not None:
        check_permission(source, settings, addresses)
    check_contact(settings, addresses)


def _one_target(source: str | None, seeds: list[str], at: str | None) -> Target:
    found = targets(source, seeds, at)
    if len(found) > 1:
        raise UsageError(
            f"the seeds stand on {len(found)} sites, and one crawl visits one site",
            where=", ".join(target.name for target in found),
            now="Start one crawl for each, or use `xinhua-id crawl`, which does.",
        )
    return found[0]
