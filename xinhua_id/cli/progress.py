"""How a crawl goes, while it goes: one moving line on a terminal, a plain line now and then in a log."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.text import Text
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler

from xinhua_id.cli.consoles import size
from xinhua_id.cli.summary import pages
from xinhua_id.crawl.frontier import Frontier
from xinhua_id.crawl.stopping import closing
from xinhua_id.items import Outcome
from xinhua_id.spiders.process import Crawled

#: Seconds between two plain lines in a log.
_PLAIN_EVERY = 10.0


class Progress:
    """Shows the crawl under way on ``console``; use it as a context manager around the crawl."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._crawler: Crawler | None = None
        self._name = ""
        self._url = ""
        self._begun = self._spoken = clock()
        self._live = Live(console=console, get_renderable=self._line, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        """Begin to move, on a terminal."""
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leave the screen to the summary."""
        self._live.stop()

    def watch(self, crawler: Crawler, crawled: Crawled) -> None:
        """Follow a crawl that is about to begin."""
        self._name, self._url = crawled.target.name, ""
        self._begun = self._spoken = self._clock()
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._reached, signal=signals.request_reached_downloader)
        crawler.signals.connect(self._visited, signal=signals.item_scraped)
        if not self._console.is_terminal:
            where = escape(str(crawled.run.log))
            self._console.print(f"{escape(self._name)}: crawling; log in {where}", soft_wrap=True)

    def _opened(self, spider: Spider) -> None:
        self._crawler = spider.crawler

    def _reached(self, request: Request) -> None:
        self._url = request.url

    def _visited(self) -> None:
        now = self._clock()
        if not self._console.is_terminal and now - self._spoken >= _PLAIN_EVERY:
            self._spoken = now
            self._console.print(self._line(), soft_wrap=True)

    def _line(self) -> Text:
        stats = self._crawler.stats.get_stats() if self._crawler else {}
        frontier: Frontier | None = getattr(self._crawler, "frontier", None)  # there once the run has begun
        waiting = frontier.waiting() if frontier else 0
        parts = [
            f"{int(self._clock() - self._begun)} s",
            f"{stats.get('response_received_count', 0)} pages",
            f"{stats.get('outcome/story', 0)} stories",
            f"{pages(stats, Outcome.FAILED)} failed",
            size(stats.get("downloader/response_bytes", 0)),
            f"{waiting} waiting",
        ]
        line = Text(f"{self._name}  ", style="bold", no_wrap=self._console.is_terminal, overflow="ellipsis")
        line.append(" · ".join(parts), style="not bold")
        if self._crawler and closing(self._crawler):
            return line.append("  ending with what is under way; Ctrl-C again breaks it off", style="yellow not bold")
        return line.append(f"  {self._url}", style="dim not bold")
