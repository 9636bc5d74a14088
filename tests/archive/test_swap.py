"""A catalogue takes another's place whole or not at all, whenever that dies and whatever the old one left beside it."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.items import article
from tests.warc.exchanges import WHEN, exchange
from xinhua_id.archive.backup import backup, restore
from xinhua_id.archive.commit import Committer, Ended
from xinhua_id.archive.differences import differences
from xinhua_id.archive.rebuild import rebuild
from xinhua_id.catalogue import runs, tables
from xinhua_id.catalogue.rows import RunRow
from xinhua_id.catalogue.store import NAME, Catalogue
from xinhua_id.errors import CannotWrite
from xinhua_id.items import Outcome

NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
#: Stands in no file: whatever is swapped, the ledger must not lose it.
LEDGER = RunRow("lama", "contoh", "contoh@0", WHEN, WHEN, "failed")


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with a story, a failure and a ledger, a backup beside it, and the catalogue as it must be."""
    folder = tmp_path_factory.mktemp("asli")
    archive = folder / "arsip"
    catalogue = Catalogue.open(archive)
    out = Committer(archive / "contoh", "lari", catalogue, source="contoh@0", info={}, clock=lambda: WHEN)
    out.begin({})
    capture = out.exchange(exchange()).capture
    assert capture is not None
    found = article("a1", url="http://contoh.id/panen", capture=capture)
    out.visit(Ended("http://contoh.id/panen", "story", Outcome.STORY, WHEN, capture.record_id, article=found))
    out.exchange(exchange(b"", url="http://contoh.id/mati", truncated="time"))
    out.close("finished")
    with catalogue.begin() as connection:
        runs.put(connection, [LEDGER])
    catalogue.close()
    backup(archive, folder / "cadangan.sqlite")
    return folder


def same(archive: Path, pristine: Path) -> bool:
    """Whether the archive's catalogue is sound and has every row that it must have."""
    ours, theirs = Catalogue.open_to_read(archive), Catalogue.open_to_read(pristine / "arsip")
    try:
        with ours.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        return not list(differences(ours, theirs, tables.metadata.sorted_tables))
    finally:
        ours.close()
        theirs.close()


def dying(number: int, monkeypatch: pytest.MonkeyPatch, error: BaseException, work: Callable[[], object]) -> bool:
    """Do some work that dies at the nth call that changes a disk; return whether it came to that."""
    count = [0]

    def deadly(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if count[0] >= number:
                raise error
            count[0] += 1
            return real(*arguments, **named)

        return call

    with monkeypatch.context() as patch:
        for owner, name in (
            (os, "fsync"), (Path, "replace"), (Path, "rename"), (Path, "unlink"), (Path, "hardlink_to"),
            (Catalogue, "begin"), (Catalogue, "open_file"),
        ):  # fmt: skip
            patch.setattr(owner, name, deadly(getattr(owner, name)))
        try:
            work()
        except (Killed, CannotWrite, OSError):
            return True
    return False


def _rebuilt(archive: Path) -> object:
    return rebuild(archive, NOON)


def _restored(archive: Path) -> object:
    return restore(archive, archive.parent / "cadangan.sqlite", NOON)


@pytest.fixture(params=[_rebuilt, _restored])
def swap(request: pytest.FixtureRequest) -> Callable[[Path], object]:
    work: Callable[[Path], object] = request.param
    return work


# Each takes every second call, from another on; XINHUA_ID_EVERY_DEATH lets each take all.
@pytest.mark.parametrize(("error", "first"), [(Killed(), 0), (OSError(28, "No space left on device"), 1)])
def test_wherever_it_dies_the_catalogue_is_there_and_whole(
    pristine: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    swap: Callable[[Path], object],
    error: BaseException,
    first: int,
) -> None:
    number, further = (0, 1) if "XINHUA_ID_EVERY_DEATH" in os.environ else (first, 2)
    died = True
    while died:
        folder = Path(shutil.copytree(pristine, tmp_path / str(number)))
        archive = folder / "arsip"
        died = dying(number, monkeypatch, error, lambda archive=archive: swap(archive))  # type: ignore[misc]
        assert same(archive, pristine)
        swap(archive)
        assert same(archive, pristine)
        assert not (archive / f"{NAME}.new").exists()
        number += further
    assert number > 5


@pytest.fixture
def left(pristine: Path, tmp_path: Path) -> Path:
    """Return an archive whose last writer died: what it committed last lies in the log beside the catalogue."""
    alive = Path(shutil.copytree(pristine, tmp_path / "hidup"))
    catalogue = Catalogue.open(alive / "arsip")
    with catalogue.begin() as connection:
        runs.put(connection, [RunRow("terakhir", "contoh", "contoh@0", WHEN, None, "running")])
    dead = Path(shutil.copytree(alive, tmp_path / "mati"))
    catalogue.close()
    assert (dead / "arsip" / f"{NAME}-wal").stat().st_size > 0
    return dead / "arsip"


def _runs(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM runs")}


def test_what_a_dead_writer_committed_last_is_taken_over_and_kept(left: Path) -> None:
    found = rebuild(left, NOON)
    assert found.lost is None
    assert found.kept is not None
    assert _runs(left / NAME) == _runs(found.kept) == {"lari", "lama", "terakhir"}


def test_the_log_of_a_broken_catalogue_goes_with_it(left: Path) -> None:
    (left / NAME).write_bytes(b"rusak" * 1000)
    log = (left / f"{NAME}-wal").read_bytes()
    found = rebuild(left, NOON)
    assert found.kept is not None
    assert found.kept.with_name(f"{found.kept.name}-wal").read_bytes() == log
    Catalogue.open_to_read(left).close()
    assert not (left / f"{NAME}-wal").exists()


def test_whoever_reads_meanwhile_reads_on_and_the_next_reads_the_new_one(
    pristine: Path, tmp_path: Path, swap: Callable[[Path], object]
) -> None:
    archive = Path(shutil.copytree(pristine, tmp_path / "a")) / "arsip"
    reader = Catalogue.open_to_read(archive)
    with reader.reading() as connection:
        before = runs.every(connection)
        swap(archive)
        assert runs.every(connection) == before
    reader.close()
    assert same(archive, pristine)


def test_two_in_one_second_keep_two_old_ones(pristine: Path, tmp_path: Path) -> None:
    archive = Path(shutil.copytree(pristine, tmp_path / "a")) / "arsip"
    kept = [rebuild(archive, NOON).kept for _ in range(3)]
    names = [path.name.rpartition(".")[2] for path in kept if path is not None]
    assert names == ["before-20261125T120000Z", "before-20261125T120000Z-2", "before-20261125T120000Z-3"]
