"""The ``Sitemap:`` lines of a robots.txt (RFC 9309 §2.2.4 leaves them to sitemaps.org).

What robots.txt allows is `crawl.manners.robots`'; this knows nothing of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from xinhua_id import urls
from xinhua_id.crawl.discovery.link import Kind, Link

_LINE = re.compile(r"^[ \t]*site-?maps?[ \t]*:[ \t]*([^\s#]+)", re.IGNORECASE | re.MULTILINE)


def robots_links(body: bytes, base: str, skipped: Counter[str]) -> Iterator[Link]:
    """Yield the sitemaps that a robots.txt names."""
    # RFC 9309 §2.2 lets a line end in CR alone.
    for found in _LINE.finditer(body.decode("utf-8-sig", "replace").replace("\r", "\n")):
        url = urls.absolute(base, found[1])
        if url is None:
            skipped["bad-url"] += 1
        else:
            yield Link(url, Kind.SITEMAP)
