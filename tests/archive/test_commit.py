"""The committer: records, then items, then rows; in groups; and whatever the disk loses, nothing that was committed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from tests.archive.crash import Disk
from tests.items import article
from tests.warc.exchanges import SAID, WHEN, exchange
from xinhua_id.archive.commit import Committer, Ended, Policy
from xinhua_id.archive.recover import recover
from xinhua_id.catalogue import articles, captures, files, visits
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import CannotWrite
from xinhua_id.items import Article, Outcome
from xinhua_id.warc.file import WarcFile
from xinhua_id.warc.reader import record_at, records


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    found = Catalogue.open(tmp_path)
    yield found
    found.close()


def committer(archive: Path, catalogue: Catalogue, policy: Policy | None = None, run: str = "lari") -> Committer:
    made = Committer(
        archive / "contoh", run, catalogue, source="contoh@0123456789ab", info={}, policy=policy, clock=lambda: WHEN,
        ticks=lambda: 0.0,
    )  # fmt: skip
    made.begin({})
    return made


def story(number: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + b"<p>panen ke-%d</p>" % number * 20


def visited(out: Committer, number: int, said: bytes | None = None) -> Article:
    """Capture the nth story and end its visit."""
    url = f"http://contoh.id/berita/{number}"
    kept = out.exchange(exchange(said or story(number), url=url))
    found = article(f"{number:032}", url=url, capture=kept.capture)
    assert kept.capture is not None
    links = [(f"http://contoh.id/berita/{number + 1}", "story")]
    out.visit(Ended(url, "story", Outcome.STORY, WHEN, kept.capture.record_id, links=links, article=found))
    return found


def kept(catalogue: Catalogue) -> tuple[set[str], set[str]]:
    """Return the ids of the captures and of the items that the catalogue has."""
    with catalogue.reading() as connection:
        found = captures.of_run(connection, "contoh", "lari")
        stories = articles.of_run(connection, "contoh", "lari")
        return {row.record_id for row in found}, {row.item_id for row in stories}


def test_nothing_is_in_the_catalogue_before_it_is_committed(tmp_path: Path, catalogue: Catalogue) -> None:
    out = committer(tmp_path, catalogue)
    visited(out, 1)
    assert kept(catalogue) == (set(), set())
    out.commit()
    assert len(kept(catalogue)[0]) == len(kept(catalogue)[1]) == 1
    out.close("finished")


def test_records_are_made_durable_before_items_and_items_before_rows(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = committer(tmp_path, catalogue)
    visited(out, 1)
    order: list[str] = []
    fsync, begin = os.fsync, Catalogue.begin

    def entered(self: Catalogue) -> AbstractContextManager[Connection]:
        order.append("rows")
        return begin(self)

    def seen(handle: int) -> None:
        order.append("items" if ".jsonl" in str(Path(f"/proc/self/fd/{handle}").readlink()) else "records")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", seen)
    monkeypatch.setattr(Catalogue, "begin", entered)
    out.commit()
    assert order == ["records", "items", "rows"]


def test_a_group_is_due_by_its_records_or_by_its_age(tmp_path: Path, catalogue: Catalogue) -> None:
    now = [0.0]
    out = Committer(
        tmp_path / "contoh", "lari", catalogue, source="contoh", info={}, policy=Policy(records=5, seconds=2.0),
        ticks=lambda: now[0],
    )  # fmt: skip
    out.exchange(exchange())
    assert (out.waiting, out.due()) == (2, False)
    now[0] = 2.0
    assert out.due()
    out.commit()
    assert not out.due()
    visited(out, 1)
    visited(out, 2)
    assert out.due()


def test_the_rows_lead_to_the_records_and_the_lines(tmp_path: Path, catalogue: Catalogue) -> None:
    out = committer(tmp_path, catalogue)
    written = [visited(out, number) for number in range(3)]
    out.close("finished")
    with catalogue.reading() as connection:
        rows = captures.of_run(connection, "contoh", "lari")
        lines = articles.of_run(connection, "contoh", "lari")
        ended = visits.of_run(connection, "contoh", "lari")
        (file,) = files.of_site(connection, "contoh")
    assert [(row.type, row.status, row.mime) for row in rows] == [("response", 200, "text/html")] * 3
    for row in rows:
        found = record_at(tmp_path / "contoh/warc" / row.file, row.offset, row.length)
        assert (found.header("WARC-Record-ID"), found.header("WARC-Target-URI")) == (row.record_id, row.url)
    items = (tmp_path / "contoh/items/lari.jsonl").read_bytes()
    read = {Article.model_validate_json(items[row.offset : row.offset + row.length]).id for row in lines}
    assert read == {one.id for one in written}
    assert {(row.capture_id, row.outcome, row.item_id) for row in ended} == {
        (one.capture.record_id, "story", one.id) for one in written if one.capture
    }
    assert (file.closed, file.committed) == (True, (tmp_path / "contoh/warc" / file.name).stat().st_size)


def test_how_a_visit_ended_and_where_it_led_stands_in_the_warc(tmp_path: Path, catalogue: Catalogue) -> None:
    out = committer(tmp_path, catalogue)
    found = visited(out, 7)
    out.visit(Ended("http://contoh.id/x y", "page", Outcome.FAILED, WHEN, reason="dns", detail="nama\r\ntak ada"))
    out.close("finished")
    *_, story_end, failed = records(out.writer.path)
    assert found.capture is not None
    assert story_end.header("WARC-Refers-To") == found.capture.record_id
    assert story_end.content.decode().splitlines() == [
        "outcome: story", "kind: story", f"item: {found.id}", f"content-digest: {found.content_digest}",
        "outlink: http://contoh.id/berita/8 story",
    ]  # fmt: skip
    assert failed.header("WARC-Target-URI") == "http://contoh.id/x%20y"
    assert failed.header("WARC-Refers-To") is None
    assert b"detail: nama tak ada\r\n" in failed.content


def test_a_full_file_is_followed_by_another_between_two_groups(tmp_path: Path, catalogue: Catalogue) -> None:
    out = committer(tmp_path, catalogue, Policy(records=6, roll_bytes=2_000))
    for number in range(12):
        visited(out, number, b"HTTP/1.1 200 OK\r\n\r\n" + os.urandom(700))
        if out.due():
            out.commit()
    out.close("finished")
    names = sorted(path.name for path in (tmp_path / "contoh/warc").iterdir())
    assert len(names) > 2
    assert [name.split("-")[4] for name in names] == [f"{number:05}" for number in range(len(names))]
    for path in (tmp_path / "contoh/warc").iterdir():
        first = next(records(path))
        assert (first.type, first.header("WARC-Filename")) == ("warcinfo", path.name)
        assert b"isPartOf: lari" in first.content
    with catalogue.reading() as connection:
        assert all(row.closed for row in files.of_site(connection, "contoh"))
    assert [path.name for path in out.writer.closed_files] == names


def test_a_payload_that_is_kept_becomes_a_revisit_also_within_a_group(tmp_path: Path, catalogue: Catalogue) -> None:
    out = committer(tmp_path, catalogue)
    first = out.exchange(exchange(url="http://contoh.id/a"))
    second = out.exchange(exchange(url="http://contoh.id/b"))
    out.close("finished")
    again = committer(tmp_path, catalogue, run="lagi")
    third = again.exchange(exchange(SAID.replace(b"200 OK", b"200 Baik"), url="http://contoh.id/b"))
    again.close("finished")
    assert first.capture is not None
    for path, found in ((out.writer.path, second), (again.writer.path, third)):
        assert found.capture is not None
        revisit = record_at(path, found.capture.offset, found.capture.length)
        assert revisit.type == "revisit"
        assert revisit.header("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
        assert revisit.header("WARC-Refers-To") == first.capture.record_id
        assert revisit.header("WARC-Refers-To-Target-URI") == "http://contoh.id/a"
        assert revisit.header("WARC-Refers-To-Date") == "2026-01-09T05:30:15.123456Z"
        assert revisit.header("WARC-Payload-Digest") == first.capture.payload_digest
        assert revisit.header("WARC-Truncated") == "length"
        assert revisit.content.endswith(b"\r\n\r\n")
    assert b"200 Baik" in revisit.content


@pytest.mark.parametrize(("deduplication", "types"), [
    ("any", ["response", "revisit", "revisit"]),
    ("url", ["response", "response", "revisit"]),
    ("none", ["response", "response", "response"]),
])  # fmt: skip
def test_which_payloads_become_revisits_is_the_operators_choice(
    tmp_path: Path, catalogue: Catalogue, deduplication: str, types: list[str]
) -> None:
    out = committer(tmp_path, catalogue, Policy(deduplication=deduplication))  # type: ignore[arg-type]
    for url in ("http://contoh.id/a", "http://contoh.id/b", "http://contoh.id/a"):
        out.exchange(exchange(url=url))
    out.close("finished")
    found = [one.type for one in records(out.writer.path)]
    assert [kind for kind in found if kind in {"response", "revisit"}] == types


@pytest.mark.parametrize("said", [
    SAID.replace(b"200 OK", b"404 Not Found"), b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"SSH-2.0\r\n",
])  # fmt: skip
def test_answers_that_are_no_original_are_kept_each_time(tmp_path: Path, catalogue: Catalogue, said: bytes) -> None:
    out = committer(tmp_path, catalogue)
    for _ in range(2):
        out.exchange(exchange(said))
    out.exchange(exchange(truncated="disconnect"))
    out.exchange(exchange(truncated="disconnect"))
    out.close("finished")
    assert "revisit" not in [one.type for one in records(out.writer.path)]


def test_a_304_to_our_validators_is_a_revisit_with_its_head_verbatim(tmp_path: Path, catalogue: Catalogue) -> None:
    said = SAID.replace(
        b"Content-Length", b'ETag: "v1"\r\nLast-Modified: Fri, 09 Jan 2026 05:00:00 GMT\r\nContent-Length'
    )
    out = committer(tmp_path, catalogue)
    first = out.exchange(exchange(said))
    out.close("finished")
    again = committer(tmp_path, catalogue, run="lagi")
    asked = again.validators_of("http://contoh.id/panen")
    assert asked is not None
    assert asked.headers() == {"If-None-Match": '"v1"', "If-Modified-Since": "Fri, 09 Jan 2026 05:00:00 GMT"}
    unmodified = b'HTTP/1.1 304 Not Modified\r\neTag: "v1"\r\n\r\n'
    found = again.exchange(exchange(unmodified))
    again.close("finished")
    assert first.capture is not None
    assert found.capture is not None
    assert found.unmodified is not None
    assert found.unmodified.record_id == first.capture.record_id
    revisit = record_at(again.writer.path, found.capture.offset, found.capture.length)
    assert (revisit.type, revisit.content, found.capture.status) == ("revisit", unmodified, 304)
    assert revisit.header("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert revisit.header("WARC-Payload-Digest") == first.capture.payload_digest
    assert revisit.header("WARC-Truncated") is None


def test_a_304_that_nobody_asked_for_is_a_response(tmp_path: Path, catalogue: Catalogue) -> None:
    out = committer(tmp_path, catalogue)
    assert out.exchange(exchange(b"HTTP/1.1 304 Not Modified\r\n\r\n")).unmodified is None
    out.close("finished")
    assert [one.type for one in records(out.writer.path)] == ["warcinfo", "response", "request"]


def test_a_304_that_came_when_a_stale_connection_was_replaced_is_a_revisit(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    tagged = SAID.replace(b"Content-Length", b'ETag: "v1"\r\nContent-Length')
    out = committer(tmp_path, catalogue, run="pagi")
    original = out.exchange(exchange(tagged)).capture
    out.close("finished")
    out = committer(tmp_path, catalogue)
    assert out.validators_of("http://contoh.id/panen") is not None
    out.exchange(exchange(b"", truncated="disconnect"))
    found = out.exchange(exchange(b"HTTP/1.1 304 Not Modified\r\n\r\n")).unmodified
    out.close("finished")
    assert original is not None
    assert found is not None
    assert found.record_id == original.record_id


def test_a_page_whose_record_was_damaged_is_asked_for_and_kept_whole_again(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    tagged = SAID.replace(b"Content-Length", b'ETag: "v1"\r\nContent-Length')
    out = committer(tmp_path, catalogue, run="pagi")
    capture = out.exchange(exchange(tagged)).capture
    out.close("finished")
    assert capture is not None
    content = bytearray(out.writer.path.read_bytes())
    content[capture.offset + capture.length // 2] ^= 0xFF
    out.writer.path.write_bytes(content)
    out = committer(tmp_path, catalogue)
    assert out.validators_of("http://contoh.id/panen") is None
    out.exchange(exchange(tagged))
    out.close("finished")
    assert [one.type for one in records(out.writer.path)] == ["warcinfo", "response", "request"]


def test_an_answer_whose_chunking_broke_is_asked_for_without_conditions(tmp_path: Path, catalogue: Catalogue) -> None:
    broken = b'HTTP/1.1 200 OK\r\nETag: "v1"\r\nTransfer-Encoding: chunked\r\n\r\n%024d\r\nabcd\r\n0\r\n\r\n' % 4
    out = committer(tmp_path, catalogue, run="pagi")
    out.exchange(exchange(broken))
    out.close("finished")
    out = committer(tmp_path, catalogue)
    assert out.validators_of("http://contoh.id/panen") is None
    out.exchange(exchange(b"HTTP/1.1 304 Not Modified\r\n\r\n"))
    out.close("finished")
    assert [one.type for one in records(out.writer.path)] == ["warcinfo", "response", "request"]


def test_after_an_fsync_that_failed_nothing_more_is_written_and_recovery_keeps_all(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = committer(tmp_path, catalogue)
    visited(out, 1)
    out.commit()
    visited(out, 2)

    def refuse(handle: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(CannotWrite, match="Input/output error"):
            out.commit()
    with pytest.raises(CannotWrite, match="Input/output error"):
        visited(out, 3)
    out.close("failed")
    assert out.writer.path.name.endswith(".open")
    assert len(kept(catalogue)[1]) == 1
    recover(tmp_path / "contoh", catalogue)
    assert len(kept(catalogue)[1]) == 2
    assert not list((tmp_path / "contoh").rglob("*.open"))


def test_after_an_fsync_that_failed_no_item_outlives_the_record_that_the_disk_dropped(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = committer(tmp_path, catalogue)
    visited(out, 1)
    out.commit()
    durable = out.writer.length
    visited(out, 2)

    def refuse(handle: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(CannotWrite, match="Input/output error"):
            out.commit()
    out.close("failed")  # a second fsync is called a success, whatever became of the bytes
    os.truncate(out.writer.path, durable)
    recover(tmp_path / "contoh", catalogue)
    assert len(kept(catalogue)[0]) == len(kept(catalogue)[1]) == 1
    assert len((tmp_path / "contoh/items/lari.jsonl").read_bytes().splitlines()) == 1


def test_a_catalogue_that_cannot_be_written_ends_the_run_and_costs_nothing(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = committer(tmp_path, catalogue)
    visited(out, 1)

    def refuse(*_: object) -> None:
        from sqlalchemy.exc import OperationalError

        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as patch:
        patch.setattr(captures, "add", refuse)
        with pytest.raises(CannotWrite, match="database or disk is full"):
            out.commit()
    out.close("failed")
    recover(tmp_path / "contoh", catalogue)
    assert len(kept(catalogue)[0]) == len(kept(catalogue)[1]) == 1


def test_whatever_a_disk_loses_the_files_end_valid_and_nothing_committed_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "arsip"
    catalogue = Catalogue.open(archive)
    disk = Disk(archive, tmp_path / "rusak")
    disk.promised = lambda: dict(zip(("captures", "items"), kept(catalogue), strict=True))
    with disk.watched(monkeypatch):
        out = committer(archive, catalogue, Policy(records=6, roll_bytes=2_500))
        for number in range(8):
            disk.crash()
            visited(out, number)
            disk.crash()
            if out.due():
                out.commit()
        out.close("finished")
    catalogue.close()
    assert len(disk.images) > 100
    for image, promised in disk.images:
        _is_whole_again(image, promised)


def _is_whole_again(image: Path, promised: dict[str, object]) -> None:
    home = image / "contoh"
    if not home.exists():
        return
    catalogue = Catalogue.open(image)
    try:
        recover(home, catalogue)
        found = kept(catalogue)
    finally:
        catalogue.close()
    assert found[0] >= promised["captures"], image  # type: ignore[operator]
    assert found[1] >= promised["items"], image  # type: ignore[operator]
    assert not list(home.rglob("*.open"))
    seen = {one.header("WARC-Record-ID") for path in (home / "warc").glob("*.gz") for one in records(path)}
    assert seen >= found[0]
    for path in (home / "items").glob("*.jsonl"):
        for line in path.read_text().splitlines():
            item = Article.model_validate_json(line)
            assert item.capture is not None
            assert item.capture.record_id in seen
            place = home / "warc" / item.capture.file
            assert record_at(place, item.capture.offset, item.capture.length).type == "response"


def test_nothing_refers_to_a_record_whose_file_is_gone(tmp_path: Path, catalogue: Catalogue) -> None:
    said = SAID.replace(b"Content-Length", b'ETag: "v1"\r\nContent-Length')
    out = committer(tmp_path, catalogue)
    out.exchange(exchange(said))
    out.close("finished")
    out.writer.path.unlink()
    again = committer(tmp_path, catalogue, run="lagi")
    assert again.validators_of("http://contoh.id/panen") is None
    again.exchange(exchange(said))
    again.close("finished")
    assert "revisit" not in [one.type for one in records(again.writer.path)]


def test_a_file_that_cannot_be_followed_by_another_ends_the_run_with_all_of_it_kept(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = committer(tmp_path, catalogue, Policy(records=3, roll_bytes=100))
    visited(out, 1)

    def refuse(*_: object, **__: object) -> None:
        raise CannotWrite("cannot write the WARC: No space left on device")

    monkeypatch.setattr(WarcFile, "create", refuse)
    with pytest.raises(CannotWrite, match="No space left"):
        out.commit()
    out.close("failed")
    assert not list((tmp_path / "contoh").rglob("*.open"))
    assert len((tmp_path / "contoh/items/lari.jsonl").read_text().splitlines()) == 1
    assert len(kept(catalogue)[1]) == 1


@pytest.mark.parametrize("committed", [False, True])
def test_a_payload_in_chunks_and_one_without_are_no_revisits_of_each_other(
    tmp_path: Path, catalogue: Catalogue, committed: bool
) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\npanen\r\n0\r\n\r\n"
    out = committer(tmp_path, catalogue)
    for said in (SAID, chunked, SAID):
        out.exchange(exchange(said))
        if committed:
            out.commit()
    out.close("finished")
    found = [one.type for one in records(out.writer.path)]
    assert [kind for kind in found if kind in {"response", "revisit"}] == ["response", "response", "revisit"]
