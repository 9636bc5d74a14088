"""A package replays by itself, every byte in it is accounted for, and the WARC files it came from stay as they are."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.items import article
from tests.warc.exchanges import SAID, WHEN, exchange
from xinhua_id.archive.commit import Committer, Ended
from xinhua_id.archive.package import of_run, of_site, package
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import CannotWrite, UsageError
from xinhua_id.items import Outcome
from xinhua_id.warc.reader import record_at, records

ROOT = Path(__file__).parents[2]
TOOLS = Path(os.environ.get("XINHUA_ID_REPLAY_BIN", ROOT / ".venv-replay/bin"))
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    found = Catalogue.open(tmp_path / "a")
    yield found
    found.close()


def crawled(archive: Path, catalogue: Catalogue, run: str, *numbers: int, day: int = 0) -> Path:
    """Write a run that captured some stories on a day; return its WARC and leave a manifest."""
    when = WHEN + dt.timedelta(days=day)
    out = Committer(archive / "contoh", run, catalogue, source="contoh", info={}, clock=lambda: when)
    out.begin({})
    for number in numbers:
        made = exchange(SAID.replace(b"panen", b"panen ke-%d" % number), url=f"http://contoh.id/{number}")
        made.started_at = when
        kept = out.exchange(made)
        found = article(f"{number:032}", url=f"http://contoh.id/{number}", capture=kept.capture)
        assert kept.capture is not None
        out.visit(Ended(made.url, "story", Outcome.STORY, when, kept.capture.record_id, article=found))
    out.close("finished")
    folder = archive / "contoh/runs"
    folder.mkdir(exist_ok=True)
    (folder / f"{run}.json").write_text(json.dumps({"run": run, "outcome": "finished"}))
    return out.writer.path


def lines_of(zipped: zipfile.ZipFile) -> list[tuple[str, str, dict[str, str]]]:
    """Return the lines of a package's index, block by block as its keys say."""
    packed = zipped.read("indexes/index.cdx.gz")
    found = []
    for key in zipped.read("indexes/index.idx").decode().splitlines()[1:]:
        said = json.loads(key[key.index("{") :])
        block = packed[said["offset"] : said["offset"] + said["length"]]
        assert said["digest"] == f"sha256:{hashlib.sha256(block).hexdigest()}"
        text = zlib.decompress(block, 31).decode()
        assert text.startswith(key[: key.index("{")])
        found += [
            (line.split(" ", 2)[0], line.split(" ", 2)[1], json.loads(line.split(" ", 2)[2]))
            for line in text.splitlines()
        ]
    return found


def holds_together(path: Path, folder: Path) -> zipfile.ZipFile:
    """Check that every entry is what the package says, and every line leads to its record."""
    zipped = zipfile.ZipFile(path)
    assert zipped.testzip() is None
    described = json.loads(zipped.read("datapackage.json"))
    digest = json.loads(zipped.read("datapackage-digest.json"))
    assert digest["hash"] == f"sha256:{hashlib.sha256(zipped.read('datapackage.json')).hexdigest()}"
    assert described["wacz_version"] == "1.1.1"
    named = {one["path"]: one for one in described["resources"]}
    assert named.keys() == set(zipped.namelist()) - {"datapackage.json", "datapackage-digest.json"}
    for name, said in named.items():
        content = zipped.read(name)
        assert (said["bytes"], said["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
    zipped.extractall(folder)
    lines = lines_of(zipped)
    assert lines == sorted(lines, key=lambda line: (line[0], line[1]))
    for _, _, said in lines:
        found = record_at(folder / "archive" / said["filename"], int(said["offset"]), int(said["length"]))
        assert found.header("WARC-Target-URI") == said["url"]
    return zipped


def test_a_run_is_packaged_with_its_files_byte_for_byte(tmp_path: Path, catalogue: Catalogue) -> None:
    warc = crawled(tmp_path / "a", catalogue, "lari", *range(700))
    before = warc.read_bytes()
    made = package(of_run(tmp_path / "a", "lari"))
    zipped = holds_together(made.path, tmp_path / "w")
    assert warc.read_bytes() == before == zipped.read(f"archive/{warc.name}")
    assert (made.files, made.lines, made.pages) == (1, 700, 700)
    assert made.path == tmp_path / "a/contoh/packages/lari.wacz"
    head, first, *_ = zipped.read("pages/pages.jsonl").decode().splitlines()
    assert json.loads(head)["format"] == "json-pages-1.0"
    assert json.loads(first)["url"] == "http://contoh.id/0"
    assert json.loads(first)["title"] == "Panen teh pertama tahun ini"


def test_the_original_of_a_revisit_comes_along(tmp_path: Path, catalogue: Catalogue) -> None:
    first = crawled(tmp_path / "a", catalogue, "satu", 1, 2)
    crawled(tmp_path / "a", catalogue, "dua", 2, 3)
    made = package(of_run(tmp_path / "a", "dua"))
    zipped = holds_together(made.path, tmp_path / "w")
    assert made.lost == []
    extra = [name for name in zipped.namelist() if name.endswith("-originals.warc.gz")]
    assert len(extra) == 1
    found = list(records(tmp_path / "w" / extra[0]))
    assert [one.type for one in found] == ["warcinfo", "response", "request"]
    (kept,) = (one for one in records(first) if one.header("WARC-Record-ID") == found[1].header("WARC-Record-ID"))
    assert first.read_bytes()[kept.offset : kept.offset + kept.length] in zipped.read(extra[0])


def test_a_revisit_whose_original_is_nowhere_is_named(tmp_path: Path, catalogue: Catalogue) -> None:
    first = crawled(tmp_path / "a", catalogue, "satu", 1)
    crawled(tmp_path / "a", catalogue, "dua", 1)
    first.unlink()
    catalogue.close()
    for path in (tmp_path / "a").glob("catalogue*"):
        path.unlink()
    assert len(package(of_run(tmp_path / "a", "dua")).lost) == 1


def test_a_range_of_days_holds_what_was_captured_on_them_and_says_where_from(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    for day in range(4):
        crawled(tmp_path / "a", catalogue, f"hari-{day}", day, 9, day=day)
    chosen = of_site(tmp_path / "a", "contoh", WHEN + dt.timedelta(days=1), WHEN + dt.timedelta(days=2))
    made = package(chosen)
    zipped = holds_together(made.path, tmp_path / "w")
    urls = sorted(said["url"] for _, _, said in lines_of(zipped))
    assert urls == [f"http://contoh.id/{number}" for number in (1, 2, 9, 9, 9)]  # two revisits and their original
    assert made.pages == 4
    (info, *_) = records(tmp_path / "w" / "archive" / "contoh-20260110-20260111-originals.warc.gz")
    assert b"copied byte for byte" in info.content
    parts = sorted(name for name in zipped.namelist() if name.endswith("-part.warc.gz"))
    assert len(parts) == 2


def test_what_cannot_be_packaged_is_said(tmp_path: Path, catalogue: Catalogue) -> None:
    crawled(tmp_path / "a", catalogue, "lari", 1)
    with pytest.raises(UsageError, match="no run 'tak-ada'"):
        of_run(tmp_path / "a", "tak-ada")
    with pytest.raises(UsageError, match=r"no site 'lain'.*There are: contoh"):
        of_site(tmp_path / "a", "lain")
    late = of_site(tmp_path / "a", "contoh", WHEN + dt.timedelta(days=9))
    with pytest.raises(UsageError, match="no capture lies in that range"):
        package(late)
    assert not list((tmp_path / "a/contoh/packages").iterdir())


def test_a_full_disk_leaves_the_package_that_was_there(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawled(tmp_path / "a", catalogue, "lari", 1)
    made = package(of_run(tmp_path / "a", "lari"))
    before = made.path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotWrite, match="No space left"):
        package(of_run(tmp_path / "a", "lari"))
    assert made.path.read_bytes() == before
    assert [path.name for path in made.path.parent.iterdir()] == ["lari.wacz"]


def test_memory_stays_flat_however_large_the_files_are(tmp_path: Path, catalogue: Catalogue) -> None:
    warc = crawled(tmp_path / "a", catalogue, "lari", *range(50))
    many = warc.read_bytes()
    for number in range(40):  # the same records under other names: as many bytes as a larger archive has
        shutil.copyfile(warc, warc.with_name(f"{number:02}-{warc.name}"))
    chosen = of_site(tmp_path / "a", "contoh")
    tracemalloc.start()
    package(of_run(tmp_path / "a", "lari"), tmp_path / "satu.wacz")
    one = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    package(chosen, tmp_path / "semua.wacz")
    all_of_them = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert all_of_them - one < 2 * len(many) + 2_000_000


def test_the_command_packages_a_run_and_a_range(tmp_path: Path, catalogue: Catalogue, xinhua_id: Run) -> None:
    crawled(tmp_path / "a", catalogue, "lari", 1, 2)
    done = xinhua_id("archive", "package", "--run", "lari", "--archive", "a")
    assert done.returncode == 0, done.stderr
    assert "1 WARC files, 2 captures, 2 stories" in done.stderr
    wrong = xinhua_id("archive", "package", "--archive", "a")
    assert (wrong.returncode, "either a run or a site" in wrong.stderr) == (2, True)


@pytest.mark.skipif(not (TOOLS / "wacz").exists(), reason="py-wacz is not here: `make replay-ready`")
@pytest.mark.parametrize("part", [False, True])
def test_py_wacz_finds_nothing_wrong(tmp_path: Path, catalogue: Catalogue, part: bool) -> None:
    crawled(tmp_path / "a", catalogue, "satu", 1, 2)
    crawled(tmp_path / "a", catalogue, "dua", 2, 3, day=1)
    since = WHEN + dt.timedelta(hours=1) if part else None
    made = package(of_site(tmp_path / "a", "contoh", since))
    done = subprocess.run([TOOLS / "wacz", "validate", "-f", made.path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "invalid" not in (done.stdout + done.stderr).lower()
