"""A raw HTTP/1.1 server on loopback that can also answer badly. Knows nothing of stories.

Threads, one a connection, all daemons; a connection idle for 15 s is closed, more than 64 at once wait.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import threading
import time
import zlib
from collections import Counter
from dataclasses import dataclass, replace

import brotli

from xinhua_id.demo.content import Answer, Content, Manner
from xinhua_id.errors import UsageError

_REASON = {200: "OK", 301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect", 404: "Not Found",
           410: "Gone", 500: "Internal Server Error", 503: "Service Unavailable", 400: "Bad Request"}  # fmt: skip


class SiteServer:
    """Serves one site on ``127.0.0.1``; the port is bound at once, answers begin with `serve`.

    ``hits`` counts requests by target, robots.txt and pictures included.
    """

    def __init__(self, port: int = 0) -> None:
        try:
            self._listener = socket.create_server(("127.0.0.1", port), backlog=64)
        except (OSError, OverflowError) as error:
            raise UsageError(f"cannot listen on port {port}: {error}", now="Choose other ports.") from error
        self.base = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.hits: Counter[str] = Counter()
        self._content: Content | None = None
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(64)
        self._open: set[socket.socket] = set()
        self._closing = threading.Event()

    def serve(self, content: Content) -> None:
        """Begin to answer with this content, in the background."""
        self._content = content
        threading.Thread(target=self._accept, name=f"replica-{content.name}", daemon=True).start()

    def close(self) -> None:
        """Stop listening and cut what is still open."""
        self._closing.set()
        # close() alone leaves a thread that waits in accept() holding the port; some systems refuse to shut down a
        # socket that listens, and there close() wakes accept().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for one in self._open:
                one.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            self._slots.acquire()
            try:
                peer, _ = self._listener.accept()
            except OSError:
                self._slots.release()
                return  # closed
            peer.settimeout(15)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(peer)
            threading.Thread(target=self._converse, args=(peer,), daemon=True).start()

    def _converse(self, peer: socket.socket) -> None:
        try:
            with peer, peer.makefile("rb") as stream:
                while (request := _request(stream)) is not None:
                    if not self._reply(peer, request) or not request.keep:
                        return
        except OSError:
            return  # the client left, or was silent too long: nothing to answer
        finally:
            with self._lock:
                self._open.discard(peer)
            self._slots.release()

    def _reply(self, peer: socket.socket, request: _Request) -> bool:
        """Answer one request; return whether the connection goes on."""
        assert self._content is not None
        with self._lock:
            self.hits[request.target] += 1
            first = self.hits[request.target] == 1
        answer = self._content.answer(request.target)
        if answer.manner is Manner.SILENT:
            return False
        if answer.manner is Manner.UNAVAILABLE_ONCE and first:
            sorry = b"<html><body><h1>503</h1><p>Server sedang sibuk.</p></body></html>"
            answer = Answer(sorry, 503, headers=(("Retry-After", "1"),))
        if answer.coding and answer.coding not in request.accepts:
            answer = replace(answer, coding=None)  # RFC 9110 §12.5.3
        head, body = _wire(answer)
        if request.method == "HEAD":
            peer.sendall(head)
            return True
        if answer.manner is Manner.SLOW:
            peer.sendall(head)
            self._closing.wait(1.0)
            peer.sendall(body)
        elif answer.manner in (Manner.SHORT, Manner.RESET):
            peer.sendall(head + body[: len(body) // 2])
            if answer.manner is Manner.RESET:
                time.sleep(0.05)  # the half must arrive before the RST discards it
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        else:
            peer.sendall(head + body)
        return True


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    target: str
    keep: bool
    accepts: frozenset[str]


def _request(stream: object) -> _Request | None:
    """Read one request head; None at the connection's end."""
    readline = stream.readline  # type: ignore[attr-defined]
    line = readline(65537).decode("latin-1").split()
    if len(line) < 3:
        return None
    keep, length, accepts = True, 0, ""
    while (field := readline(65537).strip()) != b"":
        name, _, value = field.decode("latin-1").partition(":")
        if name.lower() == "connection" and value.strip().lower() == "close":
            keep = False
        if name.lower() == "accept-encoding":
            accepts = value
        if name.lower() == "content-length":
            length = int(value) if value.strip().isdigit() else 0
    if length:
        stream.read(length)  # type: ignore[attr-defined]
    codings = frozenset(part.partition(";")[0].strip().lower() for part in accepts.split(","))
    return _Request(line[0], line[1], keep, codings)


def _wire(answer: Answer) -> tuple[bytes, bytes]:
    """Return head and body as they go over the wire."""
    body = answer.body
    fields = [("Server", "nginx"), ("Date", "Mon, 06 Jan 2025 01:00:00 GMT")]
    if answer.content_type:
        fields.append(("Content-Type", answer.content_type))
    if answer.coding == "gzip":
        body = gzip.compress(body, 6, mtime=0)
    elif answer.coding == "br":
        body = brotli.compress(body, quality=5)
    elif answer.coding == "deflate":
        body = zlib.compress(body)
    if coding := answer.coding or answer.declared:
        fields.append(("Content-Encoding", coding))
    fields.extend(answer.headers)
    if answer.chunked:
        fields.append(("Transfer-Encoding", "chunked"))
        sizes = range(0, len(body), 4093)
        body = (
            b"".join(b"%x\r\n%b\r\n" % (len(body[at : at + 4093]), body[at : at + 4093]) for at in sizes) + b"0\r\n\r\n"
        )
    else:
        fields.append(("Content-Length", str(len(body))))
    lines = [
        f"HTTP/1.1 {answer.status} {_REASON.get(answer.status, 'OK')}",
        *(f"{name}: {value}" for name, value in fields),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"), body
