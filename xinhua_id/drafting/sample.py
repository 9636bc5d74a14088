"""A page of a site that is being described: its bytes, what structure reads on them, and where that stands.

Knows nothing of selectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xinhua_id.drafting.located import Located, squeezed
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import extract, tree
from xinhua_id.extraction.decode import unzipped, utf8
from xinhua_id.items import Article, Page
from xinhua_id.sources import Layout, Source


@dataclass(frozen=True)
class Sample:
    """One page of a site, read by structure alone."""

    page: Page
    article: Article

    @cached_property
    def located(self) -> Located:
        """Its text and elements."""
        body = utf8(unzipped(self.page.body), self.page.header("content-type"))
        root = tree.parse(body)
        if root is None:
            raise NotAnArticle("no-body", "the page has no element", where=self.page.url)
        return Located(root)

    @cached_property
    def body(self) -> range | None:
        """The stretch of text that holds the paragraphs."""
        return self.located.span(self.article.paragraphs)

    @cached_property
    def kept(self) -> list[str]:
        """Its texts that are the story's, squeezed."""
        article = self.article
        texts = [article.headline, article.lead, *article.paragraphs, *(image.caption for image in article.images)]
        return [said for text in texts if text and (said := squeezed(text))]

    def read_with(self, layout: Layout) -> Article | None:
        """Return what the layout gives, or None where it does not fit."""
        source = Source(
            name="draft", title="draft", base="https://draft.invalid", hosts=("draft.invalid",),
            permission="ask", verified=False, layout=(layout,),
        )  # fmt: skip
        try:
            article = extract(self.page, source)
        except NotAnArticle:
            return None
        return article if article.extraction.method == "layout" else None


def sample(page: Page) -> Sample:
    """Read a page by structure; raise `NotAnArticle` where it carries no story."""
    return Sample(page, extract(page, None))
