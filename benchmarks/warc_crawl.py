"""One crawl of the benchmark's site, in a process of its own: what it captures, and what that costs it.

    python warc_crawl.py WAY BASE PAGES FOLDER

WAY is `bare`, `ours`, `warcio` or `scrapy-webarchive`. Prints JSON. Runs under whatever interpreter has what the way
needs, also with the Scrapy of 2024 that scrapy-webarchive pins, so it asks for Scrapy alone until the way is known.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler, CrawlerProcess

_SETTINGS: dict[str, Any] = {
    "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False, "COOKIES_ENABLED": False,
}  # fmt: skip


class Reader(scrapy.Spider):
    """Fetch so many pages and do nothing with them."""

    name = "reader"
    begun: Callable[[Crawler], None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Reader:
        """Begin what is to be written once the spider opens."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider.begun is not None:
            crawler.signals.connect(lambda: spider.begun(crawler), signals.spider_opened, weak=False)
        return spider

    def parse(self, response: scrapy.http.Response) -> None:
        """Do nothing."""


class Warcio:
    """What a Scrapy user writes to keep WARC with warcio: its defaults, response and request of every download."""

    def __init__(self, crawler: Crawler) -> None:
        from warcio.warcwriter import WARCWriter

        self._file = Path(crawler.settings["BENCH_FOLDER"], "warcio.warc.gz").open("wb")  # noqa: SIM115
        self._writer = WARCWriter(self._file, gzip=True)
        crawler.signals.connect(self._downloaded, signals.response_downloaded)
        crawler.signals.connect(self._closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Warcio:
        """Make it."""
        return cls(crawler)

    def _closed(self) -> None:
        self._file.close()

    def _downloaded(self, response: scrapy.http.Response, request: scrapy.Request) -> None:
        from warcio.statusandheaders import StatusAndHeaders

        said = [
            (name.decode(), value.decode()) for name in response.headers for value in response.headers.getlist(name)
        ]
        head = StatusAndHeaders(f"{response.status} OK", said, protocol="HTTP/1.1")
        answer = self._writer.create_warc_record(
            response.url, "response", payload=io.BytesIO(response.body), http_headers=head
        )
        asked = [(name.decode(), value.decode()) for name in request.headers for value in request.headers.getlist(name)]
        line = StatusAndHeaders(f"{request.method} {request.url} HTTP/1.1", asked, is_http_request=True)
        question = self._writer.create_warc_record(request.url, "request", http_headers=line)
        self._writer.write_request_response_pair(question, answer)


def _begin_ours(crawler: Crawler) -> None:
    from xinhua_id.crawl.capture import Captures

    about = {"source": "ukur@0", "begun_at": dt.datetime.now(dt.UTC)}
    Captures.of(crawler).open(Path(crawler.settings["BENCH_FOLDER"], "ukur"), "ukur", "ukur@0", about)


_WAYS: dict[str, dict[str, Any]] = {
    "bare": {},
    "ours": {"DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "xinhua_id.crawl.wire.handler.WireDownloadHandler")},
    "warcio": {"EXTENSIONS": {Warcio: 0}},
    "scrapy-webarchive": {
        "EXTENSIONS": {"scrapy_webarchive.extensions.WaczExporter": 543},
        "SW_EXPORT_URI": "paket/",
    },
}


def crawl(way: str, base: str, pages: int, folder: str) -> dict[str, Any]:
    """Crawl, and return what it cost. ``begun`` is what the process had used before the crawl: imports."""
    synced = _count_syncs()
    os.chdir(folder)
    process = CrawlerProcess({**_SETTINGS, **_WAYS[way], "BENCH_FOLDER": folder})
    urls = [f"{base}/{number}" for number in range(pages)]
    crawler = process.create_crawler(Reader)
    process.crawl(crawler, start_urls=urls, begun=_begin_ours if way == "ours" else None)
    begun = _used()
    process.start()
    return {
        "cpu": _used(),
        "begun": begun,
        "syncs": synced(),
        "pages": crawler.stats.get_value("response_received_count") or 0,
        "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "scrapy": scrapy.__version__,
    }


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _count_syncs() -> Callable[[], int]:
    """Count what Python asks to be made durable; SQLite syncs in C, once a commit of the catalogue, and is not seen."""
    fsync, found = os.fsync, [0]

    def counted(handle: Any) -> None:
        found[0] += 1
        fsync(handle)

    vars(os)["fsync"] = counted
    return lambda: found[0]


if __name__ == "__main__":
    print(json.dumps(crawl(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])))
