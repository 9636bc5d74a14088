"""Validate: no item is stored that its own schema would not read back, or that is no story.

The model makes sure of types; what it cannot say is said here.
"""

from __future__ import annotations

from pydantic import ValidationError

from xinhua_id.crawl.visit import Visit
from xinhua_id.items import Article, Outcome
from xinhua_id.pipelines.stage import Stage


class Validate(Stage):
    """End a Visit as ``failed/invalid-…`` whose article does not hold."""

    name = "validate"

    def advance(self, visit: Visit) -> None:
        """Check the article; the reason names what is wrong with it."""
        fault = fault_of(visit.article)
        if fault is not None:
            visit.end(Outcome.FAILED, f"invalid-{fault[0]}", fault[1])


def fault_of(article: Article | None) -> tuple[str, str] | None:
    """Return what is wrong with an article as (countable name, words), or None where it holds."""
    if article is None:
        return "article", "no article came out of extraction"
    if not article.headline.strip():
        return "headline", "the headline is empty"
    if not any(paragraph.strip() for paragraph in article.paragraphs):
        return "body", "there is no paragraph"
    if article.text != "\n\n".join(article.paragraphs):
        return "text", "the text is not its paragraphs joined by a blank line"
    try:
        again = Article.model_validate_json(article.to_json())
    except ValidationError as error:
        return "schema", str(error)
    return None if again == article else ("schema", "reading the item back gives another one")
