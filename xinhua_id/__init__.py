"""xinhua_id: Xinhua's Indonesian-language stories, captured byte for byte and read as clean articles.

    import xinhua_id

    articles = xinhua_id.read("archives")                     # iterable; .to_pandas()
    article = xinhua_id.extract(body, url=url, captured=when)  # one page → Article, or NotAnArticle with the reason

What stands behind the two is imported when they are called, so that importing the package costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from xinhua_id.corpus.read import Articles
    from xinhua_id.items import Article
    from xinhua_id.sources import Source

__all__ = ["__version__", "extract", "read"]
__version__ = "0.1.0"


def read(archive: str | Path = "archives", *, versions: bool = False, joined: bool | None = None) -> Articles:
    """Return the articles of an archive, a source's folder or a ``.jsonl`` file.

    Of an article that was captured in several versions the latest is given, with ``versions=True`` every one. A story
    in several pages is one article; ``joined=False`` gives its parts, as ``versions=True`` does. Raises `UsageError`
    where there are no items.
    """
    from xinhua_id.corpus.read import read as read_items

    return read_items(archive, versions=versions, joined=joined)


def extract(
    body: bytes | str,
    *,
    url: str | None = None,
    captured: dt.datetime | None = None,
    status: int = 200,
    headers: Iterable[tuple[str, str]] = (),
    source: str | Source | None = None,
) -> Article:
    """Return the article on one page.

    ``body`` is the page as bytes in its own charset, or its HTML as str. ``captured`` is an aware datetime.
    ``headers`` are the response's. ``source`` is a source, its name or the path of its TOML; without one the URL's host
    decides, and a site nobody described is read by its structure. Raises `NotAnArticle` with the reason,
    `SourceError` for an unknown source, `UsageError` for a naive ``captured``.
    """
    from xinhua_id import sources
    from xinhua_id.errors import UsageError
    from xinhua_id.extraction import extract as separate
    from xinhua_id.items import Page

    if captured is not None and captured.tzinfo is None:
        raise UsageError("captured has no time zone", now="Give an aware datetime, such as datetime.now(UTC).")
    fields = tuple(headers)
    if isinstance(body, str):
        body = body.encode("utf-8", "replace")
        others = ((name, value) for name, value in fields if name.lower() != "content-type")
        fields = (("Content-Type", "text/html; charset=utf-8"), *others)
    if isinstance(source, str):
        source = sources.get(source)
    elif source is None and url is not None:
        source = sources.match(url)
    return separate(Page(url, status, fields, body, captured), source)
