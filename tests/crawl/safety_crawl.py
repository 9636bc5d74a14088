"""A crawl by the project's own settings, as a process of its own: ``python -m tests.crawl.safety_crawl JOB``.

JOB is JSON: ``seeds`` or ``source`` (a TOML's path), ``settings``, and ``names``: the addresses that a host's name
leads to, each in turn, the last one from then on; no other name exists. ``public``: addresses of this machine that
count as public ones, so that a live site can stand on loopback; there is no pause between requests to one. Prints the
stats of all sites together and what was looked at.
"""

from __future__ import annotations

import json
import logging
import re
import socket
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from twisted.internet.base import ReactorBase, ThreadedResolver
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import DNSLookupError
from twisted.internet.tcp import Port

from xinhua_id.crawl.manners import politeness
from xinhua_id.crawl.target import targets
from xinhua_id.crawl.wire import addresses
from xinhua_id.spiders import process

looked_up: list[str] = []
names: dict[str, list[str]] = {}
seen: dict[str, Any] = {"extensions": [], "ports": []}


class Names(ThreadedResolver):
    """Looks names up in the job; caches nothing, as an attacker's name server would have it."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        return cls(reactor)

    def install_on_reactor(self) -> None:
        reactor: Any = self.reactor
        reactor.installResolver(self)

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:  # noqa: N802 (Twisted's name)
        if name.replace(".", "").isdigit():
            return succeed(name)
        looked_up.append(name)
        found = names.get(name, [])
        if not found:
            return fail(DNSLookupError(name))
        return succeed(found.pop(0) if len(found) > 1 else found[0])


def watch(crawler: Crawler, _crawled: process.Crawled) -> None:
    def opened() -> None:
        from twisted.internet import reactor

        reading: Any = reactor
        seen["extensions"] = sorted(type(one).__name__ for one in crawler.extensions.middlewares)
        seen["ports"] = [repr(one) for one in reading.getReaders() if isinstance(one, Port)]

    crawler.signals.connect(opened, signals.spider_opened, weak=False)


def _noted(host: Any, *arguments: Any, **named: Any) -> Any:
    """Look a name up past Scrapy, as what fetches with `requests` does."""
    looked_up.append(str(host))
    return _really_look_up(host, *arguments, **named)


_really_look_up = socket.getaddrinfo


def run(job: dict[str, Any]) -> dict[str, Any]:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    vars(socket)["getaddrinfo"] = _noted
    names.update(job.get("names", {}))
    politeness.PolitenessMiddleware.delay_of = _no_pause  # type: ignore[method-assign,assignment]
    if public := frozenset(job.get("public", ())):
        really = addresses.is_public
        addresses.is_public = lambda written: written in public or really(written)
    settings = {"XINHUA_ID_LOOPBACK_BACKOFF": 0, "XINHUA_ID_CONTACT": "uji@contoh.id", **job.get("settings", {})}
    if "names" in job:
        settings["DNS_RESOLVER"] = Names
    wanted = targets(job["source"], []) if "source" in job else targets(None, job["seeds"])
    stats: Counter[str] = Counter()
    for crawled in process.crawl(wanted, settings=settings, watch=watch):
        if crawled.error is not None:
            raise crawled.error
        stats.update({key: value for key, value in crawled.stats.items() if isinstance(value, int)})
    return {"stats": stats, "looked_up": looked_up, "peak_kib": _peak_kib(), **seen}


def _peak_kib() -> int:
    """Return the most memory that this process held; `getrusage` counts what its parent held before exec, too."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


def _no_pause(_middleware: object, _url: str) -> float:
    return 0.0


if __name__ == "__main__":
    print(json.dumps(run(json.loads(Path(sys.argv[1]).read_text()))))  # noqa: T201
