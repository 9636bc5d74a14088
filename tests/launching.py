"""Modules run as processes of their own, without the second and more that each takes to import a crawl's libraries.

A server of `multiprocessing` has those imported and forks a child for each run: a real process, with a folder, an
environment, output and an end of its own, which can be killed. All have one seed of hashes, and Ctrl-C is for those
that handle it. What a start from nothing is like, the tests of the scripts, the demo, the docs and the dashboard see.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import types
from pathlib import Path

#: What crawls and commands import; neither the settings, which read the environment, nor Twisted's reactor.
IMPORTED = [
    "xinhua_id.cli.archive", "xinhua_id.cli.crawl", "xinhua_id.cli.sources", "xinhua_id.cli.summary",
    "xinhua_id.crawl.wire.download", "xinhua_id.pipelines.separate", "xinhua_id.pipelines.store",
    "xinhua_id.spiders.news", "xinhua_id.spiders.process", "alembic.command", "scrapy.cmdline",
    "scrapy.core.downloader.contextfactory", "scrapy.core.downloader.handlers.http11", "scrapy.extensions.feedexport",
]  # fmt: skip

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(IMPORTED)


class Launched:
    """A module that runs: those calls of `subprocess.Popen` that the tests need. Output goes to two files."""

    def __init__(
        self,
        module: str,
        *arguments: str,
        environment: dict[str, str],
        cwd: Path,
        said: tuple[str, str] = (os.devnull, os.devnull),
    ) -> None:
        self.args = [module, *arguments]
        self._process = _processes.Process(target=_become, args=(self.args, environment, str(cwd), said))
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")  # no child imports what started its parent
        try:
            self._process.start()
        finally:
            sys.modules["__main__"] = main

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            assert self._process.pid is not None
            os.kill(self._process.pid, number)


def run(
    module: str, *arguments: str, environment: dict[str, str], cwd: Path, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m module`` to its end; return its exit code and what it printed."""
    with tempfile.TemporaryDirectory(prefix="xinhua-id-said-") as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        child = Launched(module, *arguments, environment=environment, cwd=cwd, said=(str(out), str(err)))
        try:
            code = child.wait(timeout)
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
        return subprocess.CompletedProcess(child.args, code, out.read_text("utf-8"), err.read_text("utf-8"))


def _become(command: list[str], environment: dict[str, str], cwd: str, said: tuple[str, str]) -> None:
    """Be the process of a module, with all that a start by a shell would have given it, and end as such a one ends."""
    for stream, path in zip((sys.stdout, sys.stderr), said, strict=True):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(handle, stream.fileno())
        os.close(handle)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(cwd)
    sys.path.insert(0, "")
    sys.argv = command
    try:
        runpy.run_module(command[0], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except Exception:  # noqa: BLE001 (as the interpreter does)
        traceback.print_exc()
        code = 1
    vars(threading)["_shutdown"]()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
