"""A site that remembers when it was asked for what, and how many requests were under way at once."""

from __future__ import annotations

import http.server
import itertools
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType


@dataclass(frozen=True)
class Answer:
    """Status, body, headers, and how many seconds the answer takes. Status 0 hangs up without a word."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    takes: float = 0.0


@dataclass(frozen=True)
class Asked:
    """One request: when it came (monotonic seconds), its path and its User-Agent."""

    at: float
    path: str
    user_agent: str


class TimedSite:
    """Serve answers on loopback. A path with several answers gives them in turn, the last one from then on."""

    def __init__(self, answers: Mapping[str, Answer | Sequence[Answer]]) -> None:
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self._under_way = 0
        self._lock = threading.Lock()
        self._answers = {path: [one] if isinstance(one, Answer) else list(one) for path, one in answers.items()}
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
                """Keep the tests' output clean."""

            def do_GET(self) -> None:
                answer = site._begin(self.path, self.headers.get("User-Agent", ""))
                try:
                    time.sleep(answer.takes)
                    if answer.status:
                        self._say(answer)
                    else:
                        self.close_connection = True
                finally:
                    site._end()

            def _say(self, answer: Answer) -> None:
                body = answer.body.encode()
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.headers.get("Content-Type", "text/html; charset=utf-8"))
                self.send_header("Content-Length", str(len(body)))
                for name, value in answer.headers.items():
                    if name != "Content-Type":
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> TimedSite:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, *answers: Answer) -> None:
        """Give these answers to a path; for those that name the site's own address."""
        self._answers[path] = list(answers)

    def paths(self) -> list[str]:
        """Return what was asked for, in order."""
        return [one.path for one in self.asked]

    def gaps(self) -> list[float]:
        """Return the seconds between the starts of neighbouring requests."""
        times = [one.at for one in self.asked]
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    def _begin(self, path: str, user_agent: str) -> Answer:
        with self._lock:
            self.asked.append(Asked(time.monotonic(), path, user_agent))
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
            waiting = self._answers.get(path, [Answer(404)])
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def _end(self) -> None:
        with self._lock:
            self._under_way -= 1
