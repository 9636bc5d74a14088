"""What a careful archivist fears: a full disk, one that takes no writes, a clock set back, a body of 300 MB."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import resource
import socket
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator

from tests.archive.many_records import measure
from tests.archive.test_commit import committer, kept, visited
from tests.conftest import environment
from tests.warc.exchanges import WHEN, exchange
from xinhua_id.archive.commit import Committer, Policy
from xinhua_id.archive.recover import recover
from xinhua_id.catalogue.store import Catalogue
from xinhua_id.errors import CannotWrite
from xinhua_id.warc.exchange import SPOOL_LIMIT, Exchange
from xinhua_id.warc.file import WarcFile
from xinhua_id.warc.reader import records

NOISE = [hashlib.shake_256(b"%d" % number).digest(300_000) for number in range(4)]


def large(number: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + NOISE[number]


@contextlib.contextmanager
def mounted(folder: Path, size: str) -> Iterator[None]:
    """Mount an empty file system of so many bytes on a folder; skip where this machine does not let us."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(archive: Path, room: int | None = None) -> tuple[str, set[str]]:
    """Capture until the disk is full; return what was said, and the records that were committed before.

    ``room``: how many bytes the WARC may grow by after the second story.
    """
    catalogue = Catalogue.open(archive)
    out = committer(archive, catalogue)
    try:
        for number in range(len(NOISE)):
            if room is not None and number == 2:
                limit = out.writer.length + room
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
            visited(out, number, large(number))
            out.commit()
    except CannotWrite as error:
        with contextlib.suppress(CannotWrite):
            out.close("failed")
        return str(error), kept(catalogue)[0]
    finally:
        catalogue.close()
    raise AssertionError("it was not full")


def whole_again(archive: Path, committed: set[str]) -> int:
    """Recover, and return how many responses there are; every committed one must be among them, every file whole."""
    catalogue = Catalogue.open(archive)
    recover(archive / "contoh", catalogue)
    found = kept(catalogue)[0]
    catalogue.close()
    assert found >= committed
    assert not list(archive.rglob("*.open"))
    there = [one for path in (archive / "contoh/warc").glob("*.warc.gz") for one in records(path)]
    assert {one.header("WARC-Record-ID") for one in there if one.type == "response"} == found
    assert all(one.content == large(number) for number, one in enumerate(o for o in there if o.type == "response"))
    return len(found)


#: Bytes past the beginning of the third response: in its header, in its block, near its end, and in its request.
OFFSETS = {1: 2, 9: 2, 17: 2, 400: 2, 150_000: 2, 300_300: 2, 300_800: 3}


def _fill_to_limits(folder: str) -> None:
    """Fill archives under limits of the kernel, in a process of its own, and print what became of each."""
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    told = []
    for offset in OFFSETS:
        said, committed = fill(Path(folder) / str(offset), offset)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        told.append((said, sorted(committed)))
    print(json.dumps(told))  # noqa: T201


def test_a_disk_full_anywhere_in_a_record_costs_that_record_alone(tmp_path: Path) -> None:
    code = f"from tests.archive.test_faults import _fill_to_limits as fill; fill({str(tmp_path)!r})"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for (offset, responses), (said, committed) in zip(OFFSETS.items(), json.loads(done.stdout), strict=True):
        assert "File too large" in said
        assert "what was written before is whole" in said
        assert len(committed) == 2
        assert whole_again(tmp_path / str(offset), set(committed)) == responses


@pytest.mark.parametrize("size", ["700k", "764k", "900k", "1100k"])
def test_a_file_system_that_is_full_keeps_what_was_committed_and_goes_on_once_there_is_room(
    tmp_path: Path, size: str
) -> None:
    archive = tmp_path / "arsip"
    with mounted(archive, size):
        said, committed = fill(archive)
        assert "No space left on device" in said or "database or disk is full" in said
        subprocess.run(["mount", "-o", "remount,size=20m", archive], check=True)
        assert whole_again(archive, committed) >= len(committed)
        catalogue = Catalogue.open(archive)
        again = committer(archive, catalogue, run="lagi")
        visited(again, 9)
        again.close("finished")
        assert len(list(records(again.writer.path))) == 4
        catalogue.close()


def test_an_archive_that_takes_no_writes_is_said_in_one_message(tmp_path: Path) -> None:
    archive = tmp_path / "arsip"
    with mounted(archive, "4m"):
        catalogue = Catalogue.open(archive)
        out = committer(archive, catalogue)
        visited(out, 1)
        out.close("finished")
        catalogue.close()
        subprocess.run(["mount", "-o", "remount,ro", archive], check=True)
        before = {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}
        done = subprocess.run(
            [sys.executable, "-m", "xinhua_id", "crawl", "--seed", "http://127.0.0.1:9/", "--archive", archive],
            env=environment(), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()} == before
    assert done.returncode == 1
    assert done.stderr.count("Read-only file system") == 1
    assert "--archive" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_archive_that_becomes_read_only_in_the_middle_of_a_run_ends_it_and_costs_nothing(tmp_path: Path) -> None:
    archive = tmp_path / "arsip"
    with mounted(archive, "4m"):
        catalogue = Catalogue.open(archive)
        out = committer(archive, catalogue)
        visited(out, 0, large(0))
        out.commit()
        committed = kept(catalogue)[0]
        handles = [out.writer._file._file, out.items._file]
        # What has files open cannot be remounted: they fail as they would after an error of the disk.
        for file in handles:
            os.dup2(os.open(file.name, os.O_RDONLY), file.fileno())
        with pytest.raises(CannotWrite, match="Bad file descriptor"):
            visited(out, 1, large(1))
        with pytest.raises(CannotWrite):
            out.commit()
        out.close("failed")
        catalogue.close()
        assert whole_again(archive, committed) == 1


def test_a_clock_set_back_between_records_and_files_changes_no_order_and_no_name_twice(tmp_path: Path) -> None:
    catalogue, now = Catalogue.open(tmp_path), [WHEN]
    names, ids = [], []
    for run in ("satu", "dua", "tiga"):
        out = Committer(
            tmp_path / "contoh", run, catalogue, source="contoh", info={}, policy=Policy(roll_bytes=800),
            clock=lambda: now[0],
        )  # fmt: skip
        out.begin({})
        for number in range(4):
            one = exchange(b"HTTP/1.1 200 OK\r\n\r\n" + os.urandom(300), url=f"http://contoh.id/{run}/{number}")
            one.started_at = now[0]
            found = out.exchange(one).capture
            assert found is not None
            ids.append((found.file, found.offset, found.record_id, now[0]))
            now[0] -= dt.timedelta(hours=number)  # 0: the same second again
            out.commit()
        out.close("finished")
        names += [path.name for path in out.writer.closed_files]
        now[0] = WHEN
    assert len(names) == len(set(names)) > 6
    for file, offset, record_id, when in ids:
        read = next(one for one in records(tmp_path / "contoh/warc" / file) if one.offset == offset)
        assert read.header("WARC-Record-ID") == record_id
        assert read.header("WARC-Date") == when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert not list(recover(tmp_path / "contoh", catalogue).lines())
    catalogue.close()


def test_names_that_no_file_could_have_are_cut_and_stay_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "h" * 200)
    long = "site-" + "a" * 63 + "." + "b" * 63 + "." + "c" * 63
    made = [WarcFile.create(tmp_path, source, WHEN) for source in (f"{long}.id", f"{long}.my")]
    assert len({one.name for one in made}) == 2
    assert all("-00000-" in one.name and len(one.path.name) <= 255 for one in made)


def test_a_file_is_followed_by_another_in_time_though_the_clock_was_set_back(tmp_path: Path) -> None:
    catalogue, clock, ticks = Catalogue.open(tmp_path), [WHEN], [0.0]
    out = Committer(
        tmp_path / "contoh", "lari", catalogue, source="contoh", info={}, clock=lambda: clock[0],
        ticks=lambda: ticks[0], policy=Policy(roll_after=dt.timedelta(hours=1)),
    )  # fmt: skip
    for hours in (0.5, 1.0, 1.5, 2.0):
        clock[0], ticks[0] = WHEN - dt.timedelta(days=300 * hours), hours * 3600
        out.exchange(exchange(b"HTTP/1.1 200 OK\r\n\r\n%f" % hours))
        out.commit()
    out.close("finished")
    assert len(out.writer.closed_files) == 3
    catalogue.close()


def test_a_body_of_300_mb_keeps_memory_flat_from_the_spool_to_the_catalogue(tmp_path: Path) -> None:
    catalogue = Catalogue.open(tmp_path)
    out = committer(tmp_path, catalogue)
    piece = hashlib.shake_256(b"besar").digest(2_048) * 128
    big = Exchange("http://contoh.id/besar", "GET", WHEN)
    big.request.extend(b"GET /besar HTTP/1.1\r\n\r\n")
    big.receive(b"HTTP/1.1 200 OK\r\n\r\n")
    tracemalloc.start()
    for _ in range(1_200):
        big.receive(piece)
    big.complete()
    capture = out.exchange(big).capture
    out.commit()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    big.close()
    out.close("finished")
    catalogue.close()
    assert capture is not None
    assert peak < 8 * SPOOL_LIMIT
    with out.writer.path.open("rb") as file:
        response = next(one for one in ArchiveIterator(file, parse_http=False) if one.record_id == capture.record_id)
        seen, length = hashlib.sha1(), 0
        while data := response.reader.read(1 << 20):
            seen.update(data)
            length += len(data)
    assert length == 1_200 * len(piece) + len(b"HTTP/1.1 200 OK\r\n\r\n")


def test_many_records_in_one_file_keep_memory_flat(tmp_path: Path) -> None:
    """`python -m tests.archive.many_records` does it with 100,000."""
    found = measure(tmp_path, 6_000)
    assert (found["records"], found["captures"]) == (6_001, 2_000)
    assert found["grown_bytes"] < 1_000_000
    assert found["read_peak_bytes"] < 4_000_000
