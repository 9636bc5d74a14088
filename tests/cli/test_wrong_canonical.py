"""Sites whose pages call another story's address their own: no story is lost, and none has another's name."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

import xinhua_id
from tests.warc.exchanges import WHEN, exchange
from xinhua_id.archive.commit import Committer
from xinhua_id.archive.recover import recover
from xinhua_id.catalogue import visits
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.corpus.finish import finish
from xinhua_id.items import Article

Answer = tuple[int, Mapping[str, str], str]
Run = Callable[..., subprocess.CompletedProcess[str]]

_WHO = ("Petani teh", "Nelayan muda", "Perajin bambu", "Guru sekolah", "Penjaga hutan")
_WHAT = ("memetik daun muda", "memasang jaring baru", "menganyam lampion", "membuka kelas membaca", "menghitung burung")


def page(number: int, canonical: str) -> Answer:
    who, what = _WHO[number], _WHAT[number]
    body = "".join(
        f"<p>{line}</p>"
        for line in (
            f"Kunming, China (Xinhua) – {who} di lembah utara {what} sejak pagi, kata kepala kampung pada Senin (9/1).",
            f"{who} itu datang dari {number + 3} desa dan bekerja bergantian sampai musim hujan tiba di lereng bukit.",
            f"Tahun lalu {who.casefold()} hanya {number + 12} orang, sedangkan tahun ini hampir dua kali lipat.",
            f"Pemerintah kabupaten berjanji membantu {who.casefold()} yang ingin {what} di kampung-kampung lain.",
        )
    )
    head = f'<title>{who} {what}</title><link rel="canonical" href="{canonical}">'
    return 200, {}, f"<html><head>{head}</head><body><article><h1>{who} {what}</h1>{body}</article></body></html>"


def cards(*paths: str, following: str = "") -> str:
    return "".join(f'<h2><a href="{path}">Warta dari lembah utara {path}</a></h2>' for path in paths) + following


@pytest.fixture
def command(xinhua_id: Run) -> Run:
    return xinhua_id


@pytest.fixture
def crawled(serve: Callable[..., str], command: Run, tmp_path: Path) -> Callable[[str], Path]:
    """Crawl a site of five stories of which all but the first call ``canonical`` their own; return its folder.

    The first, at /berita/0, stands in the second listing alone.
    """

    def crawl(canonical: str) -> Path:
        stories = {f"/berita/{n}": page(n, f"/berita/{n}" if n == 0 else canonical) for n in range(5)}
        onward = '<a rel="next" href="/hal/2">Selanjutnya</a>'
        front: Answer = (200, {}, cards(*list(stories)[1:], following=onward))
        address = serve({**stories, "/": front, "/hal/2": (200, {}, cards("/berita/0"))})
        done = command("crawl", "--seed", f"{address}/", "--archive", "a")
        assert done.returncode == 0, done.stderr
        (home,) = (path for path in (tmp_path / "a").iterdir() if path.is_dir())
        return home

    return crawl


def items(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in home.glob("items/*.jsonl") for line in path.read_text("utf-8").splitlines()]


def by_page(found: Iterable[Article]) -> dict[str, str]:
    """Return the last step of each story's page, and that of the address it has."""
    return {str(one.url).rpartition("/")[2]: str(one.canonical_url).rpartition("/")[2] for one in found}


def test_where_they_all_name_one_section_they_stand_at_their_own_addresses_from_the_second_on(
    crawled: Callable[[str], Path],
) -> None:
    home = crawled("/ekonomi/lembah")
    assert len({one["id"] for one in items(home)}) == len(items(home)) == 5
    names = by_page(xinhua_id.read(home.parent))
    assert sorted(page == name for page, name in names.items()) == [False, True, True, True, True]


def test_where_they_all_name_one_story_each_is_read_under_its_own_address_and_that_one_too(
    crawled: Callable[[str], Path],
) -> None:
    home = crawled("/berita/0")
    assert by_page(xinhua_id.read(home.parent)) == {number: number for number in "01234"}
    (manifest,) = home.glob("runs/*.json")
    # The first was believed, until the story was met at its own address; then it was read once more.
    assert json.loads(manifest.read_text())["stats"]["outcome/story/canonical-is-anothers"] == 4


@pytest.mark.parametrize("canonical", ["/berita/0", "/ekonomi/lembah"])
def test_the_warc_alone_tells_the_same_stories(crawled: Callable[[str], Path], command: Run, canonical: str) -> None:
    home = crawled(canonical)
    (warc,) = home.glob("warc/*.warc.gz")
    done = command("extract", str(warc))
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == items(home)


@pytest.mark.parametrize("canonical", ["/berita/0", "/ekonomi/lembah"])
def test_the_next_crawl_writes_none_of_them_again(crawled: Callable[[str], Path], command: Run, canonical: str) -> None:
    home = crawled(canonical)
    seed = items(home)[0]["url"].rpartition("/berita/")[0]
    before = len(items(home))
    done = command("crawl", "--seed", f"{seed}/", "--archive", "a", "--again")
    assert done.returncode == 0, done.stderr
    assert len(items(home)) == before


def test_who_finishes_what_a_dead_crawl_had_captured_judges_as_it_would_have(tmp_path: Path) -> None:
    catalogue = Catalogue.open(tmp_path)
    out = Committer(tmp_path / "contoh", "lari", catalogue, source="contoh", info={}, clock=lambda: WHEN)
    out.begin({})
    for number in range(3):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        told = head + page(number, "http://contoh.id/berita/0")[2].encode()
        out.exchange(exchange(told, url=f"http://contoh.id/berita/{number}"))
    out.items._file.close()  # its death
    out.writer._file._file.close()
    assert recover(tmp_path / "contoh", catalogue, finish).items == 3
    assert by_page(xinhua_id.read(tmp_path)) == {number: number for number in "012"}
    with catalogue.reading() as connection:
        told_of = {row.url[-1]: (row.reason, row.detail) for row in visits.of_run(connection, "contoh", "lari")}
    assert told_of["1"] == ("canonical-is-anothers", "https://contoh.id/berita/0")
    catalogue.close()
