"""replayweb.page shows the records of a WACZ: a second replay beside pywb, which lives in the browser alone."""

from __future__ import annotations

import hashlib
import http.server
import json
import re
import threading
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.archive import chromium
from tests.archive.replay_records import Shelf, every_kind
from xinhua_id.archive.replay import index as replay_index

#: Where `make replayweb-ready` unpacks it.
PLAYER = Path(__file__).parent.parent.parent / "build" / "replaywebpage" / "package"

#: Those that its reader takes different ways with; pywb is shown every kind.
KINDS = (
    "chunked", "chunked, spelt otherwise", "chunked, gzip", "br", "charset in the header only", "redirect to a story",
    "revisit of another URL", "revisit, plain, of a chunked original", "the newest capture is a 304",
)  # fmt: skip

# The page lies in frames inside shadow trees; the promise is kept once the headline stands in one of them.
_FIND = """new Promise((done) => {
  const text = (node) => [...(node.querySelectorAll ? node.querySelectorAll("*") : [])].reduce((said, one) => said
    + (one.shadowRoot ? text(one.shadowRoot) : "")
    + (one.tagName === "IFRAME" && one.contentDocument ? text(one.contentDocument) : ""),
    node.body ? node.body.innerText : "");
  const end = Date.now() + 15000;
  const look = () => {
    const said = text(document);
    if (said.includes(HEADLINE) || Date.now() > end) done(said); else setTimeout(look, 50);
  };
  look();
})"""


class _Handler(http.server.BaseHTTPRequestHandler):
    """Files with ranges, as the player asks for them, and a page that shows one capture."""

    protocol_version = "HTTP/1.1"
    files: Mapping[str, tuple[str, bytes]] = {}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Keep the tests' output clean."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        kind, body = self.files.get(parts.path, ("text/plain", b""))
        if parts.path == "/show":
            asked = dict(parse_qsl(parts.query))
            kind, body = "text/html", (
                "<!doctype html><script src=/ui.js></script><replay-web-page source=/a.wacz replaybase=/replay/ "
                f"embed=replayonly url='{asked['url']}' ts='{asked['ts']}'></replay-web-page>"
            ).encode()  # fmt: skip
        size, status, more = len(body), 200 if body else 404, {}
        if body and (found := re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))):
            first, last = found.groups()
            begin = int(first) if first else size - int(last)
            end = min(int(last) if first and last else size - 1, size - 1)
            body, status, more = body[begin : end + 1], 206, {"Content-Range": f"bytes {begin}-{end}/{size}"}
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Accept-Ranges": "bytes",
            **more,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    if not (PLAYER / "ui.js").is_file():
        pytest.skip("NO REPLAYWEB.PAGE TEST: `make replayweb-ready` fetches it")
    if chromium.found() is None:
        pytest.skip("NO BROWSER TEST: chromium is not installed")
    return every_kind(tmp_path / "arsip")


@pytest.fixture
def site(shelf: Shelf) -> Iterator[str]:
    _Handler.files = {
        "/ui.js": ("text/javascript", (PLAYER / "ui.js").read_bytes()),
        "/sw.js": ("text/javascript", (PLAYER / "sw.js").read_bytes()),
        "/replay/sw.js": ("text/javascript", b'importScripts("/sw.js");'),
        "/a.wacz": ("application/zip", packed(shelf).read_bytes()),
    }
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def packed(shelf: Shelf) -> Path:
    """Return a WACZ of the archive's one WARC, with the index as it is for replay."""
    warc = shelf.writer.path
    pages = [{"format": "json-pages-1.0", "id": "pages", "title": "Pages"}] + [
        {"url": kept.url, "ts": kept.at.strftime("%Y-%m-%dT%H:%M:%SZ"), "title": kept.headline}
        for kept in shelf.kept.values()
    ]
    files = {
        f"archive/{warc.name}": warc.read_bytes(),
        "indexes/index.cdxj": "".join(sorted(f"{line.rstrip()}\n" for line in replay_index.lines(warc))).encode(),
        "pages/pages.jsonl": "".join(f"{json.dumps(page)}\n" for page in pages).encode(),
    }
    resources = [
        {
            "name": Path(name).name,
            "path": name,
            "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
            "bytes": len(data),
        }
        for name, data in files.items()
    ]
    files["datapackage.json"] = json.dumps(
        {"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}
    ).encode()
    path = shelf.root / "a.wacz"
    with zipfile.ZipFile(path, "w") as wacz:
        for name, data in files.items():
            wacz.writestr(name, data)
    return path


def test_replayweb_page_shows_what_was_captured(shelf: Shelf, site: str, tmp_path: Path) -> None:
    with chromium.Browser(tmp_path / "profile") as browser:
        for kind in KINDS:
            kept = shelf.kept[kind]
            browser.open(f"{site}/show?{urlencode({'url': kept.url, 'ts': kept.timestamp})}")
            assert kept.headline in str(browser.value(_FIND.replace("HEADLINE", json.dumps(kept.headline)))), kind
    assert [url for url in browser.asked if url.startswith("http") and not url.startswith(f"{site}/")] == []
