"""The archive's benchmark runs, whatever peers are installed, and its pages are what it says they are."""

from __future__ import annotations

import statistics
import subprocess
import sys
import zlib
from pathlib import Path

from benchmarks import warc, warc_site
from tests.conftest import environment

ROOT = Path(__file__).parent.parent.parent


def test_no_two_pages_are_alike_and_they_compress_as_news_pages_do() -> None:
    pages = [warc_site.page(number) for number in range(60)]
    assert len(set(pages)) == 60
    assert {len(page) for page in pages} == {warc_site.SIZE}
    assert 4 < statistics.median(len(page) / len(zlib.compress(page, 6)) for page in pages) < 5


def test_a_few_pages_are_crawled_every_way_and_make_a_table() -> None:
    asked = ["--pages", "8", "--runs", "1", "--ways", "bare,ours,warcio", "--sizes"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.warc", *asked],
        cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = {line.split()[1]: line for line in done.stdout.splitlines() if line.startswith("| ")}
    assert {"bare", "ours", "warcio", "zlib-ng"} <= set(rows)
    assert "| 17 |" in rows["ours"]  # warcinfo, and two a page


def test_a_way_that_is_not_here_is_said() -> None:
    assert {"bare", "ours", "warcio"} <= set(warc.ways_here())
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.warc", "--ways", "heritrix"],
        cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "not here: heritrix" in done.stderr
