"""How fast a frontier of a million URLs is: the start of a run, and leases and acknowledgements a second.

    python -m benchmarks.frontier [--urls 1000000] [--visits 50000] [--links 10] [--database URL]

Fills a catalogue with URLs that wait, opens the frontier as a crawl does, then leases and acknowledges in groups as the
committer makes them, each page leading to so many links, most of them known. Prints seconds, URLs a second, and memory.
Beside it, in the same run, the same rows moved by bare `sqlite3` statements, for the ratio.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from xinhua_id.catalogue import frontier as rows
from xinhua_id.catalogue import statements
from xinhua_id.catalogue.rows import FrontierRow
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.crawl.discovery import Kind, Link
from xinhua_id.crawl.frontier import Frontier, rounds
from xinhua_id.crawl.frontier.lease import Settled, key_of
from xinhua_id.items import Outcome

_SITE, _GROUP = "ukur", 250
_THEN = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def fill(catalogue: Catalogue, urls: int) -> None:
    """Let so many stories wait."""
    with catalogue.begin() as connection:
        for batch in statements.batches(_waiting(urls), 5_000):
            rows.put(connection, batch)


def _waiting(urls: int) -> Iterator[FrontierRow]:
    for number in range(urls):
        url = _url(number)
        yield FrontierRow(_SITE, key_of(url, Kind.STORY), "", url, "story", "waiting", 3, number, _THEN)


def _url(number: int) -> str:
    return f"https://warta.example/berita/{number}/warga-kampung-rawat-mata-air-yang-mengering"


def start(catalogue: Catalogue) -> tuple[Frontier, float]:
    """Open the frontier as a run does; return it, and the seconds until its first lease was there."""
    began = time.perf_counter()
    begun = rounds.begin(catalogue, _SITE, "", "", dt.datetime.now(dt.UTC))
    frontier = Frontier(catalogue, begun.round)
    lease = frontier.lease()
    seconds = time.perf_counter() - began
    assert lease is not None
    frontier.release(lease)
    return frontier, seconds


def visit(catalogue: Catalogue, frontier: Frontier, visits: int, links: int, urls: int) -> float:
    """Lease and acknowledge so many URLs, committed in groups; return the seconds."""
    now = dt.datetime.now(dt.UTC)
    began = time.perf_counter()
    for number in range(visits):
        lease = frontier.lease()
        assert lease is not None
        found = [Link(_url((number * 7919 + at * 104729) % urls), Kind.STORY) for at in range(links)]
        frontier.acknowledge(Settled(lease, Outcome.STORY, now, links=found, digest="sha256:0", status=200))
        if number % _GROUP == _GROUP - 1:
            with catalogue.begin() as connection:
                frontier.enter(connection)
            frontier.entered()
    return time.perf_counter() - began


def bare(path: Path, visits: int) -> float:
    """Move the same number of rows with bare statements, as durably; return the seconds."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    began = time.perf_counter()
    for _ in range(visits // _GROUP):
        connection.execute("BEGIN IMMEDIATE")
        keys = connection.execute(
            "UPDATE frontier SET state = 'leased' WHERE site = ? AND key IN (SELECT key FROM frontier WHERE site = ? "
            "AND scope = '' AND state = 'waiting' ORDER BY rank, turn LIMIT ?) RETURNING key",
            (_SITE, _SITE, _GROUP),
        ).fetchall()
        connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "UPDATE frontier SET state = 'known', outcome = 'story' WHERE site = ? AND key = ?",
            [(_SITE, key) for (key,) in keys],
        )
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return seconds


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--urls", type=int, default=1_000_000)
    parser.add_argument("--visits", type=int, default=50_000)
    parser.add_argument("--links", type=int, default=10)
    parser.add_argument("--database", help="URL of an empty PostgreSQL database; a SQLite file otherwise")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xinhua-id-bench-") as folder:
        catalogue = Catalogue.open(Path(folder), asked.database)
        fill(catalogue, asked.urls)
        frontier, seconds = start(catalogue)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        plain = visit(catalogue, frontier, asked.visits, 0, asked.urls)
        linked = visit(catalogue, frontier, asked.visits, asked.links, asked.urls)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        frontier.end(finished=False)
        catalogue.close()
        found = {
            "urls": asked.urls,
            "start_seconds": round(seconds, 3),
            "lease_and_acknowledge_a_second": round(asked.visits / plain),
            f"with_{asked.links}_links_each": round(asked.visits / linked),
            "grown_mib": round(grown / 1024, 1),
        }
        if asked.database is None:
            beside = bare(Path(folder, "catalogue.sqlite"), asked.visits)
            found["bare_sqlite_a_second"] = round(asked.visits / beside)
            found["times_bare_sqlite"] = round(plain / beside, 2)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
