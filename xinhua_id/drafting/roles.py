"""What stands around a story, as a page shows it: the texts by which the elements of each role are found.

Knows nothing of selectors.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from xinhua_id.drafting.sample import Sample
from xinhua_id.extraction import dates
from xinhua_id.text import clean, words_of

#: A line that is a date is no longer, in characters without white space.
_LONGEST_DATE = 60


def visible_date(one: Sample) -> list[str]:
    """Return the date as the page shows it: as the item has it, in a ``<time>``, or any line of the same day."""
    article, located = one.article, one.located
    if article.date_published is None or article.date_published_raw is None:
        return []
    if located.saying(article.date_published_raw):
        return [article.date_published_raw]
    outside = one.body or range(0)
    for element, there in located.ranges.items():
        said = located.text_of(element)
        if not said or len(said) > _LONGEST_DATE or there.start in outside or not re.search(r"\d", said):
            continue
        moment = dates.parse(clean(" ".join(map(str, element.itertext()))))
        is_machine_readable = element.get("datetime") == article.date_published_raw
        if is_machine_readable or (moment and moment.date() == article.date_published.date()):
            return [said]
    return []


def captions(one: Sample) -> list[str]:
    """Return the captions as the page writes them, credit and all."""
    found = []
    for image in one.article.images:
        if words_of(image.caption or "") == words_of(one.article.headline):
            continue  # a picture's `alt`, told as its caption
        for place in one.located.places(image.caption or "")[:1]:
            found += [one.located.text_of(holder) for holder in one.located.holders(place)[:1]]
    return found


#: The texts that elements of a role say, in page order; none where the page has no such line.
TEXTS: dict[str, Callable[[Sample], list[str]]] = {
    "date": visible_date,
    "lead": lambda one: [one.article.lead] if one.article.lead else [],
    "byline": lambda one: [one.article.byline] if one.article.byline else [],
    "section": lambda one: [one.article.section] if one.article.section else [],
    "tags": lambda one: one.article.tags,
}
