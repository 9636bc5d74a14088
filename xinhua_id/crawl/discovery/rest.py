"""The WordPress REST API: the collection of posts, page by page, and the index that leads to it. JSON Feed beside it.

https://developer.wordpress.org/rest-api/using-the-rest-api/pagination/, https://www.jsonfeed.org/version/1.1/. Knows
nothing of XML feeds or HTML.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from xinhua_id import urls
from xinhua_id.crawl.discovery import header
from xinhua_id.crawl.discovery.backfill import ASKED_FOR
from xinhua_id.crawl.discovery.link import Kind, Link, bound_of_next_page
from xinhua_id.crawl.discovery.moments import moment
from xinhua_id.crawl.discovery.rules import Rules
from xinhua_id.items import Page

POSTS = "wp/v2/posts"


def rest_links(page: Page, base: str, rules: Rules, skipped: Counter[str]) -> Iterator[Link]:
    """Yield the stories of a collection and its next page; of the API's index, the collection of posts."""
    try:
        answer = json.loads(page.body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        skipped["not-json"] += 1
        return
    if isinstance(answer, list):
        posts = list(_posts(answer, base, rules, skipped))
        yield from posts
        if posts and (following := _next_page(page, base, len(answer))):
            yield Link(following, Kind.REST, modified=bound_of_next_page(posts), follows=True)
    elif isinstance(answer, dict) and "jsonfeed.org/" in str(answer.get("version")):
        yield from _json_feed(answer, base, rules, skipped)
    elif isinstance(answer, dict) and isinstance(answer.get("routes"), dict):
        yield Link(collection(base), Kind.REST)
    else:  # `{"code": "rest_no_route", …}`: switched off, or a page past the last
        skipped["not-a-collection"] += 1


def collection(api: str) -> str:
    """Return the address of the posts under an API's root, whether it is a path or ``?rest_route=/``."""
    parts = urlsplit(api)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "rest_route" in query:
        query["rest_route"] = query["rest_route"].rstrip("/") + f"/{POSTS}"
        path = parts.path
    else:
        path = f"{parts.path.rstrip('/')}/{POSTS}"
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode({**query, **ASKED_FOR}, safe="/,"), ""))


def _posts(answer: list[Any], base: str, rules: Rules, skipped: Counter[str]) -> Iterator[Link]:
    for post in answer:
        written = post.get("link") if isinstance(post, dict) else None
        url = urls.absolute(base, written) if isinstance(written, str) else None
        if url is None:
            skipped["bad-url"] += 1
            continue
        yield Link(
            url,
            rules.kind(url),
            _date(post, "date_gmt", dt.UTC, skipped) or _date(post, "date", rules.zone, skipped),
            _date(post, "modified_gmt", dt.UTC, skipped),
        )


def _date(post: Mapping[str, Any], key: str, zone: dt.tzinfo | str, skipped: Counter[str]) -> dt.datetime | None:
    written = post.get(key)
    if not isinstance(written, str) or not written:
        return None
    found = moment(written, zone)
    if found is None:
        skipped["bad-date"] += 1
    return found


def _json_feed(answer: Mapping[str, Any], base: str, rules: Rules, skipped: Counter[str]) -> Iterator[Link]:
    items = answer.get("items")
    for item in items if isinstance(items, list) else ():
        written = item.get("url") if isinstance(item, dict) else None
        url = urls.absolute(base, written) if isinstance(written, str) else None
        if url is None:
            skipped["bad-url"] += 1
            continue
        published = _date(item, "date_published", rules.zone, skipped)
        yield Link(url, rules.kind(url), published, _date(item, "date_modified", rules.zone, skipped))
    following = answer.get("next_url")
    if isinstance(following, str) and (url := urls.absolute(base, following)):
        yield Link(url, Kind.FEED, follows=True)


def _next_page(page: Page, base: str, held: int) -> str | None:
    """Return the next page of a collection that ``held`` so many posts: by its headers, or because it was full.

    Proxies drop headers that they do not know; the page after the last is answered with 400, and that is the end.
    """
    for address in header.named(page, "next"):
        return urls.absolute(base, address)
    total = (page.header("X-WP-TotalPages") or "").strip()
    parts = urlsplit(base)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    number, full = _whole(query.get("page", "1")), _whole(query.get("per_page", "10"))
    if number is None or full is None:
        return None
    last = _whole(total)
    if number >= last if last is not None else held < full:
        return None
    query["page"] = str(number + 1)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query, safe="/,:"), ""))


def _whole(written: str) -> int | None:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 9 else None
