"""What can be said of each block of a page in numbers, for `story_trees` to judge whether it is part of the story.

Where it stands beside the element that structure found, what is around it, how its own element is made; nothing
that depends on a language or a site. Knows nothing of rules that name texts.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from xinhua_id.extraction.blocks import Block, Kind, Walk
from xinhua_id.extraction.structure import Ground, other_articles

Row = list[float]

#: The order of the numbers that `read` yields. `docs/extraction.md` says what each means.
NAMES = (
    "in_wide", "in_best", "own_score", "parent_score", "outer_score", "up", "down", "from_start", "from_end",
    "after_headline", "prose_before", "prose_after", "prose_around", "parent_prose", "parent_links", "parent_text",
    "alike", "siblings", "length", "link_share", "anchors", "ended", "level", "item", "tag", "repeated", "good_names",
    "bad_names",
    "previous_length", "previous_links", "next_length", "next_links", "since_prose", "until_prose",
    "page_prose", "other_article", "first_heads", "heading_links", "since_heading",
)  # fmt: skip

_TAGS = {tag: number for number, tag in enumerate(
    ("p", "div", "li", "td", "th", "span", "h1", "h2", "h3", "h4", "h5", "h6", "a", "blockquote", "section", "article",
     "dt", "dd", "pre", "figcaption", "address", "label", "center", "font", "main", "body"), start=1)}  # fmt: skip
_ENDED = re.compile(r"[.!?…。！？।؟][\"'”’)\]»」』]*$")
_WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TOKEN = re.compile(r"[a-z]+|[A-Z][a-z]*")
_GOOD = frozenset(
    "article entry post body content text story main prose rich copy paragraph blog wysiwyg markdown single page "
    "section editor wp richtext detail news".split()
)
_BAD = frozenset(
    "comment comments related share social sharing promo footer caption credit author byline bio meta tag tags nav "
    "menu sidebar side aside widget ad ads advert sponsor sponsored newsletter subscribe signup popup modal recommend "
    "recommended recommendations popular trending more latest also teaser card cards item grid thumb gallery slide "
    "slider carousel breadcrumb breadcrumbs disclaimer copyright legal cookie banner cta button form login donate "
    "rating product price toc contents faq table reply respond pagination next prev topics embed media".split()
)
#: Outside the region only what reads like prose can still be the story's.
_SHORT, _LINKED = 40, 0.5
_FAR = 99
#: One block counts for no more, or a page glued into one would leave nothing to any other.
_LONGEST = 5000
#: Farther away, another block more or less says nothing.
_REACH = 15


@functools.lru_cache(maxsize=20_000)
def _named(names: str) -> tuple[int, int]:
    """Return how many words of a class speak for a story, and how many for something else."""
    words = {word.lower() for word in _TOKEN.findall(names[:200])}
    return len(words & _GOOD), len(words & _BAD)


def _ended(end: str) -> float:
    """Return 1 where a text ends as sentences do, one half where a list follows, else 0."""
    return 0.5 if end.endswith(":") else float(_ENDED.search(end) is not None)


def _reach(distance: int) -> int:
    return max(-_REACH, min(distance, _REACH))


def width(text: str) -> int:
    """Return the length of a text in Latin letters: scripts that write a word in one or two signs count threefold."""
    return len(text) if text.isascii() else len(text) + 2 * len(_WIDE.findall(text))


def read(page: Walk, ground: Ground) -> Iterator[tuple[int, Row]]:
    """Yield each block that may be the story's, by its number, with what is said of it in the order of `NAMES`."""
    return _Reading(page, ground).rows()


class _Around(NamedTuple):
    score: float
    outer_score: float
    prose: float
    links: float
    text: int
    good: int
    bad: int


class _Reading:
    def __init__(self, page: Walk, ground: Ground) -> None:
        self.page = page
        self.ground = ground
        nodes = page.nodes
        self.texts = [at for at, block in enumerate(page.blocks) if block.kind is not Kind.IMAGE]
        self.blocks = [page.blocks[at] for at in self.texts]
        self.prose = [ground.prose[at] for at in self.texts]
        self.widths = [width(block.text) for block in self.blocks]
        self.parents = [nodes[block.node].parent if block.node >= 0 else -1 for block in self.blocks]
        told = [min(n, _LONGEST) if is_prose else 0 for n, is_prose in zip(self.widths, self.prose, strict=True)]
        self.sums = [0, *accumulate(told)]
        self.total = self.sums[-1] or 1
        self.around: dict[int, _Around] = {}
        self.ways = {at: (0, down) for at, down in ground.above.items()}
        self._count()

    def _count(self) -> None:
        """Add up what parents and elements made alike hold."""
        self.parent_prose: dict[int, int] = {}
        self.parent_links: dict[int, int] = {}
        self.parent_text: dict[int, int] = {}
        self.siblings: dict[tuple[int, str], int] = {}
        self.alike: dict[tuple[str, str], int] = {}
        self.seen = Counter([block.text for block in self.blocks])
        texts, links, siblings = self.parent_text, self.parent_links, self.siblings
        for block, parent, is_prose, length in zip(self.blocks, self.parents, self.prose, self.widths, strict=True):
            texts[parent] = texts.get(parent, 0) + length
            links[parent] = links.get(parent, 0) + block.links
            made = (parent, block.tag)
            siblings[made] = siblings.get(made, 0) + 1
            if is_prose:
                self.parent_prose[parent] = self.parent_prose.get(parent, 0) + length
                like = (block.tag, self._class(block.node))
                self.alike[like] = self.alike.get(like, 0) + length

    def _class(self, at: int) -> str:
        return self.page.nodes[at].names if at >= 0 else ""

    def rows(self) -> Iterator[tuple[int, Row]]:
        page, ground = self.page, self.ground
        wide, best, headline, sums, total = ground.wide, ground.inner, ground.headline, self.sums, self.total
        until, since = self._until(), _FAR
        others = other_articles(page, headline)
        size, near = min(total, 8000), min(total, 4000)
        heads, heading_links, since_heading = 0, -1.0, _FAR
        count = len(self.blocks)
        nothing = Block(Kind.TEXT, "", -1)
        before, before_width = nothing, 0
        for number, (at, block, is_prose) in enumerate(zip(self.texts, self.blocks, self.prose, strict=True)):
            inside = wide.start <= at < wide.stop
            length = self.widths[number]
            if block.rule < 0 and (inside or (length >= _SHORT and block.link_share < _LINKED)):
                after = self.blocks[number + 1] if number + 1 < count else nothing
                after_width = self.widths[number + 1] if number + 1 < count else 0
                parent = self.parents[number]
                own, good, bad, alike = self._of(block.node, block.tag)
                over = self._around(parent)
                up, down = self._way(block.node)
                yield at, [
                    inside, best.start <= at < best.stop,
                    own, over.score, over.outer_score, up, down,
                    _reach(at - best.start), _reach(at - best.stop),
                    -_REACH if headline is None else _reach(at - headline),
                    sums[number] / total, (sums[-1] - sums[number + 1]) / total,
                    (sums[min(number + 6, count)] - sums[max(0, number - 5)]) / near,
                    over.prose, over.links, over.text, alike,
                    min(self.siblings[parent, block.tag], 30), min(length, 1500), block.link_share,
                    min(block.anchors, 10), _ended(block.text[-8:]), block.level,
                    block.kind is Kind.ITEM, _TAGS.get(block.tag, 0), self.seen[block.text] > 1,
                    good + over.good, bad + over.bad,
                    min(before_width, 800), before.link_share, min(after_width, 800), after.link_share,
                    since, until[number], size, at in others, heads, heading_links, since_heading,
                ]  # fmt: skip
            before, before_width = block, length
            since = 0 if is_prose else min(since + 1, _FAR)
            since_heading = min(since_heading + 1, _FAR)
            if at == headline:
                heads, heading_links, since_heading = 0, -1.0, _FAR
            elif block.level and block.rule < 0:
                heads += block.level == 1 and headline is not None and at > headline
                heading_links, since_heading = block.link_share, 0

    def _until(self) -> list[int]:
        """Return for each block how many follow before the next one of prose."""
        out, left = [], _FAR
        for is_prose in reversed(self.prose):
            out.append(left)
            left = 0 if is_prose else min(left + 1, _FAR)
        return out[::-1]

    def _of(self, node: int, tag: str) -> tuple[float, int, int, float]:
        """Return what is said of the element of a block: its score, its names, and the prose in elements like it."""
        names = self._class(node)
        good, bad = _named(names)
        return self.ground.scores.get(node, 0.0), good, bad, self.alike.get((tag, names), 0) / self.total

    def _around(self, parent: int) -> _Around:
        """Return what is said of the element around that of a block; many blocks share it."""
        found = self.around.get(parent)
        if found is None:
            outer = self.page.nodes[parent].parent if parent >= 0 else -1
            good, bad = _named(self._class(parent))
            if parent >= 0:
                over = _named(self._class(outer))
                good, bad = good + over[0], bad + over[1]
            text = self.parent_text[parent]
            found = self.around[parent] = _Around(
                self.ground.scores.get(parent, 0.0), self.ground.scores.get(outer, 0.0),
                self.parent_prose.get(parent, 0) / self.total, self.parent_links[parent] / max(1, text),
                min(text, 5000), good, bad,
            )  # fmt: skip
        return found

    def _way(self, node: int) -> tuple[int, int]:
        """Return the steps up from an element to one that holds the best, and from that one down to the best."""
        passed = []
        while node not in self.ways:
            passed.append(node)
            node = self.page.nodes[node].parent
        up, down = self.ways[node]
        for below in reversed(passed):
            up += 1
            self.ways[below] = up, down
        return up, down
