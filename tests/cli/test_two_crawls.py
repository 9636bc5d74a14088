"""Two crawls of one site at once: the second refuses and says who holds it, and the first is none the worse."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tests.conftest import environment
from tests.ground_truth import Answer, GroundTruth


class _Asked(dict[str, Answer]):
    """Answers that tell when they are first asked for, and then hold the client until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def get(self, path: str, default: object = None) -> Answer:
        self.begun.set()
        self.go_on.wait(30)
        return Answer((b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",))


def test_the_second_crawl_of_a_site_refuses_and_names_the_first(
    xinhua_id: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    with GroundTruth({}) as server:
        server.answers = asked = _Asked()
        arguments = ["crawl", "--seed", f"{server.base}/", "--archive", "a"]
        first = subprocess.Popen(
            [sys.executable, "-m", "xinhua_id", *arguments], cwd=tmp_path, env=environment(XINHUA_ID_RUN="satu"),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert asked.begun.wait(30)
            second = xinhua_id(*arguments, XINHUA_ID_RUN="dua")
            there = {path.relative_to(tmp_path) for path in tmp_path.rglob("*dua*")}
        finally:
            asked.go_on.set()
        first.wait(30)
    assert second.returncode == 1
    assert f"is being crawled already: run satu, process {first.pid} on" in " ".join(second.stderr.split())
    assert "Traceback" not in second.stderr
    assert not there
    assert [path.name for path in tmp_path.glob("a/*/runs/*.json")] == ["satu.json"]
    assert not list(tmp_path.rglob("*.open"))


def test_a_crawl_that_was_killed_holds_nothing(
    xinhua_id: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    with GroundTruth({}) as server:
        server.answers = asked = _Asked()
        arguments = ["crawl", "--seed", f"{server.base}/", "--archive", "a"]
        first = subprocess.Popen(
            [sys.executable, "-m", "xinhua_id", *arguments], cwd=tmp_path, env=environment(XINHUA_ID_RUN="satu"),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert asked.begun.wait(30)
        first.send_signal(signal.SIGKILL)
        first.wait(30)
        asked.go_on.set()
        second = xinhua_id(*arguments, XINHUA_ID_RUN="dua")
    assert "is being crawled already" not in second.stderr
    assert {path.name for path in tmp_path.glob("a/*/runs/*.json")} == {"satu.json", "dua.json"}
    assert not list(tmp_path.rglob("*.open"))
