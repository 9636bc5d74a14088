"""A site that says whatever it likes for as long as it is listened to, and keeps every byte that it was sent.

One request a connection; an answer is bytes that may never end. Its TLS is none: a handshake is bytes like others.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType

Pieces = Callable[[], Iterable[bytes]]

CLOSE = b"Connection: close\r\n"
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def page(body: str | bytes = b"", *lines: str, status: str = "200 OK", kind: str = "text/html") -> Pieces:
    """Return an answer that ends."""
    raw = body.encode() if isinstance(body, str) else body
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(raw)}", "Connection: close", *lines]
    return lambda: ["\r\n".join(head).encode() + b"\r\n\r\n" + raw]


def endless(front: bytes, piece: bytes) -> Pieces:
    """Return an answer that repeats ``piece`` until nobody listens."""

    def pieces() -> Iterator[bytes]:
        yield front
        while True:
            yield piece * max(1, 4096 // len(piece))

    return pieces


class HostileSite:
    """Serve answers by path. ``received`` holds what each connection sent, also one that was no request."""

    def __init__(self, answers: Mapping[str, Pieces], address: str = "127.0.0.1", port: int = 0) -> None:
        self.answers = dict(answers)
        self.received: list[bytes] = []
        self.address = address
        self.gone = threading.Event()
        self._listener = socket.create_server((address, port))
        self.port: int = self._listener.getsockname()[1]
        self.base = f"http://{address}:{self.port}"

    def __enter__(self) -> HostileSite:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gone.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def dripping(self, front: bytes, drop: bytes, pause: float = 0.05) -> Pieces:
        """Return an answer of which a drop falls every ``pause`` seconds, for as long as the site stands."""

        def pieces() -> Iterator[bytes]:
            yield front
            while not self.gone.wait(pause):
                yield drop

        return pieces

    def paths(self) -> list[str]:
        """Return what was asked for, in order."""
        return [request.split(b" ", 2)[1].decode() for request in self.received if b" " in request]

    def requests(self, path: str) -> list[bytes]:
        """Return the requests for a path, as they came."""
        return [request for request in self.received if request.split(b" ", 2)[1:2] == [path.encode()]]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):  # the crawl hangs up: that is what it is here for
            connection.settimeout(30)
            request = b""
            while b"\r\n\r\n" not in request and (data := connection.recv(65536)):
                request += data
            self.received.append(request)
            if b"\r\n\r\n" not in request:
                return
            for piece in self.answers.get(request.split(b" ", 2)[1].decode(), lambda: [_NOT_FOUND])():
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
