"""A page or two of a live site, fetched as a crawl would fetch them.

Contact, permission, robots.txt and pauses count; nothing is followed, and the archive is thrown away.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from xinhua_id import urls
from xinhua_id.archive.pages import pages
from xinhua_id.crawl.target import Target
from xinhua_id.errors import UsageError, XinhuaIdError
from xinhua_id.items import Page
from xinhua_id.sources import Discovery, Source
from xinhua_id.spiders import process


def fetch(source: Source, addresses: Sequence[str]) -> list[Page]:
    """Return the pages at some addresses of a source's site, in their order; once in a process.

    Raises `UsageError` for an address that is none of the site's, what the crawl raises, and `XinhuaIdError` where a
    page does not come back.
    """
    wanted = [_address(source, address) for address in addresses]
    known = source.discovery
    only = Discovery(deny=(".",), delay=known.delay, cookies=known.cookies)
    alone = source.model_copy(update={"discovery": only})
    with tempfile.TemporaryDirectory(prefix="xinhua-id-check-") as folder:
        target = Target(source.name, alone, tuple(wanted))
        (crawled,) = process.crawl([target], settings={"XINHUA_ID_ARCHIVE": folder, "XINHUA_ID_REQUISITES": "none"})
        if crawled.error is not None:
            raise crawled.error
        found = {
            page.url: page
            for warc in sorted(Path(folder).rglob("*.warc.gz"))
            for page in pages(warc)
            if 200 <= page.status < 300
        }
    missing = next((address for address in wanted if address not in found), None)
    if missing is not None:
        outcomes = (key.removeprefix("outcome/") for key in crawled.stats if key.startswith("outcome/"))
        reasons = ", ".join(sorted(key for key in outcomes if "/" in key and key != "listing/robots"))
        raise XinhuaIdError(
            f"no page came back: {reasons or crawled.reason}", where=missing,
            now="Open it in a browser; where it redirects, check the address it leads to.",
        )  # fmt: skip
    return [found[address] for address in wanted]


def _address(source: Source, url: str) -> str:
    address = urls.absolute(url, url)
    if address is None or not source.owns(address):
        raise UsageError(
            f"{url} does not stand on a host of {source.name}", where=", ".join(source.hosts),
            now="Give a page of the site, or a saved file.",
        )  # fmt: skip
    return address
