"""A hostile server neither leads a crawl into a private network nor fills its memory, and what it did is counted."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
import pytest
from scrapy import Request
from scrapy.http import Response
from twisted.internet.address import IPv4Address

from tests import launching
from tests.conftest import environment
from tests.crawl.hostile_site import CLOSE, HostileSite, endless, page
from tests.ground_truth import Answer, GroundTruth
from xinhua_id.crawl.cookies import SiteCookies
from xinhua_id.crawl.wire.guard import PrivateAddress, check_peer
from xinhua_id.warc import reader
from xinhua_id.warc.record import fields_of

ROOT = Path(__file__).parents[2]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + CLOSE
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LARGEST = 1 << 20


@dataclass(frozen=True)
class Crawled:
    told: dict[str, Any]
    archive: Path
    log: str

    @property
    def stats(self) -> dict[str, int]:
        found: dict[str, int] = self.told["stats"]
        return found

    def records(self) -> Iterator[reader.Record]:
        for warc in sorted(self.archive.glob("*/warc/*.warc.gz")):
            yield from reader.records(warc)

    def outcomes(self) -> dict[str, str]:
        """Return outcome and reason of each visit by its URL, the last one of several tries."""
        found = {}
        for record in self.records():
            if record.type == "metadata" and record.content.startswith(b"outcome:"):
                said = fields_of(record.content)
                found[record.header("WARC-Target-URI") or ""] = f"{said['outcome']}/{said.get('reason', '')}"
        return found

    def exchanges(self) -> list[str]:
        """Return the URLs of which anything was sent or received."""
        return [
            record.header("WARC-Target-URI") or ""
            for record in self.records()
            if record.type in {"request", "response", "revisit"}
        ]


Crawl = Callable[..., Crawled]


def crawl_in(folder: Path, **job: Any) -> Crawled:
    """Crawl in a process of its own."""
    settings = {"XINHUA_ID_ARCHIVE": str(folder / "archives"), **job.pop("settings", {})}
    file = folder / "job.json"
    file.write_text(json.dumps({**job, "settings": settings}))
    done = launching.run("tests.crawl.safety_crawl", str(file), environment=environment(), cwd=ROOT, timeout=90)
    assert done.returncode == 0, done.stderr
    log = done.stderr + "".join(path.read_text() for path in (folder / "archives").glob("*/runs/*.log"))
    return Crawled(json.loads(done.stdout), folder / "archives", log)


@pytest.fixture
def crawl(tmp_path: Path) -> Crawl:
    """Crawl into the test's own folder."""
    return lambda **job: crawl_in(tmp_path, **job)


# --- where a crawl may lead ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_public_name_that_leads_to_this_machine_is_sent_no_byte(crawl: Crawl, scheme: str) -> None:
    with HostileSite({"/": page("rahasia")}) as inside:
        url = f"{scheme}://warta.contoh.id:{inside.port}/"
        crawled = crawl(seeds=[url], names={"warta.contoh.id": ["127.0.0.1"]})
        assert b"".join(inside.received) == b""
    assert crawled.outcomes()[url] == "denied/private-address"
    assert crawled.stats["outcome/denied/private-address"] == len(crawled.outcomes())
    assert crawled.exchanges() == []


def test_an_address_that_is_private_by_its_letters_is_not_even_looked_up(crawl: Crawl) -> None:
    seeds = [
        "http://db.internal/", "http://10.0.0.1/", "http://0x7f.1/", "http://2130706433/", "http://169.254.169.254/",
        "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::a00:1]/", "http://[2002:a00:1::]/", "http://intranet/",
    ]  # fmt: skip
    crawled = crawl(seeds=seeds, names={})
    outcomes = crawled.outcomes()
    assert {url: outcomes[url] for url in seeds} == dict.fromkeys(seeds, "denied/private-address")
    assert crawled.told["looked_up"] == []
    assert crawled.exchanges() == []


def test_a_name_that_leads_elsewhere_the_second_time_is_no_way_in(crawl: Crawl) -> None:
    """DNS rebinding: robots.txt comes from a public address, the page would come from this machine."""
    with contextlib.ExitStack() as sites:
        outside = sites.enter_context(HostileSite({"/robots.txt": page("", kind="text/plain")}, "127.0.0.2"))
        inside = sites.enter_context(HostileSite({"/a": page("rahasia")}, "127.0.0.1", outside.port))
        url = f"http://warta.contoh.id:{outside.port}/a"
        crawled = crawl(seeds=[url], names={"warta.contoh.id": ["127.0.0.2", "127.0.0.1"]}, public=["127.0.0.2"])
        assert outside.paths() == ["/robots.txt"]
        assert b"".join(inside.received) == b""
    assert crawled.outcomes() == {url: "denied/private-address"}
    assert set(crawled.exchanges()) == {url.replace("/a", "/robots.txt")}


@pytest.fixture
def warta(tmp_path: Path) -> Callable[[int], Path]:
    """Write the source of a live site, with a host and requisites that lead inside."""

    def write(port: int) -> Path:
        path = tmp_path / "warta.toml"
        hosts = [f"warta.contoh.id:{port}", f"dalam.contoh.id:{port}"]
        path.write_text(
            f'name = "warta"\ntitle = "Warta"\nbase = "http://{hosts[0]}"\nhosts = {json.dumps(hosts)}\n'
            'permission = "open"\nverified = true\nrequisites = "all"\n'
            "[discovery]\nlistings = [\"/\"]\nstory = ['^/berita/\\d+$']\nlisting = ['^/$']\n"
        )
        return path

    return write


def test_a_redirect_and_a_picture_lead_no_further_in_than_a_page(
    crawl: Crawl, warta: Callable[[int], Path], story: Callable[[int], tuple[int, Any, str]]
) -> None:
    with contextlib.ExitStack() as sites:
        outside = sites.enter_context(HostileSite({}, "127.0.0.2"))
        inside = sites.enter_context(HostileSite({}, "127.0.0.1", outside.port))
        port = outside.port
        picture = f"http://foto.contoh.id:{port}/1.png"
        html = story(1)[2].replace("</article>", f'<img src="{picture}"></article>')
        leads = [f"http://dalam.contoh.id:{port}/berita/3", f"http://127.0.0.1:{port}/berita/4", "http://10.0.0.1/"]
        outside.answers |= {
            "/robots.txt": page("", kind="text/plain"),
            "/": page("".join(f'<h2><a href="/berita/{at}">Warta {at}</a></h2>' for at in (1, 2, 5, 6))),
            "/berita/1": page(html),
        } | {
            path: page("", f"Location: {lead}", status="302 Found")
            for path, lead in zip(("/berita/2", "/berita/5", "/berita/6"), leads, strict=True)
        }  # fmt: skip
        names = {"warta.contoh.id": ["127.0.0.2"], "dalam.contoh.id": ["127.0.0.1"], "foto.contoh.id": ["127.0.0.1"]}
        crawled = crawl(source=str(warta(port)), names=names, public=["127.0.0.2"])
        assert b"".join(inside.received) == b""
    outcomes = crawled.outcomes()
    base = f"http://warta.contoh.id:{port}"
    assert outcomes[f"{base}/berita/1"].startswith("story/")
    assert outcomes[f"{base}/berita/2"] == "redirect/http-302"
    assert outcomes[leads[0]] == "denied/private-address"
    assert outcomes[f"{base}/berita/5"] == outcomes[f"{base}/berita/6"] == "redirect/leads-outside"
    assert outcomes[picture] == "denied/requisite-private-address"
    assert {url.partition("//")[2].partition(":")[0] for url in crawled.exchanges()} == {"warta.contoh.id"}


@pytest.mark.parametrize(
    "lead", ["http://127.0.0.1:{}/x", "http://localhost:{}/x", "http://10.0.0.1/x", "http://b.contoh.id:{}/x"]
)
def test_a_robots_txt_elsewhere_is_not_fetched_from_inside(crawl: Crawl, lead: str) -> None:
    with contextlib.ExitStack() as sites:
        outside = sites.enter_context(HostileSite({}, "127.0.0.2"))
        inside = sites.enter_context(HostileSite({}, "127.0.0.1", outside.port))
        outside.answers["/robots.txt"] = page("", "Location: " + lead.format(outside.port), status="302 Found")
        url = f"http://a.contoh.id:{outside.port}/a"
        names = {"a.contoh.id": ["127.0.0.2"], "b.contoh.id": ["127.0.0.1"], "localhost": ["127.0.0.1"]}
        crawled = crawl(seeds=[url], names=names, public=["127.0.0.2"])
        assert outside.paths() == ["/robots.txt"]
        assert b"".join(inside.received) == b""
    assert crawled.outcomes() == {url: "denied/robots-unreachable"}
    assert "redirect-to-private-address" in crawled.log


def test_a_replica_by_its_very_letters_is_crawled_and_a_loopback_name_leads_nowhere_else(crawl: Crawl) -> None:
    with HostileSite({"/a": page("<h1>Pasar apung kembali ramai</h1>")}) as site:
        crawled = crawl(seeds=[f"{site.base}/a"])
        assert site.paths() == ["/robots.txt", "/a"]
    assert crawled.stats.get("outcome/denied", 0) == 0
    check_peer("situs.localhost", IPv4Address("TCP", "127.0.0.1", 80))
    for elsewhere in ("10.0.0.1", "93.184.215.14"):
        with pytest.raises(PrivateAddress):
            check_peer("situs.localhost", IPv4Address("TCP", elsewhere, 80))


# --- how much, how slowly --------------------------------------------------------------------------------------


FLOODS = {
    "/kepala-panjang": (endless(OK, b"X-Isi: " + b"a" * 1000 + b"\r\n"), "failed/head-too-long", "length"),
    "/kepala-pendek-pendek": (endless(OK, b"A:\r\n"), "failed/head-too-long", "length"),
    "/satu-baris": (endless(OK + b"X-Isi: ", b"a"), "failed/head-too-long", "length"),
    "/baris-terlipat": (endless(OK + b"X-Isi: a\r\n", b" b\r\n"), "failed/head-too-long", "length"),
    "/kepala-1xx": (endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), "failed/head-too-long", "length"),
    "/isi": (endless(OK + b"\r\n", b"a"), "failed/too-large", "length"),
    "/bongkah": (endless(CHUNKED, b"1000\r\n" + b"a" * 4096 + b"\r\n"), "failed/too-large", "length"),
    "/bongkah-berbingkai": (endless(CHUNKED, b"1;" + b"a" * 900 + b"\r\nx\r\n"), "failed/too-large", "length"),
    "/ekstensi": (endless(CHUNKED + b"1;", b"a"), "failed/cut-off", "unspecified"),
    "/ekor": (endless(CHUNKED + b"1\r\nx\r\n0\r\n", b"X-Ekor: a\r\n"), "failed/cut-off", "unspecified"),
}  # fmt: skip


@dataclass(frozen=True)
class Flooded:
    crawled: Crawled
    base: str


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Flooded:
    """One crawl of a site all of whose pages never end, and of some that come in drops."""
    with HostileSite({path: flood for path, (flood, _, _) in FLOODS.items()}) as site:
        site.answers |= {
            "/menetes": site.dripping(OK + b"\r\n", b"a"),
            "/menetes-panjang": site.dripping(OK + b"Content-Length: 9999\r\n\r\n", b"a"),
            "/menetes-bongkah": site.dripping(CHUNKED, b"1\r\na\r\n"),
        }
        settings = {"DOWNLOAD_MAXSIZE": LARGEST, "XINHUA_ID_LEAST_RATE_SECONDS": 0.6}
        seeds = [site.base + path for path in site.answers]
        return Flooded(crawl_in(tmp_path_factory.mktemp("banjir"), seeds=seeds, settings=settings), site.base)


def truncations(crawled: Crawled, url: str) -> set[str | None]:
    """Return why the responses of a URL broke off, in all tries."""
    return {
        record.header("WARC-Truncated")
        for record in crawled.records()
        if record.type == "response" and record.header("WARC-Target-URI") == url
    }


@pytest.mark.parametrize("path", FLOODS)
def test_what_does_not_end_is_cut_kept_and_counted(flooded: Flooded, path: str) -> None:
    _, outcome, why = FLOODS[path]
    assert flooded.crawled.outcomes()[flooded.base + path] == outcome
    assert truncations(flooded.crawled, flooded.base + path) == {why}


@pytest.mark.parametrize("path", ["/menetes", "/menetes-panjang", "/menetes-bongkah"])
def test_a_body_that_comes_in_drops_is_cut_long_before_the_time_limit(flooded: Flooded, path: str) -> None:
    assert flooded.crawled.outcomes()[flooded.base + path] == "failed/too-slow"
    assert truncations(flooded.crawled, flooded.base + path) == {"time"}
    assert flooded.crawled.stats["outcome/failed/too-slow"] == 9  # the three of them, three times


def test_floods_leave_memory_flat_and_no_record_longer_than_the_limit(flooded: Flooded, crawl: Crawl) -> None:
    with HostileSite({"/a": page("<h1>Pasar apung kembali ramai</h1>")}) as site:
        quiet = crawl(seeds=[f"{site.base}/a"])
    assert flooded.crawled.told["peak_kib"] - quiet.told["peak_kib"] < 64 * 1024
    longest = max(len(record.content) for record in flooded.crawled.records())
    assert LARGEST < longest < 2 * LARGEST + 512 * 1024


def test_a_head_that_comes_in_drops_ends_with_the_time_limit(crawl: Crawl) -> None:
    with HostileSite({}) as site:
        site.answers["/a"] = site.dripping(OK, b"X: a\r\n")
        crawled = crawl(seeds=[f"{site.base}/a"], settings={"DOWNLOAD_TIMEOUT": 0.7})
    assert crawled.outcomes() == {f"{site.base}/a": "failed/timeout"}
    assert truncations(crawled, f"{site.base}/a") == {"time"}


def test_a_head_of_100_kib_is_no_flood(crawl: Crawl) -> None:
    lines = [f"X-{at}: {'a' * 1000}" for at in range(50)] + ["Content-Security-Policy: " + "a" * 50_000]
    with HostileSite({"/a": page("<h1>Pasar apung kembali ramai</h1>", *lines)}) as site:
        crawled = crawl(seeds=[f"{site.base}/a"])
    assert truncations(crawled, f"{site.base}/a") == {None}
    assert crawled.stats.get("outcome/failed/head-too-long", 0) == 0


def test_a_decompression_bomb_is_whole_in_the_archive_and_small_in_memory(crawl: Crawl) -> None:
    zeros = bytes(300 * 2**20)
    once = gzip.compress(zeros, 9, mtime=0)
    bombs = {
        "/gzip": page(once, "Content-Encoding: gzip"),
        "/dua-kali": page(gzip.compress(once, mtime=0), "Content-Encoding: gzip, gzip"),
        "/br": page(brotli.compress(zeros, quality=5), "Content-Encoding: br"),
        "/lima-puluh-kali": page(gzip.compress(b"isi", mtime=0), "Content-Encoding: " + ", ".join(["gzip"] * 50)),
    }
    del zeros
    with HostileSite({"/a": page("<h1>Pasar apung kembali ramai</h1>"), **bombs}) as site:
        one_by_one = {"CONCURRENT_REQUESTS": 1}
        crawled = crawl(seeds=[site.base + path for path in bombs], settings=one_by_one)
    outcomes = crawled.outcomes()
    for path in bombs:
        assert outcomes[site.base + path] == "failed/broken-payload"
        assert truncations(crawled, site.base + path) == {None}
    # The program itself, and what a body may decode to (xinhua_id.warc.payload.LIMIT) a few times over: decoded
    # pieces, their whole, the page before.
    assert crawled.told["peak_kib"] < (120 + 4 * 64) * 1024


# --- what a crawl gives away -----------------------------------------------------------------------------------


def test_a_crawl_opens_no_console_no_remote_control_and_no_port(crawl: Crawl) -> None:
    with HostileSite({"/a": page("<h1>Pasar apung kembali ramai</h1>")}) as site:
        crawled = crawl(seeds=[f"{site.base}/a"])
    assert "CoreStats" in crawled.told["extensions"]
    assert not [name for name in crawled.told["extensions"] if "Telnet" in name or "Remote" in name]
    assert crawled.told["ports"] == []


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(crawl: Crawl, server_tls: Any) -> None:
    answer = Answer((b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nisi",))
    with GroundTruth({"/robots.txt": answer, "/a": answer}, tls=server_tls) as server:
        crawled = crawl(seeds=[f"{server.base}/a"])
        assert server.log == []
    assert crawled.outcomes() == {f"{server.base}/a": "denied/robots-unreachable"}
    assert "(tls)" in crawled.log
    assert crawled.exchanges() == []


@pytest.mark.parametrize("wanted", [False, True])
def test_cookies_go_back_only_where_the_source_asks_and_no_list_is_fetched_for_them(
    crawl: Crawl, tmp_path: Path, wanted: bool
) -> None:
    with HostileSite({}) as site:
        host = site.base.removeprefix("http://")
        (tmp_path / "warta.toml").write_text(
            f'name = "warta"\ntitle = "Warta"\nbase = "{site.base}"\nhosts = ["{host}"]\npermission = "open"\n'
            f"verified = true\n[discovery]\nlistings = [\"/\"]\nstory = ['^/berita/1$']\nlisting = ['^/$']\n"
            + ("cookies = true\n" if wanted else "")
        )
        front = page(
            '<h2><a href="/berita/1">Pasar apung</a></h2>',
            "Set-Cookie: sesi=abc; Path=/",
            "Set-Cookie: x=y; Domain=co.id",
        )
        site.answers |= {"/": front, "/berita/1": page("<h1>Pasar apung kembali ramai</h1>")}
        crawled = crawl(source=str(tmp_path / "warta.toml"), names={})
        (first,), (second,) = site.requests("/"), site.requests("/berita/1")
    assert b"cookie" not in first.lower()
    assert (b"\r\nCookie: sesi=abc\r\n" in second) is wanted
    assert (b"cookie" in second.lower()) is wanted
    assert crawled.told["looked_up"] == []


def test_no_cookie_is_taken_for_a_whole_public_suffix() -> None:
    middleware = SiteCookies()
    asked = Request("http://warta.co.id/")
    set_cookies = ["a=1; Domain=co.id", "b=2; Domain=warta.co.id", "c=3; Domain=github.io", "d=4"]
    middleware.process_response(asked, Response(asked.url, headers={"Set-Cookie": set_cookies}))
    own, other = Request("http://warta.co.id/x"), Request("http://lain.co.id/")
    middleware.process_request(own)
    middleware.process_request(other)
    assert sorted((own.headers["Cookie"] or b"").split(b"; ")) == [b"b=2", b"d=4"]
    assert "Cookie" not in other.headers
