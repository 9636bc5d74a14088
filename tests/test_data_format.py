"""The documentation for researchers is run, not only read."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Answer, environment

DATA_FORMAT = Path(__file__).parent.parent / "docs" / "data-format.md"


@pytest.fixture
def archive(
    tmp_path: Path,
    serve: Callable[..., str],
    story: Callable[[int], Answer],
    xinhua_id: Callable[..., subprocess.CompletedProcess[str]],
) -> Path:
    """A crawl of two stories, under the names that the documentation uses: source `xinhua`, run `RUN`."""
    site = serve({"/": (200, {}, '<a href="/berita/1">Satu</a> <a href="/berita/2">Dua</a>'), **pages(story)})
    done = xinhua_id("crawl", "--seed", f"{site}/", "--archive", "archives", XINHUA_ID_RUN="RUN")
    assert done.returncode == 0, done.stderr
    next((tmp_path / "archives").glob("site-*")).rename(tmp_path / "archives" / "xinhua")
    return tmp_path / "archives"


def pages(story: Callable[[int], Answer]) -> dict[str, Answer]:
    return {f"/berita/{number}": story(number) for number in (1, 2)}


def test_its_examples_read_the_items_and_lead_back_to_the_record(archive: Path) -> None:
    reading, tracing = re.findall(r"```python\n(.*?)```", DATA_FORMAT.read_text(encoding="utf-8"), re.DOTALL)

    assert "Warga Kampung" in said(reading, archive.parent)
    record = said(tracing, archive.parent)
    assert "WARC-Type: response" in record
    assert "HTTP/1.1 200 OK" in record
    assert len(tracing.strip().splitlines()) <= 12


def test_its_paths_are_those_of_a_crawl(archive: Path) -> None:
    for pattern in ("xinhua/warc/xinhua-id-*-*-*-*.warc.gz", "xinhua/items/RUN.jsonl", "xinhua/runs/RUN.json"):
        assert list(archive.glob(pattern)), pattern


def said(code: str, home: Path) -> str:
    """Return what a piece of Python prints when it is run in a folder."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=home,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout
