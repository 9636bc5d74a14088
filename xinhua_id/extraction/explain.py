"""How an extraction came about: where every block of a page went, and what became of each layout.

For a person who asks why. Knows nothing of how it is shown (`xinhua_id.view`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lxml.cssselect import CSSSelector

from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import tree
from xinhua_id.extraction.decode import unzipped, utf8
from xinhua_id.extraction.extract import extract
from xinhua_id.extraction.textdump import extract_text
from xinhua_id.items import Article, Page
from xinhua_id.sources import Layout, Source

#: Where a block ends up. ``removed`` stood inside the story's region, ``outside`` did not.
Place = Literal["headline", "body", "lead", "caption", "credit", "date", "removed", "outside"]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one block.

    ``rule`` names what removed it, or None; ``kind`` says what it is on the page (``text``, ``heading``, ``image``).
    ``url`` is a picture's address as the page writes it. ``characters`` is how many it has where ``text`` is not kept.
    """

    place: Place
    rule: str | None
    kind: str
    text: str
    url: str | None = None
    characters: int | None = None

    @property
    def size(self) -> int:
        """How many characters it has."""
        return len(self.text) if self.characters is None else self.characters


@dataclass(frozen=True, slots=True)
class LayoutTrial:
    """One layout of the source put to the page: whether it fits, and why, in words."""

    name: str
    fits: bool
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A page's article or the reason why it has none, its blocks in page order, and the layouts that were tried."""

    article: Article | None
    refusal: NotAnArticle | None
    fates: tuple[Fate, ...] = ()
    layouts: tuple[LayoutTrial, ...] = ()


def explain(page: Page, source: Source | None = None) -> Explanation:
    """Return how `extract` reads a page; never raises for a page."""
    trials = tuple(_tried(page, source, at) for at in range(len(source.layout))) if source else ()
    try:
        article = extract(page, source)
    except NotAnArticle as refusal:
        return Explanation(None, refusal, (), trials)
    return Explanation(article, None, told_by(article), trials)


def explain_text(text: str, url: str | None = None, source: Source | None = None) -> Explanation:
    """Return how `extract_text` reads a text dump; never raises for a text."""
    try:
        article = extract_text(text, url=url, source=source)
    except NotAnArticle as refusal:
        return Explanation(None, refusal)
    return Explanation(article, None, told_by(article))


def told_by(article: Article) -> tuple[Fate, ...]:
    """Return the blocks that an item tells of, as near to page order as it knows: each removal has its position."""
    fates = [Fate("headline", None, "heading", article.headline)]
    if article.lead:
        fates.append(Fate("lead", None, "text", article.lead))
    for image in article.images:
        fates += [Fate("body", None, "image", "", image.url)] if image.url else []
        fates += [Fate("caption", None, "caption", image.caption)] if image.caption else []
        fates += [Fate("credit", None, "caption", image.credit)] if image.credit else []
    for number in range(len(article.paragraphs) + 1):
        fates += [
            Fate("removed", one.rule, "text", one.text or "", characters=one.characters)
            for one in article.removed
            if one.position == number
        ]
        if number < len(article.paragraphs):
            fates.append(Fate("body", None, "text", article.paragraphs[number]))
    fates += [
        Fate("outside", one.rule, "text", "", characters=one.characters)
        for one in article.removed
        if one.position is None
    ]
    return tuple(fates)


def _tried(page: Page, source: Source, number: int) -> LayoutTrial:
    layout = source.layout[number]
    try:
        article = extract(page, source.model_copy(update={"layout": (layout,)}))
    except NotAnArticle as refusal:
        return LayoutTrial(layout.name, False, _missing(page, layout) or refusal.what)
    fits = article.extraction.layout == layout.name
    return LayoutTrial(layout.name, fits, "matched" if fits else _missing(page, layout) or "body holds no paragraphs")


def _missing(page: Page, layout: Layout) -> str | None:
    """Return which of the two selectors that a layout needs finds nothing, or None."""
    root = tree.parse(utf8(unzipped(page.body), page.header("content-type")))
    for role, css in (("headline", layout.headline), ("body", layout.body)):
        if root is None or not CSSSelector(css, translator="html")(root):
            return f"{role} selector found nothing: {css}"
    return None
