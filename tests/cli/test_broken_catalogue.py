"""A catalogue that breaks under a crawl: the crawl ends in words, and its manifest says why."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.cli.test_two_crawls import _Asked
from tests.conftest import environment
from tests.ground_truth import GroundTruth
from xinhua_id.archive.lock import is_held


def test_a_catalogue_that_breaks_ends_the_crawl_with_its_manifest_written(tmp_path: Path) -> None:
    with GroundTruth({}) as server:
        server.answers = asked = _Asked()
        crawl = subprocess.Popen(
            [sys.executable, "-m", "xinhua_id", "crawl", "--seed", f"{server.base}/", "--archive", "a"],
            cwd=tmp_path, env=environment(XINHUA_ID_RUN="satu"), stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert asked.begun.wait(30)
            with contextlib.closing(sqlite3.connect(tmp_path / "a/catalogue.sqlite")) as connection:
                connection.execute("DROP TABLE captures")
                connection.commit()
        finally:
            asked.go_on.set()
        _, said = crawl.communicate(timeout=60)
    (home,) = (path.parent for path in tmp_path.glob("a/*/lock"))
    account = json.loads((home / "runs/satu.json").read_text())
    assert crawl.returncode == 1
    assert "Traceback" not in said
    assert "archive rebuild" in said
    assert account["outcome"] == "failed"
    assert "the catalogue is broken" in account["error"]
    assert not is_held(home)
