"""Coverage: a site's stories by the day of their publication in its zone, and what became of those that were lost."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from tests.catalogue import rows
from xinhua_id.catalogue import articles, captures, coverage, visits
from xinhua_id.catalogue.coverage import Coverage
from xinhua_id.catalogue.rows import ArticleRow, VisitRow
from xinhua_id.catalogue.store import Catalogue

JAKARTA = ZoneInfo("Asia/Jakarta")
#: Off UTC by hours, by halves and by quarters of an hour, and with summer time.
ZONES = [
    "Asia/Jakarta",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Europe/Berlin",
    "Pacific/Chatham",
    "UTC",
]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def counted(
    catalogue: Catalogue, stories: list[ArticleRow], seen: list[VisitRow] | None = None, zone: ZoneInfo = JAKARTA
) -> Coverage:
    with catalogue.begin() as connection:
        articles.add(connection, stories)
        visits.add(connection, seen or [])
    with catalogue.reading() as connection:
        return coverage.of(connection, "contoh", zone)


def test_a_story_belongs_to_the_day_of_its_site_s_zone(catalogue: Catalogue) -> None:
    found = counted(
        catalogue,
        [
            rows.article("a", date_published=at("2026-01-09T23:59:59+07:00")),
            rows.article("b", date_published=at("2026-01-09T17:00:00+00:00")),  # midnight in Jakarta
            rows.article("c", date_published=at("2026-01-10T23:00:00+07:00")),
        ],
    )
    assert found.stories.published == {dt.date(2026, 1, 9): 1, dt.date(2026, 1, 10): 2}
    assert found.zone is JAKARTA


def test_a_story_counts_once_on_the_day_that_its_latest_version_gives(catalogue: Catalogue) -> None:
    found = counted(
        catalogue,
        [
            rows.article("a", 0, date_published=at("2026-01-09T08:00:00+07:00")),
            rows.article("a", 1, date_published=at("2026-01-08T08:00:00+07:00")),
            rows.article("a", 2, site="lain", date_published=at("2026-01-01T08:00:00+07:00")),
        ],
    )
    assert found.stories.published == {dt.date(2026, 1, 8): 1}
    assert found.stories.total == 1


def test_a_story_without_a_date_counts_apart_by_the_day_of_its_capture(catalogue: Catalogue) -> None:
    undated = [rows.article("a", captured_at=at("2026-01-09T17:30:00+00:00")), rows.article("b", captured_at=None)]
    found = counted(catalogue, undated).stories
    assert (found.published, found.seen, found.neither) == ({}, {dt.date(2026, 1, 10): 1}, 1)


def test_a_story_whose_address_answers_404_or_410_by_its_latest_visit_is_gone(catalogue: Catalogue) -> None:
    dated = rows.article("a", date_published=at("2026-01-02T08:00:00+07:00"))
    found = counted(
        catalogue,
        [dated],
        [
            rows.visit(0, url="http://contoh.id/a", item_id="a"),
            rows.visit(1, url="http://contoh.id/a", item_id=None, outcome="no-article", reason="http-410"),
            rows.visit(2, url="http://contoh.id/b", item_id="b"),
            rows.visit(3, url="http://contoh.id/b", item_id=None, outcome="no-article", reason="http-404"),
        ],
    )
    assert found.gone.published == {dt.date(2026, 1, 2): 1}
    assert found.gone.seen == {dt.date(2026, 1, 9): 1}


def test_a_story_that_came_back_is_not_gone_and_what_never_was_one_is_neither(catalogue: Catalogue) -> None:
    found = counted(
        catalogue,
        [],
        [
            rows.visit(0, url="http://contoh.id/a", outcome="no-article", reason="http-404", item_id=None),
            rows.visit(1, url="http://contoh.id/a"),
            rows.visit(2, url="http://contoh.id/b", outcome="no-article", reason="http-404", item_id=None),
            rows.visit(3, url="http://contoh.id/c", outcome="no-article", reason="empty", item_id=None),
            rows.visit(4, url="http://contoh.id/d", outcome="redirect", reason="http-301", item_id=None),
        ],
    )
    assert (found.gone.total, found.moved.total, found.failed.total) == (0, 0, 0)


def test_a_story_whose_address_redirects_now_has_moved(catalogue: Catalogue) -> None:
    found = counted(catalogue, [], [rows.visit(0), rows.visit(1, outcome="redirect", reason="http-301", item_id=None)])
    assert found.moved.seen == {dt.date(2026, 1, 9): 1}


def test_an_address_has_failed_if_its_latest_visit_did_whatever_it_was_but_not_a_requisite(
    catalogue: Catalogue,
) -> None:
    found = counted(
        catalogue,
        [],
        [
            rows.visit(0, url="http://contoh.id/a", outcome="failed", reason="timeout", item_id=None),
            rows.visit(1, url="http://contoh.id/a", outcome="failed", reason="timeout", item_id=None),
            rows.visit(2, url="http://contoh.id/b", outcome="failed", reason="http-503", item_id=None),
            rows.visit(3, url="http://contoh.id/b"),
            rows.visit(4, url="http://contoh.id/c.png", outcome="failed", kind="requisite", item_id=None),
            rows.visit(5, url="http://contoh.id/d", outcome="failed", site="lain", item_id=None),
        ],
    )
    assert found.failed.total == 1


def test_a_site_was_looked_at_when_it_was_visited_last_or_else_captured(catalogue: Catalogue) -> None:
    with catalogue.begin() as connection:
        captures.add(connection, [rows.capture(7)])
    assert counted(catalogue, []).looked_at == rows.later(7)
    assert counted(catalogue, [], [rows.visit(3)]).looked_at == rows.later(3)


def test_a_site_that_nothing_is_known_of_was_never_looked_at(catalogue: Catalogue) -> None:
    found = counted(catalogue, [])
    assert (found.looked_at, found.stories.total) == (None, 0)


def test_the_address_of_a_story_says_where_a_site_is(catalogue: Catalogue) -> None:
    counted(catalogue, [rows.article("a", url=None), rows.article("b")])
    with catalogue.reading() as connection:
        assert coverage.address(connection, "contoh") == rows.URL
        assert coverage.address(connection, "lain") is None


@settings(max_examples=20)
@given(
    st.lists(st.none() | st.datetimes(timezones=st.timezones()), max_size=25),
    st.sampled_from(ZONES),
)
def test_the_days_add_up_to_the_stories_with_a_date_and_are_their_days_whatever_the_zone(
    tmp_path_factory: pytest.TempPathFactory, moments: list[dt.datetime | None], name: str
) -> None:
    zone = ZoneInfo(name)
    catalogue = Catalogue.open_file(_new(tmp_path_factory), scratch=True)
    try:
        found = counted(
            catalogue,
            [rows.article(f"a{n}", n, date_published=_utc(moment)) for n, moment in enumerate(moments)],
            zone=zone,
        )
    finally:
        catalogue.close()
    dated = [when for moment in moments if (when := _utc(moment))]
    assert found.stories.published.total() == len(dated)
    assert found.stories.total == len(moments)
    assert _in_use(found.stories.published) == _in_use(Counter(_day(when, zone) for when in dated))


def test_every_query_can_be_said_to_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for found in (coverage._stories("contoh"), coverage._lost("contoh")):
        said = str(coverage._added_up(found, "semua").compile(dialect=dialect))
        assert "GROUP BY days_semua.what, days_semua.published, days_semua.seen" in said


def _new(folders: pytest.TempPathFactory) -> Path:
    return folders.mktemp("arsip") / "catalogue.sqlite"


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    """Return a moment as an item's row has it."""
    try:
        return moment and moment.astimezone(dt.UTC)
    except OverflowError:
        return None


def _day(moment: dt.datetime, zone: ZoneInfo) -> dt.date:
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        return moment.date()


def _in_use(days: Counter[dt.date]) -> dict[dt.date, int]:
    """Leave out the days of which zones were off by minutes and seconds."""
    return {day: number for day, number in days.items() if day.year > 1973}
