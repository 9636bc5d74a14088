"""The launcher: a job from the queue becomes a process, and its slot comes back whatever happens.

It is scrapyd's, with three faults mended: a job that cannot be started (a full disk, an id that is no file name) gives
its slot back; a server that stops lets its crawls end cleanly first; how a process ended is kept.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
from pathlib import Path
from typing import Any

from scrapyd import launcher as scrapyd_launcher
from scrapyd.interfaces import IEnvironment
from twisted.internet import defer, error
from twisted.internet import reactor as installed_reactor
from twisted.logger import Logger
from twisted.python.failure import Failure

from xinhua_id.ops.jobs import FinishedJob, outcome_of

log = Logger()
reactor: Any = installed_reactor  # what it offers is only known once one is installed
#: Seconds between the second request to end and the end.
_LAST_WAIT = 10.0


class CrawlProcess(scrapyd_launcher.ScrapyProcessProtocol):
    """The process of one job; ``archive`` is where its run keeps its manifest."""

    def __init__(self, archive: Path, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.archive = archive
        self.exit_code: int | None = None
        self.signal: int | None = None

    def processEnded(self, status: Failure) -> None:
        """Keep how it ended before anybody is told that it did."""
        self.exit_code = getattr(status.value, "exitCode", None)
        self.signal = getattr(status.value, "signal", None)
        super().processEnded(status)

    def finished(self) -> FinishedJob:
        """Return the job as it ended."""
        return FinishedJob(
            self.project,
            self.spider,
            self.job,
            self.start_time,
            self.end_time,
            self.exit_code,
            self.signal,
            outcome_of(self.archive, self.job),
        )

    def end(self, signal: str) -> None:
        """Send the process a signal, unless it is gone already."""
        with contextlib.suppress(error.ProcessExitedAlready):
            self.transport.signalProcess(signal)


class Launcher(scrapyd_launcher.Launcher):
    """Starts what the poller hands out, ``max_proc`` at once."""

    def __init__(self, config: Any, app: Any) -> None:
        super().__init__(config, app)
        self.processes: dict[int, CrawlProcess] = {}
        self._stop_wait = config.getfloat("stop_wait", 90.0)

    def stopService(self) -> defer.Deferred[None]:
        """Ask every crawl to end as Ctrl-C would, and wait for it; insist after ``stop_wait`` seconds."""
        super().stopService()
        running = list(self.processes.values())
        ended = defer.DeferredList([process.deferred for process in running])
        log.info("Stopping: {n} crawls are asked to end and close their files", n=len(running))
        later = [
            reactor.callLater(seconds, _end_all, running, signal)
            for seconds, signal in ((0, "INT"), (self._stop_wait, "INT"), (self._stop_wait + _LAST_WAIT, "KILL"))
        ]

        def no_more(_: object) -> None:
            for call in later:
                if call.active():
                    call.cancel()

        return ended.addBoth(no_more)

    def _spawn_process(self, message: dict[str, Any], slot: int) -> None:
        try:
            self._start(message, slot)
        except Exception:  # noqa: BLE001 (whatever it is, the slot must come back)
            log.failure("Job {job!r} could not be started", job=message.get("_job"))
            now = dt.datetime.now()  # noqa: DTZ005 (scrapyd's pages reckon in local time)
            self._keep(
                FinishedJob(message["_project"], message["_spider"], message["_job"], now, now, None, None, None)
            )
            self._get_message(slot)

    def _start(self, message: dict[str, Any], slot: int) -> None:
        environment = self.app.getComponent(IEnvironment)
        settings = message.setdefault("settings", {})
        settings.update(environment.get_settings(message))
        env = environment.get_environment(message, slot)
        arguments = [sys.executable, "-m", self.runner, "crawl", *scrapyd_launcher.get_crawl_args(message)]
        archive = Path(settings.get("XINHUA_ID_ARCHIVE") or env.get("XINHUA_ID_ARCHIVE") or "archives")
        process = CrawlProcess(archive, message["_project"], message["_spider"], message["_job"], env, arguments)
        process.deferred.addBoth(self._process_finished, slot)
        reactor.spawnProcess(process, sys.executable, args=arguments, env=env)
        self.processes[slot] = process

    def _process_finished(self, _: object, slot: int) -> None:
        process = self.processes.pop(slot)
        process.end_time = dt.datetime.now()  # noqa: DTZ005 (as start_time, which is scrapyd's)
        job = process.finished()
        if job.failed:
            log.error("Job {job!r} failed: {how}", job=job.job, how=job.how)
        self._keep(job)
        self._get_message(slot)

    def _keep(self, job: FinishedJob) -> None:
        try:
            self.finished.add(job)
        except OSError:
            log.failure("How job {job!r} ended could not be written down: {how}", job=job.job, how=job.how)


def _end_all(processes: list[CrawlProcess], signal: str) -> None:
    for process in processes:
        process.end(signal)
