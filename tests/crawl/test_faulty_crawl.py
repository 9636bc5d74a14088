"""A crawl of a site that fails: what can be had is had, and what cannot is told."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.crawl.faulty_site import Faults, FaultySite
from tests.crawl.torture import pages_in

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_of_a_faulty_site_every_page_that_can_be_had_is_captured_and_every_failure_recorded(
    xinhua_id: Run, tmp_path: Path
) -> None:
    faults = Faults(stall=0.2, retry_after=0)
    with FaultySite(150, seed=7, faults=faults) as site:
        done = xinhua_id("crawl", "--seed", f"{site.base}/", "--archive", "a")
        assert done.returncode == 0, done.stderr
        asked = list(site.asked)
        stories = set(site.news.paths())
    captured = pages_in(tmp_path / "a")
    failing = {one.target for one in asked if one.fault} & stories
    hopeless = {path for path in stories if all(faults.of(path, turn, 7) for turn in range(3))}
    whole = {path for path in stories if captured[site.base + path]}
    assert len(failing) > 20
    assert stories - whole <= hopeless
    stats = json.loads(next(tmp_path.glob("a/*/runs/*.json")).read_text())["stats"]
    failed = sum(1 for one in asked if one.fault and one.fault != "stall")
    assert stats["outcome/failed"] >= failed
    items = [json.loads(line)["url"] for line in next(tmp_path.glob("a/*/items/*.jsonl")).read_text().splitlines()]
    assert len(items) == len(set(items)) == len(stories - hopeless)
