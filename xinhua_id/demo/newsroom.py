"""The newsroom: writes one invented story after another, the same ones for the same seed.

A story is text with its facts, not yet a page: every site lays it out in its own way. Knows nothing of markup.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from xinhua_id.demo import calendar_id, grammar, names
from xinhua_id.demo.topics import Topic, topics
from xinhua_id.text import clean


class Kind(StrEnum):
    """What a block of the body is."""

    PARAGRAPH = "paragraph"
    SUBHEADING = "subheading"
    QUOTE = "quote"
    ITEM = "item"
    LINK = "link"  # a paragraph whose every word is a link


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph of the body."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands under a picture, and who took it."""

    text: str
    photographer: str


@dataclass(frozen=True, slots=True)
class Story:
    """A story as the newsroom wrote it. ``moment`` is aware; ``blocks[0]`` carries no dateline yet."""

    number: int
    topic: str
    section: str
    tags: tuple[str, ...]
    headline: str
    lead: str | None
    region: str
    city: str
    country: str
    moment: dt.datetime
    blocks: tuple[Block, ...]
    captions: tuple[Caption, ...]
    reporter: str
    editor: str
    translator: str
    organisation: str


@functools.cache
def asides() -> dict[str, list[str]]:
    """Return the paragraphs that fit every topic, by kind; ``comments`` are readers' words."""
    return tomllib.loads((Path(__file__).parent / "asides.toml").read_text("utf-8"))


class Newsroom:
    """Writes stories from a seed. Headlines never repeat within one newsroom."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._headlines: set[str] = set()
        self._number = 0

    def write(self, moment: dt.datetime, *, cites: bool = False, region: str | None = None) -> Story:
        """Return the next story, about what happened on the day of ``moment``.

        ``cites`` lets the body name the agency as the origin of a fact; ``region`` asks for a part of the world.
        """
        self._number += 1
        for attempt in range(100):
            rng = random.Random(f"{self._seed}/{self._number}/{attempt}")
            story = _written(self._number, rng, moment, cites, region)
            if story.headline not in self._headlines:
                self._headlines.add(story.headline)
                return story
        raise RuntimeError("the templates hold too few headlines for so many stories")


def _written(number: int, rng: random.Random, moment: dt.datetime, cites: bool, region: str | None) -> Story:
    fitting = [topic for topic in topics() if region is None or region in topic.where]
    topic = rng.choice(fitting)
    facts, place = _facts(topic, rng, moment, region)
    opening = grammar.sample(topic.openings, facts, rng)
    blocks = [Block(Kind.PARAGRAPH, opening), *_body(topic, facts, rng)]
    if cites:
        blocks.insert(rng.randint(1, 2), Block(Kind.PARAGRAPH, grammar.sample(asides()["cited"], facts, rng)))
    lead = None
    if rng.random() < 0.55:
        lead = grammar.sample(topic.leads, facts, rng)
        if rng.random() < 0.2 and blocks[2].kind is Kind.PARAGRAPH:
            lead = blocks[2].text  # a pull quote is often a paragraph said twice
    captions = [
        Caption(grammar.write(template, facts, rng), names.person(place[0], rng).name)
        for template in rng.sample(topic.captions, rng.choice((1, 1, 1, 2, 3)))
    ]
    staff = names.people("indonesia", 3, rng)
    return Story(
        number=number, topic=topic.name, section=topic.section, tags=tuple(rng.sample(topic.tags, rng.randint(2, 4))),
        headline=grammar.sample(topic.headlines, facts, rng), lead=lead, region=place[0], country=place[1],
        city=place[2], moment=moment, blocks=tuple(blocks), captions=tuple(captions), reporter=staff[0].name,
        editor=staff[1].name, translator=staff[2].name, organisation=facts["org"],
    )  # fmt: skip


def _facts(
    topic: Topic, rng: random.Random, moment: dt.datetime, region: str | None
) -> tuple[dict[str, str], tuple[str, str, str]]:
    place = names.place([region] if region else list(topic.where), rng)
    last = moment.replace(day=1) - dt.timedelta(days=1)
    facts = {
        "city": place[2], "country": place[1], "day": calendar_id.wire_day(moment),
        "month": calendar_id.month(moment), "lastmonth": calendar_id.month(last), "year": str(moment.year),
        "lastyear": str(moment.year - rng.randint(1, 6)), "nextyear": str(moment.year + 1),
    }  # fmt: skip
    for at, one in enumerate(names.people(place[0], 3, rng), 1):
        facts |= {f"name{at}": one.name, f"nick{at}": one.nick}
    for key, value in topic.facts.items():
        template = f"{{{value}}}" if isinstance(value, str) and value.startswith(("num:", "dec:")) else value
        facts[key] = grammar.draw(template, facts, rng)
    return facts, place


def _body(topic: Topic, facts: dict[str, str], rng: random.Random) -> list[Block]:
    beats = list(range(len(topic.beats)))
    count = rng.choice((2, 4, 5, 6, 7, 8))
    # The first beat that speaks of a person names him in full, so beats keep their order and the first two stay.
    chosen = beats[:2] + sorted(rng.sample(beats[2:], min(count, len(beats)) - 2))
    blocks = [Block(Kind.PARAGRAPH, grammar.sample(topic.beats[at], facts, rng)) for at in chosen]
    extra = asides()
    for kind, name, share in (
        (Kind.PARAGRAPH, "words", 0.45), (Kind.PARAGRAPH, "short", 0.3), (Kind.PARAGRAPH, "foreign", 0.25),
        (Kind.LINK, "links", 0.1), (Kind.QUOTE, "short", 0.06),
    ):  # fmt: skip
        if rng.random() < share:
            blocks.insert(rng.randint(2, len(blocks)), Block(kind, grammar.sample(extra[name], facts, rng)))
    if rng.random() < 0.15:
        items = [grammar.write(template, facts, rng) for template in topic.items]
        listing = [Block(Kind.PARAGRAPH, items[0]), *(Block(Kind.ITEM, item) for item in items[1:])]
        at = rng.randint(2, len(blocks))
        blocks[at:at] = listing
    if len(blocks) > 5 and rng.random() < 0.3:
        for at, head in zip((len(blocks) - 2, 3), rng.sample(topic.subheads, 2), strict=True):
            if blocks[at].kind is Kind.PARAGRAPH and blocks[at - 1].kind is not Kind.SUBHEADING:
                blocks.insert(at, Block(Kind.SUBHEADING, head))
    return [Block(block.kind, clean(block.text)) for block in blocks]
