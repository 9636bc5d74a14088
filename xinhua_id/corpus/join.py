"""Stories in several pages put together: the items of one story in, one article out.

    parts 1, 2 and 4 of 4  →  one article whose ``part`` names what it was joined from, and that 3 is missing

Pure. A later page repeats headline, dateline or lead, and often the paragraph at the seam: what is left out stands in
``removed`` under `REPEATED`. Knows nothing of files, pages or how parts were told apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set

from xinhua_id import paging, urls
from xinhua_id.items import Article, Image, JoinedPart, Origin, Removed, StoryPart
from xinhua_id.text import content_digest, words_of

#: The rule under which a joined story names what a later page said again.
REPEATED = "repeated-on-part"
#: So many paragraphs at most are said again at a seam.
_SEAM = 3
#: Less of the text than this is not the whole story.
_WHOLE = 0.9
#: A text that is kept on an item is no longer than this.
_SHOWN = 500


def story_of(article: Article) -> str:
    """Return the id of the story that an item belongs to: its own, or that of page 1."""
    if article.part is not None:
        return article.part.story_id
    whole = paging.whole_of(article.canonical_url) if article.canonical_url else None
    return urls.url_id(whole) if whole else article.id


def join(items: Iterable[Article]) -> Article:
    """Return one article for the items of one story: its parts in order, or the page that holds it whole.

    Of a part that comes twice the last is taken. A page that shows the whole story is believed, unless it lacks a tenth
    of what the parts give: some sites answer ``?page=all`` with page 1. Raises `ValueError` for no item, or items of
    several stories.
    """
    every = list(items)
    if len({story_of(item) for item in every}) != 1:
        raise ValueError("the items to join are not of one story")
    parts = {item.part.number: item for item in every if item.part is not None}
    joined = _joined([parts[number] for number in sorted(parts)]) if parts else None
    best = max((item for item in every if item.part is None), key=lambda one: len(one.text), default=joined)
    if best is None or (joined is not None and len(best.text) < _WHOLE * len(joined.text)):
        best = joined
    assert best is not None
    story = story_of(best)
    if best.id == story:
        return best
    return best.model_copy(update={"id": story, "canonical_url": _story_address(best)})


def _joined(parts: Sequence[Article]) -> Article:
    first = parts[0]
    paragraphs = list(first.paragraphs)
    removed = list(first.removed)
    opening = Counter(words_of(part.paragraphs[0]) for part in parts[1:])
    everywhere = {words for words, count in opening.items() if count > 1}
    for part in parts[1:]:
        own, again = _without_repetition(paragraphs, part, first, everywhere)
        said_before = len(paragraphs)
        removed += [_repeated(text, said_before) for text in again]
        removed += [_moved(one, len(part.paragraphs) - len(own), said_before) for one in part.removed]
        paragraphs += own
    text = "\n\n".join(paragraphs)
    return first.model_copy(
        update={
            **_merged(parts),
            "id": first.part.story_id if first.part else first.id,
            "canonical_url": _story_address(first),
            "paragraphs": paragraphs,
            "text": text,
            "content_digest": content_digest(text),
            "images": _images(parts),
            "removed": removed,
            "part": _account(parts),
        }
    )


def _account(parts: Sequence[Article]) -> StoryPart:
    """Return what a story was joined from, and the numbers that are missing.

    A part that names no total has at least one behind it: where none does, the next one is missing.
    """
    said = [item.part for item in parts if item.part is not None]
    numbers = [part.number for part in said]
    totals = [part.total for part in said if part.total is not None]
    total = max([*totals, *numbers]) if totals else None
    last = total if total is not None else max(numbers) + 1
    return StoryPart(
        story_id=said[0].story_id,
        number=numbers[0],
        total=total,
        joined=[
            JoinedPart(number=number, id=item.id, url=item.url, capture=item.capture)
            for number, item in zip(numbers, parts, strict=True)
        ],
        missing=[number for number in range(1, last + 1) if number not in numbers],
    )


def _without_repetition(
    before: Sequence[str], part: Article, first: Article, everywhere: Set[str]
) -> tuple[list[str], list[str]]:
    """Return the paragraphs of a later part that are new, and what it says again, both in order.

    A lead is often a paragraph of the story said twice. One that opens a later part is the page's repetition where the
    headline stands above it, or where it opens other parts as well (``everywhere``), and else that paragraph.
    """
    own = list(part.paragraphs)
    again: list[str] = []
    heads = {words_of(first.headline), words_of(part.headline)} - {""}
    lead = words_of(first.lead or "")
    if part.lead and words_of(part.lead) not in {*heads, lead}:
        own.insert(0, part.lead)  # a part's opening paragraph, set like a lead
    while own and (words_of(own[0]) in heads or (lead == words_of(own[0]) != "" and (again or lead in everywhere))):
        again.append(own.pop(0))
    overlap = next(
        (count for count in range(min(_SEAM, len(own), len(before)), 0, -1) if list(before[-count:]) == own[:count]), 0
    )
    again += own[:overlap]
    own = own[overlap:]
    line = first.dateline.raw if first.dateline else None
    if own and line and own[0].startswith(line) and (rest := own[0][len(line) :].strip()):
        again.append(line)
        own[0] = rest
    return own, again


def _repeated(text: str, position: int) -> Removed:
    return Removed(rule=REPEATED, text=text[:_SHOWN], position=position, characters=len(text), digest=None)


def _moved(one: Removed, dropped: int, before: int) -> Removed:
    """Return a part's line of ``removed`` with its place in the whole story."""
    if one.position is None:
        return one
    return one.model_copy(update={"position": before + max(0, one.position - max(0, dropped))})


def _merged(parts: Sequence[Article]) -> dict[str, object]:
    """Return the fields that a later page may be the first to give: credits stand on the last page, as a rule."""
    signed = next((item for item in parts if item.origin is not Origin.UNKNOWN), parts[0])
    of_authors = next((item.authors for item in parts if item.authors), [])
    found: dict[str, object] = {
        name: next((value for item in parts if (value := getattr(item, name)) is not None), None)
        for name in ("byline", "editor", "translator", "date_published", "date_modified", "section", "event_date")
    }
    found |= {
        f"{name}_raw": next((getattr(item, f"{name}_raw") for item in parts if getattr(item, name) is not None), None)
        for name in ("date_published", "date_modified")
        if found[name] is not None
    }
    notice = next((item.rights.notice for item in parts if item.rights.notice), None)
    return found | {
        "origin": signed.origin,
        "origin_evidence": signed.origin_evidence,
        "provider": signed.provider,
        "authors": of_authors,
        "tags": list(dict.fromkeys(tag for item in parts for tag in item.tags)),
        "rights": parts[0].rights.model_copy(update={"notice": notice}),
    }


def _images(parts: Sequence[Article]) -> list[Image]:
    """Return the pictures of all parts in order, each once."""
    seen: dict[str, Image] = {}
    for item in parts:
        for image in item.images:
            name = image.url or f"caption: {image.caption} {image.credit}"
            known = seen.get(name)
            if known is None or (known.caption is None and image.caption is not None):
                seen[name] = image
    return list(seen.values())


def _story_address(item: Article) -> str | None:
    """Return the canonical address of page 1, where the item's own leads to it."""
    address = item.canonical_url
    if address is None or urls.url_id(address) == story_of(item):
        return address
    own = paging.numbered(address)
    bases = (paging.whole_of(address), own.base if own else None)
    return next((base for base in bases if base and urls.url_id(base) == story_of(item)), None)
