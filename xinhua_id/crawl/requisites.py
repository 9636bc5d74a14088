"""Page requisites: which of them one crawl asks for, and its bounds.

A requisite is a picture, a style or a font of a story that was kept. It is one more URL of the frontier and one more
exchange on the wire, with the same robots.txt, pauses and retries; here is decided whether it is asked for at all.
Knows nothing of how pages name requisites (`crawl.discovery.requisites`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Self, cast

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from xinhua_id import urls
from xinhua_id.crawl.discovery import Kind, Link
from xinhua_id.crawl.discovery import requisites as found_in
from xinhua_id.crawl.discovery.css import Sort
from xinhua_id.crawl.discovery.requisites import Requisite
from xinhua_id.crawl.frontier.lease import Lease
from xinhua_id.crawl.manners.politeness import Denied
from xinhua_id.crawl.wire.addresses import is_loopback, is_private
from xinhua_id.errors import UsageError
from xinhua_id.items import Article, Page
from xinhua_id.sources import Source

#: Nothing, the pictures of the stories, or all that their pages need to look like they did.
Wanted = Literal["none", "images", "all"]
_WANTED = ("none", "images", "all")
#: How deep sheets that import sheets are followed.
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is fetched: requisites a page and a run, bytes each and a run, hosts a run that are not the crawl's."""

    page: int = 100
    run: int = 20_000
    each: int = 10 * 1024 * 1024
    total: int = 2 * 1024 * 1024 * 1024
    hosts: int = 8

    @classmethod
    def of(cls, settings: BaseSettings) -> Self:
        """Return what the settings say."""
        usual = cls()
        return cls(
            settings.getint("XINHUA_ID_REQUISITES_A_PAGE", usual.page),
            settings.getint("XINHUA_ID_REQUISITES_A_RUN", usual.run),
            settings.getint("XINHUA_ID_REQUISITES_LARGEST", usual.each),
            settings.getint("XINHUA_ID_REQUISITES_BYTES", usual.total),
            settings.getint("XINHUA_ID_REQUISITES_HOSTS", usual.hosts),
        )


def wanted(settings: BaseSettings, source: Source | None, asked: str | None = None) -> Wanted:
    """Return what is fetched: as asked for, else as the settings say, else as the source does, else nothing.

    Raises `UsageError` for any other word.
    """
    said = asked or settings.get("XINHUA_ID_REQUISITES") or (source.requisites if source else "none")
    if said not in _WANTED:
        raise UsageError(f"requisites: {said!r}", now=f"Choose one of {', '.join(_WANTED)}.")
    return cast("Wanted", said)


class Requisites:
    """The requisites of one crawl. ``count`` is told what is left out, under ``requisites/<why>``."""

    def __init__(
        self,
        wanted: Wanted,
        hosts: Iterable[str],
        allowed: Iterable[str] = (),
        bounds: Bounds | None = None,
        count: Callable[[str, int], None] = lambda _key, _number: None,
    ) -> None:
        self.wanted = wanted
        self.bounds = bounds or Bounds()
        self._own = frozenset(hosts)
        self._sites = frozenset(urls.site(host) for host in self._own)
        self._allowed = tuple(allowed)
        self._live = not all(is_loopback(f"http://{host}/") for host in self._own)
        self._count = count
        self._asked: set[str] = set()
        self._others: set[str] = set()
        self._bytes = 0

    def of_story(self, page: Page, article: Article) -> list[Link]:
        """Return what a story's page names, before any bound but that of a page; nothing where nothing is wanted."""
        if self.wanted == "none":
            return []
        skipped: Counter[str] = Counter()
        found = found_in.of_page(page, article, everything=self.wanted == "all", skipped=skipped)
        return self._links(found, skipped, 0)

    def of_sheet(self, page: Page, lease: Lease) -> list[Link]:
        """Return what a style sheet that was fetched needs, within the bounds."""
        if self.wanted != "all" or lease.nesting >= DEEPEST:
            return []
        skipped: Counter[str] = Counter()
        found = found_in.of_sheet(page, skipped)
        if lease.nesting + 1 >= DEEPEST:
            found = [one for one in found if one.sort is not Sort.STYLE]
        return self.admitted(self._links(found, skipped, lease.nesting + 1))

    def admitted(self, links: Iterable[Link]) -> list[Link]:
        """Return the links that may be asked for in this run; those known from another page stay, and count once."""
        out = []
        for link in links:
            if link.url not in self._asked:
                if len(self._asked) >= self.bounds.run:
                    self._count("over-run", 1)
                    continue
                if (reason := self.refusal(link.url)) is not None:
                    self._count(reason, 1)
                    continue
                self._asked.add(link.url)
            out.append(link)
        return out

    def refusal(self, url: str) -> str | None:
        """Return why an address is not asked for, in a word that can be counted; None if it may: its host counts."""
        host = urls.host(url)
        if host in self._own:
            return None
        if self._live and is_private(url):
            return "private-address"
        own_domain = urls.site(host) in self._sites
        if not own_domain and not any(_names(pattern, host) for pattern in self._allowed):
            return "other-host"
        if host not in self._others and len(self._others) >= self.bounds.hosts:
            return "over-hosts"
        self._others.add(host)
        return None

    def received(self, page: Page) -> None:
        """Take note of the bytes that came."""
        self._bytes += len(page.body)

    @property
    def exhausted(self) -> bool:
        """Whether the run has fetched as many bytes of requisites as it may."""
        return self._bytes >= self.bounds.total

    def _links(self, found: list[Requisite], skipped: Counter[str], nesting: int) -> list[Link]:
        for reason, number in skipped.items():
            self._count(reason, number)
        if len(found) > self.bounds.page:
            self._count("over-page", len(found) - self.bounds.page)
        return [Link(one.url, Kind.REQUISITE, nesting=nesting) for one in found[: self.bounds.page]]


class RequisitesMiddleware:
    """Refuses a requisite before anybody waits for it, once the run's bytes are used up."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware of one crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Return where the request may go on; raise `Denied` where it is a requisite that may not."""
        lease: Lease | None = request.meta.get("lease")
        if lease is None or lease.kind is not Kind.REQUISITE:
            return
        requisites = cast("Requisites", self.crawler.spider.requisites)  # type: ignore[union-attr]
        if requisites.exhausted:
            raise Denied("over-bytes", f"the run has fetched as many bytes of requisites as it may: {request.url}")


def _names(pattern: str, host: str) -> bool:
    return pattern in {"*", host} or (pattern.startswith("*.") and host.partition(":")[0].endswith(pattern[1:]))
