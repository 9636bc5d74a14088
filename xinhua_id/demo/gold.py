"""What a page of the replica really holds, known because the replica wrote it.

Gold is what the newsroom wrote, not what a page makes of it: text in NFC with single spaces, entities read, invisible
characters gone. A sub-heading, a block quote and each item of a list are paragraphs; the dateline stays in the first.
The lead, captions, credit lines, end marks (``■``, ``Selesai``, ``[Xinhua]``) and ``Baca juga`` lines are not body.
Knows nothing of markup.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from xinhua_id.items import Origin


@dataclass(frozen=True, slots=True)
class GoldDateline:
    """The dateline as it opens paragraph 1; fields as in `items.Dateline`."""

    raw: str
    place: str
    country: str | None
    agencies: tuple[str, ...]
    date_raw: str | None = None


@dataclass(frozen=True, slots=True)
class GoldImage:
    """A caption without its credit, the credit without brackets, and the person named in it."""

    caption: str | None
    credit: str | None
    photographer: str | None


@dataclass(frozen=True, slots=True)
class GoldStory:
    """One story on one site.

    ``path`` is the canonical one. A ``fault`` names what is wrong with the answer that carries it; None means an
    ordinary page, which must come out equal. A story in several ``parts`` begins at its path; the rest is that of the
    whole story, over all its pages.
    """

    site: str
    layout: str
    path: str
    headline: str
    paragraphs: tuple[str, ...]
    lead: str | None
    dateline: GoldDateline | None
    byline: str | None
    authors: tuple[str, ...]
    editor: str | None
    translator: str | None
    images: tuple[GoldImage, ...]
    date_published: dt.datetime | None
    section: str | None
    tags: tuple[str, ...]
    origin: Origin
    shared_with: tuple[str, ...] = ()
    fault: str | None = None
    parts: int = 1

    def to_json(self) -> str:
        """Return the story as one line of JSON, the date as RFC 3339."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    raise TypeError(f"gold holds no {type(value).__name__}")
