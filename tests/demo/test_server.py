from __future__ import annotations

import gzip
import http.client
import socket
import zlib
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from xinhua_id.demo import faults
from xinhua_id.demo.content import Trouble
from xinhua_id.demo.gold import GoldStory
from xinhua_id.demo.site import Replica


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(60) as found:
        yield found


def spoilt(replica: Replica, fault: str, site: str = "antaranews") -> tuple[str, GoldStory]:
    story = next(one for one in replica.gold if one.fault == fault and one.site == site)
    return replica.sites[site] + story.path, story


def trouble(replica: Replica, what: str, site: str = "indonesiawindow") -> tuple[str, Trouble]:
    found = next(one for one in replica.troubles[site] if one.what == what)
    return replica.sites[site] + found.path, found


def raw(url: str, *, accept: str = "") -> bytes:
    """Return every byte the server sends before it closes, or resets."""
    host, _, path = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    received = b""
    with socket.create_connection((name, int(port)), timeout=5) as peer:
        peer.sendall(
            f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: {accept}\r\nConnection: close\r\n\r\n".encode()
        )
        try:
            while part := peer.recv(65536):
                received += part
        except ConnectionResetError:
            return received + b"<RESET>"
    return received


def test_stories_go_over_one_kept_connection(replica: Replica) -> None:
    base = replica.sites["xinhua"].removeprefix("http://")
    connection = http.client.HTTPConnection(base, timeout=5)
    for story in [one for one in replica.gold if one.site == "xinhua" and one.fault is None][:5]:
        connection.request("GET", story.path)
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.read()
    connection.close()


def test_some_ordinary_stories_are_compressed_and_some_chunked(replica: Replica) -> None:
    heads = [
        raw(replica.sites[one.site] + one.path, accept="gzip, deflate, br").partition(b"\r\n\r\n")[0].lower()
        for one in replica.gold
        if one.fault is None
    ]
    for field in (
        b"content-encoding: gzip",
        b"content-encoding: br",
        b"content-encoding: deflate",
        b"transfer-encoding: chunked",
    ):
        assert any(field in head for head in heads), field


def test_nothing_is_compressed_for_a_client_that_did_not_ask(replica: Replica) -> None:
    some = [one for one in replica.gold if one.fault is None][:60]
    assert not any(b"content-encoding" in raw(replica.sites[one.site] + one.path).lower()[:600] for one in some)


def test_a_post_id_redirects_to_the_story(replica: Replica) -> None:
    content = replica.contents["indonesiawindow"]
    target = next(path for path in content.answers if path.startswith("/?p="))
    answer = content.answer(target)
    assert answer.status == 301
    with urlopen(content.base + target) as found:
        assert found.url in {content.base + story.path for story in content.gold}


def test_a_site_that_is_busy_once_says_when_to_come_again(replica: Replica) -> None:
    url, _ = spoilt(replica, "unavailable-once")
    with pytest.raises(HTTPError) as busy:
        urlopen(url)
    busy.value.close()
    assert busy.value.code == 503
    assert busy.value.headers["Retry-After"] == "1"
    with urlopen(url) as answer:
        assert answer.status == 200


def test_a_short_answer_ends_before_its_length(replica: Replica) -> None:
    url, _ = spoilt(replica, "short")
    with urlopen(url) as answer, pytest.raises(http.client.IncompleteRead):
        answer.read()


def test_a_reset_comes_after_half_of_the_body(replica: Replica) -> None:
    url, _ = spoilt(replica, "reset")
    received = raw(url)
    assert received.startswith(b"HTTP/1.1 200 OK")
    assert received.endswith(b"<RESET>")


def test_a_silent_server_sends_nothing(replica: Replica) -> None:
    url, _ = trouble(replica, "silent")
    assert raw(url).removesuffix(b"<RESET>") == b""


def test_broken_gzip_does_not_decode(replica: Replica) -> None:
    url, _ = spoilt(replica, "broken-gzip")
    body = raw(url).partition(b"\r\n\r\n")[2]
    assert body[:2] == b"\x1f\x8b"
    with pytest.raises((zlib.error, gzip.BadGzipFile)):
        gzip.decompress(body)


def test_wrong_labels_are_wrong(replica: Replica) -> None:
    for fault in ("cp1252-as-utf8", "late-meta", "one-bad-byte"):
        for site in replica.sites:
            url, _ = spoilt(replica, fault, site)
            with urlopen(url) as answer:
                body = answer.read()
            assert b"</h1>" in body
            if fault == "one-bad-byte" or b"\x96" in body:
                with pytest.raises(UnicodeDecodeError):
                    body.decode("utf-8")
    url, _ = spoilt(replica, "nul-bytes")
    with urlopen(url) as answer:
        assert b"\x00" in answer.read()


def test_every_fault_stands_on_every_site(replica: Replica) -> None:
    for site in replica.sites:
        assert {one.fault for one in replica.gold if one.site == site} == {None, *faults.STORY_FAULTS}


def test_a_loop_comes_back_to_itself(replica: Replica) -> None:
    content = replica.contents["kabarnusa"]
    ring = next(one.path for one in content.troubles if one.what == "redirect-loop")
    there = dict(content.answer(ring).headers)["Location"].removeprefix(content.base)
    assert dict(content.answer(there).headers)["Location"] == content.base + ring


def test_robots_forbids_what_a_listing_shows(replica: Replica) -> None:
    content = replica.contents["xinhua"]
    hidden = next(one for one in content.troubles if one.what == "disallowed")
    assert hidden.outcomes == ()
    assert any(hidden.path.encode() in answer.body for path, answer in content.answers.items() if "index_" in path)
    assert b"Disallow: /arsip-internal/" in content.answer("/robots.txt").body


def test_one_site_asks_for_a_delay(replica: Replica) -> None:
    assert b"Crawl-delay: 0.05" in replica.contents["kabarnusa"].answer("/robots.txt").body


def test_hits_are_counted_by_target(replica: Replica) -> None:
    before = replica.hits("kabarnusa")["/robots.txt"]
    with urlopen(replica.sites["kabarnusa"] + "/robots.txt") as answer:
        answer.read()
    assert replica.hits("kabarnusa")["/robots.txt"] == before + 1


def test_a_visit_that_was_forbidden_is_told(replica: Replica) -> None:
    with Replica(36) as watched:
        away = next(one.path for one in watched.troubles["xinhua"] if one.what == "other-host")
        hidden = next(one.path for one in watched.troubles["xinhua"] if one.what == "disallowed")
        assert watched.trespasses() == []
        raw(away)
        raw(watched.sites["xinhua"] + hidden)
        assert set(watched.trespasses()) == {away, watched.sites["xinhua"] + hidden}


def test_pictures_are_drawn(replica: Replica) -> None:
    with urlopen(replica.sites["xinhua"] + "/foto/12.jpg") as answer:
        assert answer.read().startswith(b"<svg")


def test_after_the_with_nothing_listens() -> None:
    with Replica(36) as short_lived:
        base = short_lived.sites["xinhua"]
    host, _, port = base.removeprefix("http://").partition(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=2)
