"""A run is created exclusively, accounts for its files, and says in words when the archive cannot be written."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import environment
from xinhua_id.archive.lock import is_held, run_in
from xinhua_id.archive.recover import recover
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.crawl.run import Run, versions
from xinhua_id.errors import CannotWrite, InUse, RunExists, UsageError

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def begin(archive: Path, name: str | None = None) -> Run:
    return Run.begin(archive, "contoh", name=name, about={"seeds": ["http://contoh.example/"]}, now=NOON)


def ended(run: Run) -> Run:
    run.end("finished", now=NOON, stats={}, settings={}, files=[])
    return run


def test_a_site_is_crawled_by_one_run_at_a_time_and_the_second_is_told_whose(tmp_path: Path) -> None:
    first = begin(tmp_path, "satu")
    with pytest.raises(InUse, match=r"contoh is being crawled already: run satu, process \d+ on .*, since 2026-11-23"):
        begin(tmp_path, "dua")
    assert [path.name for path in (tmp_path / "contoh/runs").iterdir()] == ["satu.json"]
    ended(first)
    begin(tmp_path, "dua")


def test_a_lock_goes_with_the_process_that_held_it(tmp_path: Path) -> None:
    code = (
        "import datetime as dt, os, sys; from pathlib import Path; from xinhua_id.archive.lock import SiteLock\n"
        "SiteLock.take(Path(sys.argv[1]), 'mati', dt.datetime.now(dt.UTC)); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "contoh")], env=environment(), check=False)
    assert not is_held(tmp_path / "contoh")
    begin(tmp_path)
    assert is_held(tmp_path / "contoh")


def test_a_run_is_called_after_site_and_time(tmp_path: Path) -> None:
    run = begin(tmp_path)
    assert run.name == "contoh-20261123T120000Z"
    assert json.loads(run.manifest.read_text())["outcome"] == "running"


def test_a_second_run_of_the_same_name_is_refused_and_the_first_left_alone(tmp_path: Path) -> None:
    before = ended(begin(tmp_path, "news-1")).manifest.read_bytes()
    with pytest.raises(RunExists, match="Give this one another name"):
        begin(tmp_path, "news-1")
    assert (tmp_path / "contoh/runs/news-1.json").read_bytes() == before


def test_two_runs_within_one_second_get_two_names(tmp_path: Path) -> None:
    assert [ended(begin(tmp_path)).name, begin(tmp_path).name] == [
        "contoh-20261123T120000Z",
        "contoh-20261123T120000Z-2",
    ]


def test_the_lock_names_the_run_itself_where_one_that_died_in_the_same_second_had_its_name(tmp_path: Path) -> None:
    dead = begin(tmp_path)
    assert dead.lock is not None
    dead.lock.release()
    after = begin(tmp_path)
    assert run_in(after.home) == after.name == "contoh-20261123T120000Z-2"
    with contextlib.closing(Catalogue.open(tmp_path)) as catalogue:
        assert recover(after.home, catalogue).runs == [dead.name]
    assert json.loads(dead.manifest.read_text())["outcome"] == "died"
    assert json.loads(after.manifest.read_text())["outcome"] == "running"


@pytest.mark.parametrize("name", ["", "a/b", "../x", "a b", "x" * 101, "ü"])
def test_a_name_that_could_leave_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is no name for a run"):
        begin(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_accounts_for_every_file(tmp_path: Path) -> None:
    run = begin(tmp_path)
    run.items.write_bytes(b"{}\n")
    run.end("finished", now=NOON, stats={"outcome/story": 1, "start_time": NOON}, settings={}, files=[run.items])
    account = json.loads(run.manifest.read_text())
    assert account["outcome"] == "finished"
    assert account["seeds"] == ["http://contoh.example/"]
    assert account["stats"] == {"outcome/story": 1, "start_time": "2026-11-23T12:00:00+00:00"}
    assert account["files"] == [
        {"path": f"items/{run.name}.jsonl", "bytes": 3, "sha256": hashlib.sha256(b"{}\n").hexdigest()}
    ]
    assert account["versions"].keys() >= {"python", "scrapy", "lxml"}
    assert list(run.manifest.parent.iterdir()) == [run.manifest]


def test_an_archive_that_is_a_file_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "archiv").write_text("")
    with pytest.raises(CannotWrite, match=r"Not a directory.*--archive"):
        begin(tmp_path / "archiv")


def test_versions_name_what_shapes_the_output() -> None:
    assert versions()["python"].startswith("3.")
