"""One crawl of the project's own spider, as a process of its own: ``python polite_crawl.py JOB`` prints its stats.

JOB is JSON: ``seeds``, ``settings``, and ``live_delay``: with it, loopback hosts are treated as live ones whose floor
is so many seconds, so that the manners towards live hosts can be watched on real sockets.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

from xinhua_id.crawl import politeness
from xinhua_id.crawl.target import targets
from xinhua_id.spiders import process


def run(job: dict[str, Any]) -> dict[str, Any]:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    if job.get("live_delay") is not None:
        politeness.LIVE_DELAY = job["live_delay"]
        vars(politeness)["is_loopback"] = _all_are_live
    done = process.crawl(targets(None, job["seeds"]), settings=job["settings"])
    stats: dict[str, Any] = {}
    for crawled in done:
        stats.update(crawled.stats)
    return {key: value for key, value in stats.items() if isinstance(value, int | float | str)}


def _all_are_live(url: str) -> bool:
    return not url


if __name__ == "__main__":
    print(json.dumps(run(json.loads(Path(sys.argv[1]).read_text()))))  # noqa: T201
