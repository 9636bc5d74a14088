"""The web root of the server: scrapyd's own pages, with how every job ended, closed to other sites' scripts.

Knows nothing of scheduling or of processes.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any
from urllib.parse import urlsplit

from scrapyd import website
from twisted.web import resource
from twisted.web.pages import forbidden

_PREFIX = re.compile(r"(?:/[\w.~-]+)*/?", re.ASCII)


class Root(website.Root):
    """scrapyd's root; a request that a page of another site makes in the operator's browser is refused."""

    def __init__(self, config: Any, app: Any) -> None:
        super().__init__(config, app)
        self.putChild(b"jobs", Jobs(self))

    def getChildWithDefault(self, path: bytes, request: Any) -> resource.IResource:
        """Return the page, unless the request comes from elsewhere: the browser would send the password along.

        A reverse proxy's prefix goes into links as it stands, so that only a path is taken for one.
        """
        origin = request.getHeader("origin")
        if origin and urlsplit(origin).netloc != request.getHeader("host"):
            return forbidden(message="This request was made by a page of another site.")
        if not _PREFIX.fullmatch(request.getHeader(self.prefix_header) or ""):
            request.requestHeaders.removeHeader(self.prefix_header)
        child: resource.IResource = super().getChildWithDefault(path, request)
        return child


class Jobs(website.Jobs):
    """The jobs page, with a column for how each ended."""

    def __init__(self, root: Root) -> None:
        super().__init__(root)
        self.headers.insert(self.headers.index("Log"), "Ended")

    def prepare_finished(self) -> str:
        """Return the rows of the jobs that are over; a failed one is bold."""
        return "\n".join(
            self.prepare_row(
                {
                    "Project": escape(job.project),
                    "Spider": escape(job.spider),
                    "Job": escape(job.job),
                    "Start": website.no_microseconds(job.start_time),
                    "Runtime": website.no_microseconds(job.end_time - job.start_time),
                    "Finish": website.no_microseconds(job.end_time),
                    "Ended": f"<b>failed: {escape(job.how)}</b>" if job.failed else escape(job.how),
                    "Log": self.html_log_url(job),
                }
            )
            for job in self.root.launcher.finished
        )
