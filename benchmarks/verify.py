"""How fast a WARC is verified, beside `warcio check` and `fastwarc check -p`: one file, alternately, in one run.

    python -m benchmarks.verify [PAGES]

Writes one file of so many pages of 57 KB, every second one chunked, and verifies it in child processes, five times each
way; prints medians of the wall clock and of the processor, and how many times as fast as `warcio check` that is. The
start of the interpreter counts, for everybody. What bounds it is measured beside it: the file inflated, and every byte
hashed twice, in one loop that does nothing else.
"""

from __future__ import annotations

import datetime as dt
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.warc_site import page
from xinhua_id.warc.exchange import Exchange
from xinhua_id.warc.writer import WarcWriter

_RUNS = 5
_CHUNK = 8192
_WHEN = dt.datetime(2026, 1, 9, 5, 30, 15, tzinfo=dt.UTC)
# What no verifier can do without, and the rest of its work left out.
_FLOOR = """
import hashlib, sys
from zlib_ng import zlib_ng
raw, at = memoryview(open(sys.argv[1], "rb").read()), 0
while at < len(raw):
    inflate, length, first, second = zlib_ng.decompressobj(31), 0, hashlib.sha1(), hashlib.sha1()
    while not inflate.eof:
        piece = raw[at + length : at + length + 65536]
        data = inflate.decompress(piece)
        length += len(piece)
        first.update(data)
        second.update(data)
    at += length - len(inflate.unused_data)
    first.digest(), second.digest()
"""


def ways(path: Path) -> dict[str, list[str]]:
    """Return the commands that are compared, by name; a tool that is not installed is left out."""
    ours = [sys.executable, "-m", "xinhua_id", "archive", "verify", str(path)]
    found = {
        "ours, all cores": ours,
        "ours, one process": [*ours, "--processes", "1"],
        "warcio check": [_beside("warcio"), "check", str(path)],
        "fastwarc check -p": [_beside("fastwarc"), "check", "-p", str(path)],
        "inflate and SHA-1 twice, nothing else": [sys.executable, "-c", _FLOOR, str(path)],
    }
    return {name: command for name, command in found.items() if Path(command[0]).exists()}


def write(folder: Path, pages: int) -> Path:
    """Write the file; every second page is chunked."""
    out = WarcWriter(folder, source="ukur", info={})
    for number in range(pages):
        made = Exchange(f"http://contoh.id/{number}", "GET", _WHEN, "192.0.2.7")
        made.request.extend(b"GET /%d HTTP/1.1\r\nHost: contoh.id\r\n\r\n" % number)
        made.receive(_answer(page(number), chunked=bool(number % 2)))
        made.complete()
        out.write(made)
        made.close()
    out.close()
    return out.path


def measure(pages: int, runs: int = _RUNS) -> dict[str, tuple[float, float]]:
    """Return the medians of seconds by the wall clock and of the processor, by name."""
    seconds: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), pages)
        commands = ways(path)
        for _ in range(runs):
            for name, command in commands.items():
                seconds.setdefault(name, []).append(_timed(command))
    return {
        name: (statistics.median(wall for wall, _ in each), statistics.median(used for _, used in each))
        for name, each in seconds.items()
    }


def main(pages: int) -> None:
    """Measure, and print a table."""
    found = measure(pages)
    wall, used = found["warcio check"]
    print(f"{pages} pages, {pages * 57_000 / 1e6:.0f} MB\n")
    print("| | seconds | × warcio check | of the processor | × warcio check |\n|---|--:|--:|--:|--:|")
    for name, (seconds, processor) in found.items():
        print(f"| {name} | {seconds:.2f} | {wall / seconds:.2f} | {processor:.2f} | {used / processor:.2f} |")


def _answer(body: bytes, *, chunked: bool) -> bytes:
    if not chunked:
        return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    parts = (body[at : at + _CHUNK] for at in range(0, len(body), _CHUNK))
    framed = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n" + framed + b"0\r\n\r\n"


def _timed(command: list[str]) -> tuple[float, float]:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, capture_output=True, check=False)  # 1 where warcio does not agree on the chunked half
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _beside(script: str) -> str:
    return str(Path(sys.executable).with_name(script))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
