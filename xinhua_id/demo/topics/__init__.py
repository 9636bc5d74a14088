"""What the newsroom can write about: one TOML a topic. Knows nothing of when, where and for whom it is written."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Topic:
    """Templates of one topic; ``beats`` is a list of paragraphs in order, each with its alternatives."""

    name: str
    section: str
    tags: tuple[str, ...]
    where: tuple[str, ...]
    facts: dict[str, str | list[str]]
    headlines: tuple[str, ...]
    leads: tuple[str, ...]
    openings: tuple[str, ...]
    beats: tuple[tuple[str, ...], ...]
    items: tuple[str, ...]
    subheads: tuple[str, ...]
    captions: tuple[str, ...]


@functools.cache
def topics() -> tuple[Topic, ...]:
    """Return all topics, by name."""
    return tuple(_read(path) for path in sorted(Path(__file__).parent.glob("*.toml")))


def _read(path: Path) -> Topic:
    table = tomllib.loads(path.read_text("utf-8"))
    text = table["text"]
    return Topic(
        name=path.stem,
        section=table["section"],
        tags=tuple(table["tags"]),
        where=tuple(table["where"]),
        facts=table["facts"],
        headlines=tuple(text["headlines"]),
        leads=tuple(text["leads"]),
        openings=tuple(text["openings"]),
        beats=tuple(tuple(beat) for beat in text["beats"]),
        items=tuple(text["items"]),
        subheads=tuple(text["subheads"]),
        captions=tuple(text["captions"]),
    )
