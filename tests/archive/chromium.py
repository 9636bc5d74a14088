"""Debian's Chromium, headless, driven over a pipe: one start for many pages. Standard library only."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --window-size=1000,900 --remote-debugging-pipe"
).split()
# Chromium reads commands from descriptor 3 and answers on 4.
_ON_3_AND_4 = """
import fcntl, os, sys
there, back = (fcntl.fcntl(int(name), fcntl.F_DUPFD, 10) for name in sys.argv[1:3])
os.dup2(there, 3)
os.dup2(back, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
_LONGEST = 20


def found() -> str | None:
    """Return the browser's path, or None where none is installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """A browser with one tab. ``asked`` are the addresses it asked for since it was started."""

    def __init__(self, folder: Path) -> None:
        program = found()
        assert program is not None
        there, self._out = os.pipe()
        self._in, back = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _ON_3_AND_4, str(there), str(back), program, *_QUIET, f"--user-data-dir={folder}"],
            pass_fds=(there, back),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(there)
        os.close(back)
        self._number = 0
        self._rest = b""
        self._loaded = 0
        self.asked: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session: str | None = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self._call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for descriptor in (self._out, self._in):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def open(self, url: str) -> None:
        """Open a page and wait until it has loaded."""
        before = self._loaded
        said = self._call("Page.navigate", url=url)
        assert "errorText" not in said, (url, said)
        self._wait(before)

    def click(self, element: str) -> None:
        """Click what a script names, and wait until the page it leads to has loaded."""
        before = self._loaded
        self.value(f"{element}.click()")
        self._wait(before)

    def text(self) -> str:
        """Return what a reader sees of the page."""
        return str(self.value("document.body.innerText"))

    def value(self, script: str) -> object:
        """Return what a script gives on the page."""
        return self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)["result"].get(
            "value"
        )

    def _call(self, method: str, **parameters: object) -> dict[str, Any]:
        self._number += 1
        number = self._number
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if getattr(self, "_session", None):
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        for answer in self._messages():
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return dict(answer["result"])
            self._take(answer)
        raise AssertionError("the browser went away")

    def _wait(self, before: int) -> None:
        messages = self._messages()
        while self._loaded == before:
            self._take(next(messages))

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("method") == "Page.loadEventFired":
            self._loaded += 1
        elif message.get("method") == "Network.requestWillBeSent":
            self.asked.append(message["params"]["request"]["url"])

    def _messages(self) -> Iterator[dict[str, Any]]:
        end = time.monotonic() + _LONGEST
        while True:
            while b"\0" in self._rest:
                one, _, self._rest = self._rest.partition(b"\0")
                yield json.loads(one)
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                raise AssertionError(f"the browser said nothing for {_LONGEST} s")
            piece = os.read(self._in, 1 << 20)
            if not piece:
                return
            self._rest += piece
