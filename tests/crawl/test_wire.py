"""Every exchange in the WARC has the very bytes that the server received and sent."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import brotli
import pytest

from tests import launching
from tests.conftest import environment
from tests.ground_truth import Answer, GroundTruth, Logged
from xinhua_id.archive.pages import pages
from xinhua_id.warc.reader import Record, records

BODY = ("<html><title>Panen padi di Sleman</title><p>Petani memanen padi lebih awal tahun ini.</p>" * 40).encode()
GZIP = gzip.compress(BODY, mtime=0)
BROTLI = brotli.compress(BODY)


def plain(body: bytes = BODY, *lines: bytes, status: bytes = b"200 OK") -> bytes:
    head = [b"HTTP/1.1 " + status, *lines, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def chunked(body: bytes, *, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    parts = [body[at : at + 700] for at in range(0, len(body), 700)]
    framed = b"".join(b"%X%s\r\n%s\r\n" % (len(part), extension, part) for part in parts)
    return framed + b"0%s\r\n%s\r\n" % (extension, trailer)


def head(*lines: bytes) -> bytes:
    return b"\r\n".join((b"HTTP/1.1 200 OK", *lines)) + b"\r\n\r\n"


@dataclass(frozen=True)
class Case:
    answer: Answer
    body: bytes | None = BODY
    request: dict[str, Any] = field(default_factory=dict)
    truncated: str | None = None
    interim: bytes = b""


EARLY = b"HTTP/1.1 103 Early Hints\r\nLink:  </gaya.css>; rel=preload\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
ODD = (
    b"HTTP/1.1 200 Baik  Sekali\r\ncontent-TYPE:   text/html;charset=ISO-8859-1 \r\nX-Nama: caf\xe9 \xff\r\n"
    b"X-Lipat: satu\r\n  dua\r\n\ttiga\r\nX-Ganda: a\r\nx-ganda: b\r\ntanpa titik dua\r\nX-Kosong:\r\n"
)
CHUNKED = b"Transfer-Encoding: chunked"

CASES: dict[str, Case] = {
    "content-length": Case(Answer((plain(),))),
    "chunked": Case(Answer((head(CHUNKED), chunked(BODY)))),
    "chunked-extensions-trailers": Case(
        Answer((head(CHUNKED), chunked(BODY, extension=b';lagu="satu"', trailer=b"X-Sesudah: ya\r\nX-Lagi: ya\r\n")))
    ),
    "chunked-capital": Case(Answer((head(b"Transfer-Encoding: Chunked"), chunked(BODY)))),
    "chunked-byte-by-byte": Case(
        Answer(tuple(bytes([byte]) for byte in head(CHUNKED) + chunked(BODY[:40], trailer=b"X: y\r\n")), slowly=True),
        body=BODY[:40],
    ),
    "chunked-empty": Case(Answer((head(CHUNKED), b"0\r\n\r\n")), body=b""),
    "gzip": Case(Answer((plain(GZIP, b"Content-Encoding: gzip"),))),
    "gzip-chunked": Case(Answer((head(CHUNKED, b"Content-Encoding: gzip"), chunked(GZIP)))),
    "gzip-unsaid": Case(Answer((plain(BODY, b"Content-Encoding: gzip"),))),
    "deflate": Case(Answer((plain(zlib.compress(BODY), b"Content-Encoding: deflate"),))),
    "deflate-bare": Case(Answer((plain(zlib.compress(BODY, wbits=-15), b"Content-Encoding: deflate"),))),
    "br": Case(Answer((plain(BROTLI, b"Content-Encoding: br"),))),
    "br-chunked": Case(Answer((head(b"transfer-encoding: chunked", b"content-encoding: br"), chunked(BROTLI)))),
    "head": Case(
        Answer((head(b"Content-Length: 4321", b"Content-Encoding: gzip"),)), body=b"", request={"method": "HEAD"}
    ),
    "head-with-a-body": Case(
        Answer((head(b"Content-Length: 4"), b"isi\n"), slowly=True), body=b"", request={"method": "HEAD"}
    ),
    "304": Case(
        Answer((b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 99\r\n\r\n',)),
        body=b"",
        request={"headers": {"If-None-Match": '"a"'}},
    ),
    "204": Case(Answer((b"HTTP/1.1 204 No Content\r\nX-Ada: ya\r\n\r\n",)), body=b""),
    "early-hints": Case(Answer((EARLY, plain())), interim=EARLY),
    "continue-and-hints": Case(
        Answer((CONTINUE, EARLY + CONTINUE, plain()), slowly=True), interim=CONTINUE + EARLY + CONTINUE
    ),
    "after-interim": Case(Answer((plain(b"tidak bergeser"),)), body=b"tidak bergeser"),
    "post": Case(
        Answer((plain(),)), request={"method": "POST", "body": "kata=padi&isi=\x00caf\u00e9", "headers": {"X-A": " b "}}
    ),
    "post-empty": Case(Answer((plain(),)), request={"method": "POST"}),
    "redirect": Case(Answer((plain(b"", b"Location: /lain", status=b"302 Found"),)), body=b""),
    "not-found": Case(Answer((plain(status=b"404 Tidak Ada"),))),
    "server-error": Case(Answer((plain(status=b"503 "),))),
    "no-reason": Case(Answer((b"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nisi",)), body=b"isi"),
    "http-1.0": Case(Answer((b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n", BODY), "fin")),
    "close-delimited": Case(Answer((head(b"Content-Type: text/html"), BODY), "fin")),
    "connection-close": Case(Answer((plain(BODY, b"Connection: close"),), "fin")),
    "lf-only": Case(Answer((b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 3\n\nisi",)), body=b"isi"),
    "lf-only-folded": Case(Answer((b"HTTP/1.1 200 OK\nX-A: b\n c\nContent-Length: 3\n\nisi",)), body=b"isi"),
    "folded-latin-1": Case(Answer((ODD, b"Content-Length: 3\r\n\r\nisi")), body=b"isi"),
    "nul-bytes": Case(Answer((plain(b"a\x00b\xff\xfe"),)), body=b"a\x00b\xff\xfe"),
    "query": Case(Answer((plain(),))),
    "reset": Case(Answer((plain()[:900],), "reset"), body=None, truncated="disconnect"),
    "reset-close-delimited": Case(Answer((head(b"X: y"), BODY[:500]), "reset"), body=None, truncated="disconnect"),
    "reset-in-head": Case(Answer((b"HTTP/1.1 200 OK\r\nContent-Ty",), "reset"), body=None, truncated="disconnect"),
    "fin-too-early": Case(Answer((plain()[:900],), "fin"), body=None, truncated="disconnect"),
    "fin-in-chunk": Case(Answer((head(CHUNKED), chunked(BODY)[:1000]), "fin"), body=None, truncated="disconnect"),
    "fin-after-interim": Case(Answer((EARLY,), "fin"), body=None, truncated="disconnect", interim=EARLY),
    "fin-at-once": Case(Answer((), "fin"), body=None, truncated="disconnect"),
    "no-http": Case(Answer((b"SSH-2.0-OpenSSH_9.6\r\n",), "stall"), body=None, truncated="unspecified"),
    "broken-chunks": Case(
        Answer((head(CHUNKED), b"5\r\nisi i\r\nzz\r\n"), "stall"), body=None, truncated="unspecified"
    ),
    "timeout": Case(
        Answer((plain()[:900],), "stall"), body=None, request={"meta": {"download_timeout": 0.4}}, truncated="time"
    ),
    "timeout-before-a-byte": Case(
        Answer((), "stall"), body=None, request={"meta": {"download_timeout": 0.4}}, truncated="time"
    ),
    "stopped-by-a-handler": Case(
        Answer((head(b"X: y") + BODY[:500],), "stall"),
        body=None,
        request={"meta": {"stop": True}},
        truncated="unspecified",
    ),
    "maxsize-chunked": Case(
        # One piece over the limit: of a second one the server cannot know whether it was still read.
        Answer((head(CHUNKED), chunked(BODY)[:2200]), "stall"),
        body=None,
        request={"meta": {"download_maxsize": 1000}},
        truncated="length",
    ),
    "maxsize-announced": Case(
        Answer((head(b"Content-Length: 5000") + BODY[:10],), "stall"),
        body=None,
        request={"meta": {"download_maxsize": 1000}},
        truncated="length",
    ),
}
PATHS = {name: f"/{name}" for name in CASES} | {"query": "/cari?q=padi%20ketan&tag=a%7Cb&x=%C3%A9"}


@dataclass
class Crawled:
    told: dict[str, Any]
    records: list[Record]
    path: Path
    log: list[Logged]
    base: str

    def of(self, name: str, kind: str) -> list[Record]:
        url = self.base + PATHS[name]
        return [record for record in self.records if record.type == kind and record.header("WARC-Target-URI") == url]

    def logged(self, name: str) -> list[Logged]:
        return [logged for logged in self.log if logged.path == PATHS[name]]

    def seen(self, name: str) -> dict[str, Any]:
        url = self.base + PATHS[name]
        return next(told for told in self.told["seen"] if told["url"] == url)


ROOT = Path(__file__).parents[2]
Run = Callable[..., dict[str, Any]]


def crawl(folder: Path, requests: list[dict[str, Any]], **job: Any) -> dict[str, Any]:
    """Crawl in a process of its own and return what it told."""
    file = folder / "job.json"
    file.write_text(json.dumps({"archive": str(folder / "warc"), "requests": requests, **job}))
    done = launching.run("tests.crawl.wire_crawl", str(file), environment=environment(), cwd=ROOT)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    told["stderr"] = done.stderr
    return told


def crawled(folder: Path, server: GroundTruth, requests: list[dict[str, Any]], **job: Any) -> Crawled:
    told = crawl(folder, requests, **job)
    path = Path(told["path"])
    return Crawled(told, list(records(path)), path, server.log, server.base)


@pytest.fixture(scope="module")
def one_crawl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """All cases in one crawl, one after the other, on as few connections as the answers allow."""
    answers = {PATHS[name]: case.answer for name, case in CASES.items()}
    with GroundTruth(answers) as server:
        requests = [{"url": server.base + PATHS[name], **case.request} for name, case in CASES.items()]
        yield crawled(tmp_path_factory.mktemp("wire"), server, requests)


@pytest.mark.parametrize("name", CASES)
def test_request_and_response_are_the_very_bytes(one_crawl: Crawled, name: str) -> None:
    case, (logged,) = CASES[name], one_crawl.logged(name)
    (request,) = one_crawl.of(name, "request")
    assert request.content == logged.request

    wanted = bytes(logged.response)[len(case.interim) :]
    if name == "head-with-a-body":
        wanted = wanted.removesuffix(b"isi\n")  # it belongs to no response
    responses = one_crawl.of(name, "response")
    assert [record.content for record in responses] == ([wanted] if wanted else [])
    for record in responses:
        assert record.header("WARC-Truncated") == case.truncated
        assert record.header("WARC-Concurrent-To") == request.header("WARC-Record-ID")
        assert request.header("WARC-Concurrent-To") == record.header("WARC-Record-ID")
        assert request.header("WARC-Date") == record.header("WARC-Date")


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.interim])
def test_interim_heads_are_kept_beside_the_request_and_shift_nothing(one_crawl: Crawled, name: str) -> None:
    (metadata,) = one_crawl.of(name, "metadata")
    fields = dict(line.split(": ", 1) for line in metadata.content.decode().splitlines())
    assert unquote_to_bytes(fields["interimResponses"]) == CASES[name].interim
    (request,) = one_crawl.of(name, "request")
    assert metadata.header("WARC-Concurrent-To") == request.header("WARC-Record-ID")


@pytest.mark.parametrize("name", CASES)
def test_the_crawl_sees_the_page_its_record_holds(one_crawl: Crawled, name: str) -> None:
    case, seen = CASES[name], one_crawl.seen(name)
    assert seen["truncated"] == case.truncated
    if seen["error"]:
        assert case.truncated
    found = {page.url: page for page in pages(one_crawl.path)}
    url = one_crawl.base + PATHS[name]
    if seen["page"] is None:
        assert url not in found
        return
    page = found[url]
    assert page.capture is not None
    assert seen["page"]["capture"] == page.capture.model_dump(mode="json")
    assert seen["page"]["sha256"] == hashlib.sha256(page.body).hexdigest()
    assert (seen["page"]["status"], seen["page"]["incomplete"]) == (page.status, page.incomplete)
    assert tuple(map(tuple, seen["page"]["headers"])) == page.headers
    if case.body is not None:
        assert page.body == case.body
        assert page.incomplete is None


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if name.startswith(("chunked", "gzip-ch"))])
def test_the_payload_digest_is_over_the_dechunked_body(one_crawl: Crawled, name: str) -> None:
    (record,) = one_crawl.of(name, "response")
    body = GZIP if name == "gzip-chunked" else CASES[name].body
    assert body is not None
    digest = "sha1:" + base64.b32encode(hashlib.sha1(body).digest()).decode()
    assert record.header("WARC-Payload-Digest") == digest


def test_an_exchange_without_a_response_leaves_its_request_and_why(one_crawl: Crawled) -> None:
    for name, why in (("fin-at-once", "disconnect"), ("timeout-before-a-byte", "time")):
        (metadata,) = one_crawl.of(name, "metadata")
        assert metadata.content == f"noResponse: {why}\r\n".encode()
        assert len(one_crawl.of(name, "request")) == 1


def test_keep_alive_is_used_and_every_exchange_counted(one_crawl: Crawled) -> None:
    connections = [logged.connection for logged in one_crawl.log]
    assert len(CASES) > 31
    assert len(set(connections)) < len(CASES) / 2
    assert one_crawl.told["stats"]["warc/exchanges"] == len(CASES)
    warcinfo, *rest = one_crawl.records
    assert one_crawl.told["stats"]["warc/records"] == len(rest)
    assert one_crawl.told["stats"]["warc/bytes"] == one_crawl.path.stat().st_size - warcinfo.length


def test_the_peer_address_is_recorded(one_crawl: Crawled) -> None:
    of_exchanges = [record for record in one_crawl.records if record.type in {"request", "response"}]
    assert {record.header("WARC-IP-Address") for record in of_exchanges} == {"127.0.0.1"}


def test_a_stale_connection_makes_two_exchanges_of_one_request(tmp_path: Path) -> None:
    answers = {"/satu": Answer((plain(),), then=Answer((), "fin")), "/dua": Answer((plain(b"akhirnya"),))}
    with GroundTruth(answers) as server:
        found = crawled(tmp_path, server, [{"url": f"{server.base}/satu"}, {"url": f"{server.base}/dua"}])
        first, again = server.exchanges("/dua")
    requests = [record for record in found.records if record.type == "request"]
    assert [record.content for record in requests[1:]] == [first.request, again.request]
    assert first.connection != again.connection
    assert found.told["stats"]["warc/exchanges"] == 3
    assert found.told["seen"][1]["page"]["length"] == len(b"akhirnya")
    assert found.told["seen"][1]["truncated"] is None


def test_tls_is_captured_inside_the_encryption(tmp_path: Path, server_tls: Any) -> None:
    answers = {"/aman": Answer((EARLY, plain())), "/lagi": Answer((head(CHUNKED), chunked(BODY)[:900]), "fin")}
    with GroundTruth(answers, tls=server_tls) as server:
        found = crawled(tmp_path, server, [{"url": f"{server.base}/aman"}, {"url": f"{server.base}/lagi"}])
        sent = [bytes(logged.response).removeprefix(EARLY) for logged in server.log]
        asked = [logged.request for logged in server.log]
    assert [record.content for record in found.records if record.type == "request"] == asked
    responses = [record for record in found.records if record.type == "response"]
    assert [record.content for record in responses] == sent
    assert [value for name, value in responses[0].headers if name == "WARC-Protocol"] == ["http/1.1", "tls/1.3"]
    assert (responses[0].header("WARC-Cipher-Suite") or "").startswith("TLS_")
    assert b"tls-certificates: not verified" in found.records[0].content


def test_a_request_that_never_left_is_no_exchange(tmp_path: Path) -> None:
    """Behind a failed handshake the server never saw it; nor does anything listen on a closed port."""
    with GroundTruth({}) as server:  # speaks no TLS
        dead = GroundTruth({})
        dead._listener.close()
        https = server.base.replace("http:", "https:")
        found = crawled(
            tmp_path,
            server,
            [
                {"url": f"{https}/a", "meta": {"download_timeout": 0.5}},
                {"url": f"{dead.base}/b"},
                {"url": "http://tidak-ada.invalid/c", "meta": {"download_timeout": 0.5}},
            ],
        )
    assert [record.type for record in found.records] == ["warcinfo"]
    assert all(told["error"] and told["page"] is None for told in found.told["seen"])
    assert len(found.told["seen"]) == 3


def test_a_full_disk_closes_the_crawl_and_keeps_what_was_written(tmp_path: Path) -> None:
    noise = [hashlib.shake_256(str(number).encode()).digest(100_000) for number in range(12)]
    with GroundTruth({f"/{n}": Answer((plain(body),)) for n, body in enumerate(noise)}) as server:
        requests = [{"url": f"{server.base}/{number}"} for number in range(12)]
        found = crawled(tmp_path, server, requests, file_limit=450_000)
    assert found.told["stats"]["finish_reason"] == "archive-cannot-write"
    assert "cannot write the WARC: File too large" in found.told["error"]
    assert found.path.name.endswith(".warc.gz")
    assert gzip.decompress(found.path.read_bytes())
    bodies = [record.content.partition(b"\r\n\r\n")[2] for record in found.records if record.type == "response"]
    assert bodies == noise[: len(bodies)]
    assert len(bodies) == 4
    assert {told["error"] for told in found.told["seen"][4:]} <= {"CannotWrite"}


def test_a_response_that_cannot_be_spooled_closes_the_crawl(tmp_path: Path) -> None:
    body = hashlib.shake_256(b"besar").digest(1 << 20) * 3
    with GroundTruth({"/kecil": Answer((plain(),)), "/besar": Answer((plain(body),))}) as server:
        requests = [{"url": f"{server.base}/{name}"} for name in ("kecil", "besar", "kecil")]
        found = crawled(tmp_path, server, requests, file_limit=1_500_000)
    assert found.told["stats"]["finish_reason"] == "archive-cannot-write"
    assert "cannot spool a response: File too large" in found.told["error"]
    assert [record.type for record in found.records] == ["warcinfo", "response", "request"]


def test_a_scrapy_that_does_not_fit_is_said_before_the_first_request(tmp_path: Path) -> None:
    with GroundTruth({"/a": Answer((plain(),))}) as server:
        told = crawl(tmp_path, [{"url": f"{server.base}/a"}], misfit=True)
        assert server.log == []
    assert told["stats"]["finish_reason"] == "wire-does-not-fit"
    assert "an exchange does not come out byte for byte" in told["error"]


def test_nothing_is_fetched_past_an_archive_that_nobody_opened(tmp_path: Path) -> None:
    with GroundTruth({"/a": Answer((plain(),))}) as server:
        told = crawl(tmp_path, [{"url": f"{server.base}/a"}] * 2, unopened=True)
        assert len(server.log) == 1
    assert [seen["error"] for seen in told["seen"]] == ["WireError", "WireError"]


def test_an_unwritable_archive_ends_the_crawl_before_its_first_request(tmp_path: Path) -> None:
    (tmp_path / "warc").mkdir()
    (tmp_path / "warc" / "warc").write_text("a file where a directory should be")
    with GroundTruth({"/a": Answer((plain(),))}) as server:
        told = crawl(tmp_path, [{"url": f"{server.base}/a"}])
        assert server.log == []
    assert told["stats"]["finish_reason"] == "archive-cannot-write"
    assert "cannot write the WARC: File exists" in told["error"]


def test_a_page_of_50_mb_comes_whole_and_is_held_no_more_than_scrapy_must(tmp_path: Path) -> None:
    body = hashlib.shake_256(b"besar").digest(1 << 20) * 50
    with GroundTruth({"/besar": Answer((plain(body),)), "/kecil": Answer((plain(),))}) as server:
        small = crawled(_folder(tmp_path, "kecil"), server, [{"url": f"{server.base}/kecil"}])
        large = crawled(_folder(tmp_path, "besar"), server, [{"url": f"{server.base}/besar"}])
    assert large.told["seen"][0]["page"]["sha256"] == hashlib.sha256(body).hexdigest()
    assert large.records[1].content == plain(body)
    # Once in Scrapy's response, once in the page, once while one becomes the other.
    assert large.told["peak_kib"] - small.told["peak_kib"] < 170 * 1024


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder
