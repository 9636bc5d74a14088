"""The command: it shows, it asks, it refuses what it must, and it says what it did."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.archive.redaction_made import REASON, URL, made, places_of
from xinhua_id.archive.lock import SiteLock
from xinhua_id.cli.app import app
from xinhua_id.errors import ArchiveError, InUse, UsageError


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("asli") / "arsip")


@pytest.fixture
def archive(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "arsip"))


def run(archive: Path, *arguments: str, url: str = URL) -> Result:
    command = ["archive", "redact", url, "--reason", REASON, "--archive", str(archive), *arguments]
    return CliRunner().invoke(app, command)


def test_a_dry_run_names_records_items_and_packages_and_changes_nothing(archive: Path) -> None:
    before = {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}
    found = run(archive, "--dry-run")
    assert found.exit_code == 0
    for word in ("a revisit of a record that goes", "http://contoh.id/salinan", "item pertama3", "pertama.wacz"):
        assert word in found.stdout
    assert {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()} == before


def test_with_yes_it_is_removed_and_said_and_twice_is_fine(archive: Path) -> None:
    done = run(archive, "--yes")
    assert done.exit_code == 0
    assert places_of(archive) == []
    assert "12 records and 3 items removed; 3 files written anew" in done.stderr
    assert "`xinhua-id archive package --run pertama` makes it again" in done.stderr
    again = run(archive, "--yes")
    assert again.exit_code == 0
    assert f"redacted already on {dt.datetime.now(dt.UTC):%Y-%m-%d}" in again.stderr


def test_in_a_pipe_nothing_is_removed_without_yes(archive: Path) -> None:
    found = run(archive)
    assert isinstance(found.exception, UsageError)
    assert places_of(archive)


def test_what_is_not_kept_exits_with_1_and_names_what_is_near(archive: Path) -> None:
    found = run(archive, "--dry-run", url="http://contoh.id/berita/rahasi")
    assert found.exit_code == 1
    assert f"there is {URL}" in found.stderr
    variant = run(archive, "--dry-run", url=f"https://www.contoh.id/berita/rahasia/?utm_source=x{''}")
    assert variant.exit_code == 1
    assert f"there is {URL}  (--variants takes it)" in variant.stderr


def test_a_site_that_is_being_crawled_is_refused_and_others_are_not(archive: Path) -> None:
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    lock = SiteLock.take(archive / "contoh", "malam", now)
    path = max((archive / "contoh/warc").iterdir())
    path.rename(f"{path}.open").write_bytes(path.with_name(f"{path.name}.open").read_bytes()[:-20])
    refused = run(archive, "--yes")
    assert isinstance(refused.exception, InUse)
    assert "run malam, process" in str(refused.exception)
    assert run(archive, "--yes", url="http://lain.id/x").exit_code == 0
    lock.release()


def test_what_a_crawl_left_open_is_recovered_first(archive: Path) -> None:
    (archive / "lain/items/mati.jsonl.open").write_bytes(b"")
    for how in ("--dry-run", "--yes"):
        refused = run(archive, how)
        assert isinstance(refused.exception, ArchiveError)
        assert "xinhua-id archive recover lain" in str(refused.exception)


def test_a_reason_is_needed(archive: Path) -> None:
    command = ["archive", "redact", URL, "--reason", " ", "--archive", str(archive), "--yes"]
    assert isinstance(CliRunner().invoke(app, command).exception, UsageError)
