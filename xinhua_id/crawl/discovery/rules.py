"""What may be followed: the rules of a source, or those for a site that nobody described.

Knows nothing of what a page looks like.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from xinhua_id import urls
from xinhua_id.crawl.discovery import backfill, calendar, closed
from xinhua_id.crawl.discovery.link import Kind, Link
from xinhua_id.crawl.discovery.numbering import page_number
from xinhua_id.crawl.target import Range
from xinhua_id.sources import Source

#: How far a numbered listing is followed on a site whose source says nothing of it.
LAST_PAGE = 500
# Where a site may keep what leads to all its stories; WordPress's own places first.
_USUAL_PLACES = (
    ("/wp-sitemap.xml", Kind.SITEMAP),
    ("/sitemap.xml", Kind.SITEMAP),
    ("/sitemap_index.xml", Kind.SITEMAP),
    ("/feed/", Kind.FEED),
    ("/wp-json/wp/v2/posts?per_page=100&_fields=link,date,date_gmt,modified_gmt", Kind.REST),
)
_SITEMAP = re.compile(r"(sitemap[^/]*\.(xml|txt)(\.gz)?|/sitemap/?|\.xml\.gz)$", re.IGNORECASE)
_FEED = re.compile(r"(/feed/?|/feed/(rss2?|atom|rdf)/?|/atom\.xml|\.(rss|atom)|/rss/?|/rss[^?]*\.xml)$", re.IGNORECASE)
_REST = re.compile(r"^/wp-json/wp/v2/|[?&]rest_route=/wp/v2/|^/wp-json/?$")


@dataclass(frozen=True, slots=True)
class Rules:
    """What one crawl may follow. `refusal` gives the reason, `allows` only the answer.

    ``story`` empty: the site's stories are not told from its other pages, so any page may be one. ``delay``: the
    seconds that the source wants between two requests to the live site. ``zone`` is that of dates without one.
    ``archives`` are the templates of its date archives, absolute (`calendar.filled`).
    """

    hosts: frozenset[str]
    begin: tuple[Link, ...] = ()
    story: tuple[re.Pattern[str], ...] = ()
    listing: tuple[re.Pattern[str], ...] = ()
    deny: tuple[re.Pattern[str], ...] = ()
    zone: str = "Asia/Jakarta"
    last_page: int = LAST_PAGE
    delay: float = 0.0
    whole_site: bool = True
    archives: tuple[str, ...] = ()

    @classmethod
    def of(cls, source: Source | None, seeds: Sequence[str] = ()) -> Rules:
        """Return the rules for a source, or for the undescribed site that the seeds stand on.

        A crawl is of the ``whole_site`` when it has no seeds, or one of them is the site's front page. Other seeds
        are where it begins and all that it begins with.
        """
        starts = [seed for seed in (urls.absolute(seed, seed) for seed in seeds) if seed]
        whole = not starts or any(_where(seed) == "/" for seed in starts)
        if source is None:
            return cls._of_undescribed(starts, whole)
        known = source.discovery
        rules = cls(
            hosts=frozenset(source.hosts),
            story=tuple(re.compile(pattern) for pattern in known.story),
            listing=tuple(map(re.compile, (*known.listing, *map(calendar.pattern_of, known.archives)))),
            deny=tuple(re.compile(pattern) for pattern in known.deny),
            zone=source.timezone,
            last_page=known.last_page,
            delay=known.delay,
            whole_site=whole,
            archives=tuple(source.base + template for template in known.archives),
        )
        own = _described_starts(source) if whole else ()
        return replace(rules, begin=(*own, *(Link(seed, rules.kind(seed)) for seed in starts)))

    @classmethod
    def _of_undescribed(cls, starts: Sequence[str], whole: bool) -> Rules:
        hosts = frozenset(name for seed in starts for name in _twins(urls.host(seed)))
        own = (Link(seed, _by_shape(seed) or Kind.PAGE) for seed in starts)
        usual = (link for seed in starts if _where(seed) == "/" for link in _usual_places(seed))
        return cls(hosts, (*own, *usual), whole_site=whole)

    def start(self, chosen: Range | None = None, *, now: dt.datetime | None = None) -> list[Link]:
        """Return where the crawl begins, each address once.

        For a range of dates that is also each REST collection asked for the range, and the date archives of its days
        up to ``now``.
        """
        there = now or dt.datetime.now(dt.UTC)
        dated = backfill.archives(self.archives, chosen, self.zone, there) if self.whole_site else []
        seen: dict[str, Link] = {}
        for link in (*self.begin, *backfill.collections(self.begin, chosen), *dated):
            seen.setdefault(urls.canonical(link.url), link)
        return list(seen.values())

    def guessed_archives(
        self, page_url: str, links: Sequence[Link], chosen: Range | None, *, now: dt.datetime | None = None
    ) -> list[Link]:
        """Return WordPress's date archives for a range, where a page of a site that nobody described shows WordPress.

        ``links`` are what the page leads to.
        """
        if self.story or not self.whole_site or chosen is None or chosen.since is None:
            return []
        if not backfill.shows_wordpress(page_url, links):
            return []
        parts = urlsplit(page_url)
        template = f"{parts.scheme}://{parts.netloc}{backfill.WORDPRESS}"
        return backfill.archives((template,), chosen, self.zone, now or dt.datetime.now(dt.UTC), guessed=True)

    def kind(self, url: str) -> Kind:
        """Return what a URL is expected to be: as the source says, else by its shape."""
        where = _where(url)
        shape = _by_shape(url)
        if shape is not None:
            return shape
        if any(pattern.search(where) for pattern in self.listing):
            return Kind.LISTING
        if any(pattern.search(where) for pattern in self.story):
            return Kind.STORY
        return Kind.LISTING if self.story and where == "/" else Kind.PAGE

    def allows(self, url: str) -> bool:
        """Whether the crawl may go there."""
        return self.refusal(url) is None

    def refusal(self, url: str, kind: Kind | None = None) -> str | None:
        """Return why the crawl does not go there, in a word that can be counted; None if it may.

        ``kind`` is what the page that links there says it is: a feed or a sitemap needs no pattern of the source.
        """
        where = _where(url)
        expected = kind or self.kind(url)
        if urls.host(url) not in self.hosts:
            return "other-host"
        if (trap := closed.trap(url, where)) is not None:
            return trap
        if expected not in {Kind.SITEMAP, Kind.FEED, Kind.REST} and closed.ASSET.search(urlsplit(url).path):
            return "asset"
        if any(pattern.search(where) for pattern in (*self.deny, *closed.CLOSED)):
            return "denied"
        if expected is not Kind.STORY and (page_number(url, expected) or 1) > self.last_page:
            return "past-last-page"
        if self.story and expected is Kind.PAGE and not self._begins_with(url):
            return "no-pattern"
        return None

    def _begins_with(self, url: str) -> bool:
        name = urls.canonical(url)
        return any(urls.canonical(link.url) == name for link in self.begin)


def _described_starts(source: Source) -> tuple[Link, ...]:
    known = source.discovery
    named: Iterable[tuple[tuple[str, ...], Kind]] = (
        (known.rest, Kind.REST),
        (known.sitemaps, Kind.SITEMAP),
        (known.feeds, Kind.FEED),
        (known.listings, Kind.LISTING),
    )
    found = (
        (urls.absolute(source.base + "/", source.base + path if path.startswith("/") else path), kind)
        for paths, kind in named
        for path in paths
    )
    return tuple(Link(url, kind) for url, kind in found if url)


def _usual_places(seed: str) -> Iterable[Link]:
    for path, kind in _USUAL_PLACES:
        url = urls.absolute(seed, path)
        if url:
            yield Link(url, kind, guessed=True)


def _by_shape(url: str) -> Kind | None:
    """Return what the address itself gives away, on any site."""
    where = _where(url)
    path = urlsplit(url).path
    if _REST.search(where):
        return Kind.REST
    if _SITEMAP.search(path):
        return Kind.SITEMAP
    if _FEED.search(path):
        return Kind.FEED
    return None


def _where(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _twins(host: str) -> tuple[str, str]:
    """Return a host with and without ``www.``: the one usually redirects to the other."""
    bare = host.removeprefix("www.")
    return bare, f"www.{bare}"
