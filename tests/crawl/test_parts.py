"""A crawl takes a story with all its parts: beside the limit, and on sites that nobody described too."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import xinhua_id
from tests import launching
from tests.conftest import Answer, environment
from tests.extraction.stories import BODY, HEADLINE

Serve = Callable[[Mapping[str, Answer]], str]
ROOT = Path(__file__).parents[2]
_FRONT = '<h2><a href="/pasar-terapung-dibuka/">Pasar</a></h2><h2><a href="/panen-teh-dimulai/">Panen</a></h2>'


def story(paragraphs: list[str], pager: str = "", headline: str = HEADLINE) -> Answer:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return 200, {}, f"<html><body><article><h1>{headline}</h1><div>{body}</div>{pager}</article></body></html>"


def site(second: Answer | None = None) -> dict[str, Answer]:
    """A front page with two stories; the first stands in three pages of which each names only its neighbours."""
    path = "/pasar-terapung-dibuka/"
    on, back = '<a href="{}">Selanjutnya</a>'.format, '<a href="{}">Sebelumnya</a>'.format
    return {
        "/": (200, {}, _FRONT),
        path: story(BODY[:2], on(f"{path}2/")),
        f"{path}2/": second or story([BODY[3], BODY[2]], back(path) + on(f"{path}3/")),
        f"{path}3/": story([f"{BODY[1]} {BODY[3]}"], back(f"{path}2/")),
        "/panen-teh-dimulai/": story([f"{text} Panen teh." for text in BODY], headline="Panen teh dimulai"),
    }


def crawl(base: str, archive: Path, *arguments: str) -> dict[str, Any]:
    done = launching.run(
        "scrapy", "crawl", "news", "-a", f"seed={base}/", *arguments,
        environment=environment(XINHUA_ID_ARCHIVE=str(archive)), cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (manifest,) = archive.glob("*/runs/*.json")
    account: dict[str, Any] = json.loads(manifest.read_text())
    return account


def test_every_part_is_an_item_and_together_they_are_one_story(serve: Serve, tmp_path: Path) -> None:
    account = crawl(serve(site()), tmp_path)
    numbers = [one.part.number for one in xinhua_id.read(tmp_path, joined=False) if one.part]
    assert sorted(numbers) == [1, 2, 3]
    assert (account["stats"]["parts/items"], account["stats"]["parts/stories"]) == (3, 1)
    found = {one.headline: one for one in xinhua_id.read(tmp_path)}
    assert found[HEADLINE].paragraphs == [*BODY[:2], BODY[3], BODY[2], f"{BODY[1]} {BODY[3]}"]
    assert len(found) == 2


def test_a_limit_of_one_story_takes_all_parts_of_it_and_no_other(serve: Serve, tmp_path: Path) -> None:
    account = crawl(serve(site()), tmp_path, "-a", "limit=1")
    assert account["outcome"] == "limit-reached"
    (one,) = xinhua_id.read(tmp_path)
    parts = [item.part for item in xinhua_id.read(tmp_path, joined=False)]
    assert len(parts) == (3 if one.headline == HEADLINE else 1)


def test_a_part_that_could_not_be_fetched_is_missing_in_the_story(serve: Serve, tmp_path: Path) -> None:
    crawl(serve(site(second=(404, {}, "<h1>Tidak ada</h1>"))), tmp_path)
    found = {one.headline: one for one in xinhua_id.read(tmp_path)}
    part = found[HEADLINE].part
    assert part is not None
    assert part.missing == [2]  # and what comes behind it, nobody knows
