"""Where a crawl of some days begins beside the usual places: the REST collection asked for those days, date archives.

Knows nothing of a source but its templates, and nothing of what a page holds.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from xinhua_id.crawl.discovery import calendar
from xinhua_id.crawl.discovery.link import Kind, Link
from xinhua_id.crawl.target import Range

logger = logging.getLogger(__name__)

#: What a collection is asked for: as many as it gives at once, and only what discovery reads.
ASKED_FOR = {"per_page": "100", "_fields": "link,date,date_gmt,modified_gmt"}
#: Where WordPress keeps the stories of a day, unless its permalinks say otherwise.
WORDPRESS = "/{year}/{month:02d}/{day:02d}/"
_WP_SITEMAP = re.compile(r"/wp-sitemap[\w-]*\.xml")
_SECOND = dt.timedelta(seconds=1)


def narrowed(collection: str, chosen: Range | None) -> str:
    """Return the first page of a WordPress collection asked for a range only; as it is where it was asked so already.

    ``after`` and ``before`` are ISO 8601, here in UTC, and leave out the moment they name
    (https://developer.wordpress.org/rest-api/reference/posts/#arguments), hence the second to each side.
    """
    parts = urlsplit(collection)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if chosen is None or not (chosen.since or chosen.until) or {"after", "before"} & query.keys():
        return collection
    query.pop("page", None)
    query = {**ASKED_FOR, **query}
    if chosen.since:
        query["after"] = _iso(chosen.since - _SECOND)
    if chosen.until:
        query["before"] = _iso(chosen.until + _SECOND)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query, safe="/,:"), ""))


def collections(links: Iterable[Link], chosen: Range | None) -> Iterator[Link]:
    """Yield each REST collection among the links asked for the range."""
    for link in links:
        if link.kind is Kind.REST and (url := narrowed(link.url, chosen)) != link.url:
            yield Link(url, Kind.REST, guessed=link.guessed)


def archives(
    templates: Iterable[str], chosen: Range | None, zone: str, now: dt.datetime, *, guessed: bool = False
) -> list[Link]:
    """Return the date archives of a range that has a beginning, newest first; its open end is ``now``.

    Of a range longer than `calendar.MOST_DAYS` only the newest are asked for, and the log says so.
    """
    every = tuple(templates)
    if not every or chosen is None or chosen.since is None:
        return []
    there = ZoneInfo(zone)
    first = chosen.since.astimezone(there).date()
    last = min(chosen.until or now, now).astimezone(there).date()
    if (last - first).days >= calendar.MOST_DAYS:
        logger.warning(
            "The date archives of %s to %s are more than %d days: only the newest are asked for. For the others crawl "
            "again with an earlier --until.", first, last, calendar.MOST_DAYS,
        )  # fmt: skip
        first = last - dt.timedelta(days=calendar.MOST_DAYS - 1)
    return [Link(url, Kind.LISTING, guessed=guessed) for url in calendar.addresses(every, first, last)]


def shows_wordpress(page_url: str, links: Iterable[Link]) -> bool:
    """Whether a page shows that its site is WordPress: it names the REST API, or WordPress's own sitemap."""
    links = list(links)
    own = bool(links) and _WP_SITEMAP.search(page_url) is not None
    return own or any(
        link.kind is Kind.REST or (link.kind is Kind.SITEMAP and _WP_SITEMAP.search(link.url)) for link in links
    )


def overlaps(url: str, chosen: Range, zone: str) -> bool:
    """Whether a date archive may hold something of a range; any other address may."""
    days = calendar.period(url)
    if days is None:
        return True
    there = ZoneInfo(zone)
    too_old = chosen.since is not None and days[1] < chosen.since.astimezone(there).date()
    too_new = chosen.until is not None and days[0] > chosen.until.astimezone(there).date()
    return not (too_old or too_new)


def _iso(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
