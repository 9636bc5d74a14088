"""What may be followed: the rules of a source, or those for a site that nobody described.

Knows nothing of what a page looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from xinhua_id import urls
from xinhua_id.crawl.discovery.link import Kind, Link
from xinhua_id.sources import Source

#: How far a numbered listing is followed on a site whose source says nothing of it.
LAST_PAGE = 500
#: No address of a story is as long as this (sitemaps.org has the same bound).
LONGEST_URL = 2048

# Where a site may keep what leads to all its stories; WordPress's own places first.
_USUAL_PLACES = (
    ("/wp-sitemap.xml", Kind.SITEMAP),
    ("/sitemap.xml", Kind.SITEMAP),
    ("/sitemap_index.xml", Kind.SITEMAP),
    ("/feed/", Kind.FEED),
    ("/wp-json/wp/v2/posts?per_page=100&_fields=link,date,date_gmt,modified_gmt", Kind.REST),
)
_ASSET = re.compile(
    r"\.(jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|css|m?js|map|woff2?|ttf|eot|otf|pdf|docx?|xlsx?|pptx?|odt|csv|jsonl?"
    r"|txt|mp[34]|m4[av]|mov|avi|webm|og[gv]|wav|flv|zip|rar|7z|(?<!\.html\.)(?<!\.htm\.)gz|tgz|bz2|xz|tar|exe|apk|dmg|iso|swf|epub|warc|cdxj?)$",
    re.IGNORECASE,
)
# On any site: doors for people who write, copies of a page, feeds of comments, endless spaces.
_CLOSED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^/(wp-admin|wp-login|wp-includes|wp-content|wp-signup|wp-trackback|wp-comments-post|xmlrpc\.php|cdn-cgi)",
        r"^/wp-json/(?!wp/v2/posts)|[?&]rest_route=/(?!wp/v2/posts)",
        r"^/(admin|administrator|login|log-?in|logout|masuk|keluar|register|daftar|signin|signup|account|akun|cart|"
        r"checkout|keranjang|user)(/|\?|$|\.)",
        r"[?&](replytocom|share|print|format|redirect_to|preview|sort|order|orderby|sessionid|phpsessid|add-to-cart)=",
        r"[?&]s=|^/(search|cari|pencarian)(/|\?|$)",
        r".\/(feed|trackback|amp|print|cetak|embed)(/|$|\?)|^/amp/.|[?&](amp|feed|cetak)(=|&|$)|^/comments/feed",
        r"[?&](outputtype|mode|view|format)=(amp|print)(&|$)|[?&]tmpl=component(&|$)",
        r"[?&]C=[NMSD][;&]O=[AD]",  # the sort links of Apache's and nginx's directory listings
        r"(author|users?)-sitemap|wp-sitemap-users",
    )
)
_SITEMAP = re.compile(r"(sitemap[^/]*\.(xml|txt)(\.gz)?|/sitemap/?|\.xml\.gz)$", re.IGNORECASE)
_FEED = re.compile(r"(/feed/?|/feed/(rss2?|atom|rdf)/?|/atom\.xml|\.(rss|atom)|/rss/?|/rss[^?]*\.xml)$", re.IGNORECASE)
_REST = re.compile(r"^/wp-json/wp/v2/|[?&]rest_route=/wp/v2/|^/wp-json/?$")
_PAGE_PARAMETERS = frozenset({"page", "paged", "halaman", "hal", "pg"})
_PAGE_IN_PATH = re.compile(r"/(?:page|halaman|hal)/(\d{1,9})/?$", re.IGNORECASE)
_LAST_NUMBER = re.compile(r"/(\d{1,5})/?$")


@dataclass(frozen=True, slots=True)
class Rules:
    """What one crawl may follow. `refusal` gives the reason, `allows` only the answer.

    ``story`` empty: the site's stories are not told from its other pages, so any page may be one. ``delay``: the
    seconds that the source wants between two requests to the live site. ``zone`` is that of dates without one.
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
            listing=tuple(re.compile(pattern) for pattern in known.listing),
            deny=tuple(re.compile(pattern) for pattern in known.deny),
            zone=source.timezone,
            last_page=known.last_page,
            delay=known.delay,
            whole_site=whole,
        )
        own = _described_starts(source) if whole else ()
        return replace(rules, begin=(*own, *(Link(seed, rules.kind(seed)) for seed in starts)))

    @classmethod
    def _of_undescribed(cls, starts: Sequence[str], whole: bool) -> Rules:
        hosts = frozenset(name for seed in starts for name in _twins(urls.host(seed)))
        own = (Link(seed, _by_shape(seed) or Kind.PAGE) for seed in starts)
        usual = (link for seed in starts if _where(seed) == "/" for link in _usual_places(seed))
        return cls(hosts, (*own, *usual), whole_site=whole)

    def start(self) -> list[Link]:
        """Return where the crawl begins, each address once."""
        seen: dict[str, Link] = {}
        for link in self.begin:
            seen.setdefault(urls.canonical(link.url), link)
        return list(seen.values())

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
        if len(url) > LONGEST_URL or _goes_round(where):
            return "trap"
        if expected not in {Kind.SITEMAP, Kind.FEED, Kind.REST} and _ASSET.search(urlsplit(url).path):
            return "asset"
        if any(pattern.search(where) for pattern in (*self.deny, *_CLOSED)):
            return "denied"
        if (page_number(url, expected) or 1) > self.last_page:
            return "past-last-page"
        if self.story and expected is Kind.PAGE and not self._begins_with(url):
            return "no-pattern"
        return None

    def _begins_with(self, url: str) -> bool:
        name = urls.canonical(url)
        return any(urls.canonical(link.url) == name for link in self.begin)


def page_number(url: str, kind: Kind = Kind.PAGE) -> int | None:
    """Return which page of a numbered series a URL is, or None.

    ``?page=3``, ``/page/3/``; a bare number at the end (``/tag/xinhua/3``) counts on a listing only.
    """
    parts = urlsplit(url)
    for key, value in parse_qsl(parts.query):
        if key.lower() in _PAGE_PARAMETERS and value.isdecimal() and len(value) < 10:
            return int(value)
    found = _PAGE_IN_PATH.search(parts.path) or (_LAST_NUMBER.search(parts.path) if kind is Kind.LISTING else None)
    return int(found[1]) if found else None


def series(url: str) -> str:
    """Return the canonical address of a numbered series: the URL without its page number."""
    parts = urlsplit(urls.canonical(url))
    path = _PAGE_IN_PATH.sub("", parts.path)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key.lower() not in _PAGE_PARAMETERS]
    if path == parts.path and len(query) == len(parse_qsl(parts.query)):
        path = _LAST_NUMBER.sub("", path)
    return urls.canonical(urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), "")))


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


def _goes_round(where: str) -> bool:
    """Whether a segment stands in a path again and again: relative links on a page that answers everywhere."""
    steps = [step for step in where.partition("?")[0].split("/") if step]
    return len(steps) > 12 or any(steps.count(step) > 3 for step in set(steps))
