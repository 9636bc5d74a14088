"""The WordPress REST API: the collection of posts, page by page, and the index that leads to it.

https://developer.wordpress.org/rest-api/using-the-rest-api/pagination/. Knows nothing of feeds or HTML.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from xinhua_id import urls
from xinhua_id.crawl.discovery.link import Kind, Link, oldest_if_newest_first
from xinhua_id.crawl.discovery.moments import moment
from xinhua_id.crawl.discovery.rules import Rules
from xinhua_id.items import Page

#: What a collection is asked for: as many as it gives at once, and only what discovery reads.
ASKED_FOR = {"per_page": "100", "_fields": "link,date,date_gmt,modified_gmt"}
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
        if posts and (following := _next_page(page, base)):
            yield Link(following, Kind.REST, modified=oldest_if_newest_first(posts))
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


def _next_page(page: Page, base: str) -> str | None:
    for address, relation in re.findall(r"<([^>]*)>\s*;\s*rel=\"?([\w .:/]+)", page.header("Link") or ""):
        if "next" in relation.split():
            return urls.absolute(base, address)
    total = (page.header("X-WP-TotalPages") or "").strip()
    parts = urlsplit(base)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    number = query.get("page", "1")
    if not (total.isdecimal() and number.isdecimal() and len(total) < 9 and len(number) < 9):
        return None
    if int(number) >= int(total):
        return None
    query["page"] = str(int(number) + 1)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query, safe="/,"), ""))
