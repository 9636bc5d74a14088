"""Crawls that are killed, again and again: what must hold of the archive after each death, and after the last.

    python -m tests.archive.torture [KILLS] [SEED]

A real crawl of a site on loopback is ended with SIGKILL at a random moment: while it starts (and recovers what the last
one left), while it crawls, while it closes. Before the next one starts, everything that the catalogue had committed is
written down; after it, every such record must lie where the catalogue says, every file must be whole, every item must
lead to its record.
"""

from __future__ import annotations

import gzip
import http.server
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests import launching
from tests.conftest import environment
from tests.killing import begun, killed
from tests.launching import Launched
from xinhua_id.errors import BadRecord
from xinhua_id.items import Article
from xinhua_id.warc.reader import record_at, records

_STORIES = 40
#: No crawl of the small site takes longer, seconds: one that does hangs.
_LONGEST = 60.0


@dataclass
class Report:
    """What a torture found. ``faults`` must be empty; ``kinds`` counts what the deaths left."""

    kills: int = 0
    deaths: int = 0
    committed: int = 0
    stories: int = 0
    torn: int = 0
    finished_from_records: int = 0
    faults: list[str] = field(default_factory=list)


class _Site(http.server.ThreadingHTTPServer):
    daemon_threads = True
    asked = 0
    edition = 0

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no news."""


class _Pages(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Site

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep the output clean."""

    def do_GET(self) -> None:
        self.server.asked += 1
        body = self._page().encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _page(self) -> str:
        if self.path == "/":
            links = "".join(
                f'<h2><a href="/berita/{n}">Warga Kampung {n} rawat mata air</a></h2>' for n in range(_STORIES)
            )
            return f"<html><title>Berita</title><body>{links}</body></html>"
        if not self.path.startswith("/berita/"):
            return ""
        number, edition = int(self.path.rpartition("/")[2]), self.server.edition
        lines = (
            f"Kunming, China (Xinhua) – Warga Kampung {number} bergiliran menjaga mata air yang sempat mengering, kata "
            f"kepala kampung setempat pada Senin (9/1), dalam laporan ke-{edition}.",
            f"Sebanyak {number + 12} keluarga menanam kembali pohon di lereng bukit dan menutup sumur-sumur lama.",
            "Air yang kembali jernih dialirkan lewat pipa bambu ke ladang sayur, sehingga panen naik dua kali lipat.",
        )
        head = f"<h1>Warga Kampung {number} rawat mata air</h1>"
        return f"<html><body><article>{head}{''.join(f'<p>{line}</p>' for line in lines)}</article></body></html>"


@contextmanager
def _served() -> Iterator[_Site]:
    site = _Site(("127.0.0.1", 0), _Pages)
    threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()


def torture(folder: Path, kills: int, seed: int) -> Report:
    """Kill so many crawls below ``folder``, let the last one end, and return what was found."""
    chance, report = random.Random(seed), Report(kills=kills)
    with _served() as site:
        for _ in range(kills):
            site.edition += 1
            report.deaths += _killed(site, folder, chance)
            committed = _committed(folder)
            report.committed = len(committed)
            site.edition += 1
            _recover(folder)
            report.faults += _faults(folder, committed)
        site.edition += 1
        code = _crawl(site, folder).wait(timeout=_LONGEST)
        report.faults += [f"the last crawl ended with {code}"] if code else []
    report.faults += _faults(folder, _committed(folder))
    verified = _xinhua_id("archive", "verify", "--archive", str(folder))
    report.faults += [] if verified.returncode == 0 else [verified.stderr]
    report.torn = len(list(folder.rglob("*.torn*")))
    report.stories = sum(1 for path in folder.glob("*/items/*.jsonl") for _ in path.open())
    report.finished_from_records = _finished(folder)
    return report


def _crawl(site: _Site, folder: Path) -> Launched:
    return begun(f"http://127.0.0.1:{site.server_address[1]}/", folder, XINHUA_ID_LOOPBACK_DELAY="0.001")


def _killed(site: _Site, folder: Path, chance: random.Random) -> bool:
    return killed(
        lambda: _crawl(site, folder), lambda: site.asked, chance, most=_STORIES - 1, latest=0.7, longest=_LONGEST
    )  # fmt: skip


def _recover(folder: Path) -> None:
    if folder.exists():
        _xinhua_id("archive", "recover", "--archive", str(folder)).check_returncode()


def _xinhua_id(*arguments: str) -> subprocess.CompletedProcess[str]:
    return launching.run("xinhua_id", *arguments, environment=environment(), cwd=Path.cwd())


def _committed(folder: Path) -> dict[str, tuple[str, str, int, int]]:
    """Return what the catalogue has: record id → site, file, offset, length."""
    path = folder / "catalogue.sqlite"
    if not path.exists():
        return {}
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT record_id, site, file, offset, length FROM captures").fetchall()
    except sqlite3.OperationalError:  # it died before its tables were made
        return {}
    finally:
        connection.close()
    return {row[0]: tuple(row[1:]) for row in rows}


def _faults(folder: Path, committed: dict[str, tuple[str, str, int, int]]) -> list[str]:
    """Return everything that does not hold of an archive nobody writes to."""
    found = [f"{path.name} is still open" for path in folder.rglob("*.open")]
    seen: set[str] = set()
    for path in folder.glob("*/warc/*.warc.gz"):
        try:
            gzip.decompress(path.read_bytes())
            seen |= {record.header("WARC-Record-ID") or "" for record in records(path)}
        except (OSError, EOFError, BadRecord) as error:
            found.append(f"{path.name}: {error}")
    for record_id, (site, file, offset, length) in committed.items():
        try:
            record = record_at(folder / site / "warc" / file, offset, length)
        except (OSError, BadRecord) as error:
            found.append(f"committed record {record_id} is lost: {error}")
            continue
        if record.header("WARC-Record-ID") != record_id:
            found.append(f"committed record {record_id} is not where it was")
    for path in folder.glob("*/items/*.jsonl"):
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            item = Article.model_validate_json(line)
            if item.capture is None or item.capture.record_id not in seen:
                found.append(f"{path.name}, line {number}, has no record")
    if set(_committed(folder)) - seen:
        found.append("the catalogue has captures that no file holds")
    return found


def _finished(folder: Path) -> int:
    """Return how many pages were read from their records after a death."""
    return sum(
        b"read from its record after the crawl had died" in record.content
        for path in folder.glob("*/warc/*.warc.gz")
        for record in records(path)
        if record.type == "metadata"
    )


def main() -> int:
    """Torture an archive in a folder of its own and say what was found."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="xinhua-id-torture-") as parent:
        report = torture(Path(parent) / "arsip", kills, seed)
    print(json.dumps({**vars(report), "seed": seed, "seconds": round(time.monotonic() - began)}, indent=2))  # noqa: T201
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
