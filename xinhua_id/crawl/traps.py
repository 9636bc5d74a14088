"""Traps: spaces of addresses without end in which nothing is found, and which a crawl must leave by itself.

Calendars, combinations of filters, listings that number on for ever with the same stories, floods of soft 404s, copies
of a site below itself. What all have in common is a *shape* of address (its path without what counts or names one page)
of which many bring nothing; a shape that brings stories stays open however large it is. What the form of one address
gives away is `discovery.closed`'s. Pure: told of links and of the ends of visits, it answers; knows nothing of Scrapy
or of the frontier. Its memory is bounded, and what it forgets makes it milder.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

from xinhua_id import urls
from xinhua_id.crawl.discovery import BELONGING, Kind, Link
from xinhua_id.crawl.discovery.calendar import period
from xinhua_id.crawl.discovery.numbering import PARAMETERS
from xinhua_id.items import Outcome

#: A shape is closed after so many visits in a row that brought nothing, and as many more as ever brought something.
MOST_BARREN = {Kind.STORY: 400, Kind.PAGE: 400}
MOST_BARREN_LISTINGS = 100
#: So many combinations of two and more parameters are asked of one path.
MOST_COMBINATIONS = 500
#: Sitemaps name sitemaps to this depth; sitemaps.org knows one.
DEEPEST_SITEMAP = 5
#: No archive of a site reaches further back, and none further ahead than a few days.
FIRST_YEAR = 1995
DAYS_AHEAD = 3
#: How many shapes, paths and links are remembered.
MOST_SHAPES, MOST_PATHS, MOST_LINKS = 10_000, 500, 30_000

#: Of one page's links so many are remembered: its first are enough to know it again.
MOST_OF_A_PAGE = 500

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_HEX = re.compile(r"(?=.*\d)[0-9a-f]{12,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_][^-]*-|%|.{32}")
_MAY_BE_DATED = re.compile(r"(?:19|20)\d\d")
# Visits that say nothing of the address: the site was down or refused, or the story was there and not wanted now.
_NEUTRAL = frozenset({Outcome.FAILED, Outcome.DENIED, Outcome.REQUISITE})
# Pages by which a site refuses with status 200.
_REFUSALS = frozenset({"blocked", "login"})
_A_STORY_AFTER_ALL = frozenset({"unchanged", "out-of-range", "over-limit", "http-304"})


@dataclass(slots=True)
class _Shape:
    """What is known of one shape of address."""

    brought: int = 0
    barren: int = 0
    refused: int = 0


@dataclass(slots=True)
class _Path:
    """The combinations of parameters that were asked of one path, as hashes, and the values of each parameter."""

    combinations: set[int] = field(default_factory=set)
    values: dict[str, set[int]] = field(default_factory=dict)


class Traps:
    """Says which links lead into a trap. ``clock`` gives the time, aware; it decides what is far ahead."""

    def __init__(self, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> None:
        self._clock = clock
        self._shapes: OrderedDict[str, _Shape] = OrderedDict()
        self._suspects: set[str] = set()
        self._paths: OrderedDict[str, _Path] = OrderedDict()
        self._links: OrderedDict[int, None] = OrderedDict()
        self._texts: OrderedDict[int, int] = OrderedDict()
        self._nesting: OrderedDict[str, int] = OrderedDict()
        self._told: OrderedDict[tuple[str, str], None] = OrderedDict()

    def refusal(self, link: Link, on: str | None = None) -> str | None:
        """Return the trap that a link leads into, in a word that can be counted; None if it may be taken up.

        ``on`` is the address of the page that it stands on. ``calendar``: an archive of days far ahead or before
        the web; ``sitemap``: sitemaps below sitemaps without end; ``parameters``: one more combination of parameters;
        ``barren``: a shape of address of which many brought nothing. Of a closed shape one more is let through each
        time the number refused has doubled; if it brings something, the shape is open again.
        """
        if link.kind in BELONGING:
            return None
        if link.kind is Kind.SITEMAP and on is not None and self._is_too_nested(link.url, on):
            return "sitemap"
        if link.kind in {Kind.PAGE, Kind.LISTING} and self._is_far_off(link.url):
            return "calendar"
        if link.kind in {Kind.PAGE, Kind.LISTING} and self._is_one_combination_more(link.url):
            return "parameters"
        return "barren" if self._is_closed(link) else None

    def ended(self, url: str, outcome: Outcome, reason: str | None, fresh_links: int, text: str | None = None) -> None:
        """Take note of the end of a visit. ``fresh_links`` are those that it led to and that are new (`fresh`).

        ``text`` is the digest of the story's text: one that stood at another address before is no new story.
        """
        if outcome in _NEUTRAL or reason in _REFUSALS or (outcome is Outcome.REDIRECT and reason != "leads-outside"):
            return
        name = shape_of(url)
        shape = _remember(self._shapes, name, self._shapes.get(name) or _Shape(), MOST_SHAPES)
        is_copy = text is not None and self._stood_elsewhere(url, text)
        if fresh_links or (outcome is Outcome.STORY and not is_copy) or reason in _A_STORY_AFTER_ALL:
            shape.brought += 1
            shape.barren = shape.refused = 0
            self._suspects.discard(name)
        else:
            shape.barren += 1
            if shape.barren > MOST_BARREN_LISTINGS:
                self._suspects.add(name)

    def fresh(self, url: str, links: Iterable[Link]) -> int:
        """Return how many links of a page no other page of its shape had, the other pages of that shape aside.

        A calendar's next month is new for ever, and so is the next page of a listing; the stories on them are not.
        Asked once a visit, since it remembers them.
        """
        own = shape_of(url)
        found = 0
        for link in itertools.islice(links, MOST_OF_A_PAGE):
            if link.follows or shape_of(link.url) == own:
                continue
            key = hash((own, urls.canonical(link.url)))
            found += key not in self._links
            _remember(self._links, key, None, MOST_LINKS)
        return found

    def news(self, trap: str, url: str) -> str | None:
        """Return a line for the log the first time that a shape is refused for a trap, then None."""
        shape = shape_of(url)
        if (trap, shape) in self._told:
            return None
        _remember(self._told, (trap, shape), None, MOST_SHAPES)
        return f"trap ({trap}): addresses like {shape} are left alone, such as {url}"

    def _is_closed(self, link: Link) -> bool:
        name = shape_of(link.url) if self._suspects else ""
        shape = self._shapes.get(name) if name in self._suspects else None
        if shape is None:
            self._suspects.discard(name)  # its shape was forgotten
            return False
        if shape.barren <= MOST_BARREN.get(link.kind, MOST_BARREN_LISTINGS) + shape.brought:
            return False
        shape.refused += 1
        is_probe = shape.refused >= 64 and shape.refused & (shape.refused - 1) == 0
        return not is_probe

    def _is_far_off(self, url: str) -> bool:
        days = period(url) if _MAY_BE_DATED.search(url) else None
        if days is None:
            return False
        return days[1].year < FIRST_YEAR or days[0] > self._clock().date() + dt.timedelta(days=DAYS_AHEAD)

    def _is_too_nested(self, url: str, on: str) -> bool:
        depth = self._nesting.get(urls.canonical(on), 0) + 1
        name = urls.canonical(url)
        depth = min(depth, self._nesting.get(name, depth))
        _remember(self._nesting, name, depth, MOST_SHAPES)
        return depth > DEEPEST_SITEMAP

    def _is_one_combination_more(self, url: str) -> bool:
        """Whether a path was asked for in `MOST_COMBINATIONS` ways already, and this is another.

        A path whose stories are told apart by one of several parameters (``?option=x&id=7``) has as many values of it
        as combinations; filters have few values each. The number of a listing's page does not count.
        """
        if "&" not in url:
            return False
        parts = urlsplit(urls.canonical(url))
        pairs = [(key, value) for key, value in parse_qsl(parts.query) if key.lower() not in PARAMETERS]
        if len(pairs) < 2:
            return False
        name = f"{parts.netloc}{parts.path}"
        path = _remember(self._paths, name, self._paths.get(name) or _Path(), MOST_PATHS)
        combination = hash(tuple(pairs))
        if combination in path.combinations:
            return False
        if len(path.combinations) >= MOST_COMBINATIONS:
            shape = self._shapes.get(shape_of(url)) or _Shape()
            brings = shape.brought > shape.barren  # pages of several sorts may share one path
            return not brings and max(map(len, path.values.values())) < MOST_COMBINATIONS * 0.8
        path.combinations.add(combination)
        for key, value in pairs:
            path.values.setdefault(key, set()).add(hash(value))
        return False

    def _stood_elsewhere(self, url: str, text: str) -> bool:
        address = hash(urls.canonical(url))
        key = hash(text)
        first = self._texts.get(key, address)
        _remember(self._texts, key, first, MOST_LINKS)
        return first != address


def shape_of(url: str) -> str:
    """Return an address without what counts or names one page of many.

    ``/berita/3341226/panen-kopi?page=2`` → ``/berita/#/*?page``: numbers, dates and long hex digits become ``#``, a
    name (several words, or what stands behind a number) ``*``; of parameters the names stay. A deep path keeps its
    first two steps and its depth.
    """
    parts = urlsplit(urls.canonical(url))
    steps: list[str] = []
    for step in parts.path.split("/")[1:]:
        steps.append(_kind_of(step, steps[-1] if steps else ""))
    if len(steps) > 6:
        steps = [*steps[:2], f"…{len(steps)}"]
    names = sorted({key for key, _ in parse_qsl(parts.query, keep_blank_values=True)})
    kept = [_kind_of(name, "") for name in names[:12]]
    return f"{parts.netloc}/{'/'.join(steps)}" + (f"?{'&'.join(kept)}" if kept else "")


def _kind_of(step: str, before: str) -> str:
    stem, dot, ending = step.rpartition(".")
    if dot and stem and len(ending) <= 5 and ending.isalpha():
        return f"{_kind_of(stem, before)}.{ending.lower()}"
    if _HEX.fullmatch(step):
        return "#"
    if _NAME.search(step) or ("#" in before and step and not step[0].isdecimal()):
        return "*"
    return re.sub(r"\d+", "#", step)


def _remember(memory: OrderedDict[_Key, _Value], key: _Key, value: _Value, most: int) -> _Value:
    """Put a value behind all others in a memory, and forget what was used longest ago where it is full."""
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > most:
        memory.popitem(last=False)
    return value
