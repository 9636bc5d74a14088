"""One crawl of the project's own spider: ``python -m tests.crawl.polite_crawl JOB`` prints its stats.

JOB is JSON: ``seeds``, ``settings``, and perhaps ``source`` (a TOML's path), ``at`` where it is served,
``visited`` (how many seconds ago somebody else asked the seeds' site), and ``live_delay``: with it, loopback hosts are
treated as live ones whose floor is so many seconds, so that the manners towards live hosts can be watched on real
sockets. Beside the stats it prints the ``exit_code`` and the ``summary`` that a person would see.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from scrapy.crawler import Crawler

from xinhua_id.cli import summary
from xinhua_id.crawl.manners import politeness
from xinhua_id.crawl.target import targets
from xinhua_id.spiders import process


def run(job: dict[str, Any]) -> dict[str, Any]:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    if job.get("live_delay") is not None:
        politeness.LIVE_DELAY = job["live_delay"]
        vars(politeness)["is_loopback"] = _all_are_live
    seeds = job["seeds"]

    def watch(crawler: Crawler, _: process.Crawled) -> None:
        if job.get("visited") is not None:
            politeness.recently_visited(crawler, seeds[0], job["visited"])

    wanted = targets(job.get("source"), seeds, job.get("at"))
    done = process.crawl(wanted, settings=job["settings"], watch=watch)
    said = io.StringIO()
    stats: dict[str, Any] = {"exit_code": summary.exit_code(done)}
    for crawled in done:
        stats.update(crawled.stats)
        summary.show(Console(file=said, width=120, highlight=False), crawled)
    stats["summary"] = said.getvalue()
    return {key: value for key, value in stats.items() if isinstance(value, int | float | str)}


def _all_are_live(url: str) -> bool:
    return not url


if __name__ == "__main__":
    print(json.dumps(run(json.loads(Path(sys.argv[1]).read_text()))))  # noqa: T201
