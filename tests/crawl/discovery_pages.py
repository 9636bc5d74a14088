"""A site to discover things on, and pages of it."""

from __future__ import annotations

import datetime as dt

from xinhua_id.crawl.discovery import Found, Link, Rules
from xinhua_id.items import Page
from xinhua_id.sources import Discovery, Source

BASE = "https://contoh.id"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'

UNDESCRIBED = Rules.of(None, [f"{BASE}/"])
SOURCE = Source(
    name="contoh", title="Contoh", base=BASE, hosts=("contoh.id", "www.contoh.id"), permission="open", verified=False,
    discovery=Discovery(
        listings=("/terkini",), feeds=("/rss.xml",), rest=("/wp-json/wp/v2/posts",), last_page=50,
        story=(r"^/berita/\d+(/|$|\?)",), listing=(r"^/terkini(\?page=\d+)?$", r"^/tag/[^/]+(/\d+)?$"),
        deny=(r"^/berita/13/",),
    ),
)  # fmt: skip
DESCRIBED = Rules.of(SOURCE)


def page(body: str | bytes, path: str = "/terkini", **headers: str) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    return Page(BASE + path, headers=tuple((k.replace("_", "-"), v) for k, v in headers.items()), body=raw)


def paths(found: Found | list[Link]) -> list[str]:
    every = found.links if isinstance(found, Found) else found
    return [link.url.removeprefix(BASE) for link in every]


def anchors(*hrefs: str) -> str:
    return "<html><body>" + "".join(f'<a href="{href}">Warta</a> ' for href in hrefs)


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type,misc]
