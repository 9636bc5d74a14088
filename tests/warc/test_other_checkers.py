"""On which records `warcio check` and `fastwarc check -p` disagree with ours: the docs' table, by running them."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import brotli
import pytest

from tests.warc.exchanges import SAID, exchange
from tests.warc.made import Made, crawl, faults, resource, revisit
from xinhua_id.warc.reader import records
from xinhua_id.warc.writer import WarcWriter

DOCS = Path(__file__).parent.parent.parent / "docs" / "archive-verify.md"
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n"
ZIPPED = gzip.compress(b"panen raya " * 50)
PLAIN = re.compile(r"^\| (?P<name>[^|]+?) \| (?P<warcio>[^|]+?) \| (?P<fastwarc>[^|]+?) \| (?P<ours>[^|]+?) \|$", re.M)


def chunks(body: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    parts = (body[at : at + 64] for at in range(0, len(body), 64))
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end


def said(response: bytes, truncated: str | None = None) -> Made:
    """Return the response record that our writer makes of an answer."""
    with tempfile.TemporaryDirectory() as folder:
        out = WarcWriter(Path(folder), source="contoh", info={})
        made = exchange(response)
        if truncated:
            made.cut(truncated)  # type: ignore[arg-type]
        out.write(made)
        out.close()
        found = next(one for one in records(out.path) if one.type == "response")
    return Made([pair for pair in found.headers if pair[0] != "Content-Length"], found.content)


def not_modified(original: Made, request: Made) -> Made:
    made = revisit(original, request)
    made.blocked(b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n")
    made.put("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/server-not-modified")
    made.put("WARC-Truncated", None)
    return made


def kinds() -> dict[str, Made]:
    """Return a record of each kind, by its name in the docs."""
    _, original, request, _, its_request = crawl(SAID, SAID)
    conversion = resource(b"Panen raya")
    conversion.put("WARC-Type", "conversion")
    conversion.put("Content-Type", "text/plain")
    return {
        "Content-Length, or until the connection closes": said(SAID),
        "chunked": said(CHUNKED + b"\r\n" + chunks(b"panen raya" * 9)),
        "chunked, with extensions and trailers": said(CHUNKED + b"\r\n5;a=b\r\npanen\r\n0\r\nX: y\r\n\r\n"),
        "`Transfer-Encoding: Chunked`": said(OK + b"Transfer-Encoding: Chunked\r\n\r\n" + chunks(b"panen raya" * 9)),
        "gzip, not chunked": said(OK + b"Content-Encoding: gzip\r\n\r\n" + ZIPPED),
        "gzip in chunks": said(CHUNKED + b"Content-Encoding: gzip\r\n\r\n" + chunks(ZIPPED)),
        "br in chunks": said(CHUNKED + b"Content-Encoding: br\r\n\r\n" + chunks(brotli.compress(b"panen" * 99))),
        "truncated": said(OK + b"Content-Length: 400\r\n\r\npanen", "time"),
        "truncated inside a chunk": said(CHUNKED + b"\r\n40\r\npanen", "disconnect"),
        "the answer to HEAD: no body": said(OK + b"Content-Length: 400\r\n\r\n"),
        "no body, chunked all the same": said(CHUNKED + b"\r\n"),
        "304 as a response record": said(b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"),
        "broken chunking": said(CHUNKED + b"\r\nzz\r\npanen"),
        "lines of the head end in LF": said(b"HTTP/1.1 200 OK\nX: y\n\npanen"),
        "no HTTP at all": said(b"ICY 200 OK\r\n\r\npanen"),
        "revisit, identical payload, with its head": revisit(original, request),
        "revisit, 304": not_modified(original, its_request),
        "resource": resource(),
        "conversion": conversion,
    }


def table() -> dict[str, tuple[str, str]]:
    text = DOCS.read_text("utf-8").partition("## Where other checkers disagree")[2].partition("\n## ")[0]
    return {
        found["name"]: (found["warcio"], found["fastwarc"])
        for found in PLAIN.finditer(text)
        if found["name"] not in {"record", "---"}
    }


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """Return what the two say of each kind of record, each tool run once."""
    folder = tmp_path_factory.mktemp("judged")
    made = kinds()
    info = crawl(SAID)[0]
    breaks = made["br in chunks"]  # warcio breaks off there: the last of the file
    ordered = [info, *(one for one in made.values() if one is not breaks), breaks]
    path = folder / "a.warc.gz"
    path.write_bytes(b"".join(one.member() for one in ordered))
    warcio = _warcio(_run("warcio", "check", "-v", str(path)))
    _run("fastwarc", "check", "-p", "-q", "-o", str(folder / "out"), str(path))
    fastwarc = dict(line.split(": ", 1) for line in (folder / "out").read_text().splitlines())
    return {
        name: (warcio.get(str(one.of("WARC-Record-ID")), "breaks off"), _word(fastwarc[str(one.of("WARC-Record-ID"))]))
        for name, one in made.items()
    }


def _run(tool: str, *arguments: str) -> str:
    script = Path(sys.executable).with_name(tool)
    if not script.exists():
        pytest.skip(f"{tool} is not installed here")
    return subprocess.run([script, *arguments], capture_output=True, text=True, check=False).stdout


def _warcio(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    record_id = ""
    for line in text.splitlines():
        if named := re.search(r"WARC-Record-ID (\S+)", line):
            record_id = named[1]
        elif "failed" in line:
            found[record_id] = "**disagrees**"
        else:
            found.setdefault(record_id, "agrees")
    return found


def _word(said_of_it: str) -> str:
    """Return the word for what fastwarc says: ``OK, PAYLOAD_OK`` and the like."""
    return "**disagrees**" if "FAIL" in said_of_it.upper() else "agrees"


def test_ours_agrees_on_every_kind(tmp_path: Path) -> None:
    info, original, request, *_ = crawl(SAID)
    made = kinds()
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(one.member() for one in (info, original, request, *made.values())))
    about_one_record = {"block-digest", "payload-digest", "length", "header-form", "missing-header", "record-end"}
    assert not [one for one in faults(path) if one.kind in about_one_record]


def test_the_table_of_the_docs_is_what_the_tools_say(judged: dict[str, tuple[str, str]]) -> None:
    assert table() == judged
