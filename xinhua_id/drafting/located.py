"""Where a text of the article stands among the elements of its page.

White space and invisible characters do not count, so that what extraction has cleaned is found in what the page wrote.
Knows nothing of selectors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lxml import etree

from xinhua_id.text import clean

_Element = etree._Element
_SKIPPED = frozenset({"head", "script", "style", "template", "noscript", "textarea", "svg"})
#: A text that stands on the page more often than this is nothing to go by.
_MOST_PLACES = 20
#: So many characters at either end stand for a paragraph that was changed within.
_END = 40


def squeezed(text: str) -> str:
    """Return a text without white space and invisible characters."""
    return re.sub(r"\s+", "", clean(text))


class Located:
    """The squeezed text of a page, with the range of each element in it; one walk."""

    def __init__(self, root: _Element) -> None:
        self.root = root
        self.ranges: dict[_Element, range] = {}
        parts: list[str] = []
        starts: dict[_Element, int] = {}
        length = 0
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                if element.tag in _SKIPPED:
                    walk.skip_subtree()
                starts[element] = length
                said = None if element.tag in _SKIPPED else element.text
            else:
                self.ranges[element] = range(starts[element], length)
                said = None if element is root else element.tail
            if said and (said := squeezed(said)):
                parts.append(said)
                length += len(said)
        self.text = "".join(parts)

    def text_of(self, element: _Element) -> str:
        """Return the squeezed text of an element."""
        there = self.ranges.get(element, range(0))
        return self.text[there.start : there.stop]

    def places(self, text: str) -> list[range]:
        """Return where a text stands, in page order; by its two ends where it does not stand there whole."""
        wanted = squeezed(text)
        if not wanted:
            return []
        found = [range(at, at + len(wanted)) for at in _all(self.text, wanted)]
        if found or len(wanted) < 3 * _END:
            return found
        ends = [at + _END for at in _all(self.text, wanted[-_END:])]
        for at in _all(self.text, wanted[:_END]):
            stop = next((end for end in ends if 0 < end - at <= 2 * len(wanted)), None)
            if stop is not None:
                found.append(range(at, stop))
        return found

    def span(self, paragraphs: Sequence[str]) -> range | None:
        """Return the shortest stretch that holds the paragraphs in order, or None where most are not found."""
        places = [found for paragraph in paragraphs if (found := self.places(paragraph))]
        if not places or len(places) < 0.7 * len(paragraphs):
            return None
        spans = (_chain(first, places[1:]) for first in places[0])
        return min((span for span in spans if span is not None), key=len, default=None)

    def holders(self, span: range) -> list[_Element]:
        """Return the elements that hold a stretch of text, the innermost first."""
        inner = [e for e, r in self.ranges.items() if r.start <= span.start and r.stop >= span.stop]
        return sorted(inner, key=lambda element: -_depth(element))

    def saying(self, text: str, within: range | None = None) -> list[_Element]:
        """Return the elements that say a text and nothing else, each innermost first; ``within`` a stretch alone."""
        wanted = squeezed(text)
        found = [
            element
            for element, there in self.ranges.items()
            if len(there) == len(wanted) > 0
            and (within is None or (there.start >= within.start and there.stop <= within.stop))
            and self.text_of(element) == wanted
        ]
        return sorted(found, key=lambda element: (self.ranges[element].start, -_depth(element)))


def _chain(first: range, others: Iterable[Sequence[range]]) -> range | None:
    at = first.stop
    for places in others:
        following = next((place for place in places if place.start >= at), None)
        if following is None:
            return None
        at = following.stop
    return range(first.start, at)


def _all(text: str, wanted: str) -> list[int]:
    found: list[int] = []
    at = text.find(wanted)
    while at >= 0 and len(found) < _MOST_PLACES:
        found.append(at)
        at = text.find(wanted, at + 1)
    return found


def _depth(element: _Element) -> int:
    return sum(1 for _ in element.iterancestors())
