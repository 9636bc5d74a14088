"""The archive in a browser: every kind of record shows its page, over HTTP and in Chromium, and nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive import chromium
from tests.archive.replay_records import DIRECT, HOST, KINDS, RUN, Shelf, every_kind, got, needs_pywb, page
from xinhua_id.archive.replay import app as replay_app
from xinhua_id.archive.replay import process as replay
from xinhua_id.archive.replay.target import find


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return every_kind(tmp_path_factory.mktemp("arsip & 100% #1"))


@pytest.fixture(scope="module")
def site(shelf: Shelf) -> Iterator[str]:
    """The address of the replay, without a slash at its end."""
    needs_pywb()
    with replay.begin(find(shelf.root, None)) as running:
        yield running.address.rstrip("/")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_record_shows_its_page(kind: str, shelf: Shelf, site: str) -> None:
    kept = shelf.kept[kind]
    status, text, _ = got(site + kept.path)
    assert status == (404 if kind == "404" else 200)
    assert f"<h1>{kept.headline}</h1>" in text
    assert text.rstrip().endswith("</html>")


def test_a_redirect_leads_to_the_story_inside_the_archive(shelf: Shelf, site: str) -> None:
    _, _, address = got(site + shelf.kept["redirect to a story"].path)
    assert address.startswith(f"{site}/archive/")
    assert address.endswith(f"/{HOST}/panen")


def test_a_head_is_the_head_of_its_own_visit(shelf: Shelf, site: str) -> None:
    with DIRECT.open(site + shelf.kept["revisit of the same URL"].path) as answer:
        assert answer.headers["X-Visit"] == "kedua"


def test_a_page_as_it_was_stored_is_whole_to_the_byte(shelf: Shelf, site: str) -> None:
    kept = shelf.kept["chunked, gzip"]
    assert got(site + kept.path.replace(kept.timestamp, f"{kept.timestamp}id_"))[1].encode() == page(kept.headline)


def test_what_the_run_says_of_itself_is_reachable_or_hidden(site: str) -> None:
    status, text, _ = got(f"{site}/archive/20260109/urn:xinhua-id:{RUN}:log")
    assert (status, text) == (200, "INFO: 12 cerita") or status == 404


def test_what_was_not_captured_is_not_found_and_never_fetched(site: str, serve: object) -> None:
    live = serve({"/hidup": (200, {}, "<h1>Hidup</h1>")})  # type: ignore[operator]
    status, text, _ = got(f"{site}/archive/2026/{live}/hidup")
    assert status == 404
    assert "Hidup" not in text
    assert "Not in this archive" in text


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (None, ("192.0.2.1", 80))),
        ("socket.connect", (None, ("2001:db8::1", 443, 0, 0))),
        ("socket.getaddrinfo", ("contoh.example", 80, 0, 0, 0)),
        ("socket.sendto", (None, ("192.0.2.53", 53))),
    ],
)
def test_no_connection_leaves_this_machine(event: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(PermissionError, match="off this machine"):
        replay_app.stay_on_this_machine(event, arguments)
    replay_app.stay_on_this_machine("socket.connect", (None, ("127.0.0.1", 8090)))
    replay_app.stay_on_this_machine("socket.getaddrinfo", ("localhost", 80, 0, 0, 0))


def test_another_name_for_this_machine_is_refused(site: str) -> None:
    assert got(f"{site}/", {"Host": "jahat.example"})[0] == 403
    assert got(f"{site}/", {"Host": "localhost:9999"})[0] == 200


def test_every_answer_forbids_a_page_to_load_from_elsewhere(shelf: Shelf, site: str) -> None:
    kept = shelf.kept["plain response"]
    for path in ("/", kept.path, kept.path.replace(kept.timestamp, f"{kept.timestamp}id_"), f"/archive/*/{kept.url}"):
        with DIRECT.open(site + path) as answer:
            policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith(("default-src 'self'", "default-src 'none'"))
        assert "ws:" not in policy


def test_all_captures_of_an_address_are_listed_without_the_304(shelf: Shelf, site: str) -> None:
    text = got(f"{site}/archive/*/{HOST}/panen")[1]
    assert text.count("<li>") == 2
    assert "9 January 2026, 12:31 WIB" in text
    assert got(f"{site}/archive/*/{HOST}/domba")[1].count("<li>") == 1
    assert "was not captured" in got(f"{site}/archive/*/{HOST}/tidak-ada")[1]


@pytest.mark.skipif(chromium.found() is None, reason="NO BROWSER TEST: chromium is not installed")
def test_a_browser_shows_the_list_and_every_kind_of_page(shelf: Shelf, site: str, tmp_path: Path) -> None:
    with chromium.Browser(tmp_path) as browser:
        browser.open(f"{site}/?q=panen")
        browser.click("document.querySelector('.stories a')")
        assert shelf.kept["plain response"].headline in browser.text()
        for kind in KINDS:
            kept = shelf.kept[kind]
            browser.open(site + kept.path)
            assert kept.headline in browser.text(), kind
            assert browser.value("getComputedStyle(document.body).maxWidth") != "none", kind
        links = "document.body.previousElementSibling.shadowRoot.querySelectorAll('a')"
        browser.click(f"{links}[0]")
        assert "9 January 2026, 12:44 WIB" in browser.text()
        browser.open(site + kept.path)
        browser.click(f"{links}[1]")
        assert browser.text().startswith("Stories in the archive")
    outside = [url for url in browser.asked if not url.startswith((f"{site}/", "data:", "blob:", "about:"))]
    assert outside == []
