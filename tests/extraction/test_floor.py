"""What is known of how well articles are separated: no change may lose ground unseen, and no page be swapped.

Two sets: `tests/pages`, invented pages of the layouts that are met in the wild, which no source describes, and the
replica's pages, read without their sources as well. A figure that rises is raised here; one that falls needs a reason.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import xinhua_id
from benchmarks import collection, peers, scoring
from benchmarks.extraction import measure
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import decode
from xinhua_id.items import Article
from xinhua_id.text import clean

PAGES = Path(__file__).parent.parent / "pages"
#: Over names and contents of all that lies in the folder; `digest` says how. Another page or gold, another floor.
DIGEST = "dbc8e3e9c951ab98dc166bc4cea0216b0ee8e635aa612442380c20539b417e8d"


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that is accepted: means, pages that are exact, shares of snippets; ``failures`` at most."""

    f1: float
    precision: float
    recall: float
    exact: int
    must: float
    must_not: float
    failures: int = 0

    def lost(self, score: scoring.FolderScore) -> list[str]:
        """Name the figures that lie below the floor."""
        have = {name: getattr(score, name) for name in ("f1", "precision", "recall", "exact", "must", "must_not")}
        below = [name for name, value in have.items() if value is None or value < getattr(self, name)]
        return below + ["failures"] * (score.errors + score.empty > self.failures)


FLOORS = {
    "pages": Floor(f1=0.995, precision=0.991, recall=1.0, exact=27, must=1.0, must_not=0.97),
    "replica": Floor(f1=1.0, precision=1.0, recall=1.0, exact=36, must=1.0, must_not=1.0),
}
#: Of the stories in `tests/pages`: how many headlines, days, and moments (where gold has a time) are gold's.
STORIES, HEADLINES, DAYS, TIMED, MOMENTS = 27, 27, 27, 22, 21


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[collection.Sample]]:
    replica = collection.write_replica(tmp_path_factory.mktemp("floor") / "replica", 36)
    return {"pages": collection.read(PAGES), "replica": collection.read(replica)}


def score(samples: Sequence[collection.Sample], extract: peers.Extractor) -> scoring.FolderScore:
    """Score an extractor on a folder."""
    (ours,) = peers.chosen([])
    found = measure(samples, [replace(ours, ready=lambda: extract)])
    return scoring.folder(samples, found[ours.name])


def ours(sample: collection.Sample) -> str:
    found = article(sample)
    return found.text if found else ""


def article(sample: collection.Sample) -> Article | None:
    try:
        return xinhua_id.extract(sample.body, url=sample.url)
    except NotAnArticle:
        return None


@pytest.mark.parametrize("name", FLOORS)
def test_separation_keeps_its_floor(name: str, folders: dict[str, list[collection.Sample]]) -> None:
    reached = score(folders[name], ours)
    assert FLOORS[name].lost(reached) == [], reached


def test_headlines_and_dates_keep_theirs(folders: dict[str, list[collection.Sample]]) -> None:
    stories = [(sample, article(sample)) for sample in folders["pages"] if sample.text]
    headlines = [sample.id for sample, found in stories if found and found.headline == sample.title]
    days = [sample.id for sample, found in stories if found and same_day(found.date_published, sample.date)]
    timed = [(sample, found) for sample, found in stories if sample.date and sample.date.tzinfo]
    moments = [sample.id for sample, found in timed if found and found.date_published == sample.date]
    assert len(stories) == STORIES
    assert len(headlines) >= HEADLINES, headlines
    assert len(days) >= DAYS, days
    assert len(timed) == TIMED
    assert len(moments) >= MOMENTS, moments


def same_day(found: dt.datetime | None, gold: dt.datetime | None) -> bool:
    """Whether both are on the same day by gold's clock; gold without a time has no zone, and takes the page's."""
    if found is None or gold is None:
        return found is gold
    return (found.astimezone(gold.tzinfo) if gold.tzinfo else found).date() == gold.date()


# The floor can be fallen through


def _raise(_text: str) -> str:
    raise ValueError("no body")


WORSE: dict[str, tuple[Callable[[str], str], set[str]]] = {
    "last paragraph lost": (lambda text: text.rpartition("\n\n")[0], {"recall", "exact", "must"}),
    "first paragraph lost": (lambda text: text.partition("\n\n")[2], {"recall", "exact", "must"}),
    "label kept": (lambda text: text and f"Baca juga: Pasar terapung ramai lagi\n\n{text}", {"precision", "exact"}),
    "ad label kept": (lambda text: text.replace("\n\n", "\n\nIklan\n\n", 1), {"precision", "exact"}),
    "words changed": (lambda text: text.replace(",", " koma"), {"f1", "exact"}),
    "nothing": (lambda _: "", {"recall", "must", "failures"}),
    "raises": (_raise, {"f1", "must", "failures"}),
}


@pytest.mark.parametrize("name", FLOORS)
@pytest.mark.parametrize(("worse", "told"), WORSE.values(), ids=WORSE)
def test_a_worse_extraction_is_told(
    worse: Callable[[str], str], told: set[str], name: str, folders: dict[str, list[collection.Sample]]
) -> None:
    texts = {sample.id: ours(sample) for sample in folders[name]}
    today = score(folders[name], lambda sample: texts[sample.id])
    assert FLOORS[name].lost(today) == []
    floor = Floor(today.f1, today.precision, today.recall, today.exact, today.must or 0, today.must_not or 0)
    assert told <= set(floor.lost(score(folders[name], lambda sample: worse(texts[sample.id]))))


@pytest.mark.parametrize("name", ["last paragraph lost", "first paragraph lost", "nothing", "raises"])
def test_the_floors_written_here_tell_it_too(name: str, folders: dict[str, list[collection.Sample]]) -> None:
    worse, _ = WORSE[name]
    for folder, floor in FLOORS.items():
        assert floor.lost(score(folders[folder], lambda sample: worse(ours(sample)))) != []


def test_the_whole_page_is_told_by_its_snippets(folders: dict[str, list[collection.Sample]]) -> None:
    reached = score(folders["pages"], _whole)
    assert {"precision", "must_not"} <= set(FLOORS["pages"].lost(reached))


# The pages are what they were, and gold is what they say


def digest(folder: Path) -> str:
    """Return the SHA-256 over every file's name, length and bytes, in the order of the names."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    whole = hashlib.sha256()
    for path in files:
        body = path.read_bytes()
        whole.update(f"{path.relative_to(folder).as_posix()} {len(body)}\n".encode() + body)
    return whole.hexdigest()


def test_no_page_was_swapped() -> None:
    assert digest(PAGES) == DIGEST, "pages or gold changed: measure again, and write floors and digest anew"


def test_the_digest_sees_a_byte_a_name_and_a_page_more(tmp_path: Path) -> None:
    one = tmp_path / "a.html"
    one.write_bytes(b"panen")
    seen = {digest(tmp_path)}
    one.write_bytes(b"panel")
    seen.add(digest(tmp_path))
    one.rename(tmp_path / "b.html")
    seen.add(digest(tmp_path))
    (tmp_path / "c.html").write_bytes(b"")
    seen.add(digest(tmp_path))
    assert len(seen) == 4


def test_every_page_has_gold() -> None:
    gold = (PAGES / "gold.jsonl").read_text("utf-8")
    named = [PAGES / file for file in re.findall(r'"file": "([^"]+)"', gold)]
    assert sorted(named) == sorted((PAGES / "pages").iterdir())


@pytest.mark.parametrize("sample", collection.read(PAGES), ids=lambda sample: sample.id)
def test_gold_is_what_the_page_says(sample: collection.Sample) -> None:
    page = _whole(sample)
    assert [text for text in sample.text.split("\n\n") if clean(text) not in page] == []
    assert [snippet for snippet in sample.must if snippet not in sample.text] == []
    assert [snippet for snippet in sample.must_not if snippet in sample.text or snippet not in page] == []
    assert bool(sample.text) == bool(sample.title) == bool(sample.date) == bool(sample.must)
    assert sample.title is None or sample.title in page


_SILENT = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>|<!--.*?-->")
_INLINE = re.compile(r"(?i)</?(?:a|abbr|b|em|font|i|mark|span|strong|u|code|sup|sub|q|amp-[a-z-]+)\b[^<>]*>")


def _whole(sample: collection.Sample) -> str:
    """Return all the text of a page: what a reader could find there, with no idea of what matters."""
    markup = _SILENT.sub(" ", decode.utf8(sample.body, None).decode("utf-8"))
    return clean(html.unescape(re.sub(r"<[^<>]*>", " ", _INLINE.sub("", markup))))
