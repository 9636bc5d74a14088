"""A package holds the records that it says it holds, or names what is missing; wherever it fails nothing is lost."""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.archive.plain_records import response, revisit_of, shelved
from tests.archive.test_package import crawled, holds_together
from tests.warc.exchanges import WHEN
from tests.warc.made import Made, crawl
from xinhua_id.archive.package import make, of_run, of_site, package
from xinhua_id.archive.redaction import copies
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import InUse, UsageError
from xinhua_id.warc.reader import records

ROOT = Path(__file__).parents[2]
TOOLS = Path(os.environ.get("XINHUA_ID_REPLAY_BIN", ROOT / ".venv-replay/bin"))
FIRST_DAY = dt.datetime(2026, 1, 9, tzinfo=dt.UTC)
SECOND_DAY = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    found = Catalogue.open(tmp_path / "a")
    yield found
    found.close()


def urls_in(folder: Path, name: str) -> list[str]:
    return [one.target_uri for one in records(folder / name) if one.target_uri]


def test_an_original_that_the_catalogue_names_and_that_is_gone_is_lost_and_the_rest_is_packaged(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    first = crawled(tmp_path / "a", catalogue, "satu", 1)
    crawled(tmp_path / "a", catalogue, "dua", 1, 2)
    first.unlink()
    made = package(of_run(tmp_path / "a", "dua"))
    holds_together(made.path, tmp_path / "w")
    assert (len(made.lost), made.files, made.lines) == (1, 1, 2)


def test_a_catalogue_that_leads_to_another_record_is_not_followed(tmp_path: Path, catalogue: Catalogue) -> None:
    first = crawled(tmp_path / "a", catalogue, "satu", 1)
    second = crawled(tmp_path / "a", catalogue, "dua", 1)
    (original,) = (one for one in records(first) if one.type == "response")
    whole = first.read_bytes()
    other = response("http://contoh.id/salah").member()
    first.write_bytes(whole[: original.offset] + other)
    made = package(of_run(tmp_path / "a", "dua"))
    assert (len(made.lost), made.files) == (1, 1)
    # The original is there after all, in another place than the catalogue says.
    first.write_bytes(whole[: original.offset] + other + whole[original.offset :])
    made = package(of_run(tmp_path / "a", "dua"))
    zipped = holds_together(made.path, tmp_path / "w")
    (name,) = (one for one in zipped.namelist() if "originals" in one)
    assert (made.lost, set(urls_in(tmp_path / "w", name))) == ([], {"http://contoh.id/1"})
    info = next(iter(records(tmp_path / "w" / name))).content
    assert first.name.encode() in info
    assert second.name.encode() not in info


@pytest.mark.parametrize("by_id", [True, False])
@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_an_original_comes_along_however_a_revisit_names_it_and_its_file_is_kept(
    tmp_path: Path, name: str, by_id: bool
) -> None:
    home = tmp_path / "a/contoh"
    original = response("http://contoh.id/1")
    asked = Made([*original.fields], b"GET /1 HTTP/1.1\r\n\r\n")
    asked.put("WARC-Type", "request")
    asked.put("WARC-Record-ID", "<urn:uuid:minta>")
    asked.put("WARC-Concurrent-To", original.of("WARC-Record-ID"))
    shelved(home, name, crawl()[0], response("http://contoh.id/0"), original, asked)
    shelved(home, "b.warc.gz", revisit_of(original, by_id=by_id), revisit_of(original, by_id=not by_id))
    made = package(of_site(tmp_path / "a", "contoh", SECOND_DAY))
    zipped = holds_together(made.path, tmp_path / "w")
    (extra,) = (one for one in zipped.namelist() if "originals" in one)
    assert [one.type for one in records(tmp_path / "w" / extra)] == ["warcinfo", "response", "request"]
    assert (made.lost, made.lines) == ([], 3)


def test_an_uncompressed_file_gives_an_uncompressed_part_and_no_name_stands_twice(tmp_path: Path) -> None:
    home = tmp_path / "a/contoh"
    names = ("a.warc", "a.warc.gz", "a-part.warc.gz", "a.warcs.b.warc.gz", "a.warcs.c.warc.gz")
    for number, name in enumerate(names):
        late = response(f"http://contoh.id/{number}/besok", day=20)
        shelved(home, name, crawl()[0], response(f"http://contoh.id/{number}"), late)
    made = package(of_site(tmp_path / "a", "contoh", FIRST_DAY, SECOND_DAY))
    zipped = holds_together(made.path, tmp_path / "w")
    parts = [name for name in zipped.namelist() if name.startswith("archive/")]
    assert len(parts) == len(set(parts)) == len(names)
    seen = sorted(url for part in parts for url in urls_in(tmp_path / "w", part))
    assert seen == [f"http://contoh.id/{number}" for number in range(len(names))]
    assert len(list(records(tmp_path / "w/archive/a-part.warc"))) == 3
    # Whoever takes something down finds the package by the name of each file.
    for name in names:
        assert list(copies.packages(home, [name])), name


def test_originals_have_a_name_of_their_own(tmp_path: Path) -> None:
    home = tmp_path / "a/contoh"
    original = response("http://contoh.id/1", day=1)
    shelved(home, "a.warc.gz", original)
    shelved(home, "lari-originals.warc.gz", revisit_of(original))
    (home / "runs").mkdir()
    said = {"run": "lari", "files": [{"path": "warc/lari-originals.warc.gz"}]}
    (home / "runs/lari.json").write_text(json.dumps(said))
    made = package(of_run(tmp_path / "a", "lari"))
    zipped = holds_together(made.path, tmp_path / "w")
    assert [one for one in zipped.namelist() if one.startswith("archive/")] == [
        "archive/lari-originals.warc.gz",
        "archive/lari-originals-1.warc.gz",
    ]


@pytest.mark.parametrize("run", ["*", "sat?", "[s]atu", "", ".", "..", "../runs/satu"])
def test_a_name_is_a_name_not_a_pattern_or_a_path(tmp_path: Path, catalogue: Catalogue, run: str) -> None:
    crawled(tmp_path / "a", catalogue, "satu", 1)
    with pytest.raises(UsageError, match="no run"):
        of_run(tmp_path / "a", run)
    with pytest.raises(UsageError, match="no site"):
        of_site(tmp_path / "a", run)


def test_a_torn_file_of_another_run_is_no_hindrance(tmp_path: Path, catalogue: Catalogue) -> None:
    crawled(tmp_path / "a", catalogue, "satu", 1)
    (tmp_path / "a/contoh/warc/lain.warc.gz").write_bytes(b"\x1f\x8bxx")
    assert package(of_run(tmp_path / "a", "satu")).lines == 1


def test_lines_that_are_no_items_are_no_pages(tmp_path: Path, catalogue: Catalogue) -> None:
    crawled(tmp_path / "a", catalogue, "satu", 1)
    good = {"id": "a", "url": "http://contoh.id/1", "headline": "x", "capture": {"captured_at": "2026-01-09T05:30:15"}}
    odd = [{**good, "url": None}, {**good, "capture": None}, {**good, "capture": {"captured_at": 5}}, ["x"], 5, None]
    lines = [json.dumps(one) for one in (good, *odd)] + ["[" * 100_000, "{", "\udcff"]
    path = tmp_path / "a/contoh/items/satu.jsonl"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    made = package(of_site(tmp_path / "a", "contoh", FIRST_DAY))
    assert made.pages == 1
    _, page = zipfile.ZipFile(made.path).read("pages/pages.jsonl").splitlines()
    assert json.loads(page)["ts"] == "2026-01-09T05:30:15.000000Z"


def test_the_start_page_is_called_as_the_standard_calls_it(tmp_path: Path, catalogue: Catalogue) -> None:
    crawled(tmp_path / "a", catalogue, "satu", 1)
    made = package(of_run(tmp_path / "a", "satu"))
    described = json.loads(zipfile.ZipFile(made.path).read("datapackage.json"))
    assert described["mainPageUrl"] == "http://contoh.id/1"
    assert described["profile"] == "data-package"


def test_two_at_once_do_not_write_into_each_other(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawled(tmp_path / "a", catalogue, "satu", 1)
    chosen = of_run(tmp_path / "a", "satu")
    real = make._describe

    def second(*given: object) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(make, "_describe", real)
            with pytest.raises(InUse, match="being made already"):
                package(chosen)
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(make, "_describe", second)
    made = package(chosen)
    holds_together(made.path, tmp_path / "w")
    assert [path.name for path in made.path.parent.iterdir()] == ["satu.wacz"]


def test_what_a_kill_left_is_written_over(tmp_path: Path, catalogue: Catalogue) -> None:
    warc = crawled(tmp_path / "a", catalogue, "satu", 1)
    made = package(of_run(tmp_path / "a", "satu"))
    before = made.path.read_bytes()
    program = (
        "import os, signal, sys; from pathlib import Path; from xinhua_id.archive.package import of_run, package\n"
        "os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)\n"
        "package(of_run(Path(sys.argv[1]), 'satu'))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "a")], cwd=ROOT, check=False)
    beside = made.path.with_name("satu.wacz.open")
    assert (done.returncode, beside.exists(), made.path.read_bytes()) == (-signal.SIGKILL, True, before)
    beside.write_bytes(beside.read_bytes() + b"sisa" * 1000)
    holds_together(package(of_run(tmp_path / "a", "satu")).path, tmp_path / "w")
    assert not beside.exists()
    assert warc.exists()


def test_a_disk_that_is_full_is_one_clear_message_and_leaves_the_package_that_was_there(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    crawled(tmp_path / "a", catalogue, "satu", *range(40))
    made = package(of_run(tmp_path / "a", "satu"))
    before = made.path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "xinhua_id", "archive", "package", "--run", "satu", "--archive", str(tmp_path / "a")],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000)),
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("cannot be written")) == (1, 1)
    assert "Traceback" not in done.stderr
    assert made.path.read_bytes() == before
    assert [path.name for path in made.path.parent.iterdir()] == ["satu.wacz"]


def test_days_are_whole_and_meant_in_the_zone_of_the_site(tmp_path: Path, catalogue: Catalogue, xinhua_id: Run) -> None:
    for day in range(3):  # 12.30 o'clock in Jakarta
        crawled(tmp_path / "a", catalogue, f"hari-{day}", day, day=day)
    at_night = response("http://contoh.id/malam", day=10)
    at_night.put("WARC-Date", "2026-01-09T17:00:00Z")  # midnight there: the 10th has begun
    shelved(tmp_path / "a/contoh", "malam.warc.gz", at_night)
    done = xinhua_id(
        *("archive", "package", "--source", "contoh", "--archive", "a"),
        *("--since", "2026-01-10", "--until", "2026-01-10", "--out", "hari.wacz"),
    )
    assert done.returncode == 0, done.stderr
    holds_together(tmp_path / "hari.wacz", tmp_path / "w")
    parts = sorted((tmp_path / "w/archive").iterdir())
    assert sorted({url for part in parts for url in urls_in(part.parent, part.name)}) == [
        "http://contoh.id/1",
        "http://contoh.id/malam",
    ]
    assert WHEN.day == 9


@pytest.mark.skipif(not (TOOLS / "wacz").exists(), reason="py-wacz is not here: `make replay-ready`")
def test_py_wacz_finds_nothing_wrong_with_uncompressed_parts_and_originals(tmp_path: Path) -> None:
    home = tmp_path / "a/contoh"
    original = response("http://contoh.id/1")
    shelved(home, "a.warc", crawl()[0], original)
    shelved(home, "b.warc", revisit_of(original))
    made = package(of_site(tmp_path / "a", "contoh", SECOND_DAY))
    done = subprocess.run([TOOLS / "wacz", "validate", "-f", made.path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "invalid" not in (done.stdout + done.stderr).lower()
