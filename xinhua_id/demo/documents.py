"""The documents by which a site makes its stories known: feeds, sitemaps, WordPress REST, robots.txt.

Knows nothing of pages.
"""

from __future__ import annotations

import datetime as dt
import gzip
import html
import json
from collections.abc import Iterable, Sequence

from xinhua_id.demo import calendar_id
from xinhua_id.demo.content import Entry

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
RSS = "application/rss+xml; charset=UTF-8"
ATOM = "application/atom+xml; charset=UTF-8"
XML = "application/xml; charset=UTF-8"
JSON = "application/json; charset=UTF-8"


def rss(title: str, base: str, entries: Iterable[Entry]) -> str:
    """Return RSS 2.0."""
    items = "".join(
        f"<item><title>{html.escape(one.headline)}</title><link>{html.escape(base + one.path)}</link>"
        f"<pubDate>{calendar_id.rfc822(_when(one))}</pubDate>"
        f'<description><![CDATA[<img src="/foto/kecil.jpg">{one.excerpt} ...]]></description>'
        f'<guid isPermaLink="false">{html.escape(base + one.path)}</guid></item>\n'
        for one in entries
    )
    return (
        f'{_XML}<rss version="2.0"><channel><title>{title}</title><link>{base}/</link>'
        f"<description>Berita terkini</description><language>id</language>\n{items}</channel></rss>\n"
    )


def atom(title: str, base: str, entries: Iterable[Entry]) -> str:
    """Return Atom 1.0."""
    items = "".join(
        f'<entry><title type="html">{html.escape(html.escape(one.headline))}</title>'
        f"<id>{html.escape(base + one.path)}</id>"
        f'<link rel="alternate" href="{html.escape(one.path)}"/><updated>{_when(one).isoformat()}</updated>'
        f"<published>{_when(one).isoformat()}</published></entry>\n"
        for one in entries
    )
    return (
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{base}/"><title>{title}</title><id>{base}/</id>'
        f'<link rel="self" href="{base}/feed/atom/"/>\n{items}</feed>\n'
    )


def sitemap(base: str, entries: Iterable[Entry], *, zipped: bool = False) -> bytes:
    """Return a URL set, gzipped if asked."""
    urls = "".join(
        f"<url><loc>{html.escape(base + one.path)}</loc><lastmod>{_when(one).isoformat()}</lastmod></url>\n"
        for one in entries
    )
    text = f'{_XML}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'.encode()
    return gzip.compress(text, mtime=0) if zipped else text


def news_sitemap(base: str, title: str, entries: Iterable[Entry]) -> bytes:
    """Return a news sitemap."""
    urls = "".join(
        f"<url><loc>{html.escape(base + one.path)}</loc><news:news><news:publication><news:name>{title}</news:name>"
        f"<news:language>id</news:language></news:publication><news:publication_date>{_when(one).isoformat()}"
        f"</news:publication_date><news:title>{html.escape(one.headline)}</news:title></news:news></url>\n"
        for one in entries
    )
    return (
        f'{_XML}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{urls}</urlset>\n'
    ).encode()


def sitemap_index(base: str, paths: Iterable[str]) -> str:
    """Return a sitemap index."""
    maps = "".join(f"<sitemap><loc>{base}{path}</loc></sitemap>\n" for path in paths)
    return f'{_XML}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{maps}</sitemapindex>\n'


def posts(base: str, entries: Sequence[Entry], first_id: int) -> str:
    """Return one page of a WordPress posts collection."""
    return json.dumps(
        [
            {
                "id": first_id + at,
                "date": _when(one).replace(tzinfo=None).isoformat(),
                "date_gmt": _when(one).astimezone(dt.UTC).replace(tzinfo=None).isoformat(),
                "link": base + one.path,
                "status": "publish",
                "type": "post",
                "title": {"rendered": html.escape(one.headline)},
                "excerpt": {"rendered": f"<p>{html.escape(one.excerpt)} [&hellip;]</p>\n", "protected": False},
            }
            for at, one in enumerate(entries)
        ]
    )


def robots(base: str, disallow: Sequence[str], sitemaps: Sequence[str], *, delay: float | None = None) -> str:
    """Return robots.txt; ``delay`` in seconds is a Crawl-delay."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in disallow)]
    if delay is not None:
        lines.append(f"Crawl-delay: {delay}")
    return "\n".join([*lines, "", *(f"Sitemap: {base}{path}" for path in sitemaps)]) + "\n"


def _when(entry: Entry) -> dt.datetime:
    if entry.story is None:
        return dt.datetime(2023, 6, 1, 8, tzinfo=calendar_id.WIB)
    return entry.story.moment
