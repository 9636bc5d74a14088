"""The faulty site fails as it says, the same by seed, recovers, remembers what it was asked, and is fast enough."""

from __future__ import annotations

import gzip
import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import environment
from tests.crawl.faulty_site import SOUND, Fault, Faults, FaultySite
from xinhua_id.crawl.discovery import Kind, Rules, discover
from xinhua_id.extraction.extract import extract
from xinhua_id.items import Page


def always(fault: Fault, **changed: float) -> Faults:
    """Faults by which every path fails so when it is asked for first."""
    name = "stalls" if fault is Fault.STALL else fault.value.replace("-", "_")
    shares = {"reset": 0.0, "busy": 0.0, "stalls": 0.0, "torn_gzip": 0.0, "wrong_length": 0.0}
    return Faults(**{**shares, name: 1.0, "for_good": 0.0, "twice": 0.0, **changed})  # type: ignore[arg-type]


def ask(site: FaultySite, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(site.base).netloc, timeout=10)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def _received(plain: socket.socket) -> tuple[bytes, OSError | None]:
    """Return what comes until the connection ends, and how it ends."""
    received = b""
    try:
        while piece := plain.recv(65536):
            received += piece
    except OSError as error:
        return received, error
    return received, None


def test_every_story_is_found_from_the_front_page_by_numbered_listings_and_by_the_sitemap() -> None:
    with FaultySite(45, faults=SOUND) as site:
        rules = Rules.of(None, [site.base + "/"])
        found, waiting = set(), [site.base + "/"]
        while waiting:
            url = waiting.pop()
            status, headers, body = ask(site, url.removeprefix(site.base))
            links = discover(Page(url, status, tuple(headers.items()), body), Kind.LISTING, rules).links
            found |= {link.url for link in links if "/berita/" in link.url}
            waiting += [link.url for link in links if "/halaman/" in link.url]
        sitemap = ask(site, "/sitemap.xml")[2].decode()
        assert found == {site.base + path for path in site.news.paths()}
        assert all(f"<loc>{url}</loc>" in sitemap for url in found)
        assert f"Sitemap: {site.base}/sitemap.xml" in ask(site, "/robots.txt")[2].decode()
        assert max(site.times().values()) == 1


def test_a_story_reads_as_one_and_no_two_are_alike() -> None:
    with FaultySite(30, faults=SOUND) as site:
        made = []
        for path in site.news.paths():
            status, headers, body = ask(site, path)
            made.append(extract(Page(site.base + path, status, tuple(headers.items()), body), None))
    assert len({article.text for article in made}) == 30
    assert all(len(article.paragraphs) == 4 and article.date_published for article in made)


def test_what_a_conditional_request_names_is_not_sent_again_until_it_changes() -> None:
    with FaultySite(1, faults=SOUND) as site:
        (path,) = site.news.paths()
        _, headers, first = ask(site, path)
        assert ask(site, path, If_None_Match=headers["ETag"])[::2] == (304, b"")
        assert ask(site, path, If_Modified_Since=headers["Last-Modified"])[0] == 304
        site.news.change(path)
        status, changed, body = ask(site, path, If_None_Match=headers["ETag"])
    assert (status, changed["ETag"] != headers["ETag"], body != first) == (200, True, True)


def test_a_story_can_be_added_deleted_and_moved_while_it_serves() -> None:
    with FaultySite(3, faults=SOUND) as site:
        new = site.news.add()
        assert ask(site, "/")[2].decode().index(new) < ask(site, "/")[2].decode().index(site.news.paths()[1])
        gone, moved = site.news.paths()[1:3]
        site.news.delete(gone)
        there = site.news.move(moved)
        assert ask(site, gone)[0] == 410
        status, headers, _ = ask(site, moved)
        assert (status, headers["Location"]) == (301, site.base + there)
        assert ask(site, there)[0] == 200
        assert gone not in ask(site, "/")[2].decode()


def test_a_reset_comes_in_the_middle_of_the_body_and_the_next_asking_is_answered() -> None:
    with FaultySite(1, faults=always(Fault.RESET)) as site:
        (path,) = site.news.paths()
        with socket.create_connection(("127.0.0.1", urlsplit(site.base).port or 0), timeout=10) as plain:
            plain.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            received, ended = _received(plain)
        _, _, body = ask(site, path)
    assert isinstance(ended, ConnectionResetError)
    assert 0 < len(received.partition(b"\r\n\r\n")[2]) < len(body)
    assert [one.fault for one in site.asked] == [Fault.RESET, None]


def test_a_busy_answer_says_when_to_come_again() -> None:
    with FaultySite(1, faults=always(Fault.BUSY)) as site:
        (path,) = site.news.paths()
        status, headers, _ = ask(site, path)
        assert (status, headers["Retry-After"]) == (503, "1")
        assert ask(site, path)[0] == 200
    assert [one.status for one in site.asked] == [503, 200]


def test_a_stall_takes_as_long_as_it_is_set_to() -> None:
    with FaultySite(1, faults=always(Fault.STALL, stall=0.2)) as site:
        (path,) = site.news.paths()
        began = time.monotonic()
        assert ask(site, path)[0] == 200
    assert time.monotonic() - began >= 0.2


def test_a_torn_gzip_stream_has_the_announced_length_and_does_not_unpack() -> None:
    with FaultySite(1, faults=always(Fault.TORN_GZIP)) as site:
        status, headers, body = ask(site, site.news.paths()[0])
    assert (status, headers["Content-Encoding"], int(headers["Content-Length"])) == (200, "gzip", len(body))
    with pytest.raises(EOFError):
        gzip.decompress(body)


def test_a_wrong_length_promises_more_than_comes() -> None:
    with FaultySite(1, faults=always(Fault.WRONG_LENGTH)) as site, pytest.raises(http.client.IncompleteRead):
        ask(site, site.news.paths()[0])


def test_the_faults_are_those_of_the_seed_in_about_their_shares() -> None:
    faults, paths = Faults(), [f"/berita/wuhan-{n}" for n in range(4000)]
    first = [faults.of(path, 0, 1) for path in paths]
    assert first == [faults.of(path, 0, 1) for path in paths]
    assert first != [faults.of(path, 0, 2) for path in paths]
    shares = {fault: number / len(paths) for fault, number in Counter(first).items() if fault}
    for fault, share in (
        (Fault.RESET, 0.10),
        (Fault.BUSY, 0.05),
        (Fault.STALL, 0.05),
        (Fault.TORN_GZIP, 0.02),
        (Fault.WRONG_LENGTH, 0.02),
    ):
        assert shares[fault] == pytest.approx(share, rel=0.35)


def test_most_of_what_fails_recovers_and_some_never_does() -> None:
    faults, paths = Faults(), [f"/berita/wuhan-{n}" for n in range(4000)]
    failing = [path for path in paths if faults.of(path, 0, 1)]
    again = [path for path in failing if faults.of(path, 1, 1)]
    for_good = [path for path in failing if faults.of(path, 99, 1)]
    assert 0 < len(for_good) < len(again) < len(failing) / 2
    assert faults.of("/robots.txt", 0, 1) is None


def test_two_thousand_pages_cost_less_than_at_fifteen_hundred_a_second() -> None:
    with FaultySite(2000, faults=SOUND) as site:
        paths = site.news.paths()
        began = time.process_time()  # of server and client together: by the wall clock a busy machine fails at random
        with socket.create_connection(("127.0.0.1", urlsplit(site.base).port or 0), timeout=30) as plain:
            for path in paths:
                plain.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                received = plain.recv(65536)
                assert received.startswith(b"HTTP/1.1 200")
        took = time.process_time() - began
    assert [one.target for one in site.asked] == paths
    assert took < 2000 / 1500


def test_by_hand_it_says_where_it_serves_and_logs_what_was_asked(tmp_path: Path) -> None:
    log = tmp_path / "asked.jsonl"
    command = [sys.executable, "-m", "tests.crawl.faulty_site", "--stories", "3", "--sound", "--log", str(log)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, env=environment(), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        base = child.stdout.readline().strip()
        connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=10)
        connection.request("GET", "/robots.txt")
        assert connection.getresponse().status == 200
        connection.close()
        child.send_signal(signal.SIGINT)
        said = json.loads(child.stdout.read())
    assert said == {"asked": 1, "200": 1}
    (line,) = [json.loads(one) for one in log.read_text().splitlines()]
    assert (line["target"], line["status"], line["fault"]) == ("/robots.txt", 200, None)
