"""An explanation put in the order in which a person reads it: fields, legend, and the blocks in folds.

Knows nothing of HTML: the template asks these and writes them down.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from xinhua_id.extraction.explain import Explanation, Fate
from xinhua_id.items import Article, Capture
from xinhua_id.view.legible import number

#: Places in the order of the legend, with the sign and the words that stand for each: colour never says it alone.
PLACES = {
    "headline": ("✓", "headline"),
    "date": ("✓", "date"),
    "lead": ("✓", "lead"),
    "body": ("✓", "body"),
    "caption": ("✓", "caption"),
    "credit": ("✓", "credit"),
    "removed": ("✕", "removed"),
    "outside": ("○", "outside"),
}
KEPT = frozenset(PLACES) - {"removed", "outside"}
#: How many hues the rules share; the first rules of a page get one each.
HUES = 10
#: A row of blocks that one place took is folded from this many on.
_FOLDED = {"outside": 3, "removed": 8}
#: The most blocks of one page that are shown.
MOST_BLOCKS = 3_000


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the item: its name, its value, and where that comes from."""

    name: str
    value: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the legend; ``hue`` is None where no rule is at work."""

    place: str
    rule: str | None
    hue: int | None
    blocks: int
    characters: int


@dataclass(frozen=True, slots=True)
class Row:
    """A block as it is shown."""

    fate: Fate
    hue: int | None


@dataclass(frozen=True, slots=True)
class Fold:
    """A run of rows; a ``folded`` one opens when asked, and ``summary`` says what is in it."""

    rows: tuple[Row, ...]
    folded: bool
    summary: str


def hues(fates: Iterable[Fate]) -> dict[str, int]:
    """Return each rule's hue, in the order in which the rules appear."""
    rules = dict.fromkeys(fate.rule for fate in fates if fate.rule)
    return {rule: at % HUES for at, rule in enumerate(rules)}


def legend(explanation: Explanation) -> list[Line]:
    """Return blocks and characters for each place and rule: kept places first, then what took most."""
    colours = hues(explanation.fates)
    counts: dict[tuple[str, str | None], list[int]] = {}
    for fate in explanation.fates:
        count = counts.setdefault((fate.place, fate.rule), [0, 0])
        count[0] += 1
        count[1] += fate.size
    lines = [Line(place, rule, colours.get(rule or ""), *count) for (place, rule), count in counts.items()]
    order = list(PLACES)
    return sorted(lines, key=lambda line: (order.index(line.place), -line.characters, line.rule or ""))


def folds(explanation: Explanation) -> list[Fold]:
    """Return the blocks in page order, long runs of what is not the story folded; at most `MOST_BLOCKS`."""
    colours = hues(explanation.fates)
    rows = [Row(fate, colours.get(fate.rule or "")) for fate in explanation.fates[:MOST_BLOCKS]]
    return list(_folded(rows))


def _folded(rows: Sequence[Row]) -> Iterator[Fold]:
    for key, group in groupby(rows, key=lambda row: _kind_of_run(row.fate)):
        run = tuple(group)
        yield Fold(run, len(run) >= _FOLDED.get(key[0], len(run) + 1), _summary(run))


def _kind_of_run(fate: Fate) -> tuple[str, str | None]:
    """Outside the story whatever rule folds together, inside it each rule for itself."""
    if fate.place in KEPT:
        return "kept", None
    return fate.place, fate.rule if fate.place == "removed" else None


def _summary(run: Sequence[Row]) -> str:
    rules: dict[str, int] = {}
    for row in run:
        rules[row.fate.rule or "no rule"] = rules.get(row.fate.rule or "no rule", 0) + 1
    named = ", ".join(f"{rule} {number(times)}" for rule, times in sorted(rules.items(), key=lambda one: -one[1])[:6])
    characters = sum(row.fate.size for row in run)
    return f"{number(len(run))} blocks {run[0].fate.place}, {number(characters)} characters: {named}"


def fields(article: Article) -> list[Field]:
    """Return what the item says beside its text, empty fields left out."""
    dateline, event, part = article.dateline, article.event_date, article.part
    found = [
        Field("Dateline", dateline.raw if dateline else "", _dateline(article)),
        Field("Byline", article.byline or ""),
        Field("Authors", ", ".join(article.authors)),
        Field("Editor", article.editor or ""),
        Field("Translator", article.translator or ""),
        Field("Published", *_moment(article.date_published, article.date_published_raw)),
        Field("Modified", *_moment(article.date_modified, article.date_modified_raw)),
        Field("Speaks of", (event.date.isoformat() if event.date else "no year is given") if event else "",
              f"written: {event.raw}" if event else ""),
        Field("Origin", article.origin.value, "; ".join(article.origin_evidence) or "the page does not say"),
        Field("Provider", article.provider or ""),
        Field("Section", article.section or ""),
        Field("Tags", ", ".join(article.tags)),
        Field("Part", f"{part.number} of {part.total or 'an unknown number'}" if part else ""),
        Field("Language", article.language),
        Field("Canonical URL", article.canonical_url or "", "" if article.url == article.canonical_url else
              f"fetched: {article.url}" if article.url else ""),
        Field("Read by", _method(article), article.extraction.source or "a site nobody described"),
        Field("Body", f"{number(len(article.paragraphs))} paragraphs, {number(len(article.text))} characters",
              f"pictures: {number(len(article.images))}" if article.images else ""),
        Field("Capture", *_capture(article.capture)),
        Field("Rights", article.rights.holder or "", article.rights.notice or ""),
    ]  # fmt: skip
    return [one for one in found if one.value]


def _dateline(article: Article) -> str:
    dateline = article.dateline
    if dateline is None:
        return ""
    parts = [f"place: {dateline.place}", f"country: {dateline.country}" if dateline.country else ""]
    parts.append(f"agencies: {', '.join(dateline.agencies)}" if dateline.agencies else "")
    return "; ".join(part for part in parts if part)


def _moment(moment: dt.datetime | None, raw: str | None) -> tuple[str, str]:
    if moment is None:
        return ("not understood", f"written: {raw}") if raw else ("", "")
    return moment.isoformat(sep=" "), f"written: {raw}" if raw else ""


def _method(article: Article) -> str:
    made = article.extraction
    if made.method == "layout":
        return f"layout {made.layout}"
    return {"structure": "structure: no layout was used", "text-dump": "a text dump, without markup"}[made.method]


def _capture(capture: Capture | None) -> tuple[str, str]:
    if capture is None:
        return "", ""
    where = f"{capture.file}, {number(capture.length)} bytes from {number(capture.offset)}"
    return where, f"{capture.captured_at.isoformat(sep=' ')}, status {capture.status}, {capture.record_id}"
