"""One crawl of the benchmark's site, in a process of its own, and what it cost.

    python -m benchmarks.crawl_once WAY BASE FOLDER

Prints a line of JSON. CPU is counted from when everything is imported.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess

_QUIET: dict[str, Any] = {
    "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False, "COOKIES_ENABLED": False,
    "ROBOTSTXT_OBEY": True, "CONCURRENT_REQUESTS": 8, "CONCURRENT_REQUESTS_PER_DOMAIN": 8, "DOWNLOAD_DELAY": 0,
}  # fmt: skip


class Titles(scrapy.Spider):
    """Follows every link of the site and yields titles: a trivial parse."""

    name = "titles"

    def parse(self, response: scrapy.http.Response) -> Iterator[Any]:
        """Yield the title, and go on."""
        yield {"title": response.css("title::text").get(), "url": response.url}
        for href in response.css("a::attr(href)").getall():
            yield response.follow(href, self.parse)


def bare(base: str, folder: Path, *, jobdir: bool) -> Callable[[], int]:
    """Return what crawls with Scrapy alone, and tells how many pages came."""
    settings = {**_QUIET, "FEEDS": {str(folder / "titles.jsonl"): {"format": "jsonlines"}}}
    if jobdir:
        settings["JOBDIR"] = str(folder / "job")
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(Titles)

    def crawl() -> int:
        process.crawl(crawler, start_urls=[f"{base}/"])
        process.start()
        return int(crawler.stats.get_value("response_received_count", 0))

    return crawl


def ours(base: str, folder: Path, spent: list[float]) -> Callable[[], int]:
    """Return what crawls as `xinhua-id crawl` does."""
    from xinhua_id.crawl.target import targets
    from xinhua_id.spiders import process

    _count_frontier(spent)

    def crawl() -> int:
        settings = {"XINHUA_ID_ARCHIVE": str(folder / "a"), "LOG_LEVEL": "ERROR"}
        (done,) = process.crawl(targets(None, [f"{base}/"]), settings=settings)
        if done.error is not None or done.reason != "finished":
            raise SystemExit(f"the crawl ended with {done.reason}: {done.error}")
        return int(done.stats["response_received_count"])

    return crawl


def _count_frontier(spent: list[float]) -> None:
    """Add up the CPU inside the frontier's calls, those within another counted once."""
    from xinhua_id.crawl.frontier import Frontier

    depth = [0]

    def counted(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if depth[0]:
                return method(*arguments, **named)
            depth[0] += 1
            began = time.process_time()
            try:
                return method(*arguments, **named)
            finally:
                spent[0] += time.process_time() - began
                depth[0] -= 1

        return call

    for name in ("enter", "entered", "acknowledge", "start", "add", "_take", "pending", "waiting"):
        setattr(Frontier, name, counted(getattr(Frontier, name)))


def main() -> None:
    """Crawl, and tell."""
    way, base, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    spent = [0.0]
    crawl = ours(base, folder, spent) if way == "ours" else bare(base, folder, jobdir=way == "jobdir")
    began, wall = time.process_time(), time.monotonic()
    pages = crawl()
    told = {
        "pages": pages,
        "cpu": time.process_time() - began,
        "wall": time.monotonic() - wall,
        "frontier": spent[0],
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
