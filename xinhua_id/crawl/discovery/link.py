"""A link that may be followed, and what a page was found to lead to.

Knows nothing of how links are found or of who follows them.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from xinhua_id import urls


class Kind(StrEnum):
    """What a URL is expected to answer with; the answer may prove it wrong."""

    PAGE = "page"
    LISTING = "listing"
    STORY = "story"
    PART = "part"  # a further page of a story that was begun
    SITEMAP = "sitemap"
    FEED = "feed"
    REST = "rest"
    REQUISITE = "requisite"  # what a story's page needs to look like it did: a picture, a style, a font


#: Kinds that only lead to others; the rest may be a story and goes through the pipelines.
LEADING = frozenset({Kind.LISTING, Kind.SITEMAP, Kind.FEED, Kind.REST})
#: Kinds that belong to a story which was begun: a limit of stories ends none of them.
BELONGING = frozenset({Kind.PART, Kind.REQUISITE})


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go.

    ``published`` is when the story was published, ``modified`` when what stands there last changed (of a sitemap or
    the next page of a listing: nothing in it is newer); both in UTC, None where nobody says. ``guessed``: no page
    named this address, it is only where many sites have something. ``nesting`` counts the style sheets that a requisite
    stands below: 0 on the page itself, 1 in a sheet of the page, 2 in one that the sheet imports. ``follows``: this is
    the next page of the series that its page belongs to (its number and one, ``rel=next``, the next page of a feed or
    of a REST collection); it is worth asking for again only while the page before it holds something new.
    ``disowned``: a page that tells another story called this address its own. ``again``: it is asked for whatever is
    known of it, in the same round too.
    """

    url: str
    kind: Kind
    published: dt.datetime | None = None
    modified: dt.datetime | None = None
    guessed: bool = False
    nesting: int = 0
    follows: bool = False
    disowned: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The links of one page, in page order, and how many things on it were left out, by reason."""

    links: list[Link] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def each_once(links: Iterable[Link], besides: str | None) -> list[Link]:
    """Return every address once, in order. The page ``besides`` is left out.

    Of a repetition its dates are kept, and that it ``follows``.
    """
    own = urls.canonical(besides) if besides else None
    seen: dict[str, Link] = {}
    for link in links:
        name = urls.canonical(link.url)
        if name == own:
            continue
        first = seen.get(name)
        seen[name] = link if first is None else _with(first, link)
    return list(seen.values())


def _with(first: Link, again: Link) -> Link:
    """Return a link with what its repetition adds."""
    if first.published is None and again.published is not None:
        first = replace(first, published=again.published, modified=first.modified or again.modified)
    if again.follows and not first.follows:
        first = replace(first, follows=True, modified=first.modified or again.modified)
    return first


def bound_of_next_page(links: Iterable[Link]) -> dt.datetime | None:
    """Return a date that nothing on a listing's next page is newer than; None where the listing does not run down.

    The middle one of its dates, and not the oldest: a box of older stories may stand behind the list.
    """
    dates = [link.published for link in links if link.published is not None]
    runs_down = len(dates) > 1 and all(one >= other for one, other in itertools.pairwise(dates))
    return dates[len(dates) // 2] if runs_down else None
