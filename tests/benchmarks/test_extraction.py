"""The benchmark itself: its figures are those that its docstrings define, and it runs where no peer is installed."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import collection, limits, peers, scoring
from benchmarks.extraction import measure
from benchmarks.report import Report, Table, folder_table
from xinhua_id.errors import UsageError

ROOT = Path(__file__).parent.parent.parent
PAGES = ROOT / "tests" / "pages"
FIVE = "Panen padi di Lembah Suni"


def sample(text: str, **more: object) -> collection.Sample:
    known: dict[str, object] = {
        "id": "a", "url": None, "body": b"", "text": text, "title": None, "date": None, "must": (), "must_not": (),
        "language": "id",
    }  # fmt: skip
    return collection.Sample(**(known | more))  # type: ignore[arg-type]


# Scores


def test_shingles_are_counted_as_often_as_they_stand_there() -> None:
    gold = "satu dua tiga empat lima"
    assert scoring.overlap(gold, gold) == (1, 1, 1)
    assert scoring.overlap(gold, f"{gold} enam") == (2 / 3, 1, 4 / 5)
    assert scoring.overlap(gold, "satu dua tiga empat") == (1, 1 / 2, 2 / 3)
    precision, recall, _ = scoring.overlap(gold, f"{gold} {gold}")
    assert (precision, recall) == (2 / 7, 1)


def test_an_empty_text_is_right_only_where_gold_is_empty() -> None:
    assert scoring.overlap("", "") == (1, 1, 1)
    assert scoring.overlap("", FIVE) == scoring.overlap(FIVE, "") == (0, 0, 0)
    assert scoring.page(sample(FIVE), "").empty
    assert not scoring.page(sample(""), "").empty
    assert not scoring.page(sample(FIVE), "", error="ValueError: x").empty


def test_exact_is_the_same_words_in_the_same_order() -> None:
    assert scoring.page(sample(FIVE), f"{FIVE}.\n").exact
    assert not scoring.page(sample(FIVE), "padi Panen di Lembah Suni").exact


def test_snippets_are_looked_for_with_white_space_made_single() -> None:
    gold = sample(FIVE, must=("Panen padi", "Suni"), must_not=("Baca juga", "Iklan"))
    found = scoring.page(gold, "Panen\n padi di Lembah.\nBaca  juga: x")
    assert (found.must, found.must_not) == (1, 1)


def test_a_folder_counts_a_long_page_no_more_than_a_short_one() -> None:
    pages = [sample(FIVE), sample(f"{FIVE} " * 50)]
    both = scoring.folder(pages, [scoring.page(pages[0], FIVE, 0.001), scoring.page(pages[1], "", 0.003)])
    assert (both.pages, both.f1, both.exact, both.empty, both.errors) == (2, 0.5, 1, 1, 0)
    assert (both.median_ms, both.p99_ms, both.must) == (2, 3, None)


# Folders


def test_a_line_that_is_no_page_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no gold to read"):
        collection.read(tmp_path)
    (tmp_path / "gold.jsonl").write_text("\n")
    with pytest.raises(UsageError, match="names no page"):
        collection.read(tmp_path)
    (tmp_path / "gold.jsonl").write_text('{"id": "a", "file": "hilang.html", "text": ""}\n')
    with pytest.raises(UsageError, match="line 1"):
        collection.read(tmp_path)


def test_a_page_may_be_zipped_and_need_tell_no_more_than_id_file_and_text(tmp_path: Path) -> None:
    folder = collection.write_replica(tmp_path / "replica", 4)
    ours = collection.read(folder)
    assert len(ours) == 4
    assert all(one.body.startswith(b"<!") and one.text and one.language == "id" for one in ours)
    assert any(one.date and one.date.utcoffset() == dt.timedelta(hours=7) for one in ours)
    (tmp_path / "a.html").write_bytes(b"<p>x")
    (tmp_path / "gold.jsonl").write_text(json.dumps({"id": "a", "file": "a.html", "text": "The rain and the wind."}))
    (bare,) = collection.read(tmp_path)
    assert (bare.body, bare.url, bare.must, bare.language) == (b"<p>x", None, (), "en")


# Runs


def test_what_a_peer_raises_is_counted_and_said() -> None:
    def stumble(_: collection.Sample) -> str:
        raise RuntimeError("no body here")

    pages = collection.read(PAGES, 3)
    faulty = peers.Peer("faulty", "faulty", "faulty", lambda: stumble)
    scores = measure(pages, [*peers.chosen([]), faulty])
    assert list(scores) == [peers.OURS, "faulty"]
    assert {one.error for one in scores["faulty"]} == {"RuntimeError: no body here"}
    assert scoring.folder(pages, scores["faulty"]).errors == 3
    assert not any(one.error for one in scores[peers.OURS])


def test_a_peer_that_is_unknown_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="'goose3'"):
        peers.chosen(["goose3"])


def test_tables_mark_our_row_and_compare_with_the_baseline() -> None:
    pages = [sample(FIVE)]
    slow, quick = (scoring.folder(pages, [scoring.page(pages[0], FIVE, at)]) for at in (0.02, 0.002))
    table = folder_table("sawah", {peers.OURS: quick, peers.BASELINE: slow})
    assert table.title == "sawah: 1 page"
    first, second = (dict(zip(table.head, row, strict=True)) for row in table.rows)
    assert (first["F1"], first["ms"], first[f"× {peers.BASELINE}"]) == ("1.0000", "2.00", "0.10")
    assert second[f"× {peers.BASELINE}"] == "1.00"
    lines = table.markdown().splitlines()
    assert lines[4].startswith(f"| **{peers.OURS}** | **1.0000** |")
    assert {line.count("|") for line in lines[2:]} == {len(table.head) + 1}


def test_a_report_without_scores_draws_nothing(tmp_path: Path) -> None:
    report = Report(peers.chosen([]), "command", [Table("Seconds", ("extractor", "s"), ((peers.OURS, "0.1"),))])
    assert report.write(tmp_path / "new" / "bench.md") == [tmp_path / "new" / "bench.md"]


def test_the_whole_run_goes_through_without_peers(tmp_path: Path) -> None:
    out = tmp_path / "bench.md"
    command = [sys.executable, "-m", "benchmarks.extraction", "--alone", "--limit", "5", "--out", str(out), str(PAGES)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "pages: 5 pages" in done.stdout
    assert "## pages: 5 pages" in out.read_text("utf-8")
    assert f"| **{peers.OURS}** |" in out.read_text("utf-8")


def test_a_folder_that_is_none_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.extraction", "--alone", str(tmp_path / "hilang")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no gold to read" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("make", [limits.paragraphs, limits.script])
def test_pages_that_grow_hold_the_story_that_is_looked_for(make: object) -> None:
    page = make(2)  # type: ignore[operator]
    (ours,) = peers.chosen([])
    text = ours.ready()(sample("", body=page.encode()))
    assert all(line in text for line in limits.STORY)


def test_memory_is_measured_over_pages_from_all_parts_of_a_folder() -> None:
    table = limits.memory(peers.chosen([]), PAGES, 4)
    assert table.title == "Resident memory over 20 passes of 4 pages from pages, MB"
    ((name, early, late, _),) = table.rows
    assert name == peers.OURS
    assert 0 < float(early) <= float(late) + 5
