"""Whatever files come, go, tear or are hostile, and wherever an update dies: the next index is the right one."""

from __future__ import annotations

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archive.plain_records import HEAD, NOT_MODIFIED, response, revisit_of, shelved
from tests.warc.made import crawl
from tests.warc.made import resource as resource_record
from xinhua_id.archive.index import lines_of, site, sort, update
from xinhua_id.archive.replay import index as replay_index
from xinhua_id.errors import CannotWrite
from xinhua_id.warc.reader import record_at

ROOT = Path(__file__).parents[2]
TOOLS = Path(os.environ.get("XINHUA_ID_REPLAY_BIN", ROOT / ".venv-replay/bin"))
HOSTILE = (
    "http://[2001:db8::1]:8443/x", "http://[::1/x", "http://bücher.id/ü?q=é", "http://contoh.id/%", "http://contoh.id/%zz",
    "urn:xinhua-id:lari:log", "dns:contoh.id", "HTTP://USER:PW@Contoh.ID:80/a?B=1&a=2#x", "http://contoh.id/a b c",
    "http://contoh.id/a\u2028b\x85c", "http://contoh.id/" + "a" * 8192, "http://", "//x", "bukan url",
)  # fmt: skip
URLS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), min_size=1, max_size=40)
    .map(str.strip)
    .filter(bool)
    .map("http://contoh.id/{}".format),
)


def read(home: Path) -> list[dict[str, str]]:
    return [json.loads(line.split(b" ", 2)[2]) for line in (home / "index.cdxj").read_bytes().splitlines()]


def is_right(home: Path) -> None:
    """Hold an index against one that is made from nothing but the files."""
    paths = site.warcs_of(home).values()
    anew = sorted(line.encode() for path in paths for line in lines_of(path))
    assert (home / "index.cdxj").read_bytes() == b"".join(anew)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(URLS, st.sampled_from(["response", "revisit", "304", "no digest"])), max_size=12), st.data())
def test_it_is_sorted_and_complete_and_every_line_leads_to_its_record(
    captures: list[tuple[str, str]], data: st.DataObject
) -> None:
    made = []
    for number, (url, kind) in enumerate(captures):
        whole = response(url, b"%d" % number, day=1 + number % 28, digest=kind != "no digest")
        kinds = {"revisit": revisit_of(whole), "304": revisit_of(whole, profile=NOT_MODIFIED)}
        made.append(kinds.get(kind, whole))
    cut = data.draw(st.integers(0, len(made)))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "contoh"
        shelved(home, "a.warc.gz", *made[:cut])
        update(home)
        shelved(home, "b.warc", *made[cut:])
        found = update(home)
        assert found.lines == sum(kind != "304" for _, kind in captures)
        raw = found.path.read_bytes().splitlines(keepends=True)
        assert raw == sorted(raw)
        for said in read(home):
            one = record_at(home / "warc" / said["filename"], int(said["offset"]), int(said["length"]))
            assert one.target_uri == said["url"]
        is_right(home)
        update(home, rebuild=True)
        assert found.path.read_bytes() == b"".join(raw)


def test_wherever_an_update_dies_the_old_index_or_the_new_one_is_there_and_the_next_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    calls = [(os, "fsync"), (Path, "replace"), (site, "fsync_directory"), (json, "dumps"), (site, "_note")]
    died = 0
    for where, name in calls:
        for nth in range(12):
            home = tmp_path / f"{name}-{nth}"
            shelved(home, "a.warc.gz", response("http://contoh.id/b"))
            gone = shelved(home, "x.warc.gz", response("http://contoh.id/x"))
            update(home)
            before = (home / "index.cdxj").read_bytes()
            gone.unlink()
            late = shelved(home, "c.warc.gz", response("http://contoh.id/a"), response("http://contoh.id/c"))
            real, left = getattr(where, name), [nth]

            def call(*given: object, real: object = real, left: list[int] = left, **named: object) -> object:
                if left[0] == 0:
                    raise Killed
                left[0] -= 1
                return real(*given, **named)  # type: ignore[operator]

            with monkeypatch.context() as patch:
                patch.setattr(where, name, call)
                try:
                    update(home)
                except Killed:
                    died += 1
                else:
                    break
            after = (home / "index.cdxj").read_bytes()
            assert after == before or b"/x" not in after
            late.unlink()  # what the dead update may have taken in goes away before the next
            assert not list(home.glob("*.new"))
            update(home)
            is_right(home)
    assert died > 8


def test_a_kill_leaves_the_old_index(tmp_path: Path) -> None:
    home = tmp_path / "contoh"
    shelved(home, "a.warc.gz", response("http://contoh.id/b"))
    update(home)
    before = (home / "index.cdxj").read_bytes()
    shelved(home, "b.warc.gz", *(response(f"http://contoh.id/{number}") for number in range(3)))
    program = (
        "import os, signal, sys; from pathlib import Path; from xinhua_id.archive.index import update\n"
        "os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)\n"
        "update(Path(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(home)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (home / "index.cdxj").read_bytes() == before
    update(home)
    is_right(home)
    assert not list(home.glob("*.new"))


def test_a_disk_that_is_full_is_one_clear_message_and_costs_nothing(tmp_path: Path) -> None:
    home = tmp_path / "a/contoh"
    shelved(home, "a.warc.gz", response("http://contoh.id/b"))
    update(home)
    before = (home / "index.cdxj").read_bytes()
    shelved(home, "b.warc.gz", *(response(f"http://contoh.id/{number}") for number in range(300)))
    done = subprocess.run(
        [sys.executable, "-m", "xinhua_id", "archive", "index", "--archive", str(tmp_path / "a")], cwd=ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("cannot be written")) == (1, 1)
    assert "Traceback" not in done.stderr
    assert (home / "index.cdxj").read_bytes() == before
    update(home)
    is_right(home)


@pytest.mark.parametrize("damage", ["older", "cut", "emptied", "state gone", "state broken", "state of before"])
def test_an_index_that_is_not_the_one_its_files_were_noted_of_is_made_anew(tmp_path: Path, damage: str) -> None:
    home = tmp_path / "contoh"
    index, noted = home / "index.cdxj", home / "index.files.json"
    shelved(home, "a.warc.gz", response("http://contoh.id/a"), response("http://contoh.id/c"))
    update(home)
    older = index.read_bytes()
    shelved(home, "b.warc.gz", response("http://contoh.id/b"))
    update(home)
    whole = index.read_bytes()
    said = json.loads(noted.read_text())
    index.write_bytes({"older": older, "cut": whole[:-30], "emptied": b""}.get(damage, whole))
    match damage:
        case "state gone":
            noted.unlink()
        case "state broken":
            noted.write_text("[")
        case "state of before":
            noted.write_text(json.dumps({"files": said["files"]}))
    assert site.files_in(home) == {}
    assert update(home).lines == 3
    assert index.read_bytes() == whole
    assert update(home).added == []


def test_a_torn_file_is_named_every_time_until_it_is_mended(tmp_path: Path) -> None:
    home = tmp_path / "contoh"
    path = shelved(home, "a.warc.gz", response("http://contoh.id/a"), response("http://contoh.id/b"))
    whole = path.read_bytes()
    broken = whole[:-9] + b"\0" * 9  # as long as it was
    path.write_bytes(broken)
    assert [list(update(home).torn) for _ in range(2)] == [["a.warc.gz"]] * 2
    is_one = (home / "index.cdxj").read_bytes().count(b"\n")
    path.write_bytes(whole)
    assert (is_one, update(home).torn, update(home).lines) == (1, {}, 2)


def test_a_file_that_is_away_for_a_while_costs_only_its_own_lines(tmp_path: Path) -> None:
    home = tmp_path / "contoh"
    shelved(home, "a.warc.gz", response("http://contoh.id/a"))
    path = shelved(home, "b.warc.gz", response("http://contoh.id/b"))
    update(home)
    path.rename(tmp_path / "b.warc.gz")
    path.symlink_to(tmp_path / "tak-ada")
    (home / "warc/c.warc.gz").mkdir()
    assert (update(home).dropped, [one["filename"] for one in read(home)]) == (["b.warc.gz"], ["a.warc.gz"])
    path.unlink()
    path.symlink_to(tmp_path / "b.warc.gz")
    assert (update(home).added, len(read(home))) == (["b.warc.gz"], 2)


def test_files_without_captures_are_read_once(tmp_path: Path) -> None:
    home = tmp_path / "contoh"
    info = crawl()[0]
    shelved(home, "a.warc.gz", info)
    (home / "warc/b.warc.gz").write_bytes(b"")
    shelved(home, "c.warc.gz.open", response("http://contoh.id/terbuka"))
    found = update(home)
    assert (found.lines, found.path.read_bytes()) == (0, b"")
    assert found.added[0] == "a.warc.gz"
    again = update(home)
    assert (again.lines, "a.warc.gz" in again.added, "c.warc.gz.open" in again.added) == (0, False, False)


def test_memory_stays_flat_however_long_the_lines_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sort, "_RUN", 1 << 20)
    lines = (b"%08d %s\n" % (number * 7919 % 4000, b"x" * 8000) for number in range(4000))
    tracemalloc.start()
    with sort.in_order(lines, tmp_path) as ordered:
        count = sum(1 for _ in ordered)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (count, peak < 4 << 20) == (4000, True)


def test_one_of_several_records_in_a_member_has_no_line(tmp_path: Path) -> None:
    home = tmp_path / "contoh"
    path = home / "warc/a.warc.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(response("http://contoh.id/a").plain() + response("http://contoh.id/b").plain()))
    assert update(home).lines == 0


def test_the_digest_that_a_record_does_not_say_is_that_of_its_payload(tmp_path: Path) -> None:
    chunked = response(
        "http://contoh.id/a", b"5\r\npanen\r\n0\r\n\r\n", digest=False,
        head=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    )  # fmt: skip
    chunked.put("WARC-Block-Digest", "sha1:BLOCK")
    plain = response("http://contoh.id/b", digest=False)
    shelved(tmp_path / "contoh", "a.warc.gz", chunked, plain)
    update(tmp_path / "contoh")
    said = response("http://contoh.id/b").of("WARC-Payload-Digest")
    assert [one["digest"] for one in read(tmp_path / "contoh")] == [said, said]


def test_replay_of_an_archive_that_cannot_be_written_trusts_no_index_that_nothing_vouches_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "contoh"
    shelved(home, "a.warc.gz", response("http://contoh.id/a"))
    update(home)
    (home / "index.cdxj").write_bytes(b"")

    def refuse(_home: Path) -> None:
        raise CannotWrite("read-only")

    monkeypatch.setattr(replay_index, "update", refuse)
    (index,) = replay_index.of_home(home, tmp_path, []).values()
    assert index.read_bytes().count(b"\n") == 1


@pytest.mark.skipif(not (TOOLS / "cdxj-indexer").exists(), reason="cdxj-indexer is not here: `make replay-ready`")
def test_all_kinds_of_records_have_the_lines_of_cdxj_indexer_but_for_what_the_docs_name(tmp_path: Path) -> None:
    whole, stats = response("http://contoh.id/a"), resource_record()
    odd = [
        response("http://contoh.id/m1", head=HEAD.replace(b"text/html", b" Text/HTML ;charset=x")),
        response("http://contoh.id/m2", head=HEAD.replace(b"text/html", b"text/html charset=x")),
        response("http://contoh.id/d", digest=False),
        *(response(url) for url in HOSTILE if url.startswith("http://") and len(url.split()) == 1),
    ]
    untyped = response("http://contoh.id/n", head=b"HTTP/1.1 200 OK\r\n\r\n")
    unmodified = revisit_of(response("http://contoh.id/304"), profile=NOT_MODIFIED)
    path = shelved(tmp_path, "a.warc.gz", whole, revisit_of(whole), stats, untyped, unmodified, *odd)
    run = subprocess.run([TOOLS / "cdxj-indexer", "-s", path], capture_output=True, text=True, check=True)
    theirs, ours = set(run.stdout.splitlines(keepends=True)), set(lines_of(path))
    assert ours - theirs == set()
    (only_there,) = theirs - ours  # the 304
    assert _url(only_there) == "http://contoh.id/304"


def _url(line: str) -> str:
    return str(json.loads(line.split(" ", 2)[2])["url"])
