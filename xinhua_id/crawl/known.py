"""What is known of each story already, so that none is written twice.

The same text brings nothing new, nor does a variant of a page whose story is known from its own address. One rule
for the crawl and for whoever reads its WARC again. Knows nothing of files.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from xinhua_id import urls
from xinhua_id.items import Article


@dataclass(slots=True)
class KnownStories:
    """The latest version of every story of one site, by id: its content digest, and whether its own address gave it."""

    _latest: dict[str, tuple[str, bool]] = field(default_factory=dict)

    def repeats(self, article: Article) -> str | None:
        """Return why an article brings nothing new, or None, and remember it then.

        ``unchanged``: the latest version has the same text. ``variant``: the page is another form of the story's page
        (AMP, print, a second address), and the story is known from its own address.
        """
        digest, own = self._latest.get(article.id, (None, False))
        if digest == article.content_digest:
            return "unchanged"
        if own and not _at_own_address(article.url, article.canonical_url):
            return "variant"
        self.remember(article.id, article.content_digest, article.url, article.canonical_url)
        return None

    def remember(self, ident: str, digest: str, url: str | None, canonical_url: str | None) -> None:
        """Take note of a version; one of a variant does not stand before one of the story's own address."""
        own = _at_own_address(url, canonical_url)
        if own or not self._latest.get(ident, ("", False))[1]:
            self._latest[ident] = digest, own


def _at_own_address(url: str | None, canonical_url: str | None) -> bool:
    return url is None or canonical_url is None or urls.canonical(url) == canonical_url
