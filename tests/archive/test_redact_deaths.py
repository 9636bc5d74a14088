"""Wherever a redaction dies: nothing else is lost, and running it again completes it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.archive.crash import Disk, all_lost
from tests.archive.redaction_made import LATER, faults, kept, made, places_of, planned, redacted, stories
from xinhua_id.archive.rebuild import rebuild
from xinhua_id.archive.recover import recover
from xinhua_id.archive.redaction.ledger import Ledger
from xinhua_id.archive.trace import trace
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import BadRecord, CannotWrite
from xinhua_id.items import Article


class Killed(BaseException):
    """The process is gone."""


class Expected:
    """What the pristine archive holds, and what of it stays."""

    def __init__(self, archive: Path) -> None:
        self.archive = archive
        gone = {one.record_id for one in planned(archive).hits}
        self.members = {name: raw for name, raw in kept(archive).items() if name not in gone}
        self.items = stories(archive)
        self.stays = {one.id for one in self.items if one.capture and one.capture.record_id not in gone}

    def copied(self, to: Path) -> Path:
        return Path(shutil.copytree(self.archive, to))

    def is_not_worse(self, archive: Path) -> None:
        """Nothing else is lost meanwhile, and an item leads to its record, or says that it was taken down."""
        there = kept(archive)
        assert {name: there.get(name) for name in self.members} == self.members
        for one in self.items:
            with contextlib.nullcontext() if one.id in self.stays else contextlib.suppress(TakenDown):
                _traced(one, archive)

    def is_done(self, archive: Path) -> None:
        assert places_of(archive) == []
        there = kept(archive)
        assert {name: there.get(name) for name in self.members} == self.members
        left = stories(archive)
        assert {one.id for one in left} == self.stays
        for one in left:
            trace(one, archive)
        assert faults(archive) == []
        assert not [path for path in archive.rglob("*") if path.name.endswith((".new", ".withdrawn", ".open"))]


class TakenDown(Exception):
    """A record is gone, and that is said."""


def _traced(item: Article, archive: Path) -> None:
    try:
        trace(item, archive)
    except BadRecord as error:
        if error.what.startswith("the record was redacted on"):
            raise TakenDown from error
        raise


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Expected:
    return Expected(made(tmp_path_factory.mktemp("asli") / "arsip"))


def killed_at(archive: Path, number: int, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> bool:
    """Run a redaction that dies at the nth call that changes a disk; return whether it came to that."""
    count = [0]

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if count[0] >= number:
                raise error
            count[0] += 1
            return real(*arguments, **named)

        return call

    with monkeypatch.context() as patch:
        for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "rename"), (Path, "unlink"), (Catalogue, "begin"),
                            (Catalogue, "compact")):  # fmt: skip
            patch.setattr(owner, name, dying(getattr(owner, name)))
        try:
            redacted(archive)
        except (Killed, CannotWrite, OSError):
            return True
    return False


def run_again(archive: Path) -> None:
    redacted(archive)


def recover_first(archive: Path) -> None:
    catalogue = Catalogue.open(archive)
    for home in ("contoh", "lain"):
        recover(archive / home, catalogue)
    catalogue.close()
    redacted(archive)


def rebuild_first(archive: Path) -> None:
    rebuild(archive, LATER)
    for path in archive.glob("catalogue.sqlite.before-*"):
        path.unlink()
    redacted(archive)


# Each takes every third call from another on; XINHUA_ID_EVERY_DEATH lets each take all.
@pytest.mark.parametrize(("then", "first"), [(run_again, 0), (recover_first, 1), (rebuild_first, 2)])
def test_a_death_at_any_call_is_completed_by_the_next_run(
    expected: Expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: Callable[[Path], None], first: int
) -> None:
    number, further = (0, 1) if "XINHUA_ID_EVERY_DEATH" in os.environ else (first, 3)
    while True:
        archive = expected.copied(tmp_path / str(number))
        died = killed_at(archive, number, monkeypatch, Killed())
        expected.is_not_worse(archive)
        if not died:
            break
        then(archive)
        expected.is_done(archive)
        shutil.rmtree(archive)
        number += further
    assert number > 40


def test_a_disk_that_refuses_at_any_call_leaves_one_clear_error_and_nothing_lost(
    expected: Expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, died = 0, True
    while died:
        archive = expected.copied(tmp_path / str(number))
        died = killed_at(archive, number, monkeypatch, OSError(28, "No space left on device"))
        expected.is_not_worse(archive)
        redacted(archive)
        expected.is_done(archive)
        shutil.rmtree(archive)
        number += 7


def test_whatever_a_disk_loses_the_next_run_completes_it(
    expected: Expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = expected.copied(tmp_path / "arsip")
    disk = Disk(archive, tmp_path / "rusak", losses=(all_lost,))
    disk.is_durable_now()
    with disk.watched(monkeypatch):
        redacted(archive)
    expected.is_done(archive)
    assert len(disk.images) > 40
    for image, _ in disk.images[::5]:
        expected.is_not_worse(image)
        redacted(image)
        expected.is_done(image)


def test_a_line_of_the_ledger_that_a_death_tore_does_not_count(expected: Expected, tmp_path: Path) -> None:
    archive = expected.copied(tmp_path / "arsip")
    (archive / "contoh/redactions.jsonl").write_bytes(b'{"record_id": "<urn:uuid:')
    assert Ledger.of(archive / "contoh").lines == ()
    redacted(archive)
    expected.is_done(archive)
