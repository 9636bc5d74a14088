"""Other people's files in the archive: byte for byte, indexed, read, or refused without a trace."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.archive.imports_made import arc, common_crawl, heritrix, ident, info, plain, story, wacz, wet
from tests.conftest import Answer
from tests.extraction.stories import BODY
from tests.warc.foreign import by_warcio, foreign, members
from xinhua_id.archive.imports import complete
from xinhua_id.archive.imports.incoming import AlreadyThere
from xinhua_id.archive.recover import recover
from xinhua_id.archive.trace import trace
from xinhua_id.catalogue import captures, files, runs
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.corpus.importing import Imported, import_file
from xinhua_id.corpus.read import read
from xinhua_id.errors import BadRecord, CannotWrite, InUse, UsageError
from xinhua_id.warc import reader

NOW = dt.datetime(2026, 11, 25, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "archives"


@pytest.fixture
def catalogue(archive: Path) -> Iterator[Catalogue]:
    opened = Catalogue.open(archive)
    yield opened
    opened.close()


@pytest.fixture
def bring(tmp_path: Path, archive: Path, catalogue: Catalogue) -> Callable[..., Imported]:
    """Import bytes under a file name of their own."""

    def run(content: bytes, name: str = "asing.warc.gz", to: str = "uji", **options: Any) -> Imported:
        path = tmp_path / name
        path.write_bytes(content)
        return import_file(archive, path, catalogue, name=to, now=NOW, **options)

    return run


Bring = Callable[..., Imported]


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != "lock"}


def manifest(found: Imported) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(found.manifest.read_text())
    return said


AS_THEY_ARE = {
    "Heritrix": (heritrix(), "a.warc.gz", "Heritrix/3.4.0 http://crawler.archive.org"),
    "Common Crawl": (common_crawl(), "CC-MAIN-1.warc.gz", "Apache Nutch 1.19 (modified, https://github.com/commoncrawl/nutch/)"),
    "Common Crawl's WET": (wet(), "CC-MAIN-1.warc.wet.gz", "ia-web-commons"),
    "not compressed": (plain(heritrix()), "a.warc", "Heritrix/3.4.0 http://crawler.archive.org"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "name", "tool"), AS_THEY_ARE.values(), ids=AS_THEY_ARE)
def test_a_file_that_can_be_indexed_is_kept_as_it_is_and_its_story_read(
    bring: Bring, archive: Path, catalogue: Catalogue, content: bytes, name: str, tool: str
) -> None:
    found = bring(content, name)
    (one,) = found.taken
    kept = archive / "imports-uji" / one.kept
    assert kept.read_bytes() == content
    assert kept.name.endswith((".warc.gz", ".warc"))
    assert not one.derived
    (item,) = read(archive)
    assert item.paragraphs == BODY or item.paragraphs[0].startswith(BODY[0][:40])
    assert item.capture is not None
    assert item.capture.file == kept.name
    assert trace(item, archive).header("WARC-Record-ID") == item.capture.record_id == ident(1)
    said = manifest(found)
    assert (said["warcs"][0]["tool"], said["imported"]["sha256"]) == (tool, hashlib.sha256(content).hexdigest())
    assert {one["path"] for one in said["files"]} == {f"warc/{kept.name}", f"items/{said['run']}.jsonl"}
    with catalogue.reading() as connection:
        rows = captures.of_run(connection, "imports-uji", said["run"])
        row = files.by_name(connection, kept.name)
        ledger = runs.by_name(connection, "imports-uji", said["run"])
    assert [row.url for row in rows] == ([] if "wet" in name else ["https://kabar.example.id/berita/1"])
    assert row is not None
    assert (row.closed, row.committed, row.sha256) == (True, len(content), said["imported"]["sha256"])
    assert ledger is not None
    assert ledger.outcome == "finished"


DERIVED = {
    "one gzip member for all": (gzip.compress(plain(heritrix())), "share a gzip member"),
    "torn": (heritrix()[:-9], "cannot be read"),
    "garbage between": (heritrix() + b"sampah" + members(foreign(ident=ident(8))), "cannot be read"),
    "no ids": (members(foreign(story(), ident=None, uri="https://kabar.example.id/berita/1")), "have no id"),
    "no date": (heritrix() + members(foreign(date=None, ident=ident(8))), "lack what they must say"),
    "a date that is none": (heritrix() + members(foreign(date="kemarin", ident=ident(8))), "lack what they must say"),
    "zeros behind": (plain(heritrix()) + b"\r\n\r\n", "bytes behind"),
    "LF alone and no id": (
        foreign(story(), ident=None, uri="https://kabar.example.id/berita/1", line="\n", end=b"\n\n"), "have no id",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "why"), DERIVED.values(), ids=DERIVED)
def test_one_that_cannot_stand_as_it_is_is_kept_beside_a_copy_that_says_so(
    bring: Bring, archive: Path, content: bytes, why: str
) -> None:
    found = bring(content)
    (one,) = found.taken
    home = archive / "imports-uji"
    assert (home / one.kept).read_bytes() == content
    assert one.kept.startswith("originals/")
    assert one.derived
    assert any(why in reason for reason in one.scan.why)
    derived = home / manifest(found)["warcs"][0]["warc"]
    every = list(reader.records(derived))
    assert every[0].type == "warcinfo"
    assert f"sha256: {hashlib.sha256(content).hexdigest()}".encode() in every[0].content
    assert why.encode() in every[0].content
    assert all(record.addressable and record.header("WARC-Record-ID") for record in every)
    assert every[-1].offset + every[-1].length == derived.stat().st_size
    (item,) = read(archive)
    assert trace(item, archive).type == "response"


def test_what_could_not_be_read_stands_in_the_manifest(bring: Bring) -> None:
    said = manifest(bring(heritrix() + b"sampah"))
    (fault,) = said["warcs"][0]["first_faults"]
    assert f"offset {len(heritrix())}" in fault


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("version", [1, 2])
def test_an_arc_becomes_a_warc_and_stays(bring: Bring, archive: Path, compressed: bool, version: int) -> None:
    content = arc(compressed=compressed, version=version)
    found = bring(content, "lama.arc.gz" if compressed else "lama.arc")
    (one,) = found.taken
    home = archive / "imports-uji"
    assert (home / one.kept).read_bytes() == content
    _, about, dns, page, image = reader.records(home / manifest(found)["warcs"][0]["warc"])
    assert [record.type for record in (about, dns, page, image)] == ["metadata", "resource", "response", "response"]
    assert page.header("WARC-Date") == "2009-01-10T05:30:15Z"
    assert page.header("WARC-IP-Address") == "192.0.2.7"
    assert page.target_uri == "https://kabar.example.id/berita/1%20dua"
    assert page.content == story()
    assert one.scan.tool == f"InternetArchive (ARC {version}.0)"
    assert (dns.header("Content-Type"), dns.target_uri) == ("text/dns", "dns:kabar.example.id")
    (item,) = (item for item in read(archive) if item.url == page.target_uri)
    assert item.paragraphs
    assert trace(item, archive) == page


@pytest.mark.parametrize("cut", [1, 30, 400])
def test_a_torn_arc_gives_what_is_whole(bring: Bring, cut: int) -> None:
    found = bring(arc(compressed=False)[:-cut], "lama.arc")
    assert found.taken[0].scan.counts["response"] == (2 if cut == 1 else 1)
    assert found.taken[0].scan.fault_count == (0 if cut == 1 else 1)


@pytest.mark.parametrize("deflated", [True, False])
def test_a_wacz_gives_its_warcs(bring: Bring, archive: Path, deflated: bool) -> None:
    two = members(
        info("Browsertrix-Crawler 1.5.0", 901), foreign(story(2), uri="https://lain.example.id/2", ident=ident(2))
    )
    content = wacz({"rec-1.warc.gz": common_crawl(), "rec-2.warc.gz": two}, deflated=deflated)
    found = bring(content, "crawl.wacz")
    assert {one.kept for one in found.taken} == {"warc/rec-1.warc.gz", "warc/rec-2.warc.gz"}
    assert (archive / "imports-uji/warc/rec-2.warc.gz").read_bytes() == two
    said = manifest(found)["imported"]
    assert (said["format"], said["wacz"]["software"], said["files_with_digest"]) == (
        "wacz",
        "Browsertrix-Crawler 1.5.0",
        2,
    )
    assert len(list(read(archive))) == 2


def test_a_wacz_whose_digest_is_another_is_refused(bring: Bring, archive: Path) -> None:
    with pytest.raises(BadRecord, match=r"archive/rec-1\.warc\.gz is not what datapackage\.json says"):
        bring(wacz({"rec-1.warc.gz": heritrix()}, wrong="archive/rec-1.warc.gz"), "crawl.wacz")
    assert tree(archive / "imports-uji") == set()


def test_a_wacz_with_any_byte_changed_is_imported_whole_or_refused(bring: Bring, archive: Path) -> None:
    content = wacz({"rec-1.warc.gz": common_crawl()}, deflated=True)
    for at in range(0, len(content), len(content) // 60):
        shutil.rmtree(archive, ignore_errors=True)
        broken = bytearray(content)
        broken[at] ^= 0x55
        with contextlib.suppress(BadRecord), contextlib.closing(Catalogue.open(archive)) as opened:
            path = archive.parent / "rusak.wacz"
            path.write_bytes(broken)
            found = import_file(archive, path, opened, name="uji", now=NOW, extracted=False)
            assert (archive / "imports-uji" / found.taken[0].kept).read_bytes() == common_crawl()


def test_of_a_wacz_what_is_there_is_skipped(bring: Bring) -> None:
    bring(heritrix())
    two = members(foreign(story(2), ident=ident(2)))
    found = bring(wacz({"rec-1.warc.gz": heritrix(), "rec-2.warc.gz": two}), "crawl.wacz")
    assert list(found.skipped) == ["rec-1.warc.gz"]
    with pytest.raises(AlreadyThere, match="every WARC"):
        bring(wacz({"rec-1.warc.gz": heritrix()}), "lagi.wacz")


REFUSED = {
    "empty": (b"", "empty"),
    "a page": (b"<html></html>", "no WARC"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(60), "zstd"),
    "a zip that is no WACZ": (b"", ""),
    "a broken zip": (b"PK\x03\x04 sampah", "WACZ cannot be read"),
    "a WACZ without WARCs": (wacz({}), "no archive"),
    "an ARC without a whole record": (b"filedesc://x.arc 0.0.0.0 20230101000000 text/plain 999\nabc", "no record"),
    "only records that say nothing": (foreign(date=None)[:40], "torn"),
}


@pytest.mark.parametrize(("content", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_imported_is_refused_and_leaves_nothing(
    bring: Bring, archive: Path, content: bytes, says: str
) -> None:
    if not says:
        out = io.BytesIO()
        import zipfile

        with zipfile.ZipFile(out, "w") as file:
            file.writestr("a.txt", "panen")
        content, says = out.getvalue(), "no datapackage"
    with pytest.raises(BadRecord, match=says) as caught:
        bring(content)
    assert "importing" not in str(caught.value)
    assert tree(archive / "imports-uji") == set()


def test_the_same_file_twice_is_said_and_skipped(bring: Bring, archive: Path) -> None:
    bring(heritrix())
    before = tree(archive)
    with pytest.raises(AlreadyThere, match="See imports-uji"):
        bring(heritrix(), "lain.warc.gz", to="lain")
    assert tree(archive) == before


def test_another_file_of_the_same_name_gets_one_of_its_own(bring: Bring, archive: Path) -> None:
    bring(heritrix(), "data.warc.gz")
    other = members(foreign(story(2), ident=ident(5)))
    found = bring(other, "data.warc.gz", to="lain")
    name = f"data-{hashlib.sha256(other).hexdigest()[:12]}.warc.gz"
    assert found.taken[0].kept == f"warc/{name}"
    assert len(list(read(archive))) == 2


def test_a_name_that_makes_trouble_is_written_otherwise(bring: Bring) -> None:
    found = bring(heritrix(), "kabar [1] *.warc.gz")
    assert (found.taken[0].name, found.taken[0].kept) == ("kabar [1] *.warc.gz", "warc/kabar-1-.warc.gz")


def test_records_that_another_file_holds_stay_that_files(bring: Bring, archive: Path, catalogue: Catalogue) -> None:
    first = bring(heritrix())
    again = bring(members(info("lain", 77), *map(plain, [heritrix()])), "salinan.warc.gz", to="lain")
    assert again.stats["records/known"] == 1
    assert again.stories == 0
    with catalogue.reading() as connection:
        row = captures.by_record_id(connection, ident(1))
    assert row is not None
    assert row.file == first.taken[0].warc.name


def test_without_extraction_there_are_no_items(bring: Bring, archive: Path) -> None:
    assert bring(heritrix(), extracted=False).stories == 0
    assert not (archive / "imports-uji/items").exists() or not any((archive / "imports-uji/items").iterdir())


@pytest.mark.parametrize("name", ["", "..", "a/b", "a" * 61, ".a", "a b"])
def test_a_name_that_is_none_is_refused(bring: Bring, name: str) -> None:
    with pytest.raises(UsageError, match="no name"):
        bring(heritrix(), to=name)


def test_two_imports_into_one_folder_at_once(bring: Bring, archive: Path) -> None:
    from xinhua_id.archive.lock import SiteLock

    lock = SiteLock.take(archive / "imports-uji", "lain", NOW)
    with pytest.raises(InUse):
        bring(heritrix())
    lock.release()
    assert bring(heritrix()).stories == 1


@pytest.mark.parametrize("step", ["account", "complete"])
def test_a_death_before_the_account_leaves_nothing_and_behind_it_is_completed(
    bring: Bring, archive: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    def die(*arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(complete, step, die)
        with pytest.raises(Killed):
            bring(heritrix())
    home = archive / "imports-uji"
    if step == "account":
        assert tree(home) == set()
        assert bring(heritrix()).stories == 1
    else:
        assert not (home / "warc").exists()
        bring(common_crawl(), "lain.warc.gz")
        assert len(list((home / "runs").iterdir())) == 2
        assert (home / "warc/asing.warc.gz").read_bytes() == heritrix()
        with catalogue.reading() as connection:
            assert captures.by_record_id(connection, ident(1)) is not None
    assert not (home / "importing").exists()


def test_a_completion_broken_off_anywhere_is_completed(
    bring: Bring, archive: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    for steps in range(7):
        shutil.rmtree(archive / "imports-uji", ignore_errors=True)
        left = iter([None] * steps)

        def sync(path: Path, left: Iterator[None] = left) -> None:
            try:
                next(left)
            except StopIteration:
                raise Killed from None

        with monkeypatch.context() as patch:
            patch.setattr(complete, "fsync_directory", sync)
            with pytest.raises(Killed):
                bring(heritrix())
        with contextlib.suppress(AlreadyThere):
            bring(heritrix())
        home = archive / "imports-uji"
        assert len(list((home / "runs").iterdir())) == 1
        assert (home / "warc/asing.warc.gz").read_bytes() == heritrix()
        assert len(list(read(archive))) == 1
        assert not (home / "importing").exists()


def test_a_full_disk_is_said_and_leaves_nothing(bring: Bring, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10))
        with pytest.raises(CannotWrite, match="has room for 10"):
            bring(heritrix())
    assert tree(archive / "imports-uji") == set()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_an_archive_that_cannot_be_written(bring: Bring, archive: Path) -> None:
    (archive / "imports-uji").mkdir()
    (archive / "imports-uji").chmod(0o500)
    with pytest.raises(CannotWrite):
        bring(heritrix())


def test_recovery_leaves_imports_alone_and_knows_their_runs(bring: Bring, archive: Path, catalogue: Catalogue) -> None:
    found = bring(heritrix())
    home, said = archive / "imports-uji", manifest(found)
    before = (home / "warc/asing.warc.gz").read_bytes()
    assert not recover(home, catalogue).anything
    with catalogue.begin() as connection:
        files.drop(connection, "asing.warc.gz")
        captures.drop_file(connection, "asing.warc.gz")
    assert recover(home, catalogue).entered == ["asing.warc.gz"]
    assert (home / "warc/asing.warc.gz").read_bytes() == before
    with catalogue.reading() as connection:
        assert len(captures.of_run(connection, "imports-uji", said["run"])) == 1


ADDRESSES = [
    "http://contoh.example/dengan spasi/dan lagi", "http://tuan rumah.example/a", "http://[2001:db8::7]:8080/a",
    "http://[2001:db8::7/tidak-tertutup", "http://kabar.bücher.example/ä?q=ö", "http://xn--bcher-kva.example/a",
    "https://contoh.example/" + "a" * 8192, "https://contoh.example:99999/", "http:///", "bukan alamat", "urn:a:b",
    "https://contoh.example/a#bagian", "https://contoh.example/%zz\u202e", "data:text/html,a",
]  # fmt: skip


def test_addresses_of_any_kind_are_imported_read_and_found_again(
    bring: Bring, archive: Path, catalogue: Catalogue
) -> None:
    made = [foreign(story(number), uri=url, ident=ident(number)) for number, url in enumerate(ADDRESSES)]
    found = bring(members(*made))
    with catalogue.reading() as connection:
        rows = captures.of_run(connection, "imports-uji", manifest(found)["run"])
    assert [row.url for row in rows] == ADDRESSES
    items = list(read(archive, versions=True))
    assert len(items) >= 8
    for item in items:
        assert trace(item, archive).target_uri == item.url


@pytest.mark.parametrize("said", ["sha1:" + "A" * 32, "sha1:0", "md5:xyz", "bukan", "", "sha999:AAAA"])
def test_a_wrong_digest_costs_no_import(bring: Bring, archive: Path, said: str) -> None:
    content = members(foreign(story(), ident=ident(1), more=(f"WARC-Payload-Digest: {said}",)))
    assert bring(content).stories == 1
    (item,) = read(archive)
    if said:
        with pytest.raises(BadRecord, match="digest of the bytes"):
            trace(item, archive)


def test_what_warcio_writes(bring: Bring) -> None:
    for version in ("1.0", "1.1"):
        found = bring(by_warcio(version, compressed=True), f"w{version}.warc.gz")
        assert found.taken[0].scan.counts == {"warcinfo": 1, "response": 3}
        assert not found.taken[0].derived


@pytest.mark.skipif(shutil.which("wget") is None, reason="wget is not installed")
def test_what_wget_writes(
    bring: Bring,
    archive: Path,
    tmp_path: Path,
    serve: Callable[[Mapping[str, Answer]], str],
    story: Callable[[int], Answer],
) -> None:
    site = serve({"/a": story(1), "/b": story(2)})
    subprocess.run(
        ["wget", "-q", "--warc-file=asli", "-O", os.devnull, f"{site}/a", f"{site}/b"],
        cwd=tmp_path,
        check=True,
        timeout=30,
    )
    content = (tmp_path / "asli.warc.gz").read_bytes()
    found = bring(content, "wget.warc.gz")
    assert (archive / "imports-uji/warc/wget.warc.gz").read_bytes() == content
    assert found.stories == 2
    assert str(found.taken[0].scan.tool).startswith("Wget/")
    for item in read(archive):
        assert trace(item, archive).type == "response"


def test_a_record_of_300_megabytes_takes_no_more_memory_than_one_of_80(tmp_path: Path) -> None:
    # A page's beginning, 64 MiB at the most, is read of both.
    assert _peak_of_importing(tmp_path, 300) - _peak_of_importing(tmp_path, 80) < 60 * 1024


def _peak_of_importing(folder: Path, megabytes: int) -> int:
    """Return the most memory, KiB, that the import of one long record takes, in a process of its own."""
    import sys

    from tests.conftest import environment

    path = folder / f"besar-{megabytes}.warc.gz"
    size = megabytes << 20
    head = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n"
    start = foreign(b"", length=str(len(head) + size), ident=ident(megabytes), end=b"")
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(start + head)
        for _ in range(size >> 20):
            file.write(bytes(1 << 20))
        file.write(b"\r\n\r\n")
    archive = folder / f"arsip-{megabytes}"
    code = (
        "import resource, sys\n"
        "from xinhua_id.cli import main\n"
        f"code = main(['archive', 'import', {str(path)!r}, '--as', 'uji', '--archive', {str(archive)!r}])\n"
        "print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=120, check=True
    )
    code_text, peak = done.stdout.split()
    assert code_text == "0", done.stderr
    return int(peak)
