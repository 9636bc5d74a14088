"""Compare items with gold: the body must be equal, paragraph by paragraph; other fields are counted.

Knows nothing of how the items were made.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xinhua_id import urls
from xinhua_id.demo.gold import GoldStory
from xinhua_id.items import Article


@dataclass(frozen=True, slots=True)
class Difference:
    """One story whose body is not equal."""

    gold: GoldStory
    url: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        fault = f", {self.gold.fault}" if self.gold.fault else ""
        return "\n".join(
            [f"{self.gold.site}/{self.gold.layout}{fault}: {self.url}", *(f"  {line}" for line in self.lines)]
        )


@dataclass(slots=True)
class Score:
    """How items and gold agree. Stories on faulty answers are counted apart: they may be lost."""

    total: int = 0
    equal: int = 0
    faulty_total: int = 0
    faulty_equal: int = 0
    different: list[Difference] = field(default_factory=list)
    faulty_different: list[Difference] = field(default_factory=list)
    missing: list[GoldStory] = field(default_factory=list)
    faulty_missing: list[GoldStory] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    fields: dict[str, tuple[int, int]] = field(default_factory=dict)
    disagreements: dict[str, list[str]] = field(default_factory=dict)

    @property
    def exact(self) -> bool:
        """Whether every ordinary story came out with an equal body."""
        return self.equal == self.total > 0

    def report(self, *, examples: int = 5) -> str:
        """Return what came out, for people: at most ``examples`` of each kind of trouble."""
        lines = [f"{self.equal} of {self.total} stories equal to gold, paragraph by paragraph"]
        lines.append(f"{self.faulty_equal} of {self.faulty_total} stories on faulty answers equal")
        lines += [f"  {name}: {good} of {all_}" for name, (good, all_) in self.fields.items()]
        for title, found in (
            ("missing", [f"{one.site}{one.path}" for one in self.missing]), ("extra", self.extra),
            ("different", [str(one) for one in self.different]),
            ("different on a faulty answer", [str(one) for one in self.faulty_different]),
        ):  # fmt: skip
            if found:
                lines += [f"{title}: {len(found)}", *found[:examples]]
        return "\n".join(lines)


def score(articles: Iterable[Article], gold: Sequence[GoldStory], sites: Mapping[str, str]) -> Score:
    """Compare items with gold; ``sites`` maps a site's name to the base URL it was served at."""
    wanted = {urls.canonical(sites[story.site] + story.path): story for story in gold if story.site in sites}
    found = Score()
    seen: set[str] = set()
    for article in articles:
        address = urls.canonical(article.canonical_url or article.url or "")
        truth = wanted.get(address)
        if truth is None or address in seen:
            found.extra.append(article.url or article.id)
            continue
        seen.add(address)
        _compare(article, truth, found)
    for address, story in wanted.items():
        if story.fault is None:
            found.total += 1
        else:
            found.faulty_total += 1
        if address not in seen:
            (found.missing if story.fault is None else found.faulty_missing).append(story)
    return found


def _compare(article: Article, truth: GoldStory, found: Score) -> None:
    if tuple(article.paragraphs) == truth.paragraphs:
        if truth.fault is None:
            found.equal += 1
        else:
            found.faulty_equal += 1
    else:
        delta = difflib.unified_diff(truth.paragraphs, article.paragraphs, "gold", "item", lineterm="", n=0)
        difference = Difference(truth, article.url or article.id, tuple(delta)[2:])
        (found.different if truth.fault is None else found.faulty_different).append(difference)
    if truth.fault is not None:
        return
    for name, (of_item, of_gold) in _FIELDS.items():
        here, there = of_item(article), of_gold(truth)
        good, all_ = found.fields.get(name, (0, 0))
        found.fields[name] = (good + (here == there), all_ + 1)
        if here != there:
            found.disagreements.setdefault(name, []).append(f"{article.url}: gold {there!r}, item {here!r}")


def _minute(moment: dt.datetime | None) -> dt.datetime | None:
    """A page may show the minute where its metadata has the second."""
    return moment.astimezone(dt.UTC).replace(second=0, microsecond=0) if moment else None


def _dateline(line: Any) -> tuple[Any, ...] | None:
    return (line.raw, line.place, line.country, tuple(line.agencies), line.date_raw) if line else None


def _images(images: Sequence[Any]) -> list[tuple[Any, ...]]:
    return [(one.caption, one.credit, one.photographer) for one in images if one.caption or one.credit]


_FIELDS: dict[str, tuple[Callable[[Article], Any], Callable[[GoldStory], Any]]] = {
    "headline": (lambda item: item.headline, lambda gold: gold.headline),
    "lead": (lambda item: item.lead, lambda gold: gold.lead),
    "dateline": (lambda item: _dateline(item.dateline), lambda gold: _dateline(gold.dateline)),
    "byline": (lambda item: item.byline, lambda gold: gold.byline),
    "authors": (lambda item: list(item.authors), lambda gold: list(gold.authors)),
    "editor": (lambda item: item.editor, lambda gold: gold.editor),
    "translator": (lambda item: item.translator, lambda gold: gold.translator),
    "images": (lambda item: _images(item.images), lambda gold: _images(gold.images)),
    "date_published": (lambda item: _minute(item.date_published), lambda gold: _minute(gold.date_published)),
    "section": (lambda item: item.section, lambda gold: gold.section),
    "tags": (lambda item: list(item.tags), lambda gold: list(gold.tags)),
    "origin": (lambda item: item.origin, lambda gold: gold.origin),
}
