"""The bounds of a response, and the pace of a body, measured on a clock that the test turns."""

# mypy: allow-untyped-calls
from __future__ import annotations

from scrapy.settings import Settings
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.web._newclient import ResponseFailed

from xinhua_id.crawl.manners.robots import INSIDE, Robots
from xinhua_id.crawl.outcomes import of_failure
from xinhua_id.crawl.wire.guard import Pace
from xinhua_id.crawl.wire.limits import CutOff, Limits
from xinhua_id.items import Outcome


class Body:
    """A body of which bytes come when the test says so."""

    def __init__(self, rate: float = 200.0, seconds: float = 15.0) -> None:
        self.clock = Clock()
        self.came = 0
        self.cut: list[CutOff] = []
        self.pace = Pace(self.clock, Limits(rate=rate, seconds=seconds), lambda: self.came, self.cut.append)

    def goes_on(self, seconds: float, number: int) -> None:
        self.came += number
        self.clock.advance(seconds)


def test_a_body_as_fast_as_it_must_be_is_left_alone_however_long_it_takes() -> None:
    body = Body()
    for _ in range(100):
        body.goes_on(15, 3000)
    assert body.cut == []


def test_a_body_that_becomes_slow_is_cut_at_the_next_look() -> None:
    body = Body()
    body.goes_on(15, 100_000)
    body.goes_on(14, 2999)
    assert body.cut == []
    body.goes_on(1, 0)
    (cut,) = body.cut
    assert (cut.reason, cut.why, cut.again) == ("too-slow", "time", True)
    assert "2999 bytes in 15 s" in str(cut)
    assert body.clock.getDelayedCalls() == []


def test_a_body_that_has_ended_is_not_looked_at() -> None:
    body = Body()
    body.pace.end()
    body.pace.end()
    body.goes_on(100, 0)
    assert (body.cut, body.clock.getDelayedCalls()) == ([], [])


def test_a_rate_of_0_lets_a_body_take_its_time() -> None:
    body = Body(rate=0)
    body.goes_on(1000, 0)
    assert (body.cut, body.clock.getDelayedCalls()) == ([], [])


def test_limits_are_as_the_settings_say_and_a_request_may_have_its_own() -> None:
    limits = Limits.of(Settings({"DOWNLOAD_MAXSIZE": 1000, "XINHUA_ID_LARGEST_HEAD": 500, "XINHUA_ID_LEAST_RATE": 0.5}))
    assert (limits.head, limits.rate, limits.body, limits.wire) == (500, 0.5, 1000, 2500)
    assert limits.with_body(None) is limits
    assert limits.with_body(10).wire == 520
    assert limits.with_body(0).wire == 0


def test_what_was_cut_is_a_failure_under_its_own_reason_wherever_it_is_wrapped() -> None:
    cut = Limits().head_too_long("uji")
    wrapped = RuntimeError("x")
    wrapped.__cause__ = ResponseFailed([Failure(cut)])
    for error in (cut, wrapped):
        verdict = of_failure(error)
        assert (verdict.outcome, verdict.reason, verdict.again) == (Outcome.FAILED, "head-too-long", False)
    assert of_failure(Limits().too_slow(3)).again
    assert of_failure(Limits().too_large()).reason == "too-large"


def test_a_host_inside_is_refused_as_such_and_one_without_a_robots_txt_as_that() -> None:
    assert Robots(unreachable=INSIDE).refusal("http://a.contoh.id/") == "private-address"
    assert Robots(unreachable=f"redirect-to-{INSIDE}").refusal("http://a.contoh.id/") == "robots-unreachable"
