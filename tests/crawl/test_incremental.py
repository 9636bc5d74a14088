"""A second crawl asks for what is new; a story that changed, went or moved is noticed; a range leaves nothing lost."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crawl.many_stories import ManyStories, served

Run = Callable[..., subprocess.CompletedProcess[str]]
_STORIES = 160


@pytest.fixture
def site() -> Iterator[ManyStories]:
    with served(ManyStories(_STORIES)) as opened:
        yield opened


@pytest.fixture
def crawl(site: ManyStories, xinhua_id: Run, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Crawl the site; return the run's statistics."""

    def once(*options: str, **variables: str) -> dict[str, Any]:
        site.asked.clear()
        done = xinhua_id("crawl", "--seed", f"{site.base}/", "--archive", "a", *options, **variables)
        assert done.returncode == 0, done.stderr
        newest = max(tmp_path.glob("a/*/runs/*.json"), key=lambda path: path.stat().st_mtime_ns)
        stats: dict[str, Any] = json.loads(newest.read_text())["stats"]
        return stats

    return once


def stories(site: ManyStories) -> set[str]:
    return {path for path in site.asked if path.startswith("/berita/")}


def test_a_second_crawl_asks_for_little_and_for_no_story_but_those_that_are_new(
    site: ManyStories, crawl: Callable[..., Any]
) -> None:
    crawl()
    first = sum(site.asked.values())
    crawl()
    assert stories(site) == set()
    assert sum(site.asked.values()) <= 0.03 * first
    new = {site.add()}
    assert crawl()["outcome/story"] == 1
    assert stories(site) == new
    # More than a listing shows: its further pages are turned as long as they bring news.
    more = {site.add() for _ in range(45)}
    assert crawl()["outcome/story"] == 45
    assert stories(site) == more
    assert site.asked["/hal/3"] == 1
    assert site.asked["/hal/5"] == 0


def test_a_limit_leaves_the_rest_to_the_next_run_which_looks_for_news_first(
    site: ManyStories, crawl: Callable[..., Any]
) -> None:
    crawl("--limit", "30")
    before = stories(site)
    new = site.add()
    # What the front page leads to comes with the next commit, a second later.
    crawl("--limit", "16", XINHUA_ID_LOOPBACK_DELAY="0.12")
    assert new in stories(site)
    crawl()
    again = stories(site) & before
    assert len(again) <= 16  # what was under way when the limit was reached was captured, and is no item yet
    assert crawl().get("frontier/links", 0) == 0


def test_a_story_that_is_due_and_has_changed_is_a_new_line_and_one_that_went_or_moved_is_told(
    site: ManyStories, crawl: Callable[..., Any]
) -> None:
    crawl(XINHUA_ID_REVISIT_SHORTEST_HOURS="0")
    site.edition[3] += 1
    site.numbers.remove(5)
    site.numbers.remove(7)
    site.moved[7] = 9007
    stats = crawl()
    assert stats["outcome/story"] == 1 + 1  # the changed one, and the moved one at its new address
    assert (stats["stories/changed"], stats["stories/gone"], stats["stories/moved"]) == (1, 1, 1)


def test_what_lay_outside_a_range_comes_with_the_range_that_holds_it(
    serve: Callable[..., str], dated: Callable[[int], tuple[int, dict[str, str], str]], xinhua_id: Run, tmp_path: Path
) -> None:
    front = "".join(f'<h2><a href="/berita/{day}">Warga Kampung {day} rawat mata air</a></h2>' for day in range(1, 29))
    address = serve(
        {"/": (200, {}, f"<html><body>{front}</body></html>")} | {f"/berita/{day}": dated(day) for day in range(1, 29)}
    )
    for since, until, stories_there in (
        ("2026-02-10", "2026-02-14", 5),
        ("2026-02-01", "2026-02-14", 14),
        ("", "", 28),
    ):
        range_ = [*(["--since", since] if since else []), *(["--until", until] if until else [])]
        done = xinhua_id("crawl", "--seed", address + "/", "--archive", "a", *range_)
        assert done.returncode == 0, done.stderr
        lines = [line for path in tmp_path.glob("a/*/items/*.jsonl") for line in path.read_text().splitlines()]
        assert len(lines) == len({json.loads(line)["id"] for line in lines}) == stories_there


@pytest.fixture
def dated(story: Callable[[int], tuple[int, dict[str, str], str]]) -> Callable[[int], tuple[int, dict[str, str], str]]:
    """Return the page of a story that says on which day of February 2026 it was published."""

    def make(day: int) -> tuple[int, dict[str, str], str]:
        status, headers, body = story(day)
        date = f'<meta property="article:published_time" content="2026-02-{day:02}T08:00:00+07:00">'
        return status, headers, body.replace("<head>", f"<head>{date}") if "<head>" in body else date + body

    return make


def test_seeds_of_their_own_are_crawled_apart_from_what_waits_for_the_whole_site(
    site: ManyStories, crawl: Callable[..., Any], xinhua_id: Run
) -> None:
    crawl("--limit", "2")
    site.asked.clear()
    done = xinhua_id("crawl", "--seed", f"{site.base}/berita/17", "--archive", "a")
    assert done.returncode == 0, done.stderr
    assert stories(site) == {"/berita/17"}


def test_a_deny_of_today_counts_for_what_was_found_before_it(
    serve: Callable[..., str], story: Callable[[int], Any], xinhua_id: Run, tmp_path: Path
) -> None:
    front = "".join(f'<h2><a href="/berita/{n}">Warga Kampung {n} rawat mata air</a></h2>' for n in range(6))
    asked: list[str] = []

    class Pages(dict[str, Any]):
        def get(self, path: str, default: Any = None) -> Any:
            asked.append(path)
            return super().get(path, default)

    base = serve(
        Pages({"/": (200, {}, f"<html><body>{front}</body></html>"), **{f"/berita/{n}": story(n) for n in range(6)}})
    )

    def described(*deny: str) -> str:
        toml = tmp_path / "warta.toml"
        toml.write_text(
            f'name = "warta"\ntitle = "Warta"\nbase = "{base}"\nhosts = ["{base.removeprefix("http://")}"]\n'
            'permission = "open"\nverified = false\n[discovery]\nlistings = ["/"]\nstory = [\'^/berita/\\d+$\']\n'
            f"deny = {list(deny)}\n"
        )
        return str(toml)

    assert xinhua_id("crawl", described(), "--archive", "a", XINHUA_ID_REVISIT_SHORTEST_HOURS="0").returncode == 0
    asked.clear()
    done = xinhua_id("crawl", described("^/berita/3$"), "--archive", "a", XINHUA_ID_REVISIT_SHORTEST_HOURS="0")
    assert done.returncode == 0, done.stderr
    assert "/berita/3" not in asked
    assert "/berita/4" in asked
