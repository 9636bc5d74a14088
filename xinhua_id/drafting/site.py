"""What the heads of a site's pages say of the site: its address, name, zone, feeds and sitemaps.

Knows nothing of stories.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree

from xinhua_id import urls
from xinhua_id.drafting.sample import Sample
from xinhua_id.errors import UsageError
from xinhua_id.text import clean

_Element = etree._Element
_FEEDS = frozenset({"application/rss+xml", "application/atom+xml"})
_COMMENTS = re.compile(r"(?i)comment|komentar")
_PARTED = re.compile(r"\s+[-–—|»·]\s+|(?<=\w)-(?=[A-Z]\w+$)")
#: Hours from UTC → the zone of Indonesia that has them all the year.
_ZONES = {7: "Asia/Jakarta", 8: "Asia/Makassar", 9: "Asia/Jayapura"}


@dataclass(frozen=True, slots=True)
class Site:
    """A site as its pages show it; paths are relative to ``base``. ``story`` are patterns that fit the given pages."""

    base: str
    hosts: tuple[str, ...]
    title: str
    timezone: str
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    rest: tuple[str, ...]
    story: tuple[str, ...]


def site_of(samples: Sequence[Sample]) -> Site:
    """Return the site of some pages; raise `UsageError` where no page says where it stands, or they differ."""
    named = [one for one in samples if one.page.url] or samples  # what a person says goes before what a page says
    addresses = [address for one in named if (address := address_of(one))]
    if not addresses:
        raise UsageError("no page says where it stands", now="Give the address of the first one: --url.")
    hosts = list(dict.fromkeys(urls.host(address) for address in addresses))
    if len({host.removeprefix("www.") for host in hosts}) > 1:
        raise UsageError(f"the pages stand on several hosts: {', '.join(hosts)}", now="Draft one source for each site.")
    base = "{0.scheme}://{0.netloc}".format(urlsplit(addresses[0]))
    heads = list(_heads(samples, base))
    links = {kind: tuple(_paths(found, hosts)) for kind, found in _links(heads).items()}
    return Site(
        base, _with_www(hosts), _title(samples, heads) or hosts[0], _zone(samples, hosts[0]),
        story=_patterns([there for one in samples if urls.host(there := address_of(one) or "") in hosts]), **links,
    )  # fmt: skip


def address_of(one: Sample) -> str | None:
    """Return where a page stands: the address it was given, else the one in its head."""
    if one.page.url:
        return urls.absolute(one.page.url, one.page.url)
    for element in one.located.root.iter("link", "meta"):
        is_canonical = "canonical" in (element.get("rel") or "").lower().split()
        said = element.get("href") if is_canonical else element.get("content")
        if (is_canonical or element.get("property") == "og:url") and said and (found := urls.absolute(said, said)):
            return found
    return None


def _heads(samples: Sequence[Sample], base: str) -> Iterator[tuple[_Element, str]]:
    """Yield the elements of the heads that speak of the site, each with the address its links begin from."""
    for one in samples:
        for element in one.located.root.iter("link", "meta", "title"):
            yield element, address_of(one) or base


def _links(heads: Iterable[tuple[_Element, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"feeds": [], "sitemaps": [], "rest": []}
    for element, base in heads:
        relations = (element.get("rel") or "").lower().split() if element.tag == "link" else []
        there = _joined(base, element.get("href"))
        if there is None:
            continue
        if "alternate" in relations and (element.get("type") or "").lower() in _FEEDS and not _COMMENTS.search(there):
            found["feeds"].append(there)
        elif "sitemap" in relations:
            found["sitemaps"].append(there)
        elif "https://api.w.org/" in relations:
            found["rest"].append(urljoin(there, "wp/v2/posts"))
    return found


def _joined(base: str, href: str | None) -> str | None:
    return urls.absolute(base, href) if href else None


def _paths(found: Iterable[str], hosts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(urls.where(one) for one in found if urls.host(one) in hosts))


def _with_www(hosts: Sequence[str]) -> tuple[str, ...]:
    """Return the hosts, and the same with or without ``www.`` where the site is a domain of its own."""
    more = [
        host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
        for host in hosts
        if urls.site(host.removeprefix("www.")) == host.removeprefix("www.") and not re.search(r":|\d$", host)
    ]
    return tuple(dict.fromkeys([*hosts, *more]))


def _title(samples: Sequence[Sample], heads: Iterable[tuple[_Element, str]]) -> str | None:
    """Return the site's name: from Open Graph, else what the titles of the pages end in."""
    ends: list[str] = []
    for element, _ in heads:
        if element.get("property") == "og:site_name" and (name := clean(element.get("content") or "")):
            return name[:80]
        if element.tag == "title" and len(parts := _PARTED.split(clean(element.text or ""))) > 1:
            ends.append(parts[-1].strip())
    headlines = {one.article.headline for one in samples}
    return next((end[:80] for end, _ in Counter(ends).most_common() if end and end not in headlines), None)


def _zone(samples: Sequence[Sample], host: str) -> str:
    """Return the zone of the offset that most dates have; Jakarta's where they have none of Indonesia's."""
    offsets = (one.article.date_published.utcoffset() for one in samples if one.article.date_published)
    hours = Counter(offset.total_seconds() / 3600 for offset in offsets if offset is not None)
    for hour, _ in hours.most_common(1):
        if hour == 8 and host.partition(":")[0].endswith(".cn"):
            return "Asia/Shanghai"
        return _ZONES.get(int(hour), "Asia/Jakarta")
    return "Asia/Jakarta"


def _patterns(addresses: Sequence[str]) -> tuple[str, ...]:
    """Return patterns that the paths of the given pages fit: numbers and slugs may be any."""
    return tuple(dict.fromkeys(_pattern(address) for address in addresses))


def _pattern(address: str) -> str:
    parts = urlsplit(address)
    steps = [_step(step) for step in parts.path.strip("/").split("/") if step]
    path = "^/" + "/".join(steps) + (r"/?" if steps else "")
    if parts.query:
        return (
            path
            + r"\?"
            + re.sub(r"=[^&]+", lambda value: r"=\d+" if value[0][1:].isdecimal() else r"=[^&]+", parts.query)
        )
    return path + r"($|\?)"


def _step(step: str) -> str:
    """Return the pattern of one step of a path: a number, a slug, a name with an ending, or the word itself."""
    name, dot, ending = step.rpartition(".")
    if dot and re.fullmatch(r"[a-z]{2,5}", ending):
        return f"{_step(name)}\\.{ending}"
    if re.fullmatch(r"\d+", step):
        return rf"\d{{{len(step)}}}" if len(step) in (4, 8) else r"\d+"
    if re.fullmatch(r"(?=.*\d)[0-9a-f]{16,}", step):
        return "[0-9a-f]+"
    if step.count("-") >= 2 or re.search(r"\d", step):
        return r"[\w%.-]+"
    return re.escape(step).replace("\\-", "-")
