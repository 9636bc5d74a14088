"""Pages with gold: read from folders in the corpus format, or written there from the replica.

A folder holds ``gold.jsonl``, one page a line, and the pages that it names, plain or gzipped (``.gz``):

    {"id": "…", "url": "…", "file": "pages/….html.gz", "text": "gold body", "title": "…", "date": "RFC 3339",
     "must": ["snippets of the body"], "must_not": ["snippets of what is not"], "language": "id"}

Only ``id``, ``file`` and ``text`` are needed; an empty ``text`` says that the page holds no story. Knows nothing of
extractors or scores.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xinhua_id.demo.site import Replica
from xinhua_id.errors import UsageError

_FORMAT = "The corpus format is described in benchmarks/collection.py."
#: Words that open and join sentences: enough to tell the two languages of the corpora apart.
_COMMON = {
    "id": frozenset("yang dan di dengan untuk pada dari ini itu akan tidak dalam".split()),
    "en": frozenset("the and of to in that is for with was on it".split()),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A page and what it holds. ``text`` is the gold body, empty where there is no story."""

    id: str
    url: str | None
    body: bytes
    text: str
    title: str | None
    date: dt.datetime | None
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    language: str


def read(folder: Path, limit: int | None = None) -> list[Sample]:
    """Return the pages of a folder, at most ``limit``; raise `UsageError` where it is not in the corpus format."""
    gold = folder / "gold.jsonl"
    try:
        lines = [line for line in gold.read_text("utf-8").split("\n") if line.strip()]  # texts hold U+2028
    except OSError as error:
        raise UsageError(f"no gold to read: {error.strerror}", where=str(gold), now=_FORMAT) from error
    samples = [_sample(folder, line, f"{gold}, line {number}") for number, line in enumerate(lines[:limit], 1)]
    if not samples:
        raise UsageError("the gold names no page", where=str(gold), now=_FORMAT)
    return samples


def _sample(folder: Path, line: str, where: str) -> Sample:
    try:
        one: dict[str, Any] = json.loads(line)
        name, text = str(one["file"]), str(one["text"])
        body = (folder / name).read_bytes()
        return Sample(
            id=str(one["id"]),
            url=one.get("url"),
            body=gzip.decompress(body) if name.endswith(".gz") else body,
            text=text,
            title=one.get("title"),
            date=dt.datetime.fromisoformat(one["date"]) if one.get("date") else None,
            must=tuple(one.get("must") or ()),
            must_not=tuple(one.get("must_not") or ()),
            language=one.get("language") or _language(text),
        )
    except (OSError, EOFError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise UsageError(f"not a page with gold: {error!r}", where=where, now=_FORMAT) from error


def _language(text: str) -> str:
    """Return ``id`` or ``en``: the one of which the text holds more of the common words."""
    words = re.findall(r"\w+", text.casefold())
    return max(_COMMON, key=lambda language: sum(word in _COMMON[language] for word in words))


def write_replica(folder: Path, stories: int = 120, *, seed: int = 2023) -> Path:
    """Write the replica's ordinary story pages with their gold into a folder, which is made; return it."""
    pages = folder / "pages"
    pages.mkdir(parents=True)
    lines = []
    with Replica(stories, seed=seed) as replica:
        for content in replica.contents.values():
            for number, story in enumerate(one for one in content.gold if one.fault is None):
                name = f"{content.name}-{number:03}"
                (pages / f"{name}.html.gz").write_bytes(gzip.compress(content.answers[story.path].body, mtime=0))
                line = {
                    "id": name,
                    "url": content.base + story.path,
                    "file": f"pages/{name}.html.gz",
                    "text": "\n\n".join(story.paragraphs),
                    "title": story.headline,
                    "date": story.date_published.isoformat() if story.date_published else None,
                    "must": [story.paragraphs[0], story.paragraphs[-1]],
                    "must_not": [image.caption for image in story.images if image.caption],
                    "language": "id",
                }
                lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    (folder / "gold.jsonl").write_text("".join(lines), "utf-8")
    return folder
