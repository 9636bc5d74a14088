"""How an extraction came about: where every block of a page went, and what became of each layout.

For a person who asks why. Knows nothing of how it is shown (`xinhua_id.view`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from lxml.cssselect import CSSSelector

from xinhua_id import urls
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import blocks, structure, tree
from xinhua_id.extraction.credit_lines import Credits
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
        return Explanation(None, refusal, tuple(_walked(page, ())), trials)
    return Explanation(article, None, tuple(_walked(page, told_by(article))), trials)


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


def _walked(page: Page, told: tuple[Fate, ...]) -> Iterator[Fate]:
    """Yield what became of each block of a page, in page order; of what the item does not tell, the element's rule.

    ``told`` is what the item tells. What it tells of that no block says by itself comes before all others: a headline
    from the page's head.
    """
    root = tree.parse(utf8(unzipped(page.body), page.header("content-type")))
    if root is None:
        return
    tree.strip_scripts(root)
    flat = blocks.walk(root)
    structure.lift_capped_rules(flat)
    known = _Told(told, page.url)
    fates = [known.fate_of(block, flat.rule_name(block)) for block in flat.blocks]
    end = max((at for at, fate in enumerate(fates, 1) if fate.place == "body"), default=len(fates))
    yield from known.left("headline")
    yield from fates[:end]
    yield from known.left("removed")  # the end mark and the agency's tag, which stood at the end of a block
    yield from fates[end:]


class _Told:
    """What an item tells of blocks, given out block by block, each once."""

    def __init__(self, told: tuple[Fate, ...], base: str | None) -> None:
        self.base = base
        self.by_text: dict[str, deque[Fate]] = {}
        self.pictures = {fate.url for fate in told if fate.url}
        body = [fate for fate in told if fate.place == "body" and fate.text]
        around = [fate for fate in told if fate.place in _MADE_OF_PARTS and fate.text]
        self.parts = (*body[:2], *body[2:][-2:], *around[:_MOST_PARTS])
        for fate in told:
            if fate.text:
                self.by_text.setdefault(fate.text[:_SHOWN], deque()).append(fate)

    def fate_of(self, block: blocks.Block, rule: str | None) -> Fate:
        """Return the fate of a block whose element carries a rule, or None."""
        kind = str(block.kind)
        if block.kind is blocks.Kind.IMAGE:
            kept = block.url is not None and urls.absolute(self.base or "", block.url) in self.pictures
            return Fate("body" if kept else "outside", None if kept else rule or "outside", kind, block.text, block.url)
        if same := self.by_text.get(block.text[:_SHOWN]):
            fate = same.popleft()
            place: Place = "date" if fate.rule == "date-line" else fate.place
            return replace(fate, place=place, kind=kind, text=block.text)
        if rule in _OF_THE_STORY and (whole := next((fate for fate in self.parts if _is_part(block.text, fate)), None)):
            return replace(whole, kind=kind, text=block.text)
        if rule is None and Credits().read(block.text):
            return Fate("credit", None, kind, block.text)
        return Fate("outside", rule or "outside", kind, block.text)

    def left(self, place: Place) -> Iterator[Fate]:
        """Yield what the item tells of a place and no block says by itself."""
        yield from (fate for same in self.by_text.values() for fate in same if fate.place == place)


def _is_part(text: str, whole: Fate) -> bool:
    """Whether a block begins or ends what the item tells, or holds it and a mark besides."""
    if len(text) < _TELLING:
        return False
    return text.startswith(whole.text) or whole.text.startswith(text) or whole.text.endswith(text)


#: Where a place holds more than one block, or less: a lead, a caption with its credit. Of the body only its first
#: paragraphs (a dateline parted by markup) and its last ones (an end mark) can differ from their blocks.
_MADE_OF_PARTS = frozenset({"lead", "caption", "credit"})
_MOST_PARTS = 100
_OF_THE_STORY = (None, "caption")
#: An item keeps so much of what was removed.
_SHOWN = 500
#: A shorter text says nothing of where it belongs.
_TELLING = 8


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
