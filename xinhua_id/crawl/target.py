"""What one run crawls: a described source, or a site nobody described, with its seeds and its range of dates.

Knows nothing of Scrapy or of how links are found.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from xinhua_id import sources, urls
from xinhua_id.errors import UsageError
from xinhua_id.sources import Source

_UNDESCRIBED_ZONE = "Asia/Jakarta"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)")  # but `host:8000` names a port
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Range:
    """The dates a crawl is about; an open end is None. Both ends belong to it."""

    since: dt.datetime | None = None
    until: dt.datetime | None = None

    def holds(self, moment: dt.datetime | None) -> bool:
        """Whether a moment lies inside; an unknown one may, so it does."""
        if moment is None:
            return True
        return not ((self.since and moment < self.since) or (self.until and moment > self.until))


@dataclass(frozen=True, slots=True)
class Target:
    """One site to crawl. ``name`` is its folder in the archive."""

    name: str
    source: Source | None
    seeds: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What a WARC says of the source it was crawled with: ``name@digest``, or the folder's name."""
        return self.source.label if self.source else self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone of dates that name none."""
        return ZoneInfo(self.source.timezone if self.source else _UNDESCRIBED_ZONE)

    def addresses(self) -> list[str]:
        """Return the addresses the crawl begins from, for the checks on contact and permission."""
        return list(self.seeds) or ([self.source.base] if self.source else [])


def targets(source: str | None, seeds: Iterable[str] = (), at: str | None = None) -> list[Target]:
    """Return what to crawl: the named source, or each seed's site; raise `UsageError` or `SourceError`.

    Without a source every seed is matched to one by its host; the rest is read as undescribed sites, one a host.
    ``at`` is the address at which the named source is served instead of its own.
    """
    cleaned = [_seed(seed) for seed in seeds]
    if source is not None:
        described = sources.get(source)
        if at is not None:
            described = described.at(_seed(at))
        _check_hosts(described, cleaned)
        return [Target(described.name, described, tuple(cleaned))]
    if at is not None:
        raise UsageError("--at needs a source to serve there", now="Name it: `xinhua-id crawl SOURCE --at URL`.")
    if not cleaned:
        raise UsageError(
            "nothing to crawl",
            now=f"Name a source ({', '.join(sources.names())}) or give a page to begin with: `--seed URL`.",
        )
    return _by_site(cleaned)


def day_range(since: str | None, until: str | None, zone: ZoneInfo) -> Range:
    """Return the range of two dates as written; a day without a time is meant whole, in the site's zone."""
    chosen = Range(_moment(since, "since", zone, dt.time.min), _moment(until, "until", zone, dt.time.max))
    if chosen.since and chosen.until and chosen.since > chosen.until:
        raise UsageError(f"--since {since} lies after --until {until}", now="Turn them round.")
    return chosen


def positive(limit: str | int | None) -> int | None:
    """Return a limit as written, None where none is; raise `UsageError` for anything but a whole number from 1."""
    if limit is None or limit == "":
        return None
    try:
        number = int(limit)
    except ValueError:
        number = 0
    if number < 1:
        raise UsageError(f"--limit: {limit!r} is not a number of stories", now="Give a whole number from 1.")
    return number


def about(target: Target, chosen: Range, limit: int | None, requisites: str = "none") -> dict[str, Any]:
    """Return what a crawl was asked for, as its manifest says it."""
    return {
        "site": target.name,
        "source": target.label,
        "base": target.source.base if target.source else None,
        "seeds": list(target.seeds),
        "since": chosen.since.isoformat() if chosen.since else None,
        "until": chosen.until.isoformat() if chosen.until else None,
        "limit": limit,
        "requisites": requisites,
    }


def _seed(url: str) -> str:
    whole = url.strip() if _SCHEME.match(url.strip()) else f"https://{url.strip()}"
    there = urls.absolute(whole, whole)
    if there is not None and "@" in urlsplit(whole).netloc:
        raise UsageError(
            f"a seed with a user name in it: {urls.host(whole)}",
            now="Leave it out: a password would stand in the records, and sites with a login are not crawled.",
        )
    if there is None:
        raise UsageError(f"not an address that can be crawled: {url!r}", now="Give an http:// or https:// URL.")
    return there


def _check_hosts(source: Source, seeds: Sequence[str]) -> None:
    for seed in seeds:
        if not source.owns(seed):
            raise UsageError(
                f"{seed} does not stand on a host of {source.name}",
                where=", ".join(source.hosts),
                now="Leave the source out, or say where it is served with --at.",
            )


def _by_site(seeds: Sequence[str]) -> list[Target]:
    found: dict[str, Target] = {}
    for seed in seeds:
        source = sources.match(seed)
        name = source.name if source else "site-" + re.sub(r"[^a-z0-9.-]+", "-", urls.host(seed)).strip("-")
        earlier = found.get(name)
        found[name] = Target(name, source, (*(earlier.seeds if earlier else ()), seed))
    return list(found.values())


def _moment(written: str | None, option: str, zone: ZoneInfo, time: dt.time) -> dt.datetime | None:
    if written is None or not written.strip():
        return None
    try:
        if _DAY.match(written.strip()):
            return dt.datetime.combine(dt.date.fromisoformat(written.strip()), time, zone)
        moment = dt.datetime.fromisoformat(written.strip())
    except ValueError:
        raise UsageError(f"--{option}: {written!r} is not a date", now="Write it as 2026-11-23.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
