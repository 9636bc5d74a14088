"""How replay begins and ends: what it needs, what it says where that is missing, and that nothing of it stays."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.archive.replay_records import HOST, Shelf, every_kind, got, needs_pywb
from tests.conftest import environment
from xinhua_id.archive.replay import index as replay_index
from xinhua_id.archive.replay import process as replay
from xinhua_id.archive.replay.target import find
from xinhua_id.errors import ArchiveError, UsageError


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    needs_pywb()
    return every_kind(tmp_path_factory.mktemp("arsip"))


def test_a_warc_alone_and_a_wacz_are_replayed(shelf: Shelf, tmp_path: Path) -> None:
    alone = tmp_path / "salinan.warc.gz"
    alone.write_bytes(shelf.writer.path.read_bytes())
    for path in (alone, *packed(alone, tmp_path)):
        with replay.begin(find(tmp_path, str(path))) as running:
            assert running.listed.stories > 0
            for kind in ("plain response", "chunked, gzip", "revisit of another URL", "the newest capture is a 304"):
                kept = shelf.kept[kind]
                assert f"<h1>{kept.headline}</h1>" in got(running.address.rstrip("/") + kept.path)[1], (path.name, kind)
            assert "Petani Kunming" in got(running.address)[1]


def packed(warc: Path, folder: Path) -> Iterator[Path]:
    """Yield a WACZ as the standard has it, and one whose WARC is compressed again."""
    lines = "".join(sorted(f"{line.rstrip()}\n" for line in replay_index.lines(warc)))
    for name, kind in (("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)):
        path = folder / f"{name}.wacz"
        with zipfile.ZipFile(path, "w", kind) as wacz:
            wacz.writestr("pages/pages.jsonl", '{"format": "json-pages-1.0"}\n' + json.dumps(
                {"url": f"{HOST}/panen", "ts": "2026-01-09T05:31:15Z", "title": "Petani Kunming memanen"}))  # fmt: skip
            wacz.write(warc, f"archive/{warc.name}")
            wacz.writestr("indexes/index.cdxj", lines)
        yield path


def test_a_missing_pywb_is_one_message(
    xinhua_id: Callable[..., subprocess.CompletedProcess[str]], shelf: Shelf, tmp_path: Path
) -> None:
    done = xinhua_id("archive", "replay", "--archive", str(shelf.root), XINHUA_ID_REPLAY_BIN=str(tmp_path))
    assert done.returncode == 1
    assert "pywb, which replays the archive, is not installed" in done.stderr
    assert "make replay-ready" in done.stderr
    assert done.stdout == ""
    done = xinhua_id(
        "archive", "replay", "--archive", str(shelf.root), XINHUA_ID_REPLAY_BIN=str(Path(sys.executable).parent)
    )
    assert done.returncode == 1
    assert "is not installed" in done.stderr


def test_a_port_in_use_is_wrong_usage(shelf: Shelf) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} is in use"), replay.begin(find(shelf.root, None), port):
            pass


def test_replay_that_ends_by_itself_says_so(shelf: Shelf) -> None:
    with replay.begin(find(shelf.root, "contoh")) as running:
        running._child.kill()
        with pytest.raises(ArchiveError, match="ended by itself with code -9"):
            running.wait()


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGKILL, -9)])
def test_both_processes_end_and_nothing_is_left(how: signal.Signals, code: int, shelf: Shelf, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "xinhua_id", "archive", "replay", "--archive", str(shelf.root), "--port", "0"]
    process = subprocess.Popen(
        command, env={**environment(), "TMPDIR": str(tmp_path), "HTTP_PROXY": "http://192.0.2.1:3128"}, cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    kept = shelf.kept["chunked"]
    assert kept.headline in got(address.rstrip("/") + kept.path)[1]
    assert len(list(tmp_path.glob("xinhua-id-replay-*"))) == 1
    child = os.pidfd_open(int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()))
    process.send_signal(how)
    said = process.communicate(timeout=20)[1]
    assert process.returncode == code
    assert "Traceback" not in said
    assert select.select([child], [], [], 20)[0]  # readable once the process has ended
    os.close(child)
    assert not list(tmp_path.glob("xinhua-id-replay-*"))
    with pytest.raises(OSError, match="refused"):
        got(address)
