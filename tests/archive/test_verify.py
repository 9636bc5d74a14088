"""A sound archive passes, and whatever does not agree is named: files, records, items, index, catalogue, manifests."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.items import article
from tests.warc.exchanges import WHEN, exchange
from tests.warc.made import CHUNKED, Made, crawl, resource
from xinhua_id.archive import index
from xinhua_id.archive.commit import Committer, Ended
from xinhua_id.archive.recover import fixity
from xinhua_id.archive.verify import Scope, Verification, scope_of
from xinhua_id.catalogue import tables
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import UsageError
from xinhua_id.items import Outcome
from xinhua_id.warc.check.findings import Fault
from xinhua_id.warc.reader import records

TAG = b"HTTP/1.1 200 OK\r\nETag: x\r\n\r\n<p>Panen raya dimulai.</p>"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return an archive of one site in two runs, with every kind of record, indexed and accounted for."""
    root = tmp_path / "a"
    catalogue = Catalogue.open(root)
    for run, day in (("satu", 0), ("dua", 1)):
        _run(root, catalogue, run, WHEN + dt.timedelta(days=day))
    catalogue.close()
    index.update(root / "contoh")
    return root


def _run(root: Path, catalogue: Catalogue, run: str, when: dt.datetime) -> None:
    out = Committer(root / "contoh", run, catalogue, source="contoh@0123456789ab", info={}, clock=lambda: when)
    out.begin({})
    for number, said in enumerate((TAG, CHUNKED)):
        url = f"http://contoh.id/{number}"
        made = exchange(said, url=url)
        made.started_at = when
        kept = out.exchange(made).capture
        assert kept is not None
        found = article(f"{number}{run}"[:1] * 32, url=url, capture=kept, text=f"Panen {number} {run}")
        out.visit(Ended(url, "story", Outcome.STORY, when, kept.record_id, article=found))
    made = exchange(b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", url="http://contoh.id/0")
    made.started_at = when
    out.exchange(made)
    out.exchange(exchange(b"", truncated="disconnect"))
    out.resource("stats", "application/json", b"{}")
    out.close("finished")
    home = root / "contoh"
    (home / "runs").mkdir(exist_ok=True)
    files = [fixity(path, home) for path in (*out.writer.closed_files, out.items.final)]
    said_of_it = {"run": run, "begun_at": when.isoformat(), "outcome": "finished", "files": files}
    (home / "runs" / f"{run}.json").write_text(json.dumps(said_of_it))


def verified(scope: Scope) -> list[Fault]:
    return list(Verification(scope, workers=1).faults())


def kinds(archive: Path) -> set[str]:
    """Return the kinds of what is wrong; notes in brackets."""
    return {f"({one.kind})" if one.note else one.kind for one in verified(scope_of(archive))}


def warcs(archive: Path) -> list[Path]:
    return sorted((archive / "contoh/warc").glob("*.warc.gz"))


def items(archive: Path, run: str = "satu") -> Path:
    return archive / "contoh/items" / f"{run}.jsonl"


def _catalogue(statement: str) -> Callable[[Path], None]:
    def change(archive: Path) -> None:
        import sqlite3

        with sqlite3.connect(archive / "catalogue.sqlite") as connection:
            assert connection.execute(statement).rowcount > 0
        connection.close()

    return change


def _item(change: Callable[[dict[str, Any]], None], *, accounted: bool = True) -> Callable[[Path], None]:
    def break_it(archive: Path) -> None:
        path = items(archive)
        first, *rest = path.read_text().splitlines()
        item = json.loads(first)
        change(item)
        path.write_text("\n".join([json.dumps(item), *rest, ""]))
        if accounted:
            account_again(archive)

    return break_it


def account_again(archive: Path) -> None:
    """Let the manifests say what is there."""
    home = archive / "contoh"
    for path in (home / "runs").glob("*.json"):
        said = json.loads(path.read_text())
        said["files"] = [fixity(home / one["path"], home) for one in said["files"] if (home / one["path"]).exists()]
        path.write_text(json.dumps(said))


def _index(change: Callable[[list[str]], list[str]]) -> Callable[[Path], None]:
    def break_it(archive: Path) -> None:
        path = archive / "contoh/index.cdxj"
        path.write_text("".join(change(path.read_text().splitlines(keepends=True))))

    return break_it


def _manifest(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def break_it(archive: Path) -> None:
        path = archive / "contoh/runs/satu.json"
        said = json.loads(path.read_text())
        change(said)
        path.write_text(json.dumps(said))

    return break_it


def test_a_sound_archive_has_no_fault(archive: Path) -> None:
    assert verified(scope_of(archive)) == []
    going = Verification(scope_of(archive), workers=1)
    assert list(going.faults()) == []
    types = {one.type for path in warcs(archive) for one in records(path)}
    assert types == {"warcinfo", "response", "revisit", "request", "metadata", "resource"} == set(going.types)
    assert going.records == sum(1 for path in warcs(archive) for _ in records(path))
    assert going.files == 5
    assert going.bytes == sum(path.stat().st_size for path in warcs(archive))


def test_it_writes_nothing(archive: Path) -> None:
    before = {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}
    verified(scope_of(archive))
    after = {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}
    assert {path for path in after if not path.name.startswith("catalogue.sqlite-")} == set(before)
    assert all(after[path] == content for path, content in before.items())


def _flip(archive: Path) -> None:
    path = warcs(archive)[0]
    raw = bytearray(path.read_bytes())
    every = list(records(path))
    broken = every[len(every) // 2]
    raw[broken.offset + broken.length - 6] ^= 1  # in the member's checksum: what a byte elsewhere does is chance
    path.write_bytes(raw)


def _lose(pattern: str) -> Callable[[Path], None]:
    def lose(archive: Path) -> None:
        for path in list(archive.glob(pattern))[:1]:
            path.unlink()

    return lose


def _cut_items(archive: Path) -> None:
    path = items(archive)
    path.write_bytes(path.read_bytes()[:-5])


def _twice(archive: Path) -> None:
    path = items(archive)
    path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[0])
    account_again(archive)


def _stray_warc(archive: Path) -> None:
    path = warcs(archive)[0]
    name = path.name.replace("-00000-", "-00009-")
    made = crawl()
    made[0].put("WARC-Filename", name)
    path.with_name(name).write_bytes(b"".join(one.member() for one in made))


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        pytest.param(_flip, {"torn", "fixity"}, id="a-byte"),
        pytest.param(_lose("contoh/warc/*.gz"), {"file-missing", "catalogue-file", "item-record"}, id="warc-lost"),
        pytest.param(_lose("contoh/items/satu.jsonl"), {"file-missing", "catalogue-stale"}, id="items-lost"),
        pytest.param(_lose("contoh/runs/*.json"), {"unaccounted"}, id="manifest-lost"),
        pytest.param(_lose("contoh/index.cdxj"), {"(no-index)"}, id="no-index"),
        pytest.param(_lose("catalogue.sqlite"), {"(no-catalogue)"}, id="no-catalogue"),
        pytest.param(_cut_items, {"item-line", "fixity", "catalogue-stale"}, id="items-cut"),
        pytest.param(_twice, {"item-twice"}, id="item-twice"),
        pytest.param(_stray_warc, {"unaccounted", "catalogue-file", "(not-indexed)"}, id="stray-warc"),
        pytest.param(_item(lambda one: one.pop("headline")), {"item-line", "catalogue-stale"}, id="item-model"),
        pytest.param(
            _item(lambda one: one.update(text="lain")), {"item-digest", "catalogue-stale"}, id="item-text"
        ),
        pytest.param(_item(lambda one: one.update(url="http://contoh.id/x")), {"item-record"}, id="item-url"),
        pytest.param(_item(lambda one: one["capture"].update(offset=7)), {"item-record"}, id="item-offset"),
        pytest.param(_item(lambda one: one["capture"].update(status=404)), {"item-record"}, id="item-status"),
        pytest.param(
            _item(lambda one: one["capture"].update(payload_digest="sha1:X")), {"item-record"}, id="item-digest"
        ),
        pytest.param(
            _item(lambda one: one["capture"].update(record_id="<urn:x:y>")), {"item-record"}, id="item-id"
        ),
        pytest.param(_item(lambda one: one.update(capture=None)), {"item-no-capture"}, id="item-capture"),
        pytest.param(
            _item(lambda one: one.update(headline="Lain"), accounted=False), {"fixity"}, id="item-not-accounted"
        ),
        pytest.param(_index(lambda every: every[::-1]), {"index-order"}, id="index-order"),
        pytest.param(_index(lambda every: every[1:]), {"index-missing"}, id="index-line-lost"),
        pytest.param(_index(lambda every: [*every, "zz bukan\n"]), {"index-line"}, id="index-line"),
        pytest.param(
            _index(lambda every: [*every[:-1], every[-1][:-1]]), {"index-line", "index-missing"}, id="index-cut"
        ),
        pytest.param(
            _index(lambda every: [every[0].replace('"offset": "', '"offset": "9'), *every[1:]]),
            {"index-stale", "index-missing"}, id="index-offset",
        ),
        pytest.param(
            _index(lambda every: [every[0].replace('"length": "', '"length": "9'), *every[1:]]), {"index-differs"},
            id="index-length",
        ),
        pytest.param(
            _index(lambda every: [every[0].replace("sha1:", "sha1:A"), *every[1:]]), {"index-differs"},
            id="index-digest",
        ),
        pytest.param(
            _index(lambda every: [one.replace(" 2026", " 2025", 1) for one in every]), {"index-differs"},
            id="index-time",
        ),
        pytest.param(_manifest(lambda one: one["files"][0].update(bytes=1)), {"fixity"}, id="manifest-bytes"),
        pytest.param(_manifest(lambda one: one["files"][0].update(sha256="0")), {"fixity"}, id="manifest-sha256"),
        pytest.param(_manifest(lambda one: one["files"].pop(0)), {"unaccounted"}, id="manifest-file"),
        pytest.param(
            _manifest(lambda one: one["files"][0].update(path="../../x")), {"manifest", "unaccounted"}, id="out"
        ),
        pytest.param(_manifest(lambda one: one.update(outcome="running")), {"run-died"}, id="run-died"),
        pytest.param(
            lambda archive: (archive / "contoh/runs/satu.json").write_text("{"), {"manifest", "unaccounted"},
            id="manifest-json",
        ),
        pytest.param(
            _catalogue("DELETE FROM captures WHERE type = 'resource'"), {"catalogue-missing"}, id="capture-lost"
        ),
        pytest.param(_catalogue("DELETE FROM captures"), {"catalogue-missing"}, id="captures-all-lost"),
        pytest.param(
            _catalogue("UPDATE captures SET site = 'lain'"), {"catalogue-missing"}, id="captures-of-another-site"
        ),
        pytest.param(
            _catalogue("UPDATE captures SET record_id = '<x:y>' WHERE type = 'resource' AND run = 'dua'"),
            {"catalogue-missing", "catalogue-stale"}, id="capture-id",
        ),
        *(
            pytest.param(_catalogue(f"UPDATE captures SET {change}"), {"catalogue-differs"}, id=f"capture-{change[:9]}")
            for change in (
                "\"offset\" = 7", "length = 7", "url = 'http://x/'", "status = 500 WHERE status = 200",
                "payload_digest = 'sha1:X'", "type = 'response'", "captured_at = '2020-01-01T00:00:00.000000Z'",
                "profile = 'x' WHERE profile IS NOT NULL", "refers_to = '<x:y>'", "truncated = 'time'",
            )
        ),
        pytest.param(_catalogue("DELETE FROM visits"), {"catalogue-missing"}, id="visit-lost"),
        pytest.param(_catalogue("UPDATE visits SET outcome = 'listing'"), {"catalogue-differs"}, id="visit-outcome"),
        pytest.param(
            _catalogue("UPDATE visits SET record_id = record_id || 'x' WHERE run = 'dua'"),
            {"catalogue-missing", "catalogue-stale"}, id="visit-id",
        ),
        pytest.param(_catalogue("DELETE FROM articles"), {"catalogue-missing"}, id="article-lost"),
        pytest.param(_catalogue("UPDATE articles SET content_digest = 'x'"), {"catalogue-stale"}, id="article-digest"),
        pytest.param(_catalogue("UPDATE articles SET \"offset\" = 3"), {"catalogue-stale"}, id="article-offset"),
        pytest.param(_catalogue("UPDATE files SET committed = committed + 1"), {"catalogue-file"}, id="file-length"),
        pytest.param(_catalogue("UPDATE files SET closed = 0"), {"catalogue-file"}, id="file-closed"),
        pytest.param(_catalogue("DELETE FROM files WHERE run = 'dua'"), {"catalogue-file"}, id="file-lost"),
    ],
)  # fmt: skip
def test_what_does_not_agree_is_named(archive: Path, break_it: Callable[[Path], None], expected: set[str]) -> None:
    break_it(archive)
    found = kinds(archive)
    # Beside what is named, what follows from it: nothing else that is right is called wrong.
    follows = {
        "torn": {
            "catalogue-differs", "no-request", "no-response", "concurrent-missing", "index-missing", "item-record",
        },
        "file-missing": {
            "index-stale", "catalogue-stale", "refers-to-missing", "item-record", "catalogue-differs",
            "catalogue-missing",
        },
        "catalogue-file": {"catalogue-missing"},
        "item-record": {"catalogue-missing", "catalogue-stale"},
        "item-line": {"catalogue-stale"},
        "item-no-capture": {"catalogue-stale"},
        "item-twice": {"catalogue-stale"},
        "item-digest": {"catalogue-stale"},
        "fixity": {"catalogue-stale", "catalogue-missing"},
        "(no-catalogue)": set(),
    }  # fmt: skip
    allowed = set(expected).union(*(follows.get(one, set()) for one in expected))
    assert expected <= found <= allowed


def test_a_fault_names_file_place_and_record(archive: Path) -> None:
    _catalogue("UPDATE captures SET length = 7 WHERE type = 'resource' AND run = 'satu'")(archive)
    (fault,) = verified(scope_of(archive))
    found = next(one for one in records(warcs(archive)[0]) if one.type == "resource")
    assert fault.file == f"contoh/warc/{warcs(archive)[0].name}"
    assert (fault.offset, fault.record_id) == (found.offset, found.header("WARC-Record-ID"))
    assert fault.said == f"{warcs(archive)[0].name}, offset {found.offset}, length 7"
    assert fault.found == f"{warcs(archive)[0].name}, offset {found.offset}, length {found.length}"


def test_what_a_crawl_that_died_left_is_said_with_the_way_out(archive: Path) -> None:
    for path in (warcs(archive)[1], items(archive, "dua")):
        path.rename(path.with_name(path.name + ".open"))
    path = archive / "contoh/warc" / (warcs(archive)[0].name + ".torn")
    path.write_bytes(b"x")
    found = verified(scope_of(archive))
    left = [one for one in found if one.kind == "left-open"]
    assert len(left) == 2
    assert all("xinhua-id archive recover contoh" in (one.now or "") for one in left)
    assert [one.kind for one in found if one.note and one.file.endswith(".torn")] == ["torn-tail"]


def test_a_crawl_that_goes_on_makes_no_fault(archive: Path) -> None:
    catalogue = Catalogue.open(archive)
    out = Committer(archive / "contoh", "tiga", catalogue, source="contoh", info={}, clock=lambda: WHEN)
    out.begin({})
    (archive / "contoh/runs/tiga.json").write_text(json.dumps({"run": "tiga", "outcome": "running"}))
    out.exchange(exchange(TAG + b"baru", url="http://contoh.id/7"))
    out.commit()
    out.exchange(exchange(TAG + b"lagi", url="http://contoh.id/8"))
    out.items._file.write(b'{"half')
    with (out.writer.path).open("ab") as file:
        file.write(b"\x1f\x8b\x08\0\0\0\0")
    with (archive / "contoh/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = verified(scope_of(archive))
    assert {(one.kind, one.note) for one in found} == {("being-written", True)}
    out._let_go()
    catalogue.close()


def test_what_was_taken_down_is_a_note_where_it_is_referred_to_and_a_fault_where_it_is_still_there(
    archive: Path,
) -> None:
    from sqlalchemy import insert

    original = next(one for one in records(warcs(archive)[0]) if one.type == "response")
    catalogue = Catalogue.open(archive)
    with catalogue.begin() as connection:
        row = {
            "record_id": original.header("WARC-Record-ID"), "site": "contoh", "url": "http://contoh.id/0", "file": "x",
            "reason": "pengadilan", "redacted_at": WHEN, "replaced_by": "y",
        }  # fmt: skip
        connection.execute(insert(tables.tombstones).values(row))
    catalogue.close()
    assert {"taken-down", "item-taken-down"} <= kinds(archive)


def test_without_a_catalogue_the_sites_own_account_says_what_was_taken_down(archive: Path) -> None:
    (archive / "catalogue.sqlite").unlink()
    original = next(one for one in records(warcs(archive)[0]) if one.type == "response")
    line = json.dumps({"record_id": original.header("WARC-Record-ID")})
    (archive / "contoh/redactions.jsonl").write_text(f"{line}\nbukan\n")
    assert {"item-taken-down", "redactions"} <= kinds(archive)


def test_a_revisit_refers_into_its_own_site_only(archive: Path) -> None:
    other = archive / "lain"
    (other / "warc").mkdir(parents=True)
    path = warcs(archive)[1]
    path.rename(other / "warc" / path.name)
    assert "revisit-target" in kinds(archive)


def test_imports_are_judged_by_what_they_say(tmp_path: Path) -> None:
    folder = tmp_path / "a/imports-lain/warc"
    folder.mkdir(parents=True)
    made = crawl()[1:]
    for one in made:
        one.fields = [pair for pair in one.fields if pair[0] not in {"WARC-Block-Digest", "WARC-Warcinfo-ID"}]
    heritrix = made[2]
    heritrix.put("WARC-Payload-Digest", _digest_of_chunks(heritrix))
    (folder / "a.warc.gz").write_bytes(b"".join(one.member() for one in made))
    found = verified(scope_of(tmp_path / "a"))
    assert {(one.kind, one.note) for one in found} == {
        ("digest-of-chunks", True), ("no-index", True), ("no-catalogue", True), ("no-manifest", True),
    }  # fmt: skip


def _digest_of_chunks(one: Made) -> str:
    return "sha1:" + hashlib.sha1(one.block.partition(b"\r\n\r\n")[2]).hexdigest()


def test_sites_files_and_folders_are_found_by_name_and_by_path(archive: Path, tmp_path: Path) -> None:
    assert [site.name for site in scope_of(archive).sites] == ["contoh"]
    assert [site.name for site in scope_of(archive, ["contoh"]).sites] == ["contoh"]
    assert [site.name for site in scope_of(tmp_path, [str(archive)]).sites] == ["contoh"]
    assert [site.name for site in scope_of(tmp_path, [str(archive / "contoh")]).sites] == ["contoh"]
    scope = scope_of(archive, [str(warcs(archive)[0])])
    assert scope.warcs == [warcs(archive)[0]]
    assert verified(scope) == []
    for wrong in ("tiada", str(tmp_path / "tiada.warc.gz"), str(tmp_path / "kosong")):
        with pytest.raises(UsageError):
            scope_of(archive, [wrong])
    with pytest.raises(UsageError):
        scope_of(tmp_path / "tiada")


def _wacz(path: Path, entries: dict[str, bytes], *, digest: bool = True) -> Path:
    resources = [
        {"name": name, "path": name, "hash": "sha256:" + hashlib.sha256(body).hexdigest(), "bytes": len(body)}
        for name, body in entries.items()
    ]
    package = json.dumps({"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}).encode()
    with zipfile.ZipFile(path, "w") as out:
        for name, body in entries.items():
            out.writestr(name, body)
        out.writestr("datapackage.json", package)
        if digest:
            said = {"path": "datapackage.json", "hash": "sha256:" + hashlib.sha256(package).hexdigest()}
            out.writestr("datapackage-digest.json", json.dumps(said))
    return path


CONTENTS = {"archive/a.warc.gz": resource().member(), "indexes/index.cdx": b"a b {}\n", "pages/pages.jsonl": b"{}\n"}


def test_a_sound_package_passes_wherever_it_lies(archive: Path, tmp_path: Path) -> None:
    (archive / "contoh/packages").mkdir()
    path = _wacz(archive / "contoh/packages/satu.wacz", CONTENTS)
    assert verified(scope_of(archive)) == []
    assert verified(scope_of(archive, [str(path)])) == []
    assert [one.kind for one in verified(scope_of(archive, [str(_wacz(path, CONTENTS, digest=False))]))] == ["wacz"]


@pytest.mark.parametrize("number", range(60))
def test_any_byte_of_a_package_that_changes_in_a_file_of_it_is_reported(tmp_path: Path, number: int) -> None:
    path = _wacz(tmp_path / "a.wacz", CONTENTS)
    with zipfile.ZipFile(path) as package:
        places = [
            one.header_offset + 30 + len(one.filename) + at for one in package.infolist() for at in range(one.file_size)
        ]
    raw = bytearray(path.read_bytes())
    raw[places[number * len(places) // 60]] ^= 0x40
    path.write_bytes(raw)
    assert {one.kind for one in verified(Scope(packages=[path])) if not one.note} == {"wacz"}


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"bukan zip", b"PK\x05\x06" + bytes(18)],
)
def test_what_is_no_package_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wacz"
    path.write_bytes(content)
    assert [one.kind for one in verified(Scope(packages=[path]))] == ["wacz"]


def test_a_package_with_more_or_less_than_it_says(tmp_path: Path) -> None:
    path = _wacz(tmp_path / "a.wacz", CONTENTS)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("lebih", b"x")
    (fault,) = verified(Scope(packages=[path]))
    assert "lebih" in fault.what


def test_large_files_are_shared_out_and_found_to_be_the_same(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _catalogue("UPDATE captures SET length = 7 WHERE type = 'resource' AND run = 'satu'")(archive)
    _flip(archive)
    alone = verified(scope_of(archive))
    monkeypatch.setattr("xinhua_id.archive.verify.run._WORTH_A_POOL", 0)
    monkeypatch.setattr("xinhua_id.warc.check.file.PART", 500)
    assert list(Verification(scope_of(archive), workers=2).faults()) == alone
