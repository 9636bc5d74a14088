"""Separate: turn a captured page into an article; a page that is none says why.

Extraction is a pure function of the page; here it is only called, and its range of dates applied.
"""

from __future__ import annotations

from xinhua_id import paging, urls
from xinhua_id.crawl.discovery import Kind, Rules
from xinhua_id.crawl.visit import Visit
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import extract
from xinhua_id.items import Article, Outcome
from xinhua_id.pipelines.stage import Stage

#: Reasons by which extraction says that a page only leads to others.
_LEADING = frozenset({"listing", "feed-or-sitemap"})


class Separate(Stage):
    """Set the Visit's article; everything removed from the page stays on it, under the rule's name."""

    name = "separate"

    def advance(self, visit: Visit) -> None:
        """Extract the page; end the Visit where it carries no story, or one outside the range of dates."""
        if visit.page is None:
            visit.end(Outcome.FAILED, "not-captured")
            return
        try:
            article = extract(visit.page, visit.source)
        except NotAnArticle as error:
            outcome = Outcome.LISTING if error.reason in _LEADING else Outcome.NO_ARTICLE
            visit.end(outcome, error.reason, error.what)
            if outcome is Outcome.LISTING and visit.lease.kind is Kind.STORY:
                visit.links, visit.aside = self.spider.leads(visit.page, Kind.LISTING)  # as a story it led nowhere
            return
        visit.published = article.date_published
        visit.aliases = _aliases(article, visit, self.spider.rules)
        if self.spider.range.holds(article.date_published):
            visit.article, visit.digest = article, article.content_digest
            if visit.lease.kind is not Kind.STORY and visit.lease.kind is not Kind.PART:
                visit.links = [*self.spider.leads(visit.page, Kind.STORY)[0], *visit.links]  # its other parts first
        else:
            visit.end(Outcome.NO_ARTICLE, "out-of-range")


def _aliases(article: Article, visit: Visit, rules: Rules) -> list[str]:
    """Return the address that a story's page calls its own, if it is another and may be a story's.

    Some sites call their front page, or a section, the canonical address of every story.
    """
    own, url = article.canonical_url, visit.lease.url
    if own is None or own == urls.canonical(url) or urls.where(own) in {"", "/"} or not rules.allows(own):
        return []
    return [own] if rules.kind(own) in {Kind.STORY, Kind.PAGE} and paging.is_story_like(own) else []
