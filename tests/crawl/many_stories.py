"""A site on loopback with as many invented stories as a test wants, in numbered listings; it counts what is asked for.

A story may be added, changed, taken away or moved while it is served.
"""

from __future__ import annotations

import http.server
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

_A_PAGE = 20


class ManyStories:
    """What is served. Story ``n`` stands at ``/berita/n``; the newest, of the highest number, comes first."""

    def __init__(self, stories: int) -> None:
        self.numbers = list(range(stories))
        self.edition: Counter[int] = Counter()
        self.moved: dict[int, int] = {}
        self.asked: Counter[str] = Counter()
        self.answers = 0
        self.times: list[float] = []
        self.base = ""
        self._lock = threading.Lock()

    def add(self) -> str:
        """Publish one more story; return its path."""
        self.numbers.append(max(self.numbers) + 1)
        return f"/berita/{self.numbers[-1]}"

    def addresses(self) -> set[str]:
        """Return the paths of every story and listing, and those that a crawl of an undescribed site tries."""
        usual = {"/wp-sitemap.xml", "/sitemap.xml", "/sitemap_index.xml", "/feed/", "/wp-json/wp/v2/posts"}
        return {
            "/", *(f"/berita/{n}" for n in self.numbers), *(f"/hal/{n}" for n in range(2, self._pages() + 1)), *usual,
        }  # fmt: skip

    def count(self, path: str) -> None:
        """Take note of a request."""
        with self._lock:
            self.asked[path] += 1
            self.times.append(time.monotonic())

    def answered(self) -> None:
        """Take note of an answer that was sent."""
        with self._lock:
            self.answers += 1

    def answer(self, path: str) -> tuple[int, dict[str, str], str]:
        """Return status, headers and body of a path."""
        kind, _, name = path.strip("/").partition("/")
        if path == "/" or (kind == "hal" and name.isdecimal() and 2 <= int(name) <= self._pages()):
            return 200, {}, self._listing(int(name) if name else 1)
        if kind == "berita" and name.isdecimal():
            number = int(name)
            if number in self.moved:
                return 301, {"Location": f"/berita/{self.moved[number]}"}, ""
            if number in self.numbers or number in self.moved.values():
                return 200, {}, _story(number, self.edition[number])
        return 404, {}, "<html><title>Tidak ada</title><body><h1>Halaman tidak ditemukan</h1></body></html>"

    def _pages(self) -> int:
        return max(1, -(-len(self.numbers) // _A_PAGE))

    def _listing(self, page: int) -> str:
        newest = sorted(self.numbers, reverse=True)[(page - 1) * _A_PAGE : page * _A_PAGE]
        cards = "".join(f'<h2><a href="/berita/{n}">Warga Kampung {n} rawat mata air</a></h2>' for n in newest)
        following = f'<a rel="next" href="/hal/{page + 1}">Selanjutnya</a>' if page < self._pages() else ""
        return f"<html><title>Berita</title><body>{cards}<nav>{following}</nav></body></html>"


def _story(number: int, edition: int) -> str:
    lines = (
        f"Kunming, China (Xinhua) – Warga Kampung {number} bergiliran menjaga mata air yang sempat mengering, kata "
        f"kepala kampung setempat pada Senin (9/1), dalam laporan ke-{edition + 1}.",
        f"Sebanyak {number + 12} keluarga menanam kembali pohon di lereng bukit dan menutup sumur-sumur lama.",
        "Air yang kembali jernih dialirkan lewat pipa bambu ke ladang sayur, sehingga panen naik dua kali lipat.",
    )
    head = f"<h1>Warga Kampung {number} rawat mata air</h1>"
    return f"<html><body><article>{head}{''.join(f'<p>{line}</p>' for line in lines)}</article></body></html>"


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    site: ManyStories

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no news."""


class _Pages(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Keep the output clean."""

    def do_GET(self) -> None:
        site = self.server.site
        site.count(self.path)
        status, headers, body = site.answer(self.path)
        raw = body.encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(raw)), **headers,
        }.items():  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)
        site.answered()


@contextmanager
def served(site: ManyStories) -> Iterator[ManyStories]:
    """Serve a site; its ``base`` is set."""
    server = _Server(("127.0.0.1", 0), _Pages)
    server.site = site
    site.base = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
