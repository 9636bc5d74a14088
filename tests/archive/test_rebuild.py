"""A catalogue made anew from the files equals the one that was lost, and whatever cannot be read costs nothing else."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.items import article
from tests.warc.exchanges import SAID, WHEN, exchange
from xinhua_id.archive.backup import backup, restore
from xinhua_id.archive.commit import Committer, Ended, Policy
from xinhua_id.archive.differences import differences
from xinhua_id.archive.lock import SiteLock
from xinhua_id.archive.rebuild import rebuild
from xinhua_id.archive.recover import recover
from xinhua_id.catalogue import captures, runs
from xinhua_id.catalogue.rows import RunRow
from xinhua_id.catalogue.store import NAME, Catalogue
from xinhua_id.corpus.importing import import_file
from xinhua_id.errors import CannotWrite, CatalogueError, InUse, UsageError
from xinhua_id.items import Outcome
from xinhua_id.warc.reader import records

Run = Callable[..., subprocess.CompletedProcess[str]]
NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return an archive of two sites: stories, revisits, a 304, failures, two files of one run."""
    root = tmp_path / "a"
    catalogue = Catalogue.open(root)
    tagged = SAID.replace(b"Content-Length", b'ETag: "v1"\r\nContent-Length')
    for site in ("contoh", "lain"):
        for run, said in (("satu", tagged), ("dua", tagged), ("tiga", b"HTTP/1.1 304 Not Modified\r\n\r\n")):
            policy = Policy(records=4, roll_bytes=1_500)
            out = Committer(root / site, run, catalogue, source=f"{site}@0", info={}, policy=policy, clock=lambda: WHEN)
            out.begin({})
            out.validators_of("http://contoh.id/panen")
            for number, answer in enumerate((said, SAID, b"")):
                url = f"http://contoh.id/{('panen', 'b', 'c')[number]}"
                capture = out.exchange(exchange(answer, url=url)).capture
                found = article(f"{run}{number}", url=url, capture=capture, headline="Panen") if capture else None
                ended = Outcome.STORY if found else Outcome.FAILED
                out.visit(Ended(url, "story", ended, WHEN, capture.record_id if capture else None, article=found))
                out.commit()
            out.close("finished")
            folder = root / site / "runs"
            folder.mkdir(exist_ok=True)
            account = {"run": run, "source": f"{site}@0", "begun_at": WHEN.isoformat(), "ended_at": WHEN.isoformat()}
            (folder / f"{run}.json").write_text(json.dumps({**account, "outcome": "finished"}))
    catalogue.close()
    return root


def different(archive: Path, kept: Path) -> list[object]:
    ours, theirs = Catalogue.open(archive), Catalogue.open_file(kept)
    try:
        return list(differences(ours, theirs))
    finally:
        ours.close()
        theirs.close()


def test_what_is_rebuilt_equals_what_was_lost(archive: Path) -> None:
    found = rebuild(archive, NOON)
    assert found.faults == []
    assert found.kept is not None
    assert different(archive, found.kept) == []
    assert found.rows["captures"] == 12
    assert found.rows["articles"] == 12


def test_a_catalogue_that_is_gone_comes_back_with_its_runs(archive: Path) -> None:
    kept = archive.parent / "dulu.sqlite"
    backup(archive, kept)
    for path in archive.glob(f"{NAME}*"):
        path.unlink()
    found = rebuild(archive, NOON)
    assert (found.kept, found.lost) == (None, None)
    assert different(archive, kept) == []
    catalogue = Catalogue.open(archive)
    with catalogue.reading() as connection:
        assert {(run.site, run.name, run.outcome) for run in runs.every(connection)} == {
            (site, run, "finished") for site in ("contoh", "lain") for run in ("satu", "dua", "tiga")
        }
    catalogue.close()


def test_a_broken_catalogue_is_kept_aside_and_what_it_alone_knew_is_said_to_be_lost(archive: Path) -> None:
    (archive / NAME).write_bytes(b"rusak" * 100)
    found = rebuild(archive, NOON)
    assert found.lost is not None
    assert found.kept is not None
    assert found.kept.read_bytes() == b"rusak" * 100
    assert found.rows["captures"] == 12


def test_files_that_cannot_be_read_are_named_and_cost_nothing_else(archive: Path) -> None:
    torn = sorted((archive / "contoh/warc").iterdir())[0]
    torn.write_bytes(torn.read_bytes()[:-7])
    (archive / "lain/items/satu.jsonl").write_text('{"id": 1}\nrusak\n')
    (archive / "lain/runs/dua.json").write_text("{")
    found = rebuild(archive, NOON)
    assert sorted({fault.path.name for fault in found.faults}) == sorted([torn.name, "satu.jsonl", "dua.json"])
    assert found.rows["articles"] == 10


def test_records_behind_damage_are_entered_by_rebuild_and_by_recovery(archive: Path) -> None:
    damaged = max((archive / "contoh/warc").iterdir(), key=lambda path: path.stat().st_size)
    second = list(records(damaged))[1]
    content = bytearray(damaged.read_bytes())
    content[second.offset + second.length // 2] ^= 0xFF
    damaged.write_bytes(content)
    found = rebuild(archive, NOON)
    assert [fault.path.name for fault in found.faults] == [damaged.name]
    assert found.rows["captures"] == 11
    assert found.kept is not None
    for path in archive.glob(f"{NAME}*"):
        path.unlink()
    catalogue = Catalogue.open(archive)
    reports = [recover(archive / site, catalogue) for site in ("contoh", "lain")]
    assert [len(one.faults) for one in reports] == [1, 0]
    with catalogue.reading() as connection:
        assert sum(1 for _ in captures.each(connection)) == 11
    assert not recover(archive / "contoh", catalogue).faults  # a crawl of the site begins, and says it once
    catalogue.close()


def test_what_an_import_holds_again_stays_where_it_was(archive: Path, tmp_path: Path) -> None:
    merged = tmp_path / "gabungan.warc.gz"
    merged.write_bytes(b"".join(path.read_bytes() for path in sorted((archive / "contoh/warc").iterdir())))
    catalogue = Catalogue.open(archive)
    import_file(archive, merged, catalogue, name="lama", now=NOON)
    catalogue.close()
    kept = rebuild(archive, NOON).kept
    assert kept is not None
    assert different(archive, kept) == []
    for path in archive.glob(f"{NAME}*"):
        path.rename(tmp_path / path.name)
    catalogue = Catalogue.open(archive)
    for site in ("contoh", "imports-lama", "lain"):
        recover(archive / site, catalogue)
    catalogue.close()
    assert different(archive, tmp_path / NAME) == []


def test_no_catalogue_is_swapped_under_a_crawl(archive: Path) -> None:
    lock = SiteLock.take(archive / "lain", "berjalan", NOON)
    before = (archive / NAME).read_bytes()
    with pytest.raises(InUse, match="run berjalan"):
        rebuild(archive, NOON)
    lock.release()
    assert (archive / NAME).read_bytes() == before
    assert [path.name for path in archive.glob(f"{NAME}*") if "before" in path.name] == []


def test_a_rebuild_that_fails_leaves_the_old_catalogue(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (archive / NAME).read_bytes()

    def full(*_: object) -> None:
        raise CannotWrite("the catalogue cannot be written: database or disk is full")

    monkeypatch.setattr(captures, "add", full)
    with pytest.raises(CannotWrite, match="disk is full"):
        rebuild(archive, NOON)
    assert (archive / NAME).read_bytes() == before


def test_a_backup_brings_back_the_run_ledger_and_recovery_what_came_after(archive: Path, tmp_path: Path) -> None:
    copy = tmp_path / "cadangan.sqlite"
    catalogue = Catalogue.open(archive)
    with catalogue.begin() as connection:
        runs.put(connection, [RunRow("lama", "contoh", "contoh@0", NOON, NOON, "failed")])
    made = backup(archive, copy)
    assert made.bytes == copy.stat().st_size
    out = Committer(archive / "contoh", "empat", catalogue, source="contoh", info={}, clock=lambda: WHEN)
    out.begin({})
    kept = out.exchange(exchange(SAID + b" baru", url="http://contoh.id/baru")).capture
    out.close("finished")
    catalogue.close()
    aside = restore(archive, copy, NOON)
    assert aside is not None
    again = Catalogue.open(archive)
    assert kept is not None
    with again.reading() as connection:
        assert runs.by_name(connection, "contoh", "lama") is not None
        assert captures.by_record_id(connection, kept.record_id) is None
    recover(archive / "contoh", again)
    with again.reading() as connection:
        assert captures.by_record_id(connection, kept.record_id) is not None
    again.close()


@pytest.mark.parametrize("content", [b"", b"bukan", b"SQLite format 3\0" + b"\0" * 4096])
def test_a_file_that_is_no_backup_is_refused_and_nothing_changes(archive: Path, tmp_path: Path, content: bytes) -> None:
    before = (archive / NAME).read_bytes()
    (tmp_path / "bukan").write_bytes(content)
    with pytest.raises(CatalogueError):
        restore(archive, tmp_path / "bukan", NOON)
    with pytest.raises(UsageError, match="no such file"):
        restore(archive, tmp_path / "tak-ada", NOON)
    assert (archive / NAME).read_bytes() == before


def test_a_backup_is_never_written_over(archive: Path, tmp_path: Path) -> None:
    backup(archive, tmp_path / "satu")
    with pytest.raises(UsageError, match="exists already"):
        backup(archive, tmp_path / "satu")


@pytest.fixture
def said(archive: Path, xinhua_id: Run) -> Callable[..., subprocess.CompletedProcess[str]]:
    return lambda *arguments: xinhua_id("archive", *arguments, XINHUA_ID_ARCHIVE=str(archive))


def test_the_commands_say_what_there_is_and_what_they_did(archive: Path, said: Run, tmp_path: Path) -> None:
    counted = json.loads(said("stats", "--json").stdout)
    assert (counted["all"]["captures"], counted["all"]["stories"]) == (12, 12)
    assert counted["all"]["saved"] >= 0
    shown = said("stats").stdout
    assert "contoh" in shown
    assert "all" in shown
    done = said("rebuild")
    assert (done.returncode, "12 captures" in done.stderr) == (0, True)
    copied = said("backup", str(tmp_path / "cadangan"))
    assert copied.stdout.split()[1] == str(tmp_path / "cadangan")
    assert said("restore", str(tmp_path / "cadangan")).returncode == 0
