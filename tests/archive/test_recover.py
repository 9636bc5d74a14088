"""What a crawl that died left behind: whole again, entered, its pages read from their records, its run ended."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.warc.exchanges import WHEN, exchange
from xinhua_id.archive.commit import Committer, Ended
from xinhua_id.archive.recover import leftovers, recover
from xinhua_id.archive.trace import trace
from xinhua_id.catalogue import articles, captures, files, runs, visits
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.corpus.finish import finish
from xinhua_id.items import Article, Outcome
from xinhua_id.warc.reader import records

Story = Callable[[int], tuple[int, Mapping[str, str], str]]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    found = Catalogue.open(tmp_path)
    yield found
    found.close()


def begun(archive: Path, catalogue: Catalogue, run: str = "lari") -> Committer:
    out = Committer(archive / "contoh", run, catalogue, source="contoh", info={}, clock=lambda: WHEN)
    out.begin({})
    return out


def dies(out: Committer) -> None:
    """Let go of a committer's files without closing them, as a death does."""
    out.items._file.close()
    out.writer._file._file.close()


def answer(story: Story, number: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + story(number)[2].encode()


def items_of(archive: Path, run: str = "lari") -> list[Article]:
    lines = (archive / "contoh/items" / f"{run}.jsonl").read_text().splitlines()
    return [Article.model_validate_json(line) for line in lines]


def test_pages_without_an_outcome_are_read_from_their_records(
    tmp_path: Path, catalogue: Catalogue, story: Story
) -> None:
    out = begun(tmp_path, catalogue)
    for number in (1, 2):
        out.exchange(exchange(answer(story, number), url=f"http://contoh.id/berita/{number}"))
    out.exchange(exchange(b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\n", url="http://contoh.id/robots.txt"))
    out.exchange(exchange(b"HTTP/1.1 404 Not Found\r\n\r\n", url="http://contoh.id/hilang"))
    cut = answer(story, 3)
    out.exchange(exchange(cut[: len(cut) // 2], url="http://contoh.id/berita/3", truncated="disconnect"))
    dies(out)
    found = recover(tmp_path / "contoh", catalogue, finish)
    assert (found.runs, found.items) == (["lari"], 2)
    stories = items_of(tmp_path)
    assert [one.headline for one in stories] == [f"Warga Kampung {number} rawat mata air" for number in (1, 2)]
    for one in stories:
        trace(one, tmp_path)
    with catalogue.reading() as connection:
        ended = {row.url.rpartition("/")[2]: row.outcome for row in visits.of_run(connection, "contoh", "lari")}
        assert len(articles.of_run(connection, "contoh", "lari")) == 2
        run = runs.by_name(connection, "contoh", "lari")
    assert ended == {"1": "story", "2": "story", "hilang": "no-article"}
    assert run is not None
    assert run.outcome == "died"


def test_a_story_whose_item_was_lost_is_written_once_more_and_no_other_twice(
    tmp_path: Path, catalogue: Catalogue, story: Story
) -> None:
    out = begun(tmp_path, catalogue)
    for number in (1, 2):
        out.exchange(exchange(answer(story, number), url=f"http://contoh.id/berita/{number}"))
    dies(out)
    recover(tmp_path / "contoh", catalogue, finish)
    first = items_of(tmp_path)
    # The second line never reached the disk: the file is open again, as after a death, and ends inside it.
    items = tmp_path / "contoh/items/lari.jsonl"
    (warc,) = (tmp_path / "contoh/warc").glob("*.gz")
    warc.rename(warc.with_name(warc.name + ".open"))
    lines = items.read_bytes().splitlines(keepends=True)
    items.with_name("lari.jsonl.open").write_bytes(lines[0] + lines[1][:-20])
    items.unlink()
    found = recover(tmp_path / "contoh", catalogue, finish)
    assert found.items == 1
    assert items_of(tmp_path) == first
    assert (tmp_path / "contoh/items/lari.jsonl.torn").read_bytes() == lines[1][:-20]


def test_a_lost_catalogue_costs_no_file_a_byte(tmp_path: Path, catalogue: Catalogue, story: Story) -> None:
    out = begun(tmp_path, catalogue)
    out.exchange(exchange(answer(story, 1), url="http://contoh.id/berita/1"))
    out.commit()
    older = tmp_path / "lebih-tua"
    older.mkdir()
    for path in tmp_path.glob("catalogue.sqlite*"):
        shutil.copyfile(path, older / path.name)
    out.exchange(exchange(answer(story, 2), url="http://contoh.id/berita/2"))
    out.commit()
    dies(out)
    whole = out.writer.path.read_bytes()
    for remembered in ({}, {path.name: path.read_bytes() for path in older.iterdir()}):
        archive = tmp_path / f"salinan-{len(remembered)}"
        shutil.copytree(tmp_path / "contoh", archive / "contoh")
        for name, content in remembered.items():
            (archive / name).write_bytes(content)
        again = Catalogue.open(archive)
        recover(archive / "contoh", again, finish)
        (path,) = (archive / "contoh/warc").iterdir()
        assert path.read_bytes().startswith(whole)
        with again.reading() as connection:
            assert {row.url for row in captures.of_run(connection, "contoh", "lari")} == {
                "http://contoh.id/berita/1", "http://contoh.id/berita/2"
            }  # fmt: skip
        again.close()


def test_a_closed_file_that_the_catalogue_does_not_know_is_entered(tmp_path: Path, catalogue: Catalogue) -> None:
    out = begun(tmp_path, catalogue)
    kept = out.exchange(exchange())
    out.writer.close()
    out.items.close()
    found = recover(tmp_path / "contoh", catalogue)
    assert found.entered == [out.writer.name]
    assert recover(tmp_path / "contoh", catalogue).anything is False
    assert kept.capture is not None
    with catalogue.reading() as connection:
        assert captures.by_record_id(connection, kept.capture.record_id) is not None
        (row,) = files.of_site(connection, "contoh")
    assert row.closed


def test_a_line_that_broke_in_a_closed_file_costs_no_other_and_no_recovery(
    tmp_path: Path, catalogue: Catalogue, story: Story
) -> None:
    out = begun(tmp_path, catalogue)
    for number in (1, 2):
        out.exchange(exchange(answer(story, number), url=f"http://contoh.id/berita/{number}"))
    dies(out)
    recover(tmp_path / "contoh", catalogue, finish)
    lines = tmp_path / "contoh/items/lari.jsonl"
    lines.write_bytes(b'{"id": ' + lines.read_bytes()[7 + 60 :])
    catalogue.close()
    for path in tmp_path.glob("catalogue.sqlite*"):
        path.unlink()
    again = Catalogue.open(tmp_path)
    found = recover(tmp_path / "contoh", again, finish)
    assert [str(fault).partition(":")[0] for fault in found.faults] == ["the line is no JSON"]
    with again.reading() as connection:
        assert len(articles.of_run(connection, "contoh", "lari")) == 1
    again.close()


def test_a_file_that_lost_its_beginning_gets_a_warcinfo_again(tmp_path: Path, catalogue: Catalogue) -> None:
    out = begun(tmp_path, catalogue)
    out.exchange(exchange())
    dies(out)
    info = next(records(out.writer.path))
    data = out.writer.path.read_bytes()
    out.writer.path.write_bytes(b"\0" * info.length + data[info.length :])
    recover(tmp_path / "contoh", catalogue, finish)
    assert leftovers(tmp_path / "contoh") == []
    (path,) = (tmp_path / "contoh/warc").glob("*.gz")
    assert sorted(one.type for one in records(path))[-2:] == ["response", "warcinfo"]


def test_the_manifest_of_a_run_that_died_accounts_for_its_files(
    tmp_path: Path, catalogue: Catalogue, story: Story
) -> None:
    out = begun(tmp_path, catalogue)
    runs_folder = tmp_path / "contoh/runs"
    runs_folder.mkdir()
    (runs_folder / "lari.json").write_text(json.dumps({"run": "lari", "source": "contoh", "outcome": "running"}))
    out.exchange(exchange(answer(story, 1)))
    dies(out)
    recover(tmp_path / "contoh", catalogue, finish)
    account = json.loads((runs_folder / "lari.json").read_text())
    assert (account["outcome"], account["source"]) == ("died", "contoh")
    assert [one["path"] for one in account["files"]] == ["items/lari.jsonl", f"warc/{out.writer.name}"]
    for one in account["files"]:
        assert (tmp_path / "contoh" / one["path"]).stat().st_size == one["bytes"]


def test_why_a_run_failed_outlives_the_recovery_of_its_files(tmp_path: Path, catalogue: Catalogue) -> None:
    out = begun(tmp_path, catalogue)
    manifest = tmp_path / "contoh/runs/lari.json"
    manifest.parent.mkdir()
    manifest.write_text(json.dumps({"run": "lari", "outcome": "failed", "error": "Input/output error"}))
    out.exchange(exchange())
    dies(out)
    recover(tmp_path / "contoh", catalogue)
    assert json.loads(manifest.read_text())["error"] == "Input/output error"


def test_a_folder_without_sites_is_no_archive_to_recover(xinhua_id: Run, tmp_path: Path) -> None:
    (tmp_path / "kosong").mkdir()
    found = xinhua_id("archive", "recover", "--archive", "kosong")
    assert found.returncode == 2
    assert "holds no site" in found.stderr
    assert not list((tmp_path / "kosong").iterdir())


def test_what_the_run_was_asked_for_counts_when_its_pages_are_read(
    tmp_path: Path, catalogue: Catalogue, story: Story
) -> None:
    out = begun(tmp_path, catalogue)
    dated = '<meta property="article:published_time" content="2025-12-31T23:59:00+07:00"></head>'
    old = answer(story, 1).replace(b"</head>", dated.encode())
    out.exchange(exchange(old, url="http://contoh.id/berita/1"))
    for number in (2, 3):
        out.exchange(exchange(answer(story, number), url=f"http://contoh.id/berita/{number}"))
    dies(out)
    folder = tmp_path / "contoh/runs"
    folder.mkdir()
    (folder / "lari.json").write_text(json.dumps({"since": "2026-01-01T00:00:00+07:00", "limit": 1}))
    assert recover(tmp_path / "contoh", catalogue, finish).items == 1
    with catalogue.reading() as connection:
        reasons = [row.reason for row in visits.of_run(connection, "contoh", "lari")]
    assert sorted(reason or "" for reason in reasons) == ["", "out-of-range", "over-limit"]


def test_the_command_recovers_every_site_and_says_what_it_did(
    tmp_path: Path, catalogue: Catalogue, story: Story, xinhua_id: Run
) -> None:
    out = begun(tmp_path, catalogue)
    out.exchange(exchange(answer(story, 1), url="http://contoh.id/berita/1"))
    dies(out)
    with out.writer.path.open("ab") as file:
        file.write(b"sobek")
    catalogue.close()
    done = xinhua_id("archive", "recover", "--archive", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "contoh: run lari had died: its files are closed" in done.stderr
    assert "5 torn bytes lie in" in done.stderr
    assert "1 story was read from its record" in done.stderr
    again = xinhua_id("archive", "recover", "contoh", "--archive", str(tmp_path))
    assert "contoh: nothing to recover" in again.stderr
    wrong = xinhua_id("archive", "recover", "tak-ada", "--archive", str(tmp_path))
    assert wrong.returncode == 2
    assert "no site 'tak-ada' in the archive" in wrong.stderr


def test_a_visit_that_ended_without_a_page_is_kept_as_an_outcome(tmp_path: Path, catalogue: Catalogue) -> None:
    out = begun(tmp_path, catalogue)
    out.visit(Ended("http://tak-ada.contoh.id/", "page", Outcome.FAILED, WHEN, reason="dns"))
    dies(out)
    recover(tmp_path / "contoh", catalogue)
    with catalogue.reading() as connection:
        (row,) = visits.at(connection, "http://tak-ada.contoh.id/")
    assert (row.outcome, row.reason, row.capture_id) == ("failed", "dns", None)


def test_a_run_that_died_between_its_files_and_its_account_is_ended(tmp_path: Path, catalogue: Catalogue) -> None:
    out = begun(tmp_path, catalogue)
    out.exchange(exchange())
    folder = tmp_path / "contoh/runs"
    folder.mkdir()
    (folder / "lari.json").write_text(json.dumps({"run": "lari", "outcome": "running"}))
    out.close("finished")
    assert recover(tmp_path / "contoh", catalogue, finish).runs == ["lari"]
    account = json.loads((folder / "lari.json").read_text())
    assert (account["outcome"], len(account["files"])) == ("died", 2)
    assert [path.suffix for path in (tmp_path / "contoh/warc").iterdir()] == [".gz"]
    assert recover(tmp_path / "contoh", catalogue, finish).anything is False
