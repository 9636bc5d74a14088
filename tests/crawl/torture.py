"""One crawl that is killed again and again: it ends with every page, each fetched once, and the items of a calm run.

    python -m tests.crawl.torture [KILLS] [PAGES] [SEED]

A site on loopback is crawled by a process that is ended with SIGKILL at random moments: while it starts, while it
crawls, while it commits. Each time it is started again, and nothing else is done: no recovery, no repair. In the end
the archive is compared with that of a crawl nobody disturbed.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests import launching
from tests.conftest import environment
from tests.crawl.many_stories import ManyStories, served
from tests.killing import begun, killed
from tests.launching import Launched
from xinhua_id.archive.differences import differences
from xinhua_id.archive.rebuild import rebuild
from xinhua_id.catalogue import frontier
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.warc.reader import records

#: No crawl takes longer, seconds: one that does hangs.
_LONGEST = 300.0


@dataclass
class Report:
    """What a torture found. ``faults`` must be empty.

    ``lost`` counts the answers that were sent and are in no record: they were on their way when the process died.
    """

    kills: int = 0
    deaths: int = 0
    pages: int = 0
    asked: int = 0
    captured: int = 0
    lost: int = 0
    items: int = 0
    finished_from_records: int = 0
    faults: list[str] = field(default_factory=list)
    wanted: set[str] = field(default_factory=set)


def torture(folder: Path, kills: int, pages: int, seed: int) -> Report:
    """Crawl a site of so many stories in peace, then killed so many times; return what was found."""
    chance = random.Random(seed)
    with served(ManyStories(pages)) as site:
        report = Report(kills=kills, pages=len(site.addresses()))
        report.wanted = {site.base + path for path in site.addresses()}
        calm = folder / "tenang"
        _finish(site, calm, report)
        site.asked.clear()
        wild = folder / "badai"
        ended = False
        while report.deaths < kills and not ended:
            ended = not _killed(site, wild, chance, most=max(2, 2 * pages // kills))
            report.deaths += not ended
        if not ended:
            _finish(site, wild, report)
        report.asked = sum(site.asked.values())
    _compare(calm, wild, report)
    return report


def _crawl(site: ManyStories, archive: Path) -> Launched:
    return begun(f"{site.base}/", archive)


def _finish(site: ManyStories, archive: Path, report: Report) -> None:
    code = _crawl(site, archive).wait(timeout=_LONGEST)
    if code:
        report.faults.append(f"a crawl that nobody killed ended with {code}")


def _killed(site: ManyStories, archive: Path, chance: random.Random, most: int) -> bool:
    return killed(
        lambda: _crawl(site, archive), lambda: site.answers, chance, most=most, latest=0.7, longest=_LONGEST
    )  # fmt: skip


def _compare(calm: Path, wild: Path, report: Report) -> None:
    report.faults += _of_pages(wild, report)
    expected, found = items_in(calm), items_in(wild)
    report.items = sum(found.values())
    for one in sorted((expected - found).keys())[:5]:
        report.faults.append(f"an item of the calm crawl is missing: {one}")
    for one in sorted((found - expected).keys())[:5]:
        report.faults.append(f"an item the calm crawl does not have, or not so often: {one}")
    verified = launching.run(
        "xinhua_id", "archive", "verify", "--archive", str(wild), environment=environment(), cwd=wild, timeout=_LONGEST
    )
    report.faults += [] if verified.returncode == 0 else [verified.stderr]
    report.faults += _of_catalogue(wild)


def pages_in(archive: Path) -> Counter[str]:
    """Return how often each address was captured whole."""
    captured: Counter[str] = Counter()
    for path in archive.glob("*/warc/*"):
        for record in records(path):
            if record.type in {"response", "revisit"} and record.header("WARC-Truncated") is None:
                captured[record.header("WARC-Target-URI") or ""] += 1
    return captured


def _of_pages(archive: Path, report: Report) -> list[str]:
    """Every address of the site is captured, whole, and once."""
    captured = pages_in(archive)
    for path in archive.glob("*/warc/*"):
        for record in records(path):
            if record.type == "metadata":
                report.finished_from_records += b"read from its record after the crawl had died" in record.content
    pages = {url: count for url, count in captured.items() if not url.endswith("/robots.txt")}
    report.captured = sum(captured.values())
    report.lost = report.asked - report.captured
    wanted = {url for url in captured if not url.endswith("/robots.txt")}
    twice = sorted(url for url, count in pages.items() if count > 1)
    faults = [f"{len(twice)} pages were captured more than once: {', '.join(twice[:3])}"] if twice else []
    missing = sorted(report.wanted - {url.partition("?")[0] for url in wanted})
    return faults + ([f"{len(missing)} addresses were never captured: {missing[:3]}"] if missing else [])


def items_in(archive: Path) -> Counter[tuple[str, str]]:
    """Return how often each item stands in an archive, by id and text."""
    found: Counter[tuple[str, str]] = Counter()
    for path in archive.glob("*/items/*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            item = json.loads(line)
            found[item["id"], item["content_digest"]] += 1
    return found


def _of_catalogue(archive: Path) -> list[str]:
    """The catalogue's rebuildable part is what the files say, and no address waits any more."""
    found = rebuild(archive, dt.datetime.now(dt.UTC))
    assert found.kept is not None
    ours, theirs = Catalogue.open(archive), Catalogue.open_file(found.kept)
    try:
        faults = [str(one) for one in differences(ours, theirs)][:5]
        with ours.reading() as connection:
            states = frontier.states(connection)
        left = {state: count for (_, state), count in states.items() if state != "known"}
        return faults + [str(one) for one in found.faults] + ([f"the frontier still holds {left}"] if left else [])
    finally:
        ours.close()
        theirs.close()


def main() -> int:
    """Torture a crawl in a folder of its own and say what was found."""
    kills, pages, seed = (
        int(sys.argv[at]) if len(sys.argv) > at else usual for at, usual in ((1, 100), (2, 2000), (3, 1))
    )
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="xinhua-id-torture-") as parent:
        report = torture(Path(parent), kills, pages, seed)
    said = {name: value for name, value in vars(report).items() if name != "wanted"}
    print(json.dumps({**said, "seed": seed, "seconds": round(time.monotonic() - began)}, indent=2))  # noqa: T201
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
