"""Where on a page the story stands, when no layout says so: by prose, links, headings and whole tokens.

Every block of prose speaks for the element that holds it and, less, for those around it; the element with the
most to say wins and takes in neighbours that carry on. Knows nothing of Indonesian or of any site.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from xinhua_id.extraction import boilerplate, regions
from xinhua_id.extraction.blocks import Block, Kind, Node, Walk
from xinhua_id.text import words_of

#: A rule that marks more than this share of the page's prose has misread it: it is ignored.
_CAP = 0.45
#: Where all rules together leave less than this share of at least so many characters, one of them has misread.
_REST, _STORY = 0.15, 500
_SENTENCE = re.compile(r"[.!?…][\"'”’)\]]*$")
_BODY_TOKENS = re.compile(
    r"(entry|post|article|story|news|detail|single|read|berita|isi|konten|content|page)-?_?_?"
    r"(content|body|text|detail|inner|isi|main|read)|articlebody|post-content|content_news|detailcontent|"
    r"td-post-content|itp_bodycontent|isi-?berita|isi|konten|text-?detail|detail-?text|body-?content|"
    r"wrap__article-detail-content",
    re.IGNORECASE,
)
_ID = re.compile(r' id="([^"]*)"')
_OUTER = frozenset({"html", "body"})


def lift_capped_rules(page: Walk) -> None:
    """Take the mark off blocks whose rule marks too much of the page's prose; two passes, whatever the nesting.

    First single elements (``class="sidebar widget"`` around the story), then, where next to nothing is left, the
    one rule that took it: stories do stand in ``<aside>``, and in wrappers that a script shows.
    """
    total = 0
    marked: Counter[int] = Counter()
    for block in page.blocks:
        if is_prose(block):
            total += len(block.text)
            if block.rule >= 0:
                marked[block.rule] += len(block.text)
    lifted = {at for at, size in marked.items() if size > _CAP * total and not _is_sure(page, at)}
    left = total - sum(marked.values()) + sum(marked[at] for at in lifted)
    if total >= _STORY and left < _REST * total:
        names: Counter[int] = Counter()
        for at, size in marked.items():
            if regions.NAMES[page.nodes[at].rule] != regions.COMMENTS:
                names[page.nodes[at].rule] += size
        taker = max(names, key=lambda rule: (names[rule], -rule), default=None)
        lifted |= {at for at in marked if page.nodes[at].rule == taker}
    for block in page.blocks:
        if block.rule in lifted:
            block.rule = -1


def _is_sure(page: Walk, at: int) -> bool:
    node = page.nodes[at]
    return regions.NAMES[node.rule] in regions.SURE or node.tag in regions.SURE_TAGS


def is_prose(block: Block) -> bool:
    """Whether a block reads like running text: long enough, ended, not mostly links."""
    if block.kind in (Kind.IMAGE, Kind.HEADING) or len(block.text) < 25:
        return False
    return (len(block.text) >= 80 or bool(_SENTENCE.search(block.text))) and block.link_share < 0.5


@dataclass(frozen=True, slots=True)
class Ground:
    """What structure makes out of a page: where the story stands, and what speaks for each element.

    ``best`` is the number of the element with the most to say, ``inner`` its blocks; ``wide`` those of the element
    around it that carries on; ``above`` the element and those around it, with how far up each is.
    """

    best: int
    inner: range
    wide: range
    above: dict[int, int]
    headline: int | None
    scores: dict[int, float]
    prose: list[bool]


def survey(page: Walk, titles: list[str]) -> Ground | None:
    """Return what is made out of a page, or None where no element holds prose.

    ``titles`` are what the page's head calls the story; the heading that says the same is the headline.
    """
    headline = headline_of(page, titles)
    prose = [block.rule < 0 and is_prose(block) for block in page.blocks]
    scores = _scores(page, headline, prose)
    if not scores:
        return None
    best = max(scores, key=lambda at: (scores[at], -at))
    wide = page.nodes[_widened(page, best, headline, prose)]
    above: dict[int, int] = {}
    at = best
    while at >= 0:
        above[at] = len(above)
        at = page.nodes[at].parent
    above[-1] = 99
    node = page.nodes[best]
    most = scores[best]
    scores = {at: score / most for at, score in scores.items()}
    return Ground(best, range(node.first, node.last), range(wide.first, wide.last), above, headline, scores, prose)


def headline_of(page: Walk, titles: list[str]) -> int | None:
    """Return the number of the block that is the headline: what the head names, else the only or first h1."""
    wanted = {key for title in titles if len(key := words_of(title)) >= 12}
    starts = {key[:8] for key in wanted}
    same, named = [], []
    for at, block in enumerate(page.blocks):
        if block.rule >= 0 or block.kind is Kind.IMAGE or not 8 <= len(block.text) <= 400:
            continue
        start = words_of(block.text[:40])[:8]
        if len(start) == 8 and start not in starts:
            continue
        key = words_of(block.text)
        if key in wanted:
            same.append(at)
        elif any(_near(key, title) for title in wanted):
            named.append(at)
    firsts = [at for at, b in enumerate(page.blocks) if b.level == 1 and b.kind is Kind.HEADING and b.rule < 0]
    for found in (same, named):
        if heads := [at for at in found if at in firsts]:
            return heads[0]
    if akin := [at for at in firsts if any(_akin(words_of(page.blocks[at].text), title) for title in wanted)]:
        return akin[0]
    for found in (same, named):
        if found:
            return ([at for at in found if page.blocks[at].level] or _unlinked(page, found) or found)[0]
    return firsts[0] if firsts else None


def _akin(heading: str, title: str) -> bool:
    """Whether a heading of four words or more shares half of them with a title."""
    words = set(heading.split())
    return len(words) >= 4 and 2 * len(words & set(title.split())) >= len(words)


def _unlinked(page: Walk, found: list[int]) -> list[int]:
    return [at for at in found if not page.blocks[at].anchors]


def _near(one: str, other: str) -> bool:
    """Whether one title continues the other, as ``Judul - Situs`` does."""
    return len(one) >= 12 and len(other) >= 12 and (other.startswith(one + " ") or one.startswith(other + " "))


def _scores(page: Walk, headline: int | None, prose: list[bool]) -> dict[int, float]:
    """Return how much each element has to say: its own prose in full, of what is deeper in it less at every step."""
    said: dict[int, float] = {}
    others = other_articles(page, headline)
    for at, block in enumerate(page.blocks):
        if not prose[at] or boilerplate.rule_for(block.text):
            continue
        value = 1 + min(len(block.text), 800) / 100 * (1 - block.link_share)
        if headline is not None and at < headline:
            value *= 0.3
        if at in others:
            value *= 0.2
        if block.kind is Kind.ITEM:
            value *= 0.5
        node = block.node
        if block.tag in ("p", "li", "blockquote", "h2", "h3", "h4", "dd"):
            node = page.nodes[node].parent
        said[node] = said.get(node, 0.0) + value
    scores: dict[int, float] = {}
    for start, value in said.items():
        node, share = start, 1.0
        while node >= 0 and share > 0.1:
            if page.nodes[node].tag in _OUTER and share < 1:
                break
            scores[node] = scores.get(node, 0.0) + value * share
            node, share = page.nodes[node].parent, share * 0.6
    return {node: score * _token_weight(page.nodes[node]) for node, score in scores.items()}


def other_articles(page: Walk, headline: int | None) -> set[int]:
    """Return the blocks of ``<article>`` elements beside the one that holds the headline: the next story, teasers."""
    if headline is None:
        return set()
    ranges = [range(node.first, node.last) for node in page.nodes if node.tag == "article"]
    own = [blocks for blocks in ranges if headline in blocks]
    if not own:
        return set()
    inner = min(own, key=len)
    return {at for blocks in ranges if headline not in blocks and blocks.start not in inner for at in blocks}


def next_story(page: Walk, ground: Ground) -> set[int]:
    """Return the blocks of other ``<article>`` elements, and those behind a further h1 below the story's element."""
    after = range(ground.wide.stop, len(page.blocks))
    heads = (at for at in after if page.blocks[at].level == 1 and page.blocks[at].rule < 0 and at != ground.headline)
    first = next(heads, after.stop)
    return other_articles(page, ground.headline) | set(range(first, after.stop))


def _token_weight(node: Node) -> float:
    if 'itemprop="articleBody"' in node.markup:
        return 1.6
    names = f"{node.names} {said[1]}" if (said := _ID.search(node.markup)) else node.names
    if any(_BODY_TOKENS.fullmatch(token) for token in names.split()):
        return 1.3
    return 1.1 if node.tag in ("article", "main") else 1.0


def _widened(page: Walk, best: int, headline: int | None, is_story: list[bool]) -> int:
    """Return the element, or one around it, that holds clearly more prose of the same story."""
    prose, links = _sums(page, is_story)
    at = best
    node = page.nodes[at]
    size = prose[node.last] - prose[node.first]
    while (parent := page.nodes[at].parent) >= 0 and page.nodes[parent].tag not in _OUTER:
        node = page.nodes[parent]
        wider = prose[node.last] - prose[node.first]
        linked = links[node.last] - links[node.first]
        if (
            wider > max(1.25 * size, size + 200)
            and linked < 0.25 * wider
            and not _starts_another(page, best, parent, headline)
        ):
            best, size = parent, wider
        at = parent
    return best


def _sums(page: Walk, is_story: list[bool]) -> tuple[list[int], list[int]]:
    """Return running sums over the blocks: characters of unmarked prose, characters of unmarked links."""
    prose, links = [0], [0]
    for at, block in enumerate(page.blocks):
        counts = block.rule < 0 and block.kind is not Kind.IMAGE
        ours = is_story[at] and not boilerplate.rule_for(block.text)
        prose.append(prose[-1] + (len(block.text) - block.links if ours else 0))
        links.append(links[-1] + (block.links if counts else 0))
    return prose, links


def _starts_another(page: Walk, inner: int, outer: int, headline: int | None) -> bool:
    """Whether widening would take in a second story: another h1, or a heading that is a link, beside the first."""
    node, old = page.nodes[outer], page.nodes[inner]
    for at in [*range(node.first, old.first), *range(old.last, node.last)]:
        block = page.blocks[at]
        if block.rule < 0 and block.kind is Kind.HEADING and at != headline:
            if block.level == 1 or block.link_share > 0.5:
                return True
    return False
