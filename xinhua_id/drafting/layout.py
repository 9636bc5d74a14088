"""Pages that structure has read to the layout that reads them alike: selectors tried on the pages until they do.

A selector is taken only where it names what is meant on every page, and the extraction with it gives what structure
gave. Knows nothing of sites or of TOML.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

from lxml import etree

from xinhua_id.drafting import roles
from xinhua_id.drafting.located import squeezed
from xinhua_id.drafting.sample import Sample
from xinhua_id.drafting.selectors import candidates, own_names, select
from xinhua_id.sources import Drop, Layout

_Element = etree._Element
#: Selectors looked at for one role, and those of one element and of the headline that are put to the pages.
_MOST_SELECTORS, _MOST_BODIES, _MOST_HEADLINES = 240, 3, 2
#: Elements around the paragraphs that may be the body's, and texts of one page that a drop is looked for.
_MOST_HOLDERS, _MOST_DROPPED = 6, 12
#: What a layout must not lose against structure, beside headline and paragraphs.
_FIELDS = ("lead", "byline", "authors", "editor", "translator", "date_published", "section", "tags", "images")
#: What text rules find by themselves on every site, and what has no element of its own.
_NO_DROPS = frozenset(
    {"banner", "credit-line", "date-line", "end-mark", "end-tag", "headline-repeated", "initials", "reader-comments"}
)


def layout_for(samples: Sequence[Sample], name: str) -> Layout | None:
    """Return a layout that reads all pages as structure does, with what else their elements tell; None if none does."""
    days = [one.article.date_published.date() for one in samples if one.article.date_published]
    for body, headline in itertools.product(_bodies(samples), itertools.islice(_headlines(samples), _MOST_HEADLINES)):
        bare = Layout(name=name, seen=max(days, default=None), headline=headline, body=body)
        for found in (_with_drops(samples, bare), bare):
            if all(_is_same_story(one, found) for one in samples):
                return _with_roles(samples, found)
    return None


def _headlines(samples: Sequence[Sample]) -> Iterator[str]:
    def says_it(one: Sample, found: Sequence[_Element]) -> bool:
        return len(found) == 1 and one.located.text_of(found[0]) == squeezed(one.article.headline)

    return _common(samples, samples[0].located.saying(samples[0].article.headline), says_it)


def _bodies(samples: Sequence[Sample]) -> Iterator[str]:
    """Yield selectors of the one element that holds the paragraphs, the innermost elements first."""

    def holds_it(one: Sample, found: Sequence[_Element]) -> bool:
        span = one.body
        if len(found) != 1 or span is None:
            return False
        there = one.located.ranges.get(found[0], range(0))
        return there.start <= span.start and there.stop >= span.stop

    span = samples[0].body
    holders = samples[0].located.holders(span) if span else []
    for element in holders[:_MOST_HOLDERS]:
        if element.tag not in ("p", "body", "html"):  # a story of one paragraph has its element around it
            yield from itertools.islice(_common(samples, [element], holds_it), _MOST_BODIES)


def _common(
    samples: Sequence[Sample],
    elements: Iterable[_Element],
    fits: Callable[[Sample, Sequence[_Element]], bool],
    selectors: Callable[[_Element], list[str]] = candidates,
) -> Iterator[str]:
    """Yield the selectors of some elements of the first page that fit on every page."""
    tried = itertools.islice((css for element in list(elements) for css in selectors(element)), _MOST_SELECTORS)
    for css in dict.fromkeys(tried):
        if all(fits(one, select(one.located.root, css)) for one in samples):
            yield css


def _is_same_story(one: Sample, layout: Layout) -> bool:
    article = one.read_with(layout)
    return (
        article is not None
        and article.headline == one.article.headline
        and article.paragraphs == one.article.paragraphs
    )


def _with_drops(samples: Sequence[Sample], layout: Layout) -> Layout:
    """Add what structure removed or left inside the body, where an element of a lasting name holds it."""
    drops: dict[str, Drop] = {}
    for one in samples:
        found = one.read_with(layout)
        (holder,) = select(one.located.root, layout.body)
        within = one.located.ranges[holder]
        taken = [(removed.rule, removed.text) for removed in one.article.removed if removed.rule not in _NO_DROPS]
        surplus = [("aside", text) for text in found.paragraphs if text not in one.article.paragraphs] if found else []
        for rule, text in [*taken, *surplus][:_MOST_DROPPED]:
            css = _drop_for(samples, one.located.saying(text, within)) if text else None
            if css:
                drops.setdefault(css, Drop(rule=rule, css=css))
    return layout.model_copy(update={"drop": tuple(drops.values())})


def _drop_for(samples: Sequence[Sample], elements: Iterable[_Element]) -> str | None:
    """Return a selector whose elements hold nothing of any page's story, or None."""

    def holds_no_story(one: Sample, found: Sequence[_Element]) -> bool:
        said = [one.located.text_of(element) for element in found]
        return not any(text in inside for inside in said for text in one.kept)

    return next(_common(samples, elements, holds_no_story, own_names), None)


def _with_roles(samples: Sequence[Sample], layout: Layout) -> Layout:
    """Add each further selector that names its text on every page, unless the item loses by it."""
    for role, texts in roles.TEXTS.items():
        for css in itertools.islice(_naming(samples, layout, texts), 1):
            layout = _richer(samples, layout, {role: css})
    for css in itertools.islice(_naming(samples, layout, roles.captions), 1):
        pictures = next(_pictures(samples, css), None)
        layout = _richer(samples, layout, {"caption": css} | ({"image": pictures} if pictures else {}))
    return layout


def _richer(samples: Sequence[Sample], layout: Layout, selectors: dict[str, str]) -> Layout:
    """Return the layout with some selectors more, or as it is where a page's item loses by them."""
    richer = layout.model_copy(update=selectors)
    return richer if all(_score(one, richer) >= _score(one, layout) for one in samples) else layout


def _score(one: Sample, layout: Layout) -> int:
    """Return how many fields are as structure has them; -1 where the story itself is not."""
    article = one.read_with(layout)
    if article is None or article.paragraphs != one.article.paragraphs or article.headline != one.article.headline:
        return -1
    return sum(getattr(article, name) == getattr(one.article, name) for name in _FIELDS)


def _naming(samples: Sequence[Sample], layout: Layout, texts: Callable[[Sample], list[str]]) -> Iterator[str]:
    """Yield selectors that name just these texts on each page, outside the body."""

    def names_them(one: Sample, found: Sequence[_Element]) -> bool:
        (body,) = select(one.located.root, layout.body)
        inside = any(body is above for element in found for above in (element, *element.iterancestors()))
        return not inside and [one.located.text_of(element) for element in found] == list(map(squeezed, texts(one)))

    wanted = texts(samples[0])
    return _common(samples, samples[0].located.saying(wanted[0]) if wanted else [], names_them)


def _pictures(samples: Sequence[Sample], caption: str) -> Iterator[str]:
    """Yield selectors that name one picture for each caption."""

    def stands_there(one: Sample, found: Sequence[_Element]) -> bool:
        captions = select(one.located.root, caption)
        return len(found) == len(captions) and all(element.tag == "img" for element in found)

    holder = select(samples[0].located.root, caption)[0].getparent()
    return _common(samples, [] if holder is None else holder.iter("img"), stands_there)
