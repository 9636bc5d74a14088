"""The archive in a browser: pywb over our index, and before it a list of stories. Run by pywb's Python, never imported.

    <replay environment>/bin/python -I replay_app.py config.json

Knows pywb and the standard library, nothing else of ours: it lives in an environment of its own, and all that it shows
was prepared by `replay.py`. It says ``{"port": …}`` or ``{"error": …}`` on stdout, and ends when its stdin does. It
opens no connection off this machine: what the archive lacks is not found, never fetched.
"""

from __future__ import annotations

import datetime as dt
import html
import ipaddress
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

_COLLECTION = "archive"
_PAGE = 50
_WIB = dt.timezone(dt.timedelta(hours=7), "WIB")
_HERE = frozenset({"127.0.0.1", "localhost", "[::1]"})
# pywb's own policy lets web sockets out; what is replayed may run and show only what this server gives.
_REPLAYED = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; form-action 'self'"
_OURS = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_STYLE = Path(__file__).with_name("replay.css").read_text(encoding="utf-8")

Environ = dict[str, Any]
Start = Callable[..., Any]


def stay_on_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse every connection and look-up that leaves loopback, whoever asks: pywb can fetch from the live web."""
    if event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    try:
        loopback = name in {None, "", "localhost"} or ipaddress.ip_address(name).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise PermissionError(f"replay opens no connection off this machine: {name}")


class Replay:
    """The WSGI application: ``/`` is the list of stories, everything else is pywb's."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.title: str = config["title"]
        self._stories = f"file:{quote(config['stories'])}?mode=ro&immutable=1"
        self._pywb = _frontend(config)
        rewriter = self._pywb.rewriterapp
        rewriter.head_insert_view.banner_view = _View(_banner)
        rewriter.query_view = _View(self._captures)
        rewriter.not_found_view = _View(self._not_found)
        rewriter.error_view = _View(self._broken)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if environ.get("HTTP_HOST", "localhost").rpartition(":")[0] not in {"", *_HERE}:
            return _answer(start, "<p>This server answers to 127.0.0.1 only.", "403 Forbidden")
        if path == "/":
            return _answer(start, self._list(parse_qs(environ.get("QUERY_STRING", ""))))
        if path.rstrip("/") == f"/{_COLLECTION}":
            return _answer(start, "", "302 Found", ("Location", "/"))

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            if not any(name.lower() == "content-security-policy" for name, _ in headers):
                headers = [*headers, ("Content-Security-Policy", _REPLAYED)]
            return start(status, [*headers, ("X-DNS-Prefetch-Control", "off")], *more)

        return self._pywb(environ, begin)  # type: ignore[no-any-return]

    def _list(self, query: dict[str, list[str]]) -> str:
        """Return the page of stories that ``q``, ``site`` and ``page`` ask for."""
        said, site = query.get("q", [""])[0].strip(), query.get("site", [""])[0]
        asked = query.get("page", ["1"])[0]
        page = max(1, int(asked)) if asked.isdecimal() and len(asked) < 10 else 1
        words = said.casefold().split()
        where = " AND ".join(["1", *(["site = ?"] if site else []), *["instr(searched, ?)"] * len(words)])
        values: list[Any] = [*([site] if site else []), *words]
        with closing(sqlite3.connect(self._stories, uri=True)) as database:
            sites = database.execute("SELECT site, count(*) FROM stories GROUP BY site ORDER BY site").fetchall()
            total = database.execute(f"SELECT count(*) FROM stories WHERE {where}", values).fetchone()[0]
            rows = database.execute(
                f"SELECT headline, date, source, lead, url, timestamp FROM stories WHERE {where} ORDER BY n "
                "LIMIT ? OFFSET ?", [*values, _PAGE, (page - 1) * _PAGE],
            ).fetchall()  # fmt: skip
        kept = {"q": said, "site": site}
        return _page(
            self.title,
            f"<header><h1>{_text(self.title)}</h1><p>{_counted(total, said)}</p></header>",
            f"<form role=search action=/><input type=search name=q value='{_text(said)}' aria-label='Search the "
            f"headlines, or an address' placeholder='A word of the headline, or an address'>"
            f"<input type=hidden name=site value='{_text(site)}'><button>Search</button></form>",
            _tabs(sites, kept) if len(sites) > 1 else "",
            f"<p class=address><a href='{_text(_all_captures(said))}'>All captures of {_text(said)}</a>"
            if said.startswith(("http://", "https://", "urn:")) else "",
            "<ol class=stories>" + "".join(_story(*row) for row in rows) + "</ol>" if rows else _nothing(said, site),
            _pager(page, -(-total // _PAGE), kept),
        )  # fmt: skip

    def _captures(self, _environ: Environ, url: str, **_: Any) -> str:
        """Return the page that lists every capture of one address."""
        from pywb.rewrite.wburl import WbUrl

        said = self._pywb.rewriterapp.do_query(
            WbUrl(f"*/{url}"), {"coll": _COLLECTION, "type": "replay", "output": "json"}
        )
        lines = [json.loads(line) for line in said.text.splitlines()] if said.ok else []
        rows = "".join(
            f"<li><a href='{_text(_link(line['timestamp'], line.get('url', url)))}'>{_moment(line['timestamp'])}</a> "
            f"<span>{_text(_what(line))}</span>"
            for line in reversed(lines)
        )
        return _page(
            f"Captures of {url}",
            f"<header><p><a href=/>← {_text(self.title)}</a><h1>Captures</h1><p class=url>{_text(url)}</header>",
            f"<ol class=captures>{rows}</ol>" if rows else "<p class=none>This address was not captured.",
        )

    def _not_found(self, _environ: Environ, url: str = "", **_: Any) -> str:
        return _page(
            "Not in this archive",
            f"<header><p><a href=/>← {_text(self.title)}</a><h1>Not in this archive</h1>"
            f"<p class=url>{_text(url)}</header><p>The crawl did not capture this address, and replay fetches nothing.",
        )

    def _broken(self, _environ: Environ, err_msg: str = "", err_details: object = "", **_: Any) -> str:
        why = err_details.get("error") if isinstance(err_details, dict) else err_details
        return _page(
            "Cannot be replayed",
            f"<header><p><a href=/>← {_text(self.title)}</a><h1>This capture cannot be replayed</h1>"
            f"<p class=url>{_text(err_msg)}</header><pre>{_text(why or '')}</pre>"
            "<p><code>xinhua-id archive verify</code> says whether the record is whole, and <code>xinhua-id archive "
            "index</code> mends an index that is not.",
        )


class _View:
    """A page of ours in the place of one of pywb's templates."""

    def __init__(self, render: Callable[..., str]) -> None:
        self.render_to_string = render


def _frontend(config: dict[str, Any]) -> Any:
    from pywb.apps.frontendapp import FrontEndApp
    from pywb.warcserver.resource.resolvingloader import ResolvingLoader

    ResolvingLoader.load_headers_and_payload = _framed_as_stored(ResolvingLoader.load_headers_and_payload)
    none = os.path.join(config["folder"], "none")  # noqa: PTH118 (pywb wants a string)
    settings = {
        "collections_root": none,
        "enable_auto_colls": False,
        "framed_replay": False,
        "csp-header": _REPLAYED,
        "collections": {_COLLECTION: {"index_group": config["indexes"], "archive_paths": [_resolver(config)]}},
    }
    return FrontEndApp(config_file="", custom_config=settings)


def _resolver(config: dict[str, Any]) -> Callable[[str, object], list[str]]:
    """Return what finds the WARC of an index line: one of ours, closed or still written, and nothing else."""
    files: dict[str, str] = config["files"]

    def paths(name: str, _line: object) -> list[str]:
        if os.sep in name or name.startswith("."):
            return []
        said = [files[name]] if name in files else [f"{folder}/{name}{end}" for folder in config["folders"] for end in ("", ".open")]
        return [path for path in said if Path(path).is_file()]

    return paths


def _framed_as_stored(load: Callable[..., Any]) -> Callable[..., Any]:
    """Make pywb read a body as it was stored: in chunks or not is what the original's head says, not the revisit's.

    A revisit brings the head of its own visit, the original brings the bytes, and a site may send the same page in
    chunks today and with a length tomorrow. pywb knows ``chunked`` in small letters only.
    """

    def loaded(*arguments: Any, **named: Any) -> Any:
        headers, payload = load(*arguments, **named)
        stored = payload.http_headers if payload is not None else None
        if stored is None or headers is None or headers.http_headers is None:
            return headers, payload
        head = headers.http_headers
        if "chunked" in (stored.get_header("Transfer-Encoding") or "").lower():
            head.replace_header("Transfer-Encoding", "chunked")
            head.remove_header("Content-Length")
        elif headers is not payload:
            head.remove_header("Transfer-Encoding")
        return headers, payload

    return loaded


def _banner(_environ: Environ, cdx: dict[str, str], **_: Any) -> str:
    """Return the script that puts one line above a replayed page, apart from the page's own style."""
    said = json.dumps({"captured": f"Captured {_moment(cdx['timestamp'])}", "all": _all_captures(cdx["url"])})
    return f"<script>(function (said) {{{_BANNER}}})({said.replace('<', _LESS)})</script>"


_LESS = "\\u003c"
_BANNER = """
document.addEventListener("DOMContentLoaded", function () {
  if (window.self !== window.top || !document.body) return;
  function make(name, text, style, href) {
    var made = document.createElement(name);
    made._no_rewrite = true;
    made.textContent = text;
    made.style.cssText = "all:initial;font:14px/1.4 system-ui,sans-serif;color:inherit;" + style;
    if (href) made.setAttribute("href", href);
    return made;
  }
  var link = "color:#ffd9a0;cursor:pointer;text-decoration:underline;margin-left:1.2em";
  var host = make("div", "", "display:block;position:relative;z-index:2147483647");
  var bar = make("div", said.captured, "display:block;background:#26221c;color:#f3ede2;padding:7px 14px");
  bar.appendChild(make("a", "All captures", link, said.all));
  bar.appendChild(make("a", "Stories", link, "/"));
  host.attachShadow({mode: "closed"}).appendChild(bar);
  document.body.insertBefore(host, document.body.firstChild);
});
"""


def _story(headline: str, date: str, source: str, lead: str, url: str, timestamp: str) -> str:
    return (
        f"<li><a href='{_text(_link(timestamp, url))}'>{_text(headline)}</a>"
        f"<p class=of><span>{_text(date)}</span> · <span>{_text(source)}</span></p>"
        f"<p class=lead>{_text(lead)}</p>"
    )


def _counted(total: int, said: str) -> str:
    stories = f"{total:,} {'story' if total == 1 else 'stories'}"
    return f"{stories} with <q>{_text(said)}</q>" if said else f"{stories}, the newest first"


def _tabs(sites: list[tuple[str, int]], kept: dict[str, str]) -> str:
    every = [("", sum(count for _, count in sites)), *sites]
    return "<nav aria-label=Sites>" + "".join(
        f"<a href='{_text(_here({**kept, 'site': site}))}'{' aria-current=true' if site == kept['site'] else ''}>"
        f"{_text(site or 'All sites')} <small>{count:,}</small></a>"
        for site, count in every
    ) + "</nav>"  # fmt: skip


def _pager(page: int, pages: int, kept: dict[str, str]) -> str:
    if pages < 2:
        return ""
    newer = f"<a rel=prev href='{_text(_here({**kept, 'page': str(page - 1)}))}'>← Newer</a>" if page > 1 else "<span></span>"
    older = f"<a rel=next href='{_text(_here({**kept, 'page': str(page + 1)}))}'>Older →</a>" if page < pages else "<span></span>"
    return f"<nav class=pager aria-label=Pages>{newer}<span>Page {page:,} of {pages:,}</span>{older}</nav>"


def _nothing(said: str, site: str) -> str:
    if said or site:
        return "<p class=none>No story has that in its headline, lead or address. <a href=/>All stories</a>"
    return "<p class=none>The archive holds no story yet: <code>xinhua-id crawl</code> brings some."


def _what(line: dict[str, str]) -> str:
    mime = line.get("mime", "")
    return "unchanged since an earlier capture" if mime == "warc/revisit" else f"{line.get('status', '')} {mime}".strip()


def _here(query: dict[str, str]) -> str:
    said = urlencode({name: value for name, value in query.items() if value})
    return f"/?{said}" if said else "/"


def _link(timestamp: str, url: str) -> str:
    return f"/{_COLLECTION}/{timestamp}/{url.replace('#', '%23')}"


def _all_captures(url: str) -> str:
    return f"/{_COLLECTION}/*/{url.replace('#', '%23')}"


def _moment(timestamp: str) -> str:
    try:
        at = dt.datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC).astimezone(_WIB)
    except (ValueError, OverflowError):
        return timestamp
    return f"{at.day} {at:%B %Y, %H:%M} WIB"


def _text(said: object) -> str:
    return html.escape(str(said))


def _page(title: str, *parts: str) -> str:
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>"
    )


def _answer(start: Start, body: str, status: str = "200 OK", *headers: tuple[str, str]) -> list[bytes]:
    raw = body.encode("utf-8", "replace")
    start(
        status,
        [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(raw))),
            ("Content-Security-Policy", _OURS),
            *headers,
        ],
    )
    return [raw]


def main(path: str) -> None:
    """Serve what the configuration says until stdin ends."""
    config = json.loads(Path(path).read_text(encoding="utf-8"))
    sys.addaudithook(stay_on_this_machine)
    try:
        replay = Replay(config)
        import gevent
        from gevent import os as patient
        from gevent.pywsgi import WSGIServer
        from pywb.utils.geventserver import RequestURIWSGIHandler

        server = WSGIServer(("127.0.0.1", config["port"]), replay, handler_class=RequestURIWSGIHandler, log=None)
        replay._pywb.warcserver_server.server.log = server.log
        server.start()
    except (ImportError, OSError) as error:
        print(json.dumps({"error": str(error), "errno": getattr(error, "errno", None)}), flush=True)
        raise SystemExit(1) from error

    def end_with_parent() -> None:
        while patient.tp_read(0, 1):
            pass
        server.stop()
        shutil.rmtree(config["folder"], ignore_errors=True)
        os._exit(0)

    gevent.spawn(end_with_parent)
    print(json.dumps({"port": server.server_port}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
