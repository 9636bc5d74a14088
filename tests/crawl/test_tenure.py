"""A site has one holder; who takes over, when, and how a holder that slept finds out."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres_server import PostgresServer
from xinhua_id.catalogue import tenures
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.crawl.tenure import Tenure, Watch, is_gone, name_of_this_process
from xinhua_id.errors import InUse

NOW = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)


class Ticks:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


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


def test_a_holder_who_beats_keeps_the_site_however_long_he_is_watched(
    tmp_path: Path, url: str, catalogue: Catalogue, ticks: Ticks
) -> None:
    held(catalogue, "lain/mesin/1/a")
    watch = Watch(60, ticks)
    for _ in range(10):
        with pytest.raises(InUse, match=r"lain/mesin/1/a.*--stand-by"):
            take(tmp_path, url, watch)
        ticks.now += 50
        with catalogue.begin() as connection:
            assert tenures.beat(connection, "contoh", "lain/mesin/1/a")


def test_a_holder_whose_beat_stands_still_is_taken_over_from(
    tmp_path: Path, url: str, catalogue: Catalogue, ticks: Ticks
) -> None:
    held(catalogue, "lain/mesin/1/a")
    watch = Watch(60, ticks)
    with pytest.raises(InUse):
        take(tmp_path, url, watch)
    ticks.now += 61
    tenure = take(tmp_path, url, watch)
    assert tenure.took_over is not None
    assert tenure.took_over.holder == "lain/mesin/1/a"
    tenure.give_up()


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
    tenure = take(tmp_path, url, Watch(patience=0))
    with catalogue.begin() as connection:
        row = tenures.of(connection, "contoh")
        assert tenures.take(connection, "contoh", "lain/mesin/1/a", "tiga", NOW, row)
    with pytest.raises(InUse, match="lain/mesin/1/a"), catalogue.begin() as connection:
        tenure.fence(connection)
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
