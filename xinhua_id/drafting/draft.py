"""Pages of a site to the draft of its source: who it is, and a layout for each kind of its pages.

Knows nothing of files.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xinhua_id import urls
from xinhua_id.drafting.layout import layout_for
from xinhua_id.drafting.sample import Sample, sample
from xinhua_id.drafting.selectors import select
from xinhua_id.drafting.site import Site, site_of
from xinhua_id.errors import UsageError
from xinhua_id.extraction import extract
from xinhua_id.items import Article, Page
from xinhua_id.sources import Discovery, Layout, Source

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")

#: How many times the text of its own body's element a layout for several pages may hold.
_CLOSE = 1.3


@dataclass(frozen=True, slots=True)
class Draft:
    """A source that nobody has looked at yet, the pages it was made from, and each page's article as it reads it.

    ``undescribed`` are the addresses or numbers of pages for which no layout was found: structure reads them.
    """

    source: Source
    site: Site
    pages: tuple[Page, ...]
    articles: tuple[Article, ...]
    undescribed: tuple[str, ...]


def draft(pages: Sequence[Page], name: str | None = None) -> Draft:
    """Return the draft of a source from pages of one site.

    Raises `NotAnArticle` for a page without a story, `UsageError` where no page says where it stands, the pages stand
    on several sites, or ``name`` is none.
    """
    samples = [sample(page) for page in pages]
    site = site_of(samples)
    name = name or name_of(site.base)
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"not a name for a source: {name!r}",
            now="Small letters, digits and hyphens, 41 at most: --name warta-contoh.",
        )
    groups, alone = _grouped(samples)
    source = Source(
        name=name, title=site.title, base=site.base, hosts=site.hosts, permission="ask", verified=False,
        language=_language(samples), timezone=site.timezone,
        discovery=Discovery(sitemaps=site.sitemaps, feeds=site.feeds, rest=site.rest),
        layout=tuple(_named(groups)),
    )  # fmt: skip
    return Draft(
        source, site, tuple(pages), tuple(_read(one, source) for one in samples),
        tuple(one.page.url or f"page {1 + samples.index(one)}" for one in alone),
    )  # fmt: skip


def name_of(base: str) -> str:
    """Return a name for a site from its host: ``warta-contoh`` for ``https://www.warta-contoh.example``."""
    host = urls.host(base).removeprefix("www.")
    named = urls.site(host)
    first = named.partition(".")[0] if not re.search(r"\d$", named) else host
    return re.sub(r"[^a-z0-9]+", "-", first).strip("-")[:41] or "site"


def _grouped(samples: Iterable[Sample]) -> tuple[list[Layout], list[Sample]]:
    """Return a layout for each kind of page, and the pages that none reads."""
    groups: list[tuple[list[Sample], Layout]] = []
    alone: list[Sample] = []
    for one in samples:
        own = layout_for([one], "draft")
        if own is None:
            alone.append(one)
            continue
        for at, (members, layout) in enumerate(groups):
            wider = layout_for([*members, one], "draft")
            if wider is not None and _is_as_close(one, wider, own) and _is_as_close(members[0], wider, layout):
                groups[at] = ([*members, one], wider)
                break
        else:
            groups.append(([one], own))
    return [layout for _, layout in groups], alone


def _is_as_close(one: Sample, wider: Layout, own: Layout) -> bool:
    """Whether a layout for several pages holds hardly more of a page than its own, and knows its date where that does.

    Pages of two kinds may share a ``<main>``; a layout of that says less than one for each kind.
    """
    if own.date is not None and wider.date is None:
        return False
    much, little = (
        sum(len(one.located.text_of(e)) for e in select(one.located.root, css)) for css in (wider.body, own.body)
    )
    return much <= _CLOSE * little


def _named(layouts: Iterable[Layout]) -> Iterable[Layout]:
    """Yield the layouts, the newest first, named by their years."""
    taken: dict[str, int] = {}
    for layout in sorted(layouts, key=lambda one: one.seen or dt.date.min, reverse=True):
        year = str(layout.seen.year) if layout.seen else "undated"
        taken[year] = taken.get(year, 0) + 1
        yield layout.model_copy(
            update={"name": year if taken[year] == 1 else f"{year}-{'abcdefghij'[(taken[year] - 1) % 10]}"}
        )


def _read(one: Sample, source: Source) -> Article:
    return extract(one.page, source)


def _language(samples: Sequence[Sample]) -> str:
    said = [one.article.language.partition("-")[0].lower() for one in samples]
    return max(set(said), key=said.count)
