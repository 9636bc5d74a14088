"""What the byte-exact capture costs: CPU of a crawl with it, relative to the same crawl with Scrapy's own handler.

    python benchmarks/capture.py [PAGES]

Serves pages of 57 KB from a process of its own and crawls them in children, three times each way; prints the ratio of
the medians. Loopback only.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess

_WORDS = "panen padi jagung petani sawah desa irigasi musim hujan benih pasar harga gabah koperasi lumbung".split()
_RUNS = 3


def page(number: int) -> bytes:
    """Return a page of about 57 KB that compresses as text does."""
    words = (f"{_WORDS[(number * 7 + at * at) % len(_WORDS)]}{at * number % 97}" for at in range(7_000))
    return f"<html><title>Panen {number}</title><p>{' '.join(words)}</p></html>".encode()[:57_000]


def serve(told: Connection) -> None:
    """Serve the pages until the process is ended."""
    pages, served = [page(number) for number in range(50)], 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            # No two alike: a payload that is kept already would be a revisit, and cheap.
            body = b"<!-- %08d -->" % served + pages[served % len(pages)][17:]
            served += 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    async def run() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


class Reader(scrapy.Spider):
    """Fetch so many pages and do nothing with them."""

    name = "reader"
    port: int
    pages: int
    archive: str | None = None

    def opened(self) -> None:
        """Begin the WARC where there is to be one."""
        from xinhua_id.crawl.capture import Captures

        if self.archive:
            Captures.of(self.crawler).open(Path(self.archive, "ukur"), "ukur", "ukur")

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Yield the requests."""
        self.opened()
        for number in range(self.pages):
            yield scrapy.Request(f"http://127.0.0.1:{self.port}/{number}")

    def parse(self, response: scrapy.http.Response) -> None:
        """Do nothing."""


def crawl(port: int, pages: int, archive: str | None) -> None:
    """Crawl in this process and print its CPU seconds."""
    handler = "xinhua_id.crawl.wire.WireDownloadHandler"
    settings: dict[str, Any] = {"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False}
    if archive:
        settings["DOWNLOAD_HANDLERS"] = {"http": handler, "https": handler}
    process = CrawlerProcess(settings)
    process.crawl(Reader, port=port, pages=pages, archive=archive)
    process.start()
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps(used.ru_utime + used.ru_stime))


def main(pages: int) -> None:
    """Serve, crawl both ways, and print what it cost."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    port = ours.recv()
    seconds: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(_RUNS):
        for captured in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                arguments = [str(port), str(pages), folder if captured else ""]
                done = subprocess.run(
                    [sys.executable, __file__, *arguments], capture_output=True, text=True, check=True
                )
                seconds[captured].append(json.loads(done.stdout))
    server.terminate()
    server.join()
    bare, wire = (statistics.median(seconds[captured]) for captured in (False, True))
    print(f"{pages} pages: bare {bare:.2f} s, captured {wire:.2f} s of CPU, ratio {wire / bare:.2f}")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        crawl(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] or None)
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
