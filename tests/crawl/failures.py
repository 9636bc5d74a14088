"""One crawl of a site that fails in every way: what could be had of it, and whether every failure is told.

    python -m tests.crawl.failures [STORIES] [STALL]

``STALL`` is how many seconds a silent answer takes; it is nearly all of the time that this takes.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests import launching
from tests.conftest import environment
from tests.crawl.faulty_site import Faults, FaultySite
from tests.crawl.torture import pages_in

_TRIES = 3
_LONGEST = 3600.0


@dataclass
class Report:
    """What came of it. ``faults`` must be empty. ``hopeless`` stories fail in every try, so that nobody can have them;
    ``failures`` are those the site made, by kind, and ``told`` the outcomes ``failed`` of the crawl.
    """

    stories: int = 0
    failing: int = 0
    hopeless: int = 0
    captured: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    told: int = 0
    items: int = 0
    faults: list[str] = field(default_factory=list)


def crawl_failing(folder: Path, stories: int, *, stall: float, retry_after: int, seed: int = 7) -> Report:
    """Crawl a site of so many stories below ``folder``, and look at what came of it."""
    faults = Faults(stall=stall, retry_after=retry_after)
    with FaultySite(stories, seed=seed, faults=faults) as site:
        done = launching.run(
            "xinhua_id", "crawl", "--seed", f"{site.base}/", "--archive", str(folder / "a"),
            environment=environment(), cwd=folder, timeout=_LONGEST,
        )  # fmt: skip
        asked, paths = list(site.asked), set(site.news.paths())
    captured = pages_in(folder / "a")
    hopeless = {path for path in paths if all(faults.of(path, turn, seed) for turn in range(_TRIES))}
    whole = {path for path in paths if captured[site.base + path]}
    stats = json.loads(next(folder.glob("a/*/runs/*.json")).read_text())["stats"]
    lines = next(folder.glob("a/*/items/*.jsonl")).read_text().splitlines()
    items = [json.loads(line)["url"] for line in lines]
    report = Report(
        len(paths), len({one.target for one in asked if one.fault} & paths), len(hopeless), len(whole),
        dict(Counter(one.fault for one in asked if one.fault)), stats["outcome/failed"], len(items),
    )  # fmt: skip
    report.faults += [done.stderr] if done.returncode else []
    if lost := sorted(paths - whole - hopeless):
        report.faults.append(f"{len(lost)} pages could be had and were not: {lost[:3]}")
    # A short stall is an answer; one that outlasts the crawl's patience is a failure.
    certain = sum(number for kind, number in report.failures.items() if kind != "stall")
    if report.told < certain:
        report.faults.append(f"{certain} failures were made, and {report.told} told")
    if not len(items) == len(set(items)) == len(paths - hopeless):
        report.faults.append(f"{len(items)} items of {len(paths - hopeless)} stories that could be had")
    return report


def main() -> int:
    """Crawl in a folder of its own, and say what came of it."""
    stories = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    stall = float(sys.argv[2]) if len(sys.argv) > 2 else 30.0
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="xinhua-id-failures-") as folder:
        report = crawl_failing(Path(folder), stories, stall=stall, retry_after=1)
    print(json.dumps({**vars(report), "seconds": round(time.monotonic() - began)}, indent=2))  # noqa: T201
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
