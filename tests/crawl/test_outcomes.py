"""What an answer or a failure means: one outcome, a countable reason, and whether asking again may help."""

from __future__ import annotations

import datetime as dt

import pytest
from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from xinhua_id.crawl.outcomes import Verdict, of_failure, of_status, retry_after, target_of
from xinhua_id.errors import BadPayload
from xinhua_id.items import Outcome, Page

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def page(status: int, **headers: str) -> Page:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Page("http://contoh.example/a/b", status, named)


def told(verdict: Verdict | None) -> tuple[Outcome, str, bool] | None:
    return (verdict.outcome, verdict.reason, verdict.again) if verdict else None


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, None),
        (204, None),
        (304, (Outcome.NO_ARTICLE, "http-304", False)),
        (404, (Outcome.NO_ARTICLE, "http-404", False)),
        (410, (Outcome.NO_ARTICLE, "http-410", False)),
        (403, (Outcome.DENIED, "http-403", False)),
        (429, (Outcome.FAILED, "http-429", True)),
        (501, (Outcome.FAILED, "http-501", False)),
        (503, (Outcome.FAILED, "http-503", True)),
        (999, (Outcome.FAILED, "http-999", False)),
    ],
)
def test_a_status_decides_or_leaves_the_page_to_be_read(status: int, expected: object) -> None:
    assert told(of_status(page(status))) == expected


def test_a_redirect_names_its_target_absolute() -> None:
    moved = page(301, Location="../baru#bab")
    assert told(of_status(moved)) == (Outcome.REDIRECT, "http-301", False)
    assert target_of(moved) == "http://contoh.example/baru"


@pytest.mark.parametrize("headers", [{}, {"Location": "mailto:redaksi@contoh.example"}, {"Location": "http://[::1"}])
def test_a_redirect_to_nowhere_failed(headers: dict[str, str]) -> None:
    assert told(of_status(page(302, **headers))) == (Outcome.FAILED, "redirect-to-nowhere", False)


def test_failures_have_names_a_person_can_act_on() -> None:
    tls = DownloadFailedError("no")
    reasons = [Failure(SSL.Error([("SSL routines", "", "certificate verify failed")]))]  # type: ignore[no-untyped-call]
    tls.__cause__ = ResponseFailed(reasons)  # type: ignore[no-untyped-call]
    assert told(of_failure(tls)) == (Outcome.FAILED, "tls", False)
    assert told(of_failure(CannotResolveHostError("x"))) == (Outcome.FAILED, "dns", False)
    assert told(of_failure(DownloadConnectionRefusedError("x"))) == (Outcome.FAILED, "connection-refused", True)
    assert told(of_failure(DownloadTimeoutError("x"))) == (Outcome.FAILED, "timeout", True)
    assert told(of_failure(DownloadCancelledError("x"))) == (Outcome.FAILED, "too-large", False)
    assert told(of_failure(ResponseDataLossError("x"))) == (Outcome.FAILED, "cut-off", True)
    assert told(of_failure(DownloadFailedError("x"))) == (Outcome.FAILED, "connection-lost", True)
    assert told(of_failure(BadPayload("x"))) == (Outcome.FAILED, "BadPayload", False)


def test_a_request_that_was_ignored_was_denied() -> None:
    assert told(of_failure(IgnoreRequest("x"))) == (Outcome.DENIED, "ignored", False)


def test_retry_after_is_seconds_or_a_date_and_anything_else_nothing() -> None:
    assert retry_after(page(503, Retry_After="120"), NOON) == NOON + dt.timedelta(minutes=2)
    assert retry_after(page(503, Retry_After="Mon, 23 Nov 2026 13:00:00 GMT"), NOON) == NOON + dt.timedelta(hours=1)
    assert retry_after(page(503, Retry_After="bald"), NOON) is None
    assert retry_after(page(503, Retry_After="9" * 5000), NOON) is not None
    assert retry_after(page(503, Retry_After="Mon, 23 Nov 2026 13:00:00 +99999999999999"), NOON) is None
    assert retry_after(page(503), NOON) is None
    assert retry_after(None, NOON) is None


@pytest.mark.parametrize(
    ("incomplete", "reason", "again"),
    [("disconnect", "cut-off", True), ("time", "cut-off", True), ("length", "too-large", False),
     ("payload", "broken-payload", True), ("head", "not-http", False)],
)  # fmt: skip
def test_a_body_that_is_not_whole_is_not_read(incomplete: str, reason: str, again: bool) -> None:
    cut = Page("http://contoh.example/", 200, incomplete=incomplete)
    assert told(of_status(cut)) == (Outcome.FAILED, reason, again)
