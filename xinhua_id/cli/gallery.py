"""The pages that one HTML file shows: gathered from inputs, bounded, and what was left out said.

Thin: `xinhua_id.view` writes the file.
"""

from __future__ import annotations

from collections import Counter

from xinhua_id import sources, urls
from xinhua_id.corpus.reextract import named_in, reread
from xinhua_id.extraction.explain import Explanation, explain
from xinhua_id.items import Outcome
from xinhua_id.sources import Source
from xinhua_id.view.page import MOST_PAGES, Shown, render
from xinhua_id.warc.opening import Where, name_of

#: Records of these are pages that somebody may want to look at; the others lead to pages, or broke off.
_LOOKED_AT = frozenset({Outcome.STORY, Outcome.DUPLICATE, Outcome.NO_ARTICLE})


class Gallery:
    """Explanations for one file; at most `MOST_PAGES` are kept, the others are counted."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._pages: list[Shown] = []
        self._left_out: Counter[str] = Counter()

    def add(self, name: str, explanation: Explanation) -> None:
        """Take one page."""
        if len(self._pages) < MOST_PAGES:
            self._pages.append(Shown(name, explanation))
        else:
            self._left_out["of the inputs"] += 1

    def add_warc(self, path: Where, source: Source | None, url: str | None) -> None:
        """Take the pages of a WARC, or those at ``url`` alone; `BadRecord` where it tears, after what is whole."""
        named = source or named_in(path)
        others: Counter[str] = Counter()
        try:
            for result in reread(path, source):
                page = result.page
                if url is None and (result.outcome not in _LOOKED_AT or not 200 <= page.status < 300):
                    others[result.reason or result.outcome.value] += 1
                elif not wanted(page.url, url):
                    continue
                elif len(self._pages) < MOST_PAGES:
                    explanation = explain(page, named or sources.match(page.url or ""))
                    self._pages.append(Shown(page.url or name_of(path), explanation))
                else:
                    self._left_out[f"of {name_of(path)}"] += 1
        finally:
            if others:
                counted = ", ".join(f"{name} {number}" for name, number in others.most_common())
                self.notes.append(f"{name_of(path)}: records not shown, as they were never to be stories: {counted}.")

    def __len__(self) -> int:
        return len(self._pages)

    def html(self) -> str:
        """Return the file."""
        left_out = [
            f"{number} more pages {where} are not shown; one file holds {MOST_PAGES}. "
            "Show any one of a WARC by its address: xinhua-id extract FILE --url ADDRESS --as html."
            for where, number in self._left_out.items()
        ]
        return render(self._pages, [*left_out, *self.notes])


def wanted(there: str | None, url: str | None) -> bool:
    """Whether a record's address is the one that was asked for; every one is where none was."""
    return url is None or (there is not None and urls.canonical(there) == urls.canonical(url))
