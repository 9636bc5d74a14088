"""A site has one holder; who takes over, when, and how a holder that slept finds out."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres_server import PostgresServer
from xinhua_id.catalogue import tables, tenures
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.crawl.run import Run, Shared
from xinhua_id.crawl.tenure import Tenure, Watch, is_gone, name_of_this_process
from xinhua_id.crawl.tenure import held as held_together
from xinhua_id.errors import InUse, UsageError

NOW = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.database()


@pytest.fixture
def catalogue(tmp_path: Path, url: str) -> Iterator[Catalogue]:
    opened = Catalogue.open(tmp_path, url)
    yield opened
    opened.close()


def held(catalogue: Catalogue, holder: str) -> None:
    """Let somebody on another machine hold the site."""
    with catalogue.begin() as connection:
        assert tenures.take(connection, "contoh", holder, "satu", NOW, None)


def take(tmp_path: Path, url: str, watch: Watch) -> Tenure:
    return Tenure.take(tmp_path, url, "contoh", "dua", NOW, watch)


def test_a_free_site_is_taken_and_given_up(tmp_path: Path, url: str, catalogue: Catalogue) -> None:
    tenure = take(tmp_path, url, Watch())
    with catalogue.reading() as connection:
        assert [row.holder for row in tenures.every(connection)] == [tenure.holder]
    tenure.give_up()
    with catalogue.reading() as connection:
        assert tenures.every(connection) == []


def last_beat(catalogue: Catalogue, seconds_ago: float) -> None:
    """Let the holder's last beat lie so long ago, by the database's clock."""
    with catalogue.begin() as connection:
        at = tenures.clock(connection) - seconds_ago
        connection.execute(tables.tenures.update().values(beat_at=at))


def test_a_holder_who_beat_lately_keeps_the_site(tmp_path: Path, url: str, catalogue: Catalogue) -> None:
    held(catalogue, "lain/mesin/1/a")
    last_beat(catalogue, 50)
    with pytest.raises(InUse, match=r"lain/mesin/1/a.*--stand-by"):
        take(tmp_path, url, Watch(60))


def test_a_holder_who_beat_too_long_ago_is_taken_over_from_by_whoever_comes_first(
    tmp_path: Path, url: str, catalogue: Catalogue
) -> None:
    held(catalogue, "lain/mesin/1/a")
    last_beat(catalogue, 61)
    tenure = take(tmp_path, url, Watch(60))
    assert tenure.took_over is not None
    assert tenure.took_over.holder == "lain/mesin/1/a"
    with pytest.raises(InUse):
        take(tmp_path, url, Watch(60))
    tenure.give_up()


def test_a_time_too_short_to_beat_in_is_refused() -> None:
    with pytest.raises(UsageError, match="XINHUA_ID_TAKE_OVER_SECONDS"):
        Watch(0)


def test_of_two_who_see_the_same_death_one_takes_over(url: str, catalogue: Catalogue) -> None:
    held(catalogue, "lain/mesin/1/a")
    with catalogue.reading() as connection:
        seen = tenures.of(connection, "contoh")
    with catalogue.begin() as connection:
        assert tenures.take(connection, "contoh", "b", "dua", NOW, seen)
        assert not tenures.take(connection, "contoh", "c", "tiga", NOW, seen)


def test_a_holder_who_slept_finds_out_before_he_commits_and_before_he_asks(
    tmp_path: Path, url: str, catalogue: Catalogue
) -> None:
    tenure = take(tmp_path, url, Watch())
    with catalogue.begin() as connection:
        row = tenures.of(connection, "contoh")
        assert tenures.take(connection, "contoh", "lain/mesin/1/a", "tiga", NOW, row)
    with pytest.raises(InUse, match="lain/mesin/1/a"), catalogue.begin() as connection:
        tenure.fence(connection)
    tenure._beaten -= 60  # it slept
    with pytest.raises(InUse):
        tenure.check()
    tenure.give_up()
    with catalogue.reading() as connection:
        assert [row.holder for row in tenures.every(connection)] == ["lain/mesin/1/a"]


def test_a_process_that_is_gone_from_this_machine_is_not_waited_for() -> None:
    mine = name_of_this_process()
    assert not is_gone(mine)
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    host, machine, _, word = mine.rsplit("/", 3)
    assert is_gone(f"{host}/{machine}/{child.pid}/{word}")
    assert not is_gone(f"{host}/lain/{child.pid}/{word}")  # that number says nothing of another machine
    assert not is_gone("bukan-nama")
    assert not is_gone(f"{host}/unknown/{os.getpid()}/{word}")


def test_who_has_no_event_loop_yet_beats_all_the_same(tmp_path: Path, url: str, catalogue: Catalogue) -> None:
    tenure = take(tmp_path, url, Watch(3.0))

    def beats() -> int:
        with catalogue.reading() as connection:
            row = tenures.of(connection, "contoh")
        assert row is not None
        return row.beat

    before, end = beats(), time.monotonic() + 30
    with tenure.beating():
        while beats() < before + 2:
            assert time.monotonic() < end
    tenure.give_up()


def test_whose_site_was_taken_meanwhile_is_told_at_the_end(tmp_path: Path, url: str, catalogue: Catalogue) -> None:
    tenure = take(tmp_path, url, Watch(3.0))
    with catalogue.begin() as connection:
        connection.execute(tables.tenures.update().values(holder="mesin-lain/x/1/y"))

    def work() -> None:
        with tenure.beating():
            while f"tenure of {tenure.site}" in {thread.name for thread in threading.enumerate()}:
                pass  # the thread ends once it has found out

    with pytest.raises(InUse, match="mesin-lain"):
        work()
    tenure.give_up()


def test_sites_are_held_for_something_else_than_a_crawl_and_given_up(
    tmp_path: Path, url: str, catalogue: Catalogue
) -> None:
    with held_together(tmp_path, url, ["satu", "dua"], "archive rebuild", NOW, Watch()):
        with catalogue.reading() as connection:
            assert [(row.site, row.run) for row in tenures.every(connection)] == [
                ("dua", "archive rebuild"), ("satu", "archive rebuild"),
            ]  # fmt: skip
        with pytest.raises(InUse, match="archive rebuild"):
            Tenure.take(tmp_path, url, "satu", "malam", NOW, Watch())
    with catalogue.reading() as connection:
        assert tenures.every(connection) == []


def test_a_run_that_is_refused_leaves_no_folders_of_the_site(tmp_path: Path, url: str, catalogue: Catalogue) -> None:
    held(catalogue, "mesin-lain/x/1/y")
    with catalogue.begin() as connection:
        connection.execute(tables.tenures.update().values(beat_at=tenures.clock(connection)))
    with pytest.raises(InUse):
        Run.begin(tmp_path, "contoh", about={}, now=NOW, shared=Shared(url))
    assert not list(tmp_path.glob("contoh/*/"))
