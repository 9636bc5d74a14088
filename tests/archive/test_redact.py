"""What was taken down is nowhere any more, everything else is as it was, and the archive says what happened."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator

from tests.archive.redaction_made import (
    COPY,
    LATER,
    REASON,
    SECRET,
    URL,
    crawl,
    faults,
    kept,
    made,
    page,
    places_of,
    planned,
    redacted,
    stories,
)  # fmt: skip
from xinhua_id.archive.differences import differences
from xinhua_id.archive.imports.incoming import Incoming
from xinhua_id.archive.rebuild import rebuild
from xinhua_id.archive.recover import recover
from xinhua_id.archive.redaction.ledger import Ledger
from xinhua_id.archive.trace import trace
from xinhua_id.catalogue import captures, tombstones
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import BadRecord, UsageError
from xinhua_id.warc import record
from xinhua_id.warc.reader import records


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("asli") / "arsip")


@pytest.fixture
def archive(pristine: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(pristine, tmp_path / "arsip"))


def test_the_archive_it_begins_with_is_sound_and_holds_it_everywhere(archive: Path) -> None:
    assert faults(archive) == []
    assert len(places_of(archive)) >= 5


def test_what_goes_is_found_with_all_that_belongs_to_it(archive: Path) -> None:
    found = planned(archive)
    assert Counter(one.type for one in found.hits) == {"response": 1, "revisit": 3, "request": 4, "metadata": 4}
    assert {one.url for one in found.hits} == {URL, COPY}
    assert {one.path.name for one in found.hits} == {path.name for path in (archive / "contoh/warc").iterdir()}
    assert len(found.items) == 3
    assert sorted(one.path.name for one in found.copies) == ["ketiga.wacz", "pertama.wacz"]
    assert [one.again for one in found.copies] == [
        "xinhua-id archive package --run ketiga", "xinhua-id archive package --run pertama",
    ]  # fmt: skip


def test_looking_changes_nothing(archive: Path) -> None:
    before = {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}
    planned(archive)
    assert {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()} == before


def test_its_bytes_are_nowhere_and_everything_else_is_as_it_was(archive: Path) -> None:
    before, items = kept(archive), {one.id: one for one in stories(archive)}
    found, done = redacted(archive)
    gone = {one.record_id for one in found.hits}
    assert places_of(archive) == []
    after = kept(archive)
    assert {name: after.get(name) for name in before.keys() - gone} == {
        name: raw for name, raw in before.items() if name not in gone
    }
    assert not gone & after.keys()
    assert faults(archive) == []
    left = stories(archive)
    assert {one.id for one in left} == items.keys() - {one.id for one in found.items}
    for one in left:
        assert trace(one, archive).target_uri == one.url
        assert one.model_dump(exclude={"capture"}) == items[one.id].model_dump(exclude={"capture"})
    assert (done.records, done.items, len(done.replaced)) == (12, 3, 3)
    assert [path.name for path in (archive / "lain/packages").iterdir()] == ["satu.wacz"]
    assert not [path for path in archive.rglob("*") if path.name.endswith((".new", ".withdrawn", ".open"))]


def test_a_new_file_says_what_it_is_and_what_stands_where_a_record_stood(archive: Path) -> None:
    original = next(one for one in planned(archive).hits if one.type == "response")
    old = original.path.read_bytes()
    redacted(archive)
    (new,) = (archive / "contoh/warc").glob(f"{original.path.name.removesuffix('.warc.gz')}-r1.warc.gz")
    first, second, *rest = records(new)
    said = record.fields_of(first.content)
    assert (first.type, second.type, said["redaction-of"]) == ("warcinfo", "warcinfo", original.path.name)
    assert (said["redaction-of-bytes"], said["redacted-records"]) == (str(len(old)), "3")
    assert (said["reason"], said["isPartOf"], said["source"]) == (REASON, "pertama", "contoh")
    stub = next(one for one in rest if one.header("WARC-Refers-To") == original.record_id and one.type == "metadata")
    assert stub.header("WARC-Target-URI") == URL
    assert stub.header("WARC-Date") == original.date
    assert record.fields_of(stub.content) == {
        "redacted": "response", "reason": REASON, "redacted-at": LATER.isoformat(),
        "payload-digest": original.payload_digest or "",
    }  # fmt: skip


def test_other_tools_read_the_new_files(archive: Path) -> None:
    redacted(archive)
    for path in sorted((archive / "contoh/warc").iterdir()):
        command = [sys.executable, "-m", "warcio.cli", "check", str(path)]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0
        with path.open("rb") as file:
            ours = [one.header("WARC-Record-ID") for one in records(path)]
            assert [one.record_id for one in FastIterator(file, verify_digests=True)] == ours


def test_ledger_manifest_and_catalogue_keep_the_account(archive: Path) -> None:
    old = {one["path"]: one for run in ("pertama", "kedua", "ketiga")
           for one in json.loads((archive / f"contoh/runs/{run}.json").read_text())["files"]}  # fmt: skip
    found, _ = redacted(archive)
    lines = [json.loads(line) for line in (archive / "contoh/redactions.jsonl").read_text().splitlines()]
    assert {one["record_id"] for one in lines if one["replaced_by"]} == {one.record_id for one in found.hits}
    for one in lines[:12]:
        assert (one["reason"], one["redacted_at"]) == (REASON, LATER.isoformat())
        assert one["old_sha256"] == old[f"warc/{one['file']}"]["sha256"]
        assert one["old_bytes"] == old[f"warc/{one['file']}"]["bytes"]
    manifest = json.loads((archive / "contoh/runs/pertama.json").read_text())
    assert [one["path"] for one in manifest["files"]] == [f"warc/{lines[0]['replaced_by']}", "items/pertama.jsonl"]
    assert {(one["path"], one["sha256"], one["reason"]) for one in manifest["redactions"]} == {
        (one["path"], one["sha256"], REASON) for one in (old[f"warc/{lines[0]['file']}"], old["items/pertama.jsonl"])
    }
    catalogue = Catalogue.open(archive)
    with catalogue.reading() as connection:
        assert {one.record_id for one in tombstones.of_site(connection, "contoh")} == {
            one["record_id"] for one in lines
        }
        assert list(captures.at(connection, URL)) == []
    catalogue.close()


def test_a_catalogue_rebuilt_says_the_same_and_recovery_brings_nothing_back(archive: Path) -> None:
    redacted(archive)
    recovered = Catalogue.open(archive)
    assert not recover(archive / "contoh", recovered).anything
    recovered.close()
    before = archive / "sebelum.sqlite"
    (archive / "catalogue.sqlite").rename(before)
    rebuild(archive, LATER)
    ours, theirs = Catalogue.open_file(before), Catalogue.open(archive)
    assert list(differences(ours, theirs)) == []
    ours.close()
    theirs.close()


def test_an_older_item_leads_to_its_record_or_says_when_and_why_it_went(archive: Path) -> None:
    items = {one.url: one for one in stories(archive)}
    redacted(archive)
    for root in (archive, archive / "contoh", archive / "contoh/warc"):
        with pytest.raises(BadRecord, match=rf"redacted on {LATER.isoformat()[:10]}.*{REASON}"):
            trace(items[URL], root)
        assert trace(items["http://contoh.id/berita/0"], root).target_uri == "http://contoh.id/berita/0"
    (archive / "catalogue.sqlite").unlink()
    assert trace(items["http://contoh.id/baru"], archive).target_uri == "http://contoh.id/baru"


def test_twice_is_fine_and_once_more_another_one(archive: Path) -> None:
    items = {one.url: one for one in stories(archive)}
    redacted(archive)
    state = {path: path.read_bytes() for path in archive.rglob("*.gz")}
    again, done = redacted(archive)
    assert (again.anything, len(again.before), done.records) == (False, 11, 0)  # nine records and two packages
    assert {path: path.read_bytes() for path in archive.rglob("*.gz")} == state
    redacted(archive, "http://contoh.id/berita/1")
    assert places_of(archive, "berita ke-1") == []
    assert len([*(archive / "contoh/warc").glob("*-r2.warc.gz")]) == 1
    assert faults(archive) == []
    assert trace(items["http://contoh.id/berita/0"], archive).target_uri == "http://contoh.id/berita/0"
    with pytest.raises(BadRecord, match="redacted"):
        trace(items[URL], archive)


def test_the_url_may_be_captured_anew_and_stands_for_itself(archive: Path) -> None:
    redacted(archive)
    crawl(archive, "contoh", "keempat", 5, {URL: page(SECRET, "v1"), COPY: page(SECRET)})
    *_, last = sorted((archive / "contoh/warc").glob("*20260114*"))
    fresh = [one for one in records(last) if one.type in {"response", "revisit"}]
    assert [one.type for one in fresh] == ["response", "revisit"]
    assert fresh[1].header("WARC-Refers-To") == fresh[0].header("WARC-Record-ID")
    redacted(archive)
    assert places_of(archive) == []


def test_an_old_file_that_comes_back_from_a_backup_brings_nothing_back(archive: Path) -> None:
    name = next(one.path.name for one in planned(archive).hits if one.type == "response")
    raw = (archive / "contoh/warc" / name).read_bytes()
    redacted(archive)
    (archive / "contoh/warc" / name).write_bytes(raw)
    catalogue = Catalogue.open(archive)
    recover(archive / "contoh", catalogue)
    with catalogue.reading() as connection:
        assert list(captures.at(connection, URL)) == []
    catalogue.close()
    redacted(archive)
    assert places_of(archive) == []
    assert faults(archive) == []


def test_variants_and_the_same_bytes_are_shown_and_taken_only_where_it_is_said(tmp_path: Path) -> None:
    variant = f"{URL}?utm_source=x"
    crawl(tmp_path / "a", "contoh", "lari", 0, {COPY: page(SECRET), URL: page(SECRET), variant: page("varian")})
    found = planned(tmp_path / "a")
    assert [one.type for one in found.hits if one.type in {"response", "revisit"}] == ["revisit"]
    assert (found.variants, [one.url for one in found.same_payload]) == ([variant], [COPY])
    redacted(tmp_path / "a", variants=True, same_payload=True)
    assert (places_of(tmp_path / "a"), places_of(tmp_path / "a", "varian")) == ([], [])
    assert faults(tmp_path / "a") == []


def test_the_url_itself_is_forgotten_where_it_is_said(tmp_path: Path) -> None:
    archive = tmp_path / "a"
    crawl(archive, "contoh", "lari", 0, {URL: page(SECRET), "http://contoh.id/b": page("b")})
    redacted(archive, forget=True)
    assert places_of(archive, URL) == []
    (urn,) = {one.url for one in Ledger.of(archive / "contoh").lines}
    assert urn.startswith("urn:xinhua-id:redacted:")
    assert faults(archive) == []


def test_torn_tails_and_old_catalogues_that_hold_it_are_removed(archive: Path) -> None:
    original = next(one for one in planned(archive).hits if one.type == "response")
    torn = original.path.with_name(f"{original.path.name}.torn")
    torn.write_bytes(original.path.read_bytes()[original.offset : original.offset + 400])
    other = original.path.with_name("lain.warc.gz.torn")
    other.write_bytes(original.path.read_bytes()[:300])
    rebuild(archive, LATER)
    aside = next(archive.glob("catalogue.sqlite.before-*"))
    found, _ = redacted(archive)
    assert {one.path for one in found.copies} >= {torn, aside}
    assert (torn.exists(), aside.exists(), other.exists()) == (False, False, True)
    assert any(one.type == "torn" for one in Ledger.of(archive / "contoh").lines)


def test_of_a_url_that_is_not_kept_the_nearest_are_named(archive: Path) -> None:
    found = planned(archive, "http://contoh.id/berita/rahasi")
    assert not found.anything
    assert found.near[0] == URL
    assert not planned(archive, "bukan url").anything


def test_a_record_without_compression_is_taken_out_as_well(tmp_path: Path) -> None:
    archive = tmp_path / "a"
    crawl(archive, "contoh", "lari", 0, {URL: page(SECRET), "http://contoh.id/b": page("b")})
    (packed,) = (archive / "contoh/warc").iterdir()
    import gzip

    plain = packed.with_suffix("")
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    redacted(archive)
    (new,) = (archive / "contoh/warc").iterdir()
    assert new.name.endswith("-r1.warc")
    assert SECRET.encode() not in new.read_bytes()
    assert [one.type for one in records(new)][:2] == ["warcinfo", "warcinfo"]


def test_a_file_that_is_torn_is_not_written_anew(archive: Path) -> None:
    hit = next(one for one in planned(archive).hits if one.type == "response")
    hit.path.write_bytes(hit.path.read_bytes()[:-30])
    with pytest.raises(BadRecord, match="cannot be read to its end"):
        planned(archive)


def test_a_foreign_file_and_the_copy_derived_from_it_go_together(tmp_path: Path) -> None:
    archive, foreign = tmp_path / "a", tmp_path / "asing.arc"
    body = page(SECRET)
    head = b"filedesc://asing.arc 0.0.0.0 20100101000000 text/plain 76\n1 0 test\n"
    head += b"URL IP-address Archive-date Content-type Archive-length\n".ljust(76 - 9) + b"\n"
    foreign.write_bytes(head + f"{URL} 192.0.2.1 20100101000000 text/html {len(body)}\n".encode() + body + b"\n")
    catalogue = Catalogue.open(archive)
    with Incoming.begin(archive, "lama", catalogue, LATER) as importing:
        importing.take(foreign)
        importing.commit(catalogue, now=LATER, source=None, stats={})
    catalogue.close()
    assert len(places_of(archive)) == 2
    found, _ = redacted(archive)
    assert [one.kind for one in found.copies] == ["original"]
    assert places_of(archive) == []
    assert faults(archive) == []
    again = Catalogue.open(archive)
    with pytest.raises(UsageError, match="already"), Incoming.begin(archive, "lama", again, LATER) as importing:
        importing.take(foreign)
    again.close()
