"""`xinhua-id archive coverage`: what people, logs and programs read of the same days."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from tests.catalogue import rows
from xinhua_id.catalogue import articles, coverage, visits
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.cli import archive_coverage, coverage_calendar
from xinhua_id.cli.coverage_periods import By, Report, report

Run = Callable[..., subprocess.CompletedProcess[str]]
DOCS = (Path(__file__).parents[2] / "docs" / "archive-coverage.md").read_text(encoding="utf-8")
JAKARTA = ZoneInfo("Asia/Jakarta")
#: The Monday of the first story; a story a day follows, up to a look at the site on the sixtieth day.
FIRST = dt.date(2026, 1, 5)
HOLE = ("2026-02-03", "2026-02-05")
NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), JAKARTA).astimezone(dt.UTC)


def fill(archive: Path, site: str = "indonesiawindow") -> None:
    """Enter three stories a day but on those of the hole, one without a date, one that is gone and one that failed."""
    days = [FIRST + dt.timedelta(days=n) for n in range(59)]
    made = [
        rows.article(f"{site}-{day}-{n}", site=site, date_published=noon(day), captured_at=noon(day))
        for day in days
        if not HOLE[0] <= day.isoformat() <= HOLE[1]
        for n in range(3)
    ]
    made.append(rows.article(f"{site}-tanpa-tanggal", site=site, captured_at=noon(days[3])))
    seen = [
        rows.visit(0, record_id=f"{site}0", site=site, item_id=made[0].item_id, visited_at=noon(days[0])),
        rows.visit(
            1, record_id=f"{site}1", site=site, item_id=None, outcome="no-article", reason="http-404",
            visited_at=noon(days[9]),
        ),
        rows.visit(
            2, record_id=f"{site}2", site=site, item_id=None, url="http://contoh.id/b", outcome="failed",
            visited_at=noon(days[-1] + dt.timedelta(days=1)),
        ),
    ]  # fmt: skip
    catalogue = Catalogue.open(archive)
    with catalogue.begin() as connection:
        articles.add(connection, made)
        visits.add(connection, seen)
    catalogue.close()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    fill(tmp_path / "archives")
    return tmp_path / "archives"


def told(archive: Path, since: dt.date | None = None, until: dt.date | None = None) -> Report:
    catalogue = Catalogue.open_to_read(archive)
    with catalogue.reading() as connection:
        found = coverage.of(connection, "indonesiawindow", JAKARTA)
    catalogue.close()
    return report(found, since, until, NOW, "xinhua-id crawl indonesiawindow")


def shown(one: Report, by: By = By.DAY, width: int = 140) -> str:
    out = io.StringIO()
    coverage_calendar.show(Console(file=out, width=width, soft_wrap=True, highlight=False, color_system=None), one, by)
    return out.getvalue()


def test_a_pipe_gets_a_line_a_day_and_a_line_a_gap_with_the_command_that_fills_it(
    archive: Path, xinhua_id: Run
) -> None:
    done = xinhua_id("archive", "coverage")
    assert (done.returncode, done.stderr) == (0, "")
    said = [line.split("\t") for line in done.stdout.splitlines()]
    assert said[0] == ["indonesiawindow", "2026-01-05", "3"]
    assert ["indonesiawindow", HOLE[0], "0", "gap"] in said
    assert ["indonesiawindow", "total", "169 stories", "1 without a date", "1 gone", "0 moved", "1 failed"] in said
    command = f"xinhua-id crawl indonesiawindow --since {HOLE[0]} --until {HOLE[1]}"
    assert said[-1] == ["indonesiawindow", "gap", "/".join(HOLE), "about 9 stories", command]


def test_json_holds_all_of_it_under_the_documented_names(archive: Path, xinhua_id: Run) -> None:
    done = xinhua_id("archive", "coverage", "indonesiawindow", "--json")
    (site,) = json.loads(done.stdout)["sites"]
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", DOCS)) == set(site)
    assert (site["site"], site["zone"]) == ("indonesiawindow", "Asia/Jakarta")
    assert (site["since"], site["until"]) == ("2026-01-05", "2026-03-04")
    assert (site["stories"], site["dated"], site["undated"]["by_capture"]) == (169, 168, {"2026-01-08": 1})
    assert sum(period["stories"] for period in site["periods"]) == site["dated"]
    assert [(gap["since"], gap["until"], gap["days"], gap["missing"]) for gap in site["gaps"]] == [(*HOLE, 3, 9)]
    assert site["gone"] == {"total": 1, "by_published": {"2026-01-05": 1}, "by_visit": {}}
    assert site["failed"] == {"total": 1, "by_published": {}, "by_visit": {"2026-03-05": 1}}


@pytest.mark.parametrize("by", list(By))
def test_the_stories_add_up_by_day_week_and_month(archive: Path, by: By) -> None:
    periods = told(archive).periods(by)
    assert sum(one.stories for one in periods) == 168
    assert sum(one.gap_days for one in periods) == 3
    assert all(one.since <= one.until for one in periods)


def test_only_a_timetable_that_asks_for_it_fails_on_gaps(archive: Path, xinhua_id: Run) -> None:
    assert xinhua_id("archive", "coverage").returncode == 0
    assert xinhua_id("archive", "coverage", "--fail-on-gaps").returncode == 1
    assert xinhua_id("archive", "coverage", "--fail-on-gaps", "--until", "2026-02-01").returncode == 0


def test_a_range_of_days_cuts_every_figure_and_no_gap_is_missed_at_its_edge(archive: Path) -> None:
    one = told(archive, since=dt.date(2026, 2, 4), until=dt.date(2026, 2, 8))
    assert one.coverage.stories.published.total() == 9
    assert [(gap.since, gap.until, gap.missing) for gap in one.judged.gaps] == [
        (dt.date(2026, 2, 4), dt.date(2026, 2, 5), 6)
    ]
    assert one.coverage.failed.total == 0
    assert "if the site goes on" not in shown(told(archive, until=dt.date(2026, 2, 4)))


def test_days_after_the_last_look_are_judged_where_they_are_asked_for_but_today_is_not(archive: Path) -> None:
    assert told(archive).judged.gaps[-1].until.isoformat() == HOLE[1]
    asked = told(archive, until=dt.date(2027, 1, 1)).judged.gaps[-1]
    assert (asked.since, asked.until) == (dt.date(2026, 3, 5), dt.date(2026, 3, 31))
    assert shown(told(archive, until=dt.date(2027, 1, 1))).count("if the site goes on") == 1


def test_a_terminal_shows_a_month_a_row_with_its_days_below_their_weekdays(archive: Path) -> None:
    said = shown(told(archive)).splitlines()
    (head,) = (line for line in said if "MTWTFSS" in line)
    (january,) = (line for line in said if line.startswith("  2026 Jan"))
    assert january[head.index("M") + 8 :].startswith("███████ ███████ ███████ ██████ ")
    assert january.split()[-1] == "81"
    (february,) = (line for line in said if line.startswith("  2026 Feb"))
    assert february.count("×") == 3
    assert february.endswith("75  3 d")
    assert "  169 stories, on 56 days from 2026-01-05 to 2026-03-04" in said
    assert any("1 of them without a date, captured 2026-01-08" in line for line in said)
    assert any("1 gone: addresses that answer 404 or 410 and were stories" in line for line in said)
    assert any("1 gap, 3 days" in line for line in said)
    assert said[-1].endswith(f"xinhua-id crawl indonesiawindow --since {HOLE[0]} --until {HOLE[1]}")


def test_by_week_and_by_month_a_row_is_a_year(archive: Path) -> None:
    weeks = shown(told(archive), By.WEEK)
    assert re.search(r"(?m)^  2026       [▁-█]{9}·* .* 168  3 d$", weeks)
    months = shown(told(archive), By.MONTH)
    assert re.search(r"(?m)^  2026 +81 +75× +12 +·.* 168  3 d$", months)


def test_years_without_a_story_take_one_line(archive: Path) -> None:
    catalogue = Catalogue.open(archive)
    with catalogue.begin() as connection:
        wrong = rows.article("salah", site="indonesiawindow", date_published=noon(dt.date(1999, 5, 1)))
        ahead = rows.article("nanti", site="indonesiawindow", date_published=noon(dt.date(2099, 5, 1)))
        articles.add(connection, [wrong, ahead])
    catalogue.close()
    said = shown(told(archive))
    assert "… 319 months without stories, none expected" in said
    assert "1 of them dated after today" in said
    assert "1 gap, 3 days" in said


def test_a_site_that_nobody_described_is_crawled_by_the_address_of_its_stories(
    archive: Path, xinhua_id: Run, tmp_path: Path
) -> None:
    fill(archive, "site-contoh.id")
    fill(archive, "milik-sendiri")
    done = xinhua_id("archive", "coverage", "--json", "--archive", str(archive))
    commands = {site["site"]: site["gaps"][0]["command"] for site in json.loads(done.stdout)["sites"]}
    assert commands["site-contoh.id"].startswith("xinhua-id crawl --seed http://contoh.id/ --archive ")
    assert commands["milik-sendiri"].startswith("xinhua-id crawl milik-sendiri.toml --archive ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nirwana"], "knows no site 'nirwana'"),
        (["--since", "kemarin"], "--since: 'kemarin' is not a date"),
        (["--since", "2026-02-01", "--until", "2026-01-01"], "Turn them round"),
    ],
)
def test_a_site_or_a_day_that_is_none_is_refused(
    archive: Path, xinhua_id: Run, arguments: list[str], words: str
) -> None:
    done = xinhua_id("archive", "coverage", *arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_help_says_how_a_gap_is_told_from_a_quiet_day() -> None:
    assert "same weekdays around it" in archive_coverage._HELP
