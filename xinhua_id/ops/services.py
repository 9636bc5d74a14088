"""The two of scrapyd's JSON services that answer differently here: scheduling a job, and listing them.

Knows nothing of how a job is run.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from scrapyd import webservice
from twisted.web import error, http

from xinhua_id.ops.jobs import outcome_of

#: A job's id is its run's name, and part of file names.
_JOB = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,100}")


class Schedule(webservice.Schedule):
    """``schedule.json``: refuses an id that is no name for a run, and one that was given before."""

    def render_POST(self, txrequest: Any) -> dict[str, Any]:
        """Schedule the job, or answer with what is wrong with its id."""
        if b"jobid" in txrequest.args:
            self._check(txrequest.args[b"jobid"][0].decode("utf-8", "replace"))
        answer: dict[str, Any] = super().render_POST(txrequest)
        return answer

    def _check(self, job: str) -> None:
        if not _JOB.fullmatch(job):
            refuse("jobid: use 1 to 100 letters, digits, dots, dashes or underscores, no dot in front")
        if job in self._known() or outcome_of(Path(os.environ.get("XINHUA_ID_ARCHIVE", "archives")), job) is not None:
            refuse(f"jobid: a job {job!r} exists; every run has a name of its own")

    def _known(self) -> set[str]:
        pending = {message["_job"] for queue in self.root.poller.queues.values() for message in queue.list()}
        running = {process.job for process in self.root.launcher.processes.values()}
        return pending | running | {job.job for job in self.root.launcher.finished}


class ListJobs(webservice.ListJobs):
    """``listjobs.json``: says of every finished job how it ended."""

    def render_GET(self, txrequest: Any) -> dict[str, Any]:
        """Return the jobs; a finished one with ``exit_code``, ``signal``, ``outcome`` and ``failed``."""
        answer: dict[str, Any] = super().render_GET(txrequest)
        ended = {(job.project, job.job): job for job in reversed(self.root.launcher.finished.list())}
        for entry in answer["finished"]:
            job = ended[entry["project"], entry["id"]]
            entry |= {"exit_code": job.exit_code, "signal": job.signal, "outcome": job.outcome, "failed": job.failed}
        return answer


def refuse(message: str) -> None:
    """Answer as scrapyd's services do: status 200 with ``"status": "error"``, which its clients look at."""
    raise error.Error(code=http.OK, message=message.encode())
