"""What replay is asked for, and the list it opens on."""

from __future__ import annotations

import datetime as dt
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.archive.replay_records import HOST, RUN, Shelf, every_kind
from tests.items import article
from xinhua_id.archive.replay import pages as replay_pages
from xinhua_id.archive.replay import process as replay
from xinhua_id.archive.replay import stories as replay_stories
from xinhua_id.archive.replay.stories import Listed, Story, of_items, of_pages_list, of_warc
from xinhua_id.archive.replay.target import Target, find
from xinhua_id.errors import BadRecord, UsageError

NOON = dt.datetime(2026, 1, 9, 5, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return every_kind(tmp_path_factory.mktemp("arsip"))


@pytest.fixture
def listed(tmp_path: Path) -> Callable[..., str]:
    """Return the page that a list of stories gives for a query."""

    def page(stories: list[Story], query: str = "") -> str:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))} % #.sqlite"
        replay_stories.write(path, stories)
        return replay_pages.stories(str(path), "Stories", query)

    return page


@pytest.fixture
def any_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this Python stand for the one with pywb: what is refused is refused before pywb would be started."""
    monkeypatch.setenv("XINHUA_ID_REPLAY_BIN", str(Path(sys.executable).parent))


def story(number: int = 0, **changes: object) -> Story:
    values: dict[str, object] = {
        "key": f"contoh {number}",
        "headline": f"Panen ke-{number}",
        "url": f"{HOST}/panen/{number}",
        "captured_at": NOON + dt.timedelta(minutes=number),
        "site": "contoh",
        "source": "Contoh",
    }
    return Story(**{**values, **changes})  # type: ignore[arg-type]


def test_the_list_has_the_newest_first_fifty_a_page(listed: Callable[..., str]) -> None:
    stories = [story(number) for number in range(120)]
    first, third = listed(stories), listed(stories, "page=3")
    assert first.index("Panen ke-119<") < first.index("Panen ke-70<")
    assert "Panen ke-69<" not in first
    assert "120 stories" in first
    assert "Page 3 of 3" in third
    assert third.count("<li>") == 20
    assert "page=2" in first
    assert all("Page 3 of 3" in listed(stories, f"page={page}") for page in ("99", "999999999"))
    assert all("Page 1 of 3" in listed(stories, f"page={page}") for page in ("0", "-1", "satu", "9" * 30))


def test_a_link_leads_to_the_capture_at_its_moment(listed: Callable[..., str]) -> None:
    assert f"/archive/20260109050000/{HOST}/panen/0'" in listed([story()])
    assert f"/archive/20260109050000/{HOST}/a%20b?c=%C3%A9'" in listed([story(url=f"{HOST}/a b?c=é")])


@pytest.mark.parametrize(
    ("published", "said"),
    [
        (dt.datetime(2026, 1, 9, 19, 5, tzinfo=dt.timezone(dt.timedelta(hours=8))), "9 January 2026, 18:05 WIB"),
        (dt.datetime(2026, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=7))), "<span>9 January 2026</span>"),
        (None, "captured 9 January 2026, 12:00 WIB"),
    ],
)
def test_a_date_is_said_in_the_time_of_western_indonesia(
    published: dt.datetime | None, said: str, listed: Callable[..., str]
) -> None:
    assert said in listed([story(published=published)])


def test_the_search_wants_every_word_in_headline_lead_or_address(listed: Callable[..., str]) -> None:
    stories = [story(1, headline="ÉMAS di Pasar Suzhou"), story(2, lead="Emas dari pasar"), story(3)]
    assert "1 story with" in listed(stories, "q=%C3%A9mas+pasar")
    assert "1 story with" in listed(stories, "q=PASAR+emas")
    assert "2 stories with" in listed(stories, "q=pasar")
    assert "No headline, lead or address has that" in listed(stories, "q=gandum")
    assert f"/archive/*/{HOST}/x" in listed(stories, f"q={HOST}/x")


def test_sites_are_told_apart(listed: Callable[..., str]) -> None:
    stories = [story(1), story(2, key="lain 2", site="lain")]
    assert "site=lain" in listed(stories)
    assert listed(stories, "site=lain").count("<li>") == 1
    assert "<nav aria-label=Sites" not in listed(stories[:1])


def test_nothing_of_a_page_becomes_markup(listed: Callable[..., str]) -> None:
    bad = "<script>alert(1)</script>'\"&"
    page = listed(
        [story(headline=bad, lead=bad, source=bad, site=bad, url=f"{HOST}/{bad}"), story(2)], f"q={bad}&site={bad}"
    )
    page += listed([story(headline=bad, lead=bad, source=bad, site=bad, url=f"{HOST}/{bad}"), story(2)])
    for made in (page, replay_pages.captures("x", bad, [{"timestamp": bad, "url": bad, "mime": bad}]),
                 replay_pages.not_found(bad, bad), replay_pages.broken("x", bad, bad)):  # fmt: skip
        assert "<script" not in made
        assert "'\"" not in made
    assert replay_pages.banner("20260109050000", f"{HOST}/</script>").count("</script>") == 1


def test_one_article_is_listed_once_as_it_was_captured_last(listed: Callable[..., str]) -> None:
    page = listed([story(1), story(1, headline="Panen, diperbarui", captured_at=NOON + dt.timedelta(days=1)), story(1)])
    assert page.count("<li>") == 1
    assert "diperbarui" in page


def test_further_pages_of_a_story_are_not_listed_beside_the_first(listed: Callable[..., str]) -> None:
    parts = [story(n, story="contoh a", page=n) for n in (1, 2, 3)]
    assert listed(parts).count("<li>") == 1
    assert listed(parts[1:]).count("<li>") == 2


def test_lines_that_are_no_items_are_counted_and_a_line_still_written_is_not(tmp_path: Path) -> None:
    path = tmp_path / "contoh" / "items" / "a.jsonl.open"
    path.parent.mkdir(parents=True)
    good = article(url=f"{HOST}/a", headline="Panen \ud800".encode("utf-8", "replace").decode()).to_json()
    lines = [good, "{}", "[]", "null", "bukan json", '{"capture": 1, "url": "x"}', '{"a": ' * 100_000, good]
    path.write_text("\n".join(lines)[:-3], encoding="utf-8")
    found = Listed()
    assert len(list(of_items([path], None, found))) == 1
    assert found.unreadable == 6
    path.rename(path.with_suffix(""))
    assert len(list(of_items([path], None, found))) == 1


def test_items_without_a_capture_or_address_cannot_be_replayed(tmp_path: Path) -> None:
    path = tmp_path / "contoh" / "items" / "a.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(f"{article(day=None, url=f'{HOST}/a').to_json()}\n{article(url=None).to_json()}\n")
    found = Listed()
    assert list(of_items([path], None, found)) == []
    assert found.unreadable == 0


def test_a_lone_surrogate_does_not_stop_the_list(listed: Callable[..., str]) -> None:
    assert "Panen ?" in listed([story(headline="Panen \ud800")])


def test_what_is_asked_for_is_found(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home, warc = shelf.home, shelf.writer.path
    items = (home / "items" / f"{RUN}.jsonl",)
    assert find(shelf.root, None) == Target("Stories in the archive", (home,), items)
    assert find(shelf.root, "contoh") == Target("Stories of contoh", (home,), items)
    assert find(shelf.root, RUN) == Target(f"Stories of the run {RUN}", (home,), items)
    ours = Target(f"Stories of {warc.name}", (home,), items, warc=warc.name)
    assert find(shelf.root, warc.name) == find(shelf.root, str(warc)) == ours
    alone = tmp_path / "salinan.warc.gz"
    alone.write_bytes(warc.read_bytes())
    assert find(tmp_path / "tidak ada", str(alone)) == Target("Pages of salinan.warc.gz", alone=alone)


@pytest.mark.parametrize("what", ["tidak-ada", "../contoh", "", "a\0b", "x.wacz"])
def test_what_is_not_there_is_wrong_usage(what: str, shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file, site, run or WARC"):
        find(shelf.root, what)
    with pytest.raises(UsageError, match="no archive"):
        find(tmp_path, what)


def test_a_file_of_another_kind_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<h1>Panen")
    with pytest.raises(UsageError, match="not a WARC or WACZ"):
        find(tmp_path, str(tmp_path / "a.html"))


def test_a_warc_alone_lists_its_pages(shelf: Shelf, tmp_path: Path) -> None:
    found = {story.headline for story in of_warc(shelf.writer.path)}
    assert "Kedai mi “Lanzhou” buka – sampai tengah malam" in found
    assert "Halaman tidak ditemukan" not in found
    torn = tmp_path / "robek.warc.gz"
    torn.write_bytes(shelf.writer.path.read_bytes()[:-9])
    assert {story.headline for story in of_warc(torn)} == found
    torn.write_bytes(b"bukan WARC")
    with pytest.raises(BadRecord):
        list(of_warc(torn))


@pytest.mark.usefixtures("any_python")
@pytest.mark.parametrize(
    "line",
    [
        '{"filename": "/etc/passwd", "offset": "0", "url": "http://contoh.example/panen", "mime": "text/html"}',
        '{"filename": "-", "offset": "0", "load_url": "http://192.0.2.1/", "url": "http://contoh.example/panen"}',
        '{"filename": "a.warc.gz", "offset": "banyak"}', "{}", "[]", "",
    ],
)  # fmt: skip
def test_an_index_that_leads_out_of_the_wacz_is_refused(line: str, tmp_path: Path) -> None:
    path = tmp_path / "jahat.wacz"
    with zipfile.ZipFile(path, "w") as wacz:
        wacz.writestr("archive/a.warc.gz", b"")
        wacz.writestr("indexes/index.cdxj", f"example,contoh)/panen 20260109053115 {line}\n")
    with pytest.raises(BadRecord, match="no index"), replay.begin(Target("x", alone=path)):
        pass


def test_pages_of_a_wacz_that_are_none_are_left_out() -> None:
    lines = ["bukan", "[]", '{"url": 1}', '{"url": "http://a.example/", "ts": "2026-01-09"}']
    assert [story.headline for story in of_pages_list(lines)] == ["http://a.example/"]


@pytest.mark.usefixtures("any_python")
def test_a_file_that_is_no_zip_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "a.wacz").write_bytes(b"PK bukan")
    with pytest.raises(BadRecord, match="cannot read the WACZ"), replay.begin(find(tmp_path, str(tmp_path / "a.wacz"))):
        pass
