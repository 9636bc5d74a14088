"""A server that knows what went over the wire: raw sockets in threads, every byte in and out logged.

It says exactly the bytes it is told to, and ends a connection the way it is told to: that is the truth against which a
capture is measured.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal

Ending = Literal["keep", "fin", "reset", "stall"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say, and how the connection goes on: keep it, FIN, RST, or silence until the client hangs up.

    ``pieces`` are sent one by one; where ``slowly``, each is sent only after the client has acknowledged the last one.
    ``then`` holds the answer to the next request on the same connection, whatever it asks for.
    """

    pieces: tuple[bytes, ...]
    ending: Ending = "keep"
    slowly: bool = False
    then: Answer | None = None


@dataclass(slots=True)
class Logged:
    """One exchange as the server saw it."""

    connection: int
    request: bytes
    response: bytearray = field(default_factory=bytearray)

    @property
    def path(self) -> str:
        return self.request.split(b" ", 2)[1].decode("ascii")


_NOT_FOUND = Answer((b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",))


class GroundTruth:
    """Serve ``answers`` by path on a loopback port; ``log`` holds every exchange in the order of their requests."""

    def __init__(self, answers: Mapping[str, Answer], tls: ssl.SSLContext | None = None) -> None:
        self.answers = dict(answers)
        self.log: list[Logged] = []
        self._tls = tls
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.port: int = self._listener.getsockname()[1]
        self.base = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> GroundTruth:
        self._run(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                _hang_up(connection)
        for thread in self._threads:
            thread.join(timeout=5)

    def exchanges(self, path: str) -> list[Logged]:
        with self._lock:
            return [logged for logged in self.log if logged.path == path]

    def _run(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        number = 0
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            number += 1
            self._run(self._talk, connection, number)

    def _talk(self, raw: socket.socket, number: int) -> None:
        raw.settimeout(30)
        with self._lock:
            self._open.append(raw)
        try:
            connection = self._tls.wrap_socket(raw, server_side=True) if self._tls else raw
            with self._lock:
                self._open.append(connection)
            following: Answer | None = None
            waiting = b""
            while True:
                request, waiting = _read_request(connection, waiting)
                if not request:
                    break
                logged = Logged(number, request)
                with self._lock:
                    self.log.append(logged)
                answer = following or self.answers.get(logged.path, _NOT_FOUND)
                following = answer.then
                self._say(connection, answer, logged)
                if answer.ending != "keep":
                    break
        except OSError:
            pass  # The client went away, as some cases mean it to.
        finally:
            _hang_up(raw)

    def _say(self, connection: socket.socket, answer: Answer, logged: Logged) -> None:
        for piece in answer.pieces:
            logged.response.extend(piece)
            connection.sendall(piece)
            if answer.slowly:
                _until_acknowledged(connection)
        if answer.ending == "stall":
            while connection.recv(65536):
                pass
        elif answer.ending == "reset":
            _until_acknowledged(connection)
            # Zero seconds to linger: closing sends RST in place of FIN.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        elif answer.ending == "fin":
            connection.shutdown(socket.SHUT_RDWR)


def _read_request(connection: socket.socket, waiting: bytes) -> tuple[bytes, bytes]:
    """Return one request, body and all, and what came behind it; an empty one where the client closed."""
    while b"\r\n\r\n" not in waiting:
        data = connection.recv(65536)
        if not data:
            return b"", b""
        waiting += data
    head, _, rest = waiting.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    size = int(length[1]) if length else 0
    while len(rest) < size:
        rest += connection.recv(65536)
    return head + b"\r\n\r\n" + rest[:size], rest[size:]


def _until_acknowledged(connection: socket.socket) -> None:
    """Wait until the other side's kernel holds all that was sent (Linux: unacknowledged bytes of TCP_INFO)."""
    pause = threading.Event()
    for _ in range(2000):
        unacked = struct.unpack("8B6I", connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 32))[12]
        if unacked == 0:
            return
        pause.wait(0.001)


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # It may be down already.
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
