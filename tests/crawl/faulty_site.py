"""A news site on loopback that fails as real ones do: by seed and path, so that every run of a test meets the same.

    python -m tests.crawl.faulty_site --stories 2000 --stall 30 --log asked.jsonl

A path that fails does so when it is asked for first, most of them once; some for good. robots.txt never fails. What was
asked for is kept, so that a test can measure rates and repeats. Knows nothing of who crawls it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import gzip
import json
import random
import socket
import struct
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import TextIO

from tests.crawl.invented_news import Answer, InventedNews

#: Seconds between half an answer and the end of its connection: what was sent shall arrive.
_BEFORE_RESET = 0.01


class Fault(StrEnum):
    """How an answer fails."""

    RESET = "reset"  # half the body, then RST
    BUSY = "busy"  # 503 with Retry-After
    STALL = "stall"  # nothing for some seconds, then the answer
    TORN_GZIP = "torn-gzip"  # half a gzip stream, of the announced length
    WRONG_LENGTH = "wrong-length"  # more is announced than comes


@dataclass(frozen=True)
class Faults:
    """How much fails: shares of the paths by fault, and ``for_good`` the share of these stories that never recover.

    ``twice``: the share that fails at the second asking, too. ``stall`` and ``retry_after`` are seconds.
    """

    reset: float = 0.10
    busy: float = 0.05
    stalls: float = 0.05
    torn_gzip: float = 0.02
    wrong_length: float = 0.02
    for_good: float = 0.05
    twice: float = 0.15
    stall: float = 1.0
    retry_after: int = 1

    def of(self, path: str, time_asked: int, seed: int) -> Fault | None:
        """Return how a path fails when it is asked for the nth time, from 0; None where it answers as it should."""
        if path == "/robots.txt":
            return None
        chance = random.Random(f"{seed} {path}")
        drawn, kept = chance.random(), chance.random()
        if not time_asked < self._times(path, kept):
            return None
        shares = (self.reset, self.busy, self.stalls, self.torn_gzip, self.wrong_length)
        for fault, share in zip(Fault, shares, strict=True):
            if drawn < share:
                return fault
            drawn -= share
        return None

    def _times(self, path: str, kept: float) -> float:
        if kept < self.for_good and path.startswith("/berita/"):
            return float("inf")
        return 2 if kept > 1 - self.twice else 1


#: A site where nothing fails.
SOUND = Faults(reset=0, busy=0, stalls=0, torn_gzip=0, wrong_length=0)


@dataclass(frozen=True)
class Asked:
    """One request: when it came (monotonic seconds), its target, the status it gets, and how its answer fails."""

    at: float
    target: str
    status: int
    fault: Fault | None = None


class FaultySite:
    """Serves so many stories from a thread of its own; ``base`` is its address without a slash at the end.

    ``news`` may be changed while it serves. ``asked`` has every request in order, ``log`` gets a line of JSON for each.
    """

    def __init__(
        self, stories: int, seed: int = 1, faults: Faults | None = None, port: int = 0, log: TextIO | None = None
    ) -> None:
        self.news = InventedNews(stories)
        self.asked: list[Asked] = []
        self.seed, self.faults = seed, faults or Faults()
        self._log = log
        self._times: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._connections: set[_Connection] = set()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Connection(self, self._connections), "127.0.0.1", port, backlog=512)
        )
        self.base = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        self._thread = threading.Thread(target=self._loop.run_forever, name="faulty-site", daemon=True)

    def __enter__(self) -> FaultySite:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join()
        self._loop.close()

    def times(self) -> Counter[str]:
        """Return how often each target was asked for."""
        return Counter(one.target for one in self.asked)

    def answer(self, target: str, headers: dict[str, str]) -> tuple[Answer, Fault | None]:
        """Return what a request gets and how that fails, and keep that it was asked."""
        fault = self.faults.of(target, self._times[target], self.seed)
        self._times[target] += 1
        found = self.news.answer(target, self.base)
        if fault is Fault.BUSY:
            found = Answer(503, b"<h1>Server sedang sibuk</h1>", headers={"Retry-After": str(self.faults.retry_after)})
        elif _is_unchanged(found, headers):
            found = Answer(304, headers=found.headers)
        one = Asked(time.monotonic(), target, found.status, fault)
        self.asked.append(one)
        if self._log is not None:
            self._log.write(json.dumps(dataclasses.asdict(one)) + "\n")
        return found, fault

    def _stop(self) -> None:
        self._server.close()
        for connection in list(self._connections):
            connection.abort()
        self._loop.call_soon(self._loop.stop)


class _Connection(asyncio.Protocol):
    """A kept connection; its requests are answered one after the other."""

    _transport: asyncio.Transport

    def __init__(self, site: FaultySite, among: set[_Connection]) -> None:
        self._site, self._among = site, among
        self._received = b""
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._among.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._among.discard(self)

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._go_on()

    def abort(self) -> None:
        """End it at once, with RST."""
        sock: socket.socket | None = self._transport.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):  # it ended meanwhile
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def _go_on(self) -> None:
        while not self._busy and not self._transport.is_closing():
            head, end, rest = self._received.partition(b"\r\n\r\n")
            if not end:
                return
            self._received = rest
            first, *lines = head.decode("latin-1").split("\r\n")
            method, _, target = first.rpartition(" ")[0].partition(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            found, fault = self._site.answer(target, headers)
            self._answer(found, fault, bodiless=method == "HEAD")

    def _answer(self, found: Answer, fault: Fault | None, *, bodiless: bool) -> None:
        loop = asyncio.get_running_loop()
        whole = _bytes_of(found, found.body, bodiless=bodiless)
        if fault is Fault.STALL:
            self._busy = True
            loop.call_later(self._site.faults.stall, self._late, whole)
        elif fault is Fault.RESET:
            self._busy = True
            self._transport.write(whole[: len(whole) - len(found.body) // 2 - 1])
            loop.call_later(_BEFORE_RESET, self.abort)
        elif fault is Fault.TORN_GZIP and found.body:
            packed = gzip.compress(found.body, 6, mtime=0)
            torn = dataclasses.replace(found, headers={**found.headers, "Content-Encoding": "gzip"})
            self._transport.write(_bytes_of(torn, packed[: len(packed) // 2], bodiless=bodiless))
        elif fault is Fault.WRONG_LENGTH and found.body:
            self._transport.write(_bytes_of(found, found.body, bodiless=bodiless, beside=100))
            self._transport.close()
        else:
            self._transport.write(whole)

    def _late(self, whole: bytes) -> None:
        self._busy = False
        if not self._transport.is_closing():
            self._transport.write(whole)
            self._go_on()


def _bytes_of(found: Answer, body: bytes, *, bodiless: bool, beside: int = 0) -> bytes:
    """Return an answer as it is sent; ``beside`` is how many bytes more are announced than come."""
    head = [f"HTTP/1.1 {found.status} {HTTPStatus(found.status).phrase}"]
    if found.status != HTTPStatus.NOT_MODIFIED:
        head += [f"Content-Type: {found.kind}", f"Content-Length: {len(body) + beside}"]
    head += [f"{name}: {value}" for name, value in found.headers.items()]
    return "\r\n".join([*head, "", ""]).encode() + (b"" if bodiless else body)


def _is_unchanged(found: Answer, headers: dict[str, str]) -> bool:
    """Whether a conditional request names what is there; an ETag goes first (RFC 9110 §13.2.2)."""
    if found.status != HTTPStatus.OK or "ETag" not in found.headers:
        return False
    if "if-none-match" in headers:
        return found.headers["ETag"] in headers["if-none-match"]
    return headers.get("if-modified-since") == found.headers["Last-Modified"]


def main(arguments: list[str] | None = None) -> int:
    """Serve by hand until Ctrl-C, and say what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.crawl.faulty_site", description=__doc__.partition("\n")[0])
    parser.add_argument("--stories", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--stall", type=float, default=30.0, help="seconds that a stall takes")
    parser.add_argument("--sound", action="store_true", help="nothing fails")
    parser.add_argument("--log", type=Path, help="a file that gets a line of JSON for each request")
    chosen = parser.parse_args(arguments)
    faults = SOUND if chosen.sound else Faults(stall=chosen.stall)
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(chosen.log.open("w", buffering=1)) if chosen.log else None
        site = stack.enter_context(FaultySite(chosen.stories, chosen.seed, faults, chosen.port, log))
        with contextlib.suppress(KeyboardInterrupt):
            print(site.base, flush=True)  # noqa: T201
            threading.Event().wait()
    statuses = Counter(f"{one.status} {one.fault or ''}".strip() for one in site.asked)
    print(json.dumps({"asked": len(site.asked), **dict(statuses.most_common())}))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
