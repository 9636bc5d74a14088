"""One crawl with the wire capture: ``python -m tests.crawl.wire_crawl JOB`` prints what became of it.

JOB is JSON: ``archive``, ``requests`` (arguments of `scrapy.Request`), ``settings``, ``file_limit`` in bytes, ``run``,
``conditional``: ask with the validators that are kept.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from twisted.python.failure import Failure

from xinhua_id.crawl.capture import Captures
from xinhua_id.crawl.wire import handler as wire

SETTINGS = {
    "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "xinhua_id.crawl.wire.handler.WireDownloadHandler"),
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
        "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    },
    "ROBOTSTXT_OBEY": False,
    "CONCURRENT_REQUESTS": 1,
    "DOWNLOAD_DELAY": 0,
    "HTTPERROR_ALLOW_ALL": True,
    "XINHUA_ID_DEDUPLICATE": "none",  # many answers say the same word
    "REMOTE_CONTROL_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "COOKIES_ENABLED": False,
    "LOG_LEVEL": "ERROR",
    "USER_AGENT": "uji/1.0 (+https://contoh.id)",
    "DEFAULT_REQUEST_HEADERS": {"Accept-Encoding": "gzip, deflate, br"},
}


class WireSpider(scrapy.Spider):
    name = "wire"
    job: dict[str, Any]

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> WireSpider:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.seen: list[dict[str, Any]] = []  # type: ignore[misc]
        spider.captures = Captures.of(crawler)
        crawler.signals.connect(spider.opened, signals.spider_opened)
        crawler.signals.connect(spider.stop_if_asked, signals.bytes_received)
        return spider

    captures: Captures
    seen: list[dict[str, Any]]

    def opened(self) -> None:
        if not self.job.get("unopened"):
            self.captures.open(Path(self.job["archive"]), self.job.get("run", "uji-1"), "uji@0123456789ab")

    def stop_if_asked(self, request: scrapy.Request) -> None:
        if request.meta.get("stop"):
            raise StopDownload(fail=False)

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for priority, request in enumerate(self.job["requests"]):
            if self.job.get("conditional"):
                request = {**request, "headers": self.captures.conditions(request["url"])}
            yield scrapy.Request(
                **request, dont_filter=True, callback=self.arrived, errback=self.failed, priority=-priority
            )

    def arrived(self, response: Response) -> None:
        assert response.request is not None
        self._keep(response.request, None)

    def failed(self, failure: Failure) -> None:
        self._keep(failure.request, type(failure.value).__name__)  # type: ignore[attr-defined]

    def _keep(self, request: scrapy.Request, error: str | None) -> None:
        truncated = self.captures.truncated(request)
        page = self.captures.page(request)
        told: dict[str, Any] = {"url": request.url, "error": error, "truncated": truncated, "page": None}
        if page is not None and page.capture is not None:
            told["page"] = {
                "url": page.url,
                "status": page.status,
                "headers": page.headers,
                "length": len(page.body),
                "sha256": hashlib.sha256(page.body).hexdigest(),
                "incomplete": page.incomplete,
                "capture": page.capture.model_dump(mode="json"),
            }
        self.seen.append(told)


def run(job: dict[str, Any]) -> dict[str, Any]:
    if job.get("file_limit"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["file_limit"], job["file_limit"]))
    process = CrawlerProcess({**SETTINGS, **job.get("settings", {})})
    crawler = process.create_crawler(WireSpider)
    if job.get("misfit"):
        delattr(wire._TappedProtocol, "dataReceived")
    process.crawl(crawler, job=job)
    process.start()
    captures = Captures.of(crawler)
    stats = {key: value for key, value in crawler.stats.get_stats().items() if isinstance(value, int | str)}
    return {
        "seen": getattr(crawler.spider, "seen", []),
        "stats": stats,
        "error": str(captures.error) if captures.error else None,
        "path": str(captures.committer.writer.path) if captures.committer else None,
        "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


if __name__ == "__main__":
    print(json.dumps(run(json.loads(Path(sys.argv[1]).read_text()))))  # noqa: T201
