"""Sites whose pages call another story's address their own: no story is lost, and none has another's name."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

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
def crawled(serve: Callable[..., str], xinhua_id: Run, tmp_path: Path) -> Callable[[str], Path]:
    """Crawl a site of five stories of which all but the first call ``canonical`` their own; return its folder.

    The first, at /berita/0, stands in the second listing alone.
    """

    def crawl(canonical: str) -> Path:
        stories = {f"/berita/{n}": page(n, f"/berita/{n}" if n == 0 else canonical) for n in range(5)}
        onward = '<a rel="next" href="/hal/2">Selanjutnya</a>'
        front: Answer = (200, {}, cards(*list(stories)[1:], following=onward))
        address = serve({**stories, "/": front, "/hal/2": (200, {}, cards("/berita/0"))})
        done = xinhua_id("crawl", "--seed", f"{address}/", "--archive", "a")
        assert done.returncode == 0, done.stderr
        (home,) = (path for path in (tmp_path / "a").iterdir() if path.is_dir())
        return home

    return crawl


def items(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in home.glob("items/*.jsonl") for line in path.read_text("utf-8").splitlines()]


def by_page(found: list[dict[str, Any]]) -> dict[str, str]:
    return {one["url"].rpartition("/")[2]: one["canonical_url"].rpartition("/")[2] for one in found}


def test_where_they_all_name_one_section_they_stand_at_their_own_addresses_from_the_second_on(
    crawled: Callable[[str], Path],
) -> None:
    found = items(crawled("/ekonomi/lembah"))
    assert len({one["id"] for one in found}) == len(found) == 5
    names = by_page(found)
    assert sorted(page == name for page, name in names.items()) == [False, True, True, True, True]


def test_where_they_all_name_one_story_that_one_is_asked_for_as_well(crawled: Callable[[str], Path]) -> None:
    home = crawled("/berita/0")
    names = by_page(items(home))
    assert set(names) == {"0", "1", "2", "3", "4"}
    assert names["0"] == "0"
    assert sum(page != name for page, name in names.items()) == 1  # the first that was met
    (manifest,) = home.glob("runs/*.json")
    assert json.loads(manifest.read_text())["stats"]["outcome/story/canonical-is-anothers"] == 3


def test_the_warc_alone_tells_the_same_stories(crawled: Callable[[str], Path], xinhua_id: Run) -> None:
    home = crawled("/berita/0")
    (warc,) = home.glob("warc/*.warc.gz")
    done = xinhua_id("extract", str(warc))
    assert done.returncode == 0, done.stderr
    again = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["id"]: one["url"] for one in again} == {one["id"]: one["url"] for one in items(home)}


def test_the_next_crawl_writes_none_of_them_again(
    serve: Callable[..., str], crawled: Callable[[str], Path], xinhua_id: Run
) -> None:
    home = crawled("/ekonomi/lembah")
    seed = items(home)[0]["url"].rpartition("/berita/")[0]
    before = len(items(home))
    done = xinhua_id("crawl", "--seed", f"{seed}/", "--archive", "a", "--again")
    assert done.returncode == 0, done.stderr
    assert len(items(home)) == before
