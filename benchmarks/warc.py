"""What keeping a crawl costs: CPU of the crawling process, relative to the same crawl that keeps nothing.

    python -m benchmarks.warc [--pages 2000] [--runs 3] [--ways bare,ours,…] [--sizes]

Crawls `benchmarks.warc_site` in a process of its own for each way, in turns, and prints the medians. The ways:

- `bare`: Scrapy with its own handler, and nothing kept: what the others are measured against
- `ours`: wire capture, WARC, fsync in groups, catalogue: all that a crawl of xinhua_id does until a page is kept
- `warcio`: a `response_downloaded` handler that writes response and request with warcio's defaults
- `scrapy-webarchive`, and `its-scrapy`, the bare Scrapy that it pins: where XINHUA_ID_BENCH_SCRAPY_WEBARCHIVE names an
  interpreter that has it. At the end it packs a WACZ, which is in its figure.
- `wget`, and `wget-bare`, the same without its WARC

Loopback only. `--sizes` recompresses our records at other levels.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastwarc.warc import ArchiveIterator
from zlib_ng import zlib_ng

from benchmarks.warc_site import served

#: Names an interpreter with scrapy-webarchive and the Scrapy it wants.
PEER = "XINHUA_ID_BENCH_SCRAPY_WEBARCHIVE"
_ROOT = Path(__file__).parent.parent


@dataclass(slots=True)
class Measured:
    """What one way cost. ``cpu`` is that of each run, in seconds; ``start`` what it had used before its first page."""

    cpu: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    bytes: int = 0
    records: int = 0
    syncs: int | None = None
    scrapy: str = ""

    @property
    def whole(self) -> float:
        """CPU of the process, seconds."""
        return statistics.median(self.cpu)

    @property
    def crawl(self) -> float:
        """CPU of the crawl, without the imports before it."""
        return statistics.median(whole - start for whole, start in zip(self.cpu, self.start, strict=True))


def ways_here() -> dict[str, str]:
    """Return the ways that this machine has, and what each is measured against."""
    found = {"bare": "bare", "ours": "bare", "warcio": "bare"}
    if os.environ.get(PEER):
        found |= {"its-scrapy": "bare", "scrapy-webarchive": "its-scrapy"}
    if shutil.which("wget"):
        found |= {"wget-bare": "bare", "wget": "bare"}
    return found


def measure(ways: list[str], pages: int, runs: int, keep: Path | None = None) -> dict[str, Measured]:
    """Crawl each way so many times, in turns. ``keep`` gets our last WARC."""
    measured = {way: Measured() for way in ways}
    with served() as base:
        for _ in range(runs):
            for way in ways:
                with tempfile.TemporaryDirectory(prefix="xinhua-id-bench-") as folder:
                    _once(way, base, pages, Path(folder), measured[way])
                    if way == "ours" and keep is not None:
                        shutil.copyfile(next(_warcs(Path(folder))), keep)
    return measured


def _once(way: str, base: str, pages: int, folder: Path, into: Measured) -> None:
    told = _wget(way, base, pages, folder) if way.startswith("wget") else _scrapy(way, base, pages, folder)
    if told["pages"] != pages:
        raise SystemExit(f"{way} fetched {told['pages']} of {pages} pages")
    into.cpu.append(told["cpu"])
    into.start.append(told["begun"])
    into.syncs, into.scrapy = told["syncs"], told.get("scrapy", "")
    found = list(_warcs(folder))
    into.bytes = sum(path.stat().st_size for path in found)
    into.records = sum(_records(path) for path in found)


def _scrapy(way: str, base: str, pages: int, folder: Path) -> dict[str, Any]:
    python = os.environ[PEER] if way in {"its-scrapy", "scrapy-webarchive"} else sys.executable
    # Safe path: the script's folder has a module called warc, as has what scrapy-webarchive stands on.
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "PYTHONSAFEPATH": "1"}
    script = Path(__file__).with_name("warc_crawl.py")
    arguments = ["bare" if way == "its-scrapy" else way, base, str(pages), str(folder)]
    done = subprocess.run([python, script, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr:
        raise SystemExit(f"{way} failed:\n{done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _wget(way: str, base: str, pages: int, folder: Path) -> dict[str, Any]:
    (folder / "urls").write_text("".join(f"{base}/{number}\n" for number in range(pages)))
    warc = ["--warc-file=wget"] if way == "wget" else []
    child = subprocess.Popen(
        ["wget", "--no-verbose", "--no-config", "--input-file=urls", "--output-document=/dev/null", "--output-file=log",
         "--no-proxy", *warc],
        cwd=folder,
    )  # fmt: skip
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    fetched = (folder / "log").read_text(errors="replace").count(" URL:")
    return {"cpu": used.ru_utime + used.ru_stime, "begun": 0.0, "pages": fetched, "syncs": None}


def _warcs(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.name.endswith((".warc.gz", ".wacz")))


def _records(path: Path) -> int:
    if path.suffix == ".wacz":
        return 0
    with path.open("rb") as file:
        return sum(1 for _ in ArchiveIterator(file, parse_http=False))


def table(measured: dict[str, Measured]) -> str:
    """Return the figures as a table: ratios to what each is measured against, of process and of crawl alone."""
    against = ways_here()
    rows = [
        "| way | CPU, s | ratio | ratio, crawl alone | WARC, MB | records | fsyncs |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for way, one in measured.items():
        base = measured.get(against.get(way, "bare"))
        ratios = [_ratio(one.whole, base.whole), _ratio(one.crawl, base.crawl)] if base else ["–", "–"]
        name = f"{way} (Scrapy {one.scrapy})" if one.scrapy else way
        kept = [f"{one.bytes / 1e6:.1f}", str(one.records or "–")] if one.bytes else ["–", "–"]
        syncs = str(one.syncs) if one.syncs is not None else "–"
        rows.append(f"| {name} | {one.whole:.2f} | {' | '.join([*ratios, *kept, syncs])} |")
    return "\n".join(rows)


def _ratio(value: float, base: float) -> str:
    return f"{value / base:.2f}"


Deflate = Callable[[bytes], bytes]


def sizes(warc: Path) -> str:
    """Return what our records would take, each a member of its own, with other compressors, and how fast they are."""
    blocks = list(_members(warc))
    raw, now = sum(map(len, blocks)), warc.stat().st_size
    others: dict[str, Deflate] = {
        f"zlib-ng {level}": lambda block, level=level: zlib_ng.compress(block, level, 31)  # type: ignore[misc]
        for level in (3, 4, 5, 6)
    }
    others |= {
        f"zlib {level}": lambda block, level=level: zlib.compress(block, level, 31)  # type: ignore[misc]
        for level in (6, 9)
    }
    rows = ["| deflate | bytes, relative to zlib 6 | MB/s |", "|---|---:|---:|"]
    found: dict[str, tuple[int, float]] = {}
    for name, deflate in others.items():
        begun = time.process_time()
        size = sum(len(deflate(block)) for block in blocks)
        found[name] = size, raw / 1e6 / (time.process_time() - begun)
    reference = found["zlib 6"][0]
    rows += [f"| {name} | {size / reference:.3f} | {speed:.0f} |" for name, (size, speed) in found.items()]
    return "\n".join([*rows, f"\nthe file as it was written: {now / reference:.3f}"])


def _members(path: Path) -> Iterator[bytes]:
    """Yield every record, decompressed."""
    data, offsets = path.read_bytes(), []
    with path.open("rb") as file:
        offsets = [record.stream_pos for record in ArchiveIterator(file, parse_http=False)]
    for start, end in zip(offsets, [*offsets[1:], len(data)], strict=True):
        yield gzip.decompress(data[start:end])


def main() -> None:
    """Measure, and print the tables."""
    here = ways_here()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--ways", default=",".join(here))
    parser.add_argument("--sizes", action="store_true")
    asked = parser.parse_args()
    ways = asked.ways.split(",")
    if missing := [way for way in ways if way not in here]:
        parser.error(f"not here: {', '.join(missing)} (here: {', '.join(here)}; {PEER} names an interpreter)")
    with tempfile.TemporaryDirectory(prefix="xinhua-id-bench-") as folder:
        keep = Path(folder, "ours.warc.gz") if asked.sizes and "ours" in ways else None
        measured = measure(ways, asked.pages, asked.runs, keep)
        print(f"{asked.pages} pages of 57 KB, {asked.runs} runs each in turns, medians\n")
        print(table(measured))
        if keep is not None:
            print("\n" + sizes(keep))


if __name__ == "__main__":
    main()
