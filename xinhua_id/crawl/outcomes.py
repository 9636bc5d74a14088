"""What an answer, or the lack of one, means for the visit: the outcome, a countable reason, and whether to try again.

Pure: statuses and exceptions in, a `Verdict` out. Knows nothing of the frontier or of what stands on a page.
"""

from __future__ import annotations

import datetime as dt
import email.utils
from collections.abc import Iterator
from dataclasses import dataclass

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from service_identity import VerificationError
from twisted.internet.error import ConnectError
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError

from xinhua_id import urls
from xinhua_id.crawl.wire.limits import CutOff
from xinhua_id.errors import XinhuaIdError
from xinhua_id.items import Outcome, Page

#: RFC 9110 §15.4: the statuses whose Location is where the page went.
REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Statuses that say "not now"; 425 and 52x are not in RFC 9110, but servers and CDNs send them.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
#: Statuses by which a site says it does not want to be asked.
REFUSALS = frozenset({401, 402, 403, 407, 451})

# The first that fits; a certificate that is not valid now will not be in a minute, a name that is unknown neither.
_FAILURES: tuple[tuple[type[BaseException], str, bool], ...] = (
    (CannotResolveHostError, "dns", False),
    (SSL.Error, "tls", False),
    (VerificationError, "tls", False),
    (DownloadConnectionRefusedError, "connection-refused", True),
    (DownloadTimeoutError, "timeout", True),
    (DownloadCancelledError, "too-large", False),
    (ResponseDataLossError, "cut-off", True),
    (ParseError, "not-http", False),
    (ConnectError, "unreachable", True),
)
# By `Page.incomplete`; the other reasons are those of a broken connection.
_INCOMPLETE = {
    "length": ("too-large", False), "payload": ("broken-payload", True), "head": ("not-http", False),
    "record": ("bad-record", False),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome with its reason; ``again``: whether another try may do better; ``detail``: the error's own words."""

    outcome: Outcome
    reason: str
    again: bool = False
    detail: str | None = None


def of_status(page: Page) -> Verdict | None:
    """Return what is decided without reading the page, by its status or for want of a whole body; else None."""
    status = page.status
    if page.incomplete is not None:
        return Verdict(Outcome.FAILED, *_INCOMPLETE.get(page.incomplete, ("cut-off", True)), detail=page.incomplete)
    if status in REDIRECTS:
        if target_of(page) is None:
            return Verdict(Outcome.FAILED, "redirect-to-nowhere")
        return Verdict(Outcome.REDIRECT, f"http-{status}")
    if status in PASSING:
        return Verdict(Outcome.FAILED, f"http-{status}", again=True)
    if status in REFUSALS:
        return Verdict(Outcome.DENIED, f"http-{status}")
    if status >= 500:
        return Verdict(Outcome.FAILED, f"http-{status}")
    if not 200 <= status < 300:
        return Verdict(Outcome.NO_ARTICLE, f"http-{status}")
    return None


def of_failure(error: BaseException) -> Verdict:
    """Return what an exchange that gave no whole answer means."""
    if isinstance(error, IgnoreRequest):
        because = getattr(error, "because", None)
        return Verdict(Outcome.DENIED, str(getattr(error, "reason", None) or "ignored"), detail=because or str(error))
    if isinstance(error, XinhuaIdError):
        return Verdict(Outcome.FAILED, type(error).__name__, detail=str(error))
    chain = list(_causes(error))
    detail = str(chain[-1]) or type(chain[-1]).__name__
    if cut := next((cause for cause in chain if isinstance(cause, CutOff)), None):
        return Verdict(Outcome.FAILED, cut.reason, cut.again, str(cut))
    for kind, reason, again in _FAILURES:
        if any(isinstance(cause, kind) for cause in chain):
            return Verdict(Outcome.FAILED, reason, again, detail)
    return Verdict(Outcome.FAILED, "connection-lost", True, detail)


def target_of(page: Page) -> str | None:
    """Return where a redirect leads, absolute; None where it names nothing that can be fetched."""
    location = page.header("Location")
    if not location or page.url is None:
        return None
    return urls.absolute(page.url, location)


def retry_after(page: Page | None, now: dt.datetime) -> dt.datetime | None:
    """Return the moment a ``Retry-After`` names: seconds or an HTTP date (RFC 9110 §10.2.3); None for anything else."""
    written = ((page.header("Retry-After") if page else None) or "").strip()
    if written.isdecimal():
        return now + dt.timedelta(seconds=int(written) if len(written) < 7 else 10**6)
    try:
        moment = email.utils.parsedate_to_datetime(written) if written else None
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or dt.UTC) if moment else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk what an error was raised from; Twisted keeps its own in ``reasons``."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        reasons = getattr(one, "reasons", None)
        if isinstance(reasons, list):
            waiting.extend(reason.value for reason in reasons if isinstance(reason, Failure))
        waiting.append(one.__cause__)
