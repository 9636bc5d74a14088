"""With deduplication on, every exchange's bytes still come back: from the records of it, and from the original's."""

from __future__ import annotations

import gzip
from urllib.parse import unquote_to_bytes

import pytest

from tests.crawl.test_wire import BODY, CHUNKED, CONTINUE, EARLY, Crawled, chunked, crawled, head, plain
from tests.ground_truth import Answer, GroundTruth, Logged
from xinhua_id.warc import payload
from xinhua_id.warc.chunks import framed
from xinhua_id.warc.reader import Record

TAG, SINCE = b'ETag: "v1"', b"Last-Modified: Fri, 09 Jan 2026 05:00:00 GMT"
UNCHANGED = b'HTTP/1.1 304 Tidak  Berubah\r\neTag:  "v1"\r\nContent-Length: 99\r\n\r\n'


def body(number: int) -> bytes:
    return b"<p>panen ke-%d</p>" % number + BODY


def chunks(data: bytes, size: int, trailer: bytes = b"") -> bytes:
    framed = (b"%x\r\n%s\r\n" % (len(data[at : at + size]), data[at : at + size]) for at in range(0, len(data), size))
    return b"".join(framed) + b"0\r\n" + trailer + b"\r\n"


HEAD = head(b"Content-Length: 4321", TAG)
PART = plain(b"separuh", b"Content-Range: bytes 0-6/99", TAG, status=b"206 Partial Content")
NOTHING = b"HTTP/1.1 204 No Content\r\nX-Ada: ya\r\n\r\n"
#: What is said first and then, and which record the second answer becomes.
CASES: dict[str, tuple[bytes, bytes, str]] = {
    "same": (plain(body(0)), plain(body(0)), "identical-payload-digest"),
    "other-head": (plain(body(1)), plain(body(1), b"x-BARU:  ya ", status=b"200 Baik"), "identical-payload-digest"),
    "hints-before": (plain(body(2)), EARLY + CONTINUE + plain(body(2)), "identical-payload-digest"),
    "gzip": (
        plain(gzip.compress(body(3), mtime=0)),
        plain(gzip.compress(body(3), mtime=0)),
        "identical-payload-digest",
    ),
    "chunked-alike": (head(CHUNKED) + chunked(body(4)), head(CHUNKED) + chunked(body(4)), "identical-payload-digest"),
    "chunked-otherwise": (
        head(CHUNKED) + chunks(body(5), 700),
        head(CHUNKED) + chunks(body(5), 333, b"X-Sesudah: ya\r\n"),
        "identical-payload-digest",
    ),
    "length-then-chunked": (plain(body(6)), head(CHUNKED) + chunks(body(6), 999), "response"),
    "chunked-then-length": (head(CHUNKED) + chunks(body(7), 999), plain(body(7)), "response"),
    "chunks-of-a-byte": (head(CHUNKED) + chunks(body(8) * 4, 999), head(CHUNKED) + chunks(body(8) * 4, 1), "response"),
    "304": (plain(body(9), TAG, SINCE), UNCHANGED, "server-not-modified"),
    "304-after-hints": (plain(body(10), TAG), EARLY + CONTINUE + UNCHANGED, "server-not-modified"),
    "changed": (plain(body(11), TAG), plain(body(12), TAG), "response"),
    "not-found": (plain(body(13), status=b"404 Tidak Ada"), plain(body(13), status=b"404 Tidak Ada"), "response"),
    "partial": (PART, PART, "response"),
    "no-content": (NOTHING, NOTHING, "response"),
    "head": (HEAD, HEAD, "response"),
}


@pytest.fixture(scope="module")
def two_crawls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Crawled, Crawled]:
    """The same URLs, asked for in two runs of one archive; the second asks with what the first kept."""
    folder = tmp_path_factory.mktemp("dua")
    with GroundTruth({}) as server:
        requests = [{"url": f"{server.base}/{name}", "method": "HEAD" if name == "head" else "GET"} for name in CASES]
        found = []
        for number in (0, 1):
            server.log = []
            server.answers = {f"/{name}": Answer((case[:2][number],)) for name, case in CASES.items()}
            job = {"run": f"uji-{number}", "conditional": True, "settings": {"XINHUA_ID_DEDUPLICATE": "any"}}
            found.append(crawled(folder, server, requests, **job))
    return found[0], found[1]


def exchange_of(run: Crawled, name: str) -> tuple[Record, Record, dict[str, str], Logged]:
    """Return response or revisit, request and what stands beside them, of one URL; and what the server saw."""
    url = f"{run.base}/{name}"
    of_url = {one.type: one for one in run.records if one.header("WARC-Target-URI") == url}
    beside = of_url["metadata"].content.decode() if "metadata" in of_url else ""
    said = dict(line.split(": ", 1) for line in beside.splitlines())
    (logged,) = (logged for logged in run.log if logged.path == f"/{name}")
    return of_url.get("revisit") or of_url["response"], of_url["request"], said, logged


def received(found: Record, beside: dict[str, str], original: Record | None) -> bytes:
    """Return what went over the wire, from the records alone."""
    said = unquote_to_bytes(beside.get("interimResponses", "")) + found.content
    if original is None or (found.header("WARC-Profile") or "").endswith("server-not-modified"):
        return said
    head = payload.read_head(original.content)
    kept = original.content[head.body_start :]
    data = b"".join(payload.dechunked([kept])) if head.chunked else kept
    framing = beside.get("chunkFraming")
    return said + (b"".join(framed(unquote_to_bytes(framing), data)) if framing else data)


@pytest.mark.parametrize("name", CASES)
def test_what_went_over_the_wire_comes_back_from_the_records(two_crawls: tuple[Crawled, Crawled], name: str) -> None:
    first, second = two_crawls
    for run in (first, second):
        found, request, beside, logged = exchange_of(run, name)
        assert request.content == logged.request
        original = exchange_of(first, name)[0] if found.type == "revisit" else None
        assert received(found, beside, original) == bytes(logged.response)
        assert request.header("WARC-Concurrent-To") == found.header("WARC-Record-ID")


@pytest.mark.parametrize("name", CASES)
def test_the_second_answer_is_the_record_that_it_should_be(two_crawls: tuple[Crawled, Crawled], name: str) -> None:
    first, second = two_crawls
    original, found = exchange_of(first, name)[0], exchange_of(second, name)[0]
    assert original.type == "response"
    assert (found.header("WARC-Profile") or found.type).rpartition("/")[2] == CASES[name][2]
    if found.type == "revisit":
        assert found.header("WARC-Refers-To") == original.header("WARC-Record-ID")
        assert found.header("WARC-Payload-Digest") == original.header("WARC-Payload-Digest")


@pytest.mark.parametrize("name", ["chunked-alike", "chunked-otherwise"])
def test_a_revisit_that_was_chunked_says_its_framing(two_crawls: tuple[Crawled, Crawled], name: str) -> None:
    assert "chunkFraming" in exchange_of(two_crawls[1], name)[2]


@pytest.mark.parametrize("name", ["304", "304-after-hints"])
def test_a_304_is_asked_for_with_what_was_kept(two_crawls: tuple[Crawled, Crawled], name: str) -> None:
    assert b'If-None-Match: "v1"\r\n' in exchange_of(two_crawls[1], name)[1].content
    told = next(one for one in two_crawls[1].told["seen"] if one["url"].endswith(f"/{name}"))
    assert told["page"]["status"] == 200  # of the page that is still the same
    assert told["page"]["length"] == len(body(9 if name == "304" else 10))
