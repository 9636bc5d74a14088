"""The archive in a browser: pywb over our index, and before it a list of stories. Run by pywb's Python, never imported.

    <replay environment>/bin/python -I app.py config.json

Knows pywb and the standard library; of ours only `pages`, which knows no more. All that it serves was prepared
by `replay`. It says ``{"port": …}`` or ``{"error": …}`` on stdout and ends when its stdin does. It opens no connection
off this machine: what the archive lacks is not found, never fetched.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from xinhua_id.archive.replay import pages
else:  # the package itself is not on this Python's path, and its folder must not be: it has a trace.py, as Python has
    _spec = importlib.util.spec_from_file_location("replay_pages", Path(__file__).with_name("pages.py"))
    pages = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(pages)

_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
# pywb's own policy lets web sockets out; what is replayed may load only what this server gives.
_REPLAYED = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; form-action 'self'"
_OURS = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

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
        self.pywb = _frontend(config)
        self._title: str = config["title"]
        self._stories: str = config["stories"]
        rewriter = self.pywb.rewriterapp
        rewriter.head_insert_view.banner_view = _View(lambda _, cdx, **__: pages.banner(cdx["timestamp"], cdx["url"]))
        rewriter.query_view = _View(self._captures)
        rewriter.not_found_view = _View(lambda _, url="", **__: pages.not_found(self._title, url))
        rewriter.error_view = _View(self._broken)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "")
        if not _is_here(environ.get("HTTP_HOST", "localhost")):
            return _answer(start, "<p>This server answers to 127.0.0.1 only.", "403 Forbidden")
        if path == "/":
            return _answer(start, pages.stories(self._stories, self._title, environ.get("QUERY_STRING", "")))
        if path.rstrip("/") == f"/{pages.COLLECTION}":
            return _answer(start, "", "302 Found", ("Location", "/"))

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            kept = [(name, value) for name, value in headers if name.lower() != "content-security-policy"]
            policy = [("Content-Security-Policy", _REPLAYED), ("X-DNS-Prefetch-Control", "off")]
            return start(status, [*kept, *policy], *more)

        return self.pywb(environ, begin)  # type: ignore[no-any-return]

    def _captures(self, _environ: object, url: str, **_: Any) -> str:
        from pywb.rewrite.wburl import WbUrl

        asked = {"coll": pages.COLLECTION, "type": "replay", "output": "json"}
        said = self.pywb.rewriterapp.do_query(WbUrl(f"*/{url}"), asked)
        return pages.captures(self._title, url, map(json.loads, said.text.splitlines() if said.ok else ()))

    def _broken(self, _environ: object, err_msg: object = "", err_details: object = "", **_: Any) -> str:
        why = err_details.get("error", "") if isinstance(err_details, dict) else err_details or ""
        if why in {"coll_not_found", "static_file_not_found"}:
            return pages.not_found(self._title, str(err_msg))
        return pages.broken(self._title, str(err_msg), str(why))


class _View:
    """A page of ours in the place of one of pywb's templates."""

    def __init__(self, render: Callable[..., str]) -> None:
        self.render_to_string = render


def _frontend(config: dict[str, Any]) -> Any:
    from pywb.apps.frontendapp import FrontEndApp
    from pywb.warcserver.resource.resolvingloader import ResolvingLoader

    ResolvingLoader.load_headers_and_payload = _framed_as_stored(ResolvingLoader.load_headers_and_payload)
    # pywb takes a config.yaml of the folder it is started in, unless it is given one.
    empty = Path(config["folder"], "pywb.yaml")
    empty.write_text("debug: false\n", encoding="utf-8")
    settings = {
        "collections_root": str(Path(config["folder"], "none")),  # a name, so that pywb parts collection and address
        "enable_auto_colls": False,
        "framed_replay": False,  # a page is there without scripts
        "csp-header": _REPLAYED,
        "collections": {pages.COLLECTION: {"index_group": config["indexes"], "archive_paths": [_resolver(config)]}},
    }
    return FrontEndApp(config_file=str(empty), custom_config=settings)


def _resolver(config: dict[str, Any]) -> Callable[[str, object], list[str]]:
    """Return what finds the WARC of an index line: one of ours, closed or still written, and nothing else."""
    files: dict[str, str] = config["files"]

    def paths(name: str, _line: object) -> list[str]:
        if os.sep in name or name.startswith("."):
            return []
        if name in files:
            return [files[name]]
        there = (f"{folder}/{name}{end}" for folder in config["folders"] for end in ("", ".open"))
        return [path for path in there if Path(path).is_file()]

    return paths


def _framed_as_stored(load: Callable[..., Any]) -> Callable[..., Any]:
    """Make pywb read a body as it was stored: in chunks or not is what the original's head says, not the revisit's.

    A revisit brings the head of its own visit, the original brings the bytes, and a site may send the same page in
    chunks today and with a length tomorrow. pywb knows ``chunked`` in small letters only.
    """

    def loaded(*arguments: Any, **named: Any) -> Any:
        headers, payload = load(*arguments, **named)
        stored = payload.http_headers if payload is not None else None
        head = headers.http_headers if headers is not None else None
        if stored is None or head is None:
            return headers, payload
        if "chunked" in (stored.get_header("Transfer-Encoding") or "").lower():
            head.replace_header("Transfer-Encoding", "chunked")
            head.remove_header("Content-Length")
        elif headers is not payload:
            head.remove_header("Transfer-Encoding")
        return headers, payload

    return loaded


def _is_here(host: str) -> bool:
    """Whether a request means this server: a page elsewhere could give its own name this address, and read on."""
    try:
        return urlsplit(f"//{host}").hostname in _HERE
    except ValueError:
        return False


def _answer(start: Start, body: str, status: str = "200 OK", *headers: tuple[str, str]) -> list[bytes]:
    raw = body.encode("utf-8", "replace")
    kind = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(raw)))]
    start(status, [*kind, ("Content-Security-Policy", _OURS), *headers])
    return [raw]


def main(path: str) -> None:
    """Serve what the configuration says until stdin ends."""
    config = json.loads(Path(path).read_text(encoding="utf-8"))
    parent, sys.stdout = sys.stdout, sys.stderr  # what pywb prints is no answer
    sys.addaudithook(stay_on_this_machine)
    try:
        replay = Replay(config)
        import gevent
        from gevent import os as patient
        from gevent.pywsgi import WSGIServer
        from pywb.utils.geventserver import RequestURIWSGIHandler

        server = WSGIServer(("127.0.0.1", config["port"]), replay, handler_class=RequestURIWSGIHandler, log=None)
        replay.pywb.warcserver_server.server.log = server.log
        server.start()
    except (ImportError, OSError) as error:
        said = {"error": str(error), "missing": isinstance(error, ImportError), "errno": getattr(error, "errno", None)}
        print(json.dumps(said), file=parent, flush=True)
        raise SystemExit(1) from error

    def end_with_parent() -> None:
        while patient.tp_read(0, 1):
            pass
        server.stop()
        shutil.rmtree(config["folder"], ignore_errors=True)
        os._exit(0)

    gevent.spawn(end_with_parent)
    print(json.dumps({"port": server.server_port}), file=parent, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
