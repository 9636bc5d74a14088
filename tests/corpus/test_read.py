from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import xinhua_id
from tests.items import any_article, article
from xinhua_id.corpus.columns import Cell, columns
from xinhua_id.corpus.read import UnreadableLines
from xinhua_id.errors import UsageError
from xinhua_id.items import Article, Dateline, Image, Origin

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write items of one source as a crawl leaves them; lines may also be raw text."""

    def items(*lines: Article | str, site: str = "contoh", run: str = "contoh-1", end: str = ".jsonl") -> Path:
        file = tmp_path / "archives" / site / "items" / f"{run}{end}"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(line if isinstance(line, str) else line.to_json() + "\n" for line in lines)
        file.write_text(text, encoding="utf-8")
        return tmp_path / "archives"

    return items


def test_an_archive_gives_the_articles_of_all_its_sources_in_order(write: Write) -> None:
    write(article("b"), article("a"), site="antaranews")
    archive = write(article("c"), site="xinhua")

    assert [one.id for one in xinhua_id.read(archive)] == ["b", "a", "c"]


def test_of_several_versions_the_one_captured_last_is_given_wherever_it_stands(write: Write) -> None:
    write(article(day=2, text="Versi terakhir."), article(day=0, text="Versi pertama."), run="contoh-1")
    archive = write(article(day=1, text="Versi kedua."), run="contoh-2")

    assert [one.text for one in xinhua_id.read(archive)] == ["Versi terakhir."]


def test_a_version_of_the_storys_own_address_is_given_before_a_later_one_of_another(write: Write) -> None:
    own, other = "https://contoh.id/panen", "https://contoh.id/melaut"
    archive = write(
        article(day=1, text="Panen teh.", url=own, canonical_url=own),
        article(day=2, text="Nelayan melaut.", url=other, canonical_url=own),
    )
    assert [one.text for one in xinhua_id.read(archive)] == ["Panen teh."]


def test_versions_gives_all_of_them(write: Write) -> None:
    archive = write(article(day=0), article(day=1), article(day=2))

    assert len(list(xinhua_id.read(archive, versions=True))) == 3


def test_of_versions_captured_at_the_same_moment_the_last_written_counts(write: Write) -> None:
    archive = write(article(text="Dulu."), article(text="Kemudian."))

    assert [one.text for one in xinhua_id.read(archive)] == ["Kemudian."]


def test_a_captured_version_outranks_one_that_never_was_captured(write: Write) -> None:
    archive = write(article(day=0, text="Dari situs."), article(day=None, text="Dari berkas."))

    assert [one.text for one in xinhua_id.read(archive)] == ["Dari situs."]


def test_equal_ids_of_two_sources_stay_two_articles(write: Write) -> None:
    write(article("a"), site="antaranews")
    archive = write(article("a"), site="xinhua")

    assert len(list(xinhua_id.read(archive))) == 2


def test_one_source_or_one_file_can_be_read_alone(write: Write) -> None:
    write(article("a"), site="antaranews")
    archive = write(article("b"), site="xinhua")

    assert [one.id for one in xinhua_id.read(archive / "xinhua")] == ["b"]
    assert [one.id for one in xinhua_id.read(archive / "antaranews" / "items" / "contoh-1.jsonl")] == ["a"]


def test_a_crawl_under_way_is_read_up_to_its_last_whole_line(write: Write) -> None:
    archive = write(article("a"), article("b"), article("c").to_json()[:200], end=".jsonl.open")
    articles = xinhua_id.read(archive)

    assert [one.id for one in articles] == ["a", "b"]
    assert (articles.unfinished, articles.unreadable) == (1, [])


def test_a_closed_file_without_its_last_newline_loses_nothing(write: Write) -> None:
    archive = write(article("a"), article("b").to_json())

    assert [one.id for one in xinhua_id.read(archive)] == ["a", "b"]


def test_a_file_that_is_closed_while_it_is_read_is_found_under_its_final_name(write: Write) -> None:
    write(article("a"), run="contoh-1")
    archive = write(article("b"), run="contoh-2", end=".jsonl.open")
    reading = iter(xinhua_id.read(archive, versions=True))
    first = next(reading)
    under_way = archive / "contoh" / "items" / "contoh-2.jsonl.open"
    under_way.rename(under_way.with_suffix(""))

    assert [first.id, *(one.id for one in reading)] == ["a", "b"]


def test_lines_that_are_no_articles_are_named_and_warned_of(write: Write) -> None:
    archive = write(article("a"), "{}\n", "bukan json\n", article("b"), "\n")
    articles = xinhua_id.read(archive)

    with pytest.warns(UnreadableLines, match=r"contoh-1\.jsonl, line 2: id: .*, and 1 more"):
        assert [one.id for one in articles] == ["a", "b"]
    assert [(Path(bad.file).name, bad.line) for bad in articles.unreadable] == [
        ("contoh-1.jsonl", 2),
        ("contoh-1.jsonl", 3),
    ]


def test_a_broken_newer_version_does_not_hide_the_one_before_it(write: Write) -> None:
    broken = article(day=1).to_json().replace('"origin":"wire"', '"origin":"kawat"')
    archive = write(article(day=0, text="Masih utuh."), broken + "\n")

    with pytest.warns(UnreadableLines, match="origin"):
        assert [one.text for one in xinhua_id.read(archive)] == ["Masih utuh."]


def test_a_line_of_another_format_says_so(write: Write) -> None:
    archive = write(article().to_json().replace('"schema_version":"0.1"', '"schema_version":"7.0","baru":1') + "\n")
    articles = xinhua_id.read(archive, versions=True)

    with pytest.warns(UnreadableLines, match=r"format '7\.0', this reads '0\.1'"):
        assert list(articles) == []


def test_articles_can_be_read_again_and_see_what_came_meanwhile(write: Write) -> None:
    articles = xinhua_id.read(write(article("a")))
    list(articles)
    write(article("b"), run="contoh-2")

    assert [one.id for one in articles] == ["a", "b"]


def test_a_run_without_a_story_gives_no_articles(write: Write) -> None:
    assert list(xinhua_id.read(write())) == []


@pytest.mark.parametrize("place", ["archives", "nowhere"])
def test_a_place_without_items_is_an_error_and_not_an_empty_corpus(tmp_path: Path, place: str) -> None:
    (tmp_path / "archives").mkdir()

    with pytest.raises(UsageError, match="no items here"):
        xinhua_id.read(tmp_path / place)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(ones=st.lists(any_article(), max_size=4))
def test_whatever_is_written_is_read_back(write: Write, ones: list[Article]) -> None:
    archive = write(*ones)

    assert list(xinhua_id.read(archive, versions=True)) == ones


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(ones=st.lists(any_article(), max_size=4))
def test_every_frame_has_the_columns_and_types_of_the_model(write: Write, ones: list[Article]) -> None:
    frame = xinhua_id.read(write(*ones), versions=True).to_pandas()

    assert list(frame.columns) == [column.name for column in columns()]
    assert len(frame) == len(ones)
    for column in columns():
        assert str(frame[column.name].dtype) == TYPES[column.cell], column.name


TYPES = {
    Cell.TEXT: "string",
    Cell.INTEGER: "Int64",
    Cell.MOMENT: "datetime64[us, UTC]",
    Cell.DAY: "datetime64[s]",
    Cell.LIST: "object",
}


def test_a_frame_holds_what_the_articles_hold(write: Write) -> None:
    one = article(
        dateline=Dateline(
            raw="Kunming, China (Xinhua) –", place="Kunming", country="China", agencies=["Xinhua"], date_raw=None
        ),
        images=[Image(url=None, caption="Kebun teh.", credit="Xinhua/Sun Fei", photographer="Sun Fei")],
        tags=["teh", "Yunnan"],
    )
    row = xinhua_id.read(write(one)).to_pandas().iloc[0]

    assert row["dateline.place"] == "Kunming"
    assert row["dateline.agencies"] == ["Xinhua"]
    assert row["images"][0]["credit"] == "Xinhua/Sun Fei"
    assert row["tags"] == ["teh", "Yunnan"]
    assert row["origin"] == Origin.WIRE
    assert row["capture.offset"] == 512
    assert row["capture.captured_at"] == pd.Timestamp("2023-01-09T12:00:00Z")
    assert row["part.number"] is pd.NA


def test_without_pandas_the_error_says_how_to_get_it(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    articles = xinhua_id.read(write(article()))
    monkeypatch.setitem(sys.modules, "pandas", None)

    with pytest.raises(UsageError, match=r"xinhua-id\[pandas\]"):
        articles.to_pandas()


def test_a_clean_archive_warns_of_nothing(write: Write) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(xinhua_id.read(write(article())))
