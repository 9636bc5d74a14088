"""What the writer leaves on disk, as other people's tools read it."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import hashlib
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from tests.conftest import environment
from tests.warc.exchanges import ASKED, SAID, WHEN, exchange
from xinhua_id.errors import CannotWrite
from xinhua_id.warc.exchange import SPOOL_LIMIT, Exchange
from xinhua_id.warc.reader import Record, record_at, records
from xinhua_id.warc.writer import WarcWriter


def writer(folder: Path, **info: str) -> WarcWriter:
    return WarcWriter(folder, source="contoh@0123456789ab", info=info, clock=lambda: WHEN)


def written(folder: Path, *exchanges: Exchange) -> list[Record]:
    out = writer(folder)
    for one in exchanges:
        out.write(one)
    out.close()
    return list(records(out.path))


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def test_the_file_is_open_until_it_is_closed(tmp_path: Path) -> None:
    out = writer(tmp_path / "contoh" / "warc")
    assert out.path.name.startswith("xinhua-id-contoh-20260109053015-00000-")
    assert out.path.name.endswith(".warc.gz.open")
    capture = out.write(exchange())
    assert capture is not None
    assert f"{capture.file}.open" == out.path.name
    out.close()
    out.close()
    assert [path.name for path in out.path.parent.iterdir()] == [capture.file]


def test_two_writers_in_one_second_never_share_a_file(tmp_path: Path) -> None:
    first, second = writer(tmp_path), writer(tmp_path)
    first.close()
    third = writer(tmp_path)
    assert len({out.name for out in (first, second, third)}) == 3


def test_warcinfo_says_who_captured_what_and_how(tmp_path: Path) -> None:
    out = writer(tmp_path, robots="obey", operator="arsip@contoh.id", isPartOf="contoh-20260109T053015Z")
    out.close()
    (info,) = records(out.path)
    said = dict(line.split(": ", 1) for line in info.content.decode().splitlines())
    assert said["software"].startswith("xinhua_id/")
    assert said["format"] == "WARC File Format 1.1"
    assert (said["source"], said["robots"]) == ("contoh@0123456789ab", "obey")
    assert (said["operator"], said["isPartOf"]) == ("arsip@contoh.id", "contoh-20260109T053015Z")
    assert info.header("WARC-Filename") == out.name


def test_the_capture_leads_to_the_record(tmp_path: Path) -> None:
    out = writer(tmp_path)
    captures = [out.write(exchange(SAID + bytes([number]) * number)) for number in range(20)]
    out.close()
    for number, capture in enumerate(captures):
        assert capture is not None
        record = record_at(out.path, capture.offset, capture.length)
        assert record.content == SAID + bytes([number]) * number
        assert record.header("WARC-Record-ID") == capture.record_id
        assert (capture.status, capture.captured_at) == (200, WHEN)


def test_the_records_carry_what_warc_1_1_asks_for(tmp_path: Path) -> None:
    said = SAID.replace(b"Content-Length: 5", b"Transfer-Encoding: Chunked").replace(
        b"panen", b"5\r\npanen\r\n0\r\n\r\n"
    )
    info, response, request = written(tmp_path, exchange(said, tls=("TLSv1.3", "TLS_AES_128_GCM_SHA256")))
    assert (response.content, request.content) == (said, ASKED)
    assert response.header("WARC-Date") == request.header("WARC-Date") == "2026-01-09T05:30:15.123456Z"
    assert response.header("WARC-Payload-Digest") == sha1(b"panen")
    assert response.header("WARC-Block-Digest") == sha1(said)
    assert request.header("WARC-Block-Digest") == sha1(ASKED)
    assert response.header("WARC-Warcinfo-ID") == info.header("WARC-Record-ID")
    assert response.header("WARC-Concurrent-To") == request.header("WARC-Record-ID")
    assert request.header("WARC-Concurrent-To") == response.header("WARC-Record-ID")
    assert response.header("WARC-IP-Address") == "192.0.2.7"
    assert [value for name, value in response.headers if name == "WARC-Protocol"] == ["http/1.1", "tls/1.3"]
    assert response.header("WARC-Cipher-Suite") == "TLS_AES_128_GCM_SHA256"
    assert response.header("Content-Type") == "application/http; msgtype=response"


def test_a_uri_is_percent_encoded_and_has_no_fragment(tmp_path: Path) -> None:
    _, response, _ = written(tmp_path, exchange(url="http://contoh.id/cari?q=padi ketan&k=é%20#atas"))
    assert response.header("WARC-Target-URI") == "http://contoh.id/cari?q=padi%20ketan&k=%C3%A9%20"


def test_broken_chunking_has_no_payload_digest(tmp_path: Path) -> None:
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nbukan potongan\r\n"
    _, response, _ = written(tmp_path, exchange(said, truncated="unspecified"))
    assert response.header("WARC-Payload-Digest") is None
    assert response.header("WARC-Truncated") == "unspecified"


def test_bytes_that_are_no_response_are_kept_as_they_came(tmp_path: Path) -> None:
    out = writer(tmp_path)
    capture = out.write(exchange(b"SSH-2.0-OpenSSH\r\n", truncated="unspecified"))
    out.close()
    assert capture is not None
    assert capture.status == 0
    record = record_at(out.path, capture.offset, capture.length)
    assert (record.content, record.header("Content-Type")) == (b"SSH-2.0-OpenSSH\r\n", "application/octet-stream")


def test_no_response_is_a_request_and_a_reason(tmp_path: Path) -> None:
    out = writer(tmp_path)
    assert out.write(exchange(b"", truncated="time")) is None
    out.close()
    _, request, metadata = records(out.path)
    assert (request.type, request.content) == ("request", ASKED)
    assert metadata.content == b"noResponse: time\r\n"


def test_the_secret_between_us_and_a_proxy_stays_out(tmp_path: Path) -> None:
    secret = b"Proxy-Authorization: Basic cmFoYXNpYQ==\r\n\tlanjut\r\n"
    asked = ASKED[:-2] + secret + b"Accept: */*\r\n\r\nproxy-authorization: isi"
    _, _, request = written(tmp_path, exchange(request=asked))
    assert request.content == asked.replace(secret, b"")


def test_other_tools_read_every_record(tmp_path: Path) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\npanen\r\n0\r\n\r\n"
    out = writer(tmp_path)
    for one in (
        exchange(),
        exchange(chunked),
        exchange(b"", truncated="time"),
        exchange(SAID[:20], truncated="disconnect"),
    ):
        out.write(one)
    out.close()
    raw = out.path.read_bytes()
    ours = [(record.type, record.offset) for record in records(out.path)]
    with out.path.open("rb") as file:
        iterator = ArchiveIterator(file)
        theirs = [(record.rec_type, iterator.get_record_offset()) for record in iterator]
    with out.path.open("rb") as file:
        fast = [(str(record.record_type), record.stream_pos) for record in FastIterator(file, parse_http=False)]
    assert ours == theirs == fast
    assert gzip.decompress(raw).count(b"WARC/1.1\r\n") == len(ours)


def test_warcio_and_fastwarc_find_every_digest_right(tmp_path: Path) -> None:
    out = writer(tmp_path)
    for number in range(5):
        out.write(exchange(SAID + b"x" * number))
    out.close()
    for tool in (["warcio", "check", "-v"], ["fastwarc", "check"]):
        done = subprocess.run(
            [Path(sys.executable).with_name(tool[0]), *tool[1:], out.path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "fail" not in done.stdout


def test_a_large_body_keeps_memory_flat(tmp_path: Path) -> None:
    piece = hashlib.shake_256(b"besar").digest(1 << 18)
    big = exchange(b"HTTP/1.1 200 OK\r\n\r\n")
    tracemalloc.start()
    for _ in range(400):
        big.receive(piece)
    capture = writer(tmp_path).write(big)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert capture is not None
    assert capture.length > 100 * 2**20
    assert peak < 8 * SPOOL_LIMIT


def test_excess_bytes_are_no_part_of_the_response(tmp_path: Path) -> None:
    one = Exchange("http://contoh.id/panen", "GET", WHEN)
    one.receive(SAID + b"lebih")
    one.complete(excess=5)
    out = writer(tmp_path)
    out.write(one)
    out.close()
    assert list(records(out.path))[1].content == SAID


class _FullDisk:
    """A file that takes so many bytes more and then fails, as a full disk does: in the middle of a write."""

    def __init__(self, file: Any, room: int) -> None:
        self._file = file
        self._room = room

    def write(self, data: bytes) -> int:
        taken = data[: self._room]
        self._room -= len(taken)
        if not taken:
            raise OSError(28, "No space left on device")
        return int(self._file.write(taken))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Any:
        return self._file.__enter__()

    def __exit__(self, *about: object) -> None:
        self._file.__exit__(*about)


def test_a_write_that_fails_takes_its_half_record_away(tmp_path: Path) -> None:
    out = writer(tmp_path)
    out.write(exchange())
    whole = out.path.read_bytes()
    out._file._file = _FullDisk(out._file._file, 100)  # type: ignore[assignment]
    with pytest.raises(CannotWrite, match=r"No space left on device.*what was written before is whole"):
        out.write(exchange())
    assert out.path.read_bytes() == whole
    out.close()
    assert out.path.name.endswith(".warc.gz")
    assert len(list(records(out.path))) == 3


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "warc").write_text("")
    with pytest.raises(CannotWrite, match="warc"):
        writer(tmp_path / "warc")


def test_a_disk_too_full_for_the_first_record_leaves_no_file(tmp_path: Path) -> None:
    """With a real limit of the kernel, in a process of its own."""
    script = f"""
import resource, pathlib
resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))
from xinhua_id.errors import CannotWrite
from xinhua_id.warc.writer import WarcWriter
try:
    WarcWriter(pathlib.Path({str(tmp_path)!r}), source="contoh", info={{}})
except CannotWrite as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True, check=True)
    assert "File too large" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_moment_may_come_in_any_zone(tmp_path: Path) -> None:
    one = exchange()
    one.started_at = WHEN.astimezone(dt.timezone(dt.timedelta(hours=7)))
    _, response, _ = written(tmp_path, one)
    assert response.header("WARC-Date") == "2026-01-09T05:30:15.123456Z"
