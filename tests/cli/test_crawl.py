"""`xinhua-id crawl` over real HTTP on loopback: what lands in the archive, what is said, and how it ends."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Answer, environment
from xinhua_id.items import Article

Serve = Callable[[Mapping[str, Answer]], str]
Story = Callable[[int], Answer]
Run = Callable[..., subprocess.CompletedProcess[str]]


def front(*paths: str) -> Answer:
    return 200, {}, "<h1>Beranda</h1><ul>" + "".join(f'<li><a href="{path}">Baca</a></li>' for path in paths) + "</ul>"


def small_site(story: Story) -> dict[str, Answer]:
    """Three stories, a redirect, a dead link, a page that fails for good, and a binary one."""
    return {
        "/": front("/berita/1", "/berita/2", "/berita/3", "/lama", "/hilang", "/rusak", "/gambar"),
        "/berita/1": story(1),
        "/berita/2": story(2),
        "/berita/3": story(3),
        "/lama": (301, {"Location": "/baru"}, ""),
        "/baru": story(4),
        "/rusak": (500, {}, "rusak"),
        "/gambar": (200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n\0\0"),
    }


def only(pattern: str, archive: Path) -> Path:
    (found,) = archive.glob(pattern)
    return found


def account(archive: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(only("*/runs/*.json", archive).read_text())
    return found


def outcomes(archive: Path) -> dict[str, int]:
    stats = account(archive)["stats"]
    return {key.removeprefix("outcome/"): value for key, value in stats.items() if re.fullmatch(r"outcome/[^/]+", key)}


def test_every_exchange_ends_in_one_outcome_and_every_story_is_an_item(
    serve: Serve, story: Story, xinhua_id: Run, tmp_path: Path
) -> None:
    address = serve(small_site(story))
    done = xinhua_id("crawl", "--seed", address + "/", "--archive", "a")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    archive = tmp_path / "a"
    items = [Article.model_validate_json(line) for line in only("*/items/*.jsonl", archive).read_text().splitlines()]
    assert sorted(item.headline for item in items) == [f"Warga Kampung {n} rawat mata air" for n in (1, 2, 3, 4)]
    stats = account(archive)["stats"]
    assert outcomes(archive)["story"] == 4
    assert outcomes(archive)["redirect"] == 1
    assert stats["outcome/failed/http-500"] == outcomes(archive)["failed"] == 3
    assert stats["outcome/no-article/not-html-image"] == 1
    assert sum(outcomes(archive).values()) == stats["warc/exchanges"]
    assert not list(archive.rglob("*.open"))


def test_the_manifest_accounts_for_the_files_and_names_what_was_asked(
    serve: Serve, story: Story, xinhua_id: Run, tmp_path: Path
) -> None:
    address = serve(small_site(story))
    xinhua_id("crawl", "--seed", address + "/", "--archive", "a", XINHUA_ID_RUN="news-1")
    said = account(tmp_path / "a")
    assert (said["run"], said["outcome"], said["seeds"], said["error"]) == ("news-1", "finished", [address + "/"], None)
    kinds = [Path(file["path"]).parent.name for file in said["files"]]
    assert kinds == ["items", "warc"]
    assert said["settings"]["USER_AGENT"].startswith("xinhua-id/")
    assert said["versions"].keys() >= {"python", "scrapy"}


def test_every_item_leads_to_its_record(serve: Serve, story: Story, xinhua_id: Run, tmp_path: Path) -> None:
    address = serve(small_site(story))
    xinhua_id("crawl", "--seed", address + "/", "--archive", "a")
    for line in only("*/items/*.jsonl", tmp_path / "a").read_text().splitlines():
        item = Article.model_validate_json(line)
        assert item.capture is not None
        warc = only(f"*/warc/{item.capture.file}", tmp_path / "a").read_bytes()
        record = gzip.decompress(warc[item.capture.offset : item.capture.offset + item.capture.length]).decode()
        assert f"WARC-Target-URI: {item.url}\r\n" in record
        assert f"WARC-Record-ID: {item.capture.record_id}\r\n" in record


def test_the_summary_says_what_came_of_it_and_where_it_lies(
    serve: Serve, story: Story, xinhua_id: Run, tmp_path: Path
) -> None:
    done = xinhua_id("crawl", "--seed", serve(small_site(story)) + "/", "--archive", "a")
    assert re.search(r"stories +4 ", done.stderr)
    assert re.search(r"failed +3 +http-500 3", done.stderr)
    assert "/items/" in done.stderr
    assert "xinhua-id extract " in done.stderr


def test_a_second_crawl_writes_no_story_twice_but_a_changed_one_anew(
    serve: Serve, story: Story, xinhua_id: Run, tmp_path: Path
) -> None:
    site = small_site(story)
    address = serve(site)
    xinhua_id("crawl", "--seed", address + "/", "--archive", "a", XINHUA_ID_RUN="satu")
    site["/berita/1"] = story(9)
    xinhua_id("crawl", "--seed", address + "/", "--archive", "a", "--again", XINHUA_ID_RUN="dua")
    second = only("*/items/dua.jsonl", tmp_path / "a").read_text().splitlines()
    assert [json.loads(line)["headline"] for line in second] == ["Warga Kampung 9 rawat mata air"]
    stats = json.loads(only("*/runs/dua.json", tmp_path / "a").read_text())["stats"]
    assert stats["outcome/duplicate/unchanged"] == 3


def test_a_run_of_the_same_name_is_refused(serve: Serve, story: Story, xinhua_id: Run) -> None:
    address = serve(small_site(story))
    xinhua_id("crawl", "--seed", address + "/", XINHUA_ID_RUN="satu")
    again = xinhua_id("crawl", "--seed", address + "/", XINHUA_ID_RUN="satu")
    assert again.returncode == 1
    assert "a run called 'satu' exists" in again.stderr


def test_a_limit_ends_the_crawl_after_so_many_stories(
    serve: Serve, story: Story, xinhua_id: Run, tmp_path: Path
) -> None:
    site = {"/": front(*(f"/berita/{n}" for n in range(60)))} | {f"/berita/{n}": story(n) for n in range(60)}
    done = xinhua_id("crawl", "--seed", serve(site) + "/", "--archive", "a", "--limit", "5")
    assert done.returncode == 0
    assert len(only("*/items/*.jsonl", tmp_path / "a").read_text().splitlines()) == 5
    assert account(tmp_path / "a")["outcome"] == "limit-reached"
    assert sum(outcomes(tmp_path / "a").values()) < 40


def test_a_budget_ends_the_crawl_cleanly_and_says_that_the_rest_stays(
    serve: Serve, story: Story, xinhua_id: Run, tmp_path: Path
) -> None:
    site = {"/": front(*(f"/berita/{n}" for n in range(30)))} | {f"/berita/{n}": story(n) for n in range(30)}
    done = xinhua_id("crawl", "--seed", serve(site) + "/", "--archive", "a", "--pages", "9", "--bytes", "2MB")
    assert done.returncode == 0, done.stderr
    assert "the rest stays for the next run" in done.stderr
    said = account(tmp_path / "a")
    assert (said["outcome"], said["stats"]["warc/exchanges"]) == ("budget-reached", 9)
    assert not list((tmp_path / "a").rglob("*.open"))


@pytest.mark.parametrize("size", ["banyak", "-5", "3 meter"])
def test_a_budget_that_is_no_size_is_wrong_usage(xinhua_id: Run, size: str) -> None:
    done = xinhua_id("crawl", "--seed", "http://127.0.0.1:9/", "--bytes", size)
    assert done.returncode == 2
    assert "500MB" in done.stderr


def test_several_sites_are_one_run_each(serve: Serve, story: Story, xinhua_id: Run, tmp_path: Path) -> None:
    seeds = [serve({"/berita/1": story(number)}) + "/berita/1" for number in (1, 2)]
    done = xinhua_id("crawl", "--seed", seeds[0], "--seed", seeds[1], "--archive", "a")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "a").glob("site-127.0.0.1-*/runs/*.json"))) == 2
    assert len(list((tmp_path / "a").glob("site-127.0.0.1-*/items/*.jsonl"))) == 2


@pytest.mark.parametrize(
    ("seed", "words"),
    [
        ("http://127.0.0.1:1/", "nothing listens there"),
        ("https://{host}/", "no secure connection"),
    ],
)
def test_a_crawl_that_fetched_nothing_fails_and_says_why(
    serve: Serve, xinhua_id: Run, tmp_path: Path, seed: str, words: str
) -> None:
    host = serve({}).removeprefix("http://")
    done = xinhua_id("crawl", "--seed", seed.format(host=host), "--archive", "a")
    assert done.returncode == 1
    assert "nothing could be fetched" in done.stderr
    assert words in done.stderr
    assert account(tmp_path / "a")["stats"]["outcome/denied/robots-unreachable"] >= 1


def test_an_unwritable_archive_is_said_before_anything_is_fetched(
    serve: Serve, story: Story, xinhua_id: Run, tmp_path: Path
) -> None:
    (tmp_path / "a").write_text("")
    done = xinhua_id("crawl", "--seed", serve(small_site(story)) + "/", "--archive", "a")
    assert done.returncode == 1
    assert "cannot be written: Not a directory" in done.stderr
    assert "→" in done.stderr


def test_a_full_disk_ends_the_crawl_and_what_was_captured_is_whole(serve: Serve, story: Story, tmp_path: Path) -> None:
    noise = [f"<!-- {hashlib.shake_256(bytes([n])).hexdigest(20_000)} -->" for n in range(40)]
    site = {"/": front(*(f"/berita/{n}" for n in range(40)))}
    site |= {f"/berita/{n}": (200, {}, str(story(n)[2]) + noise[n]) for n in range(40)}
    seed = serve(site) + "/"
    room = 300_000

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    done = subprocess.run(
        [sys.executable, "-m", "xinhua_id", "crawl", "--seed", seed, "--archive", "a"],
        cwd=tmp_path, env=environment(), preexec_fn=small_disk, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert "→" in done.stderr
    items = next((tmp_path / "a").glob("*/items/*")).read_text()
    assert items == "" or items.endswith("}\n")
    for line in items.splitlines():
        Article.model_validate_json(line)
    warc = next((tmp_path / "a").glob("*/warc/*")).read_bytes()
    assert gzip.decompress(warc).startswith(b"WARC/1.1\r\n")


def test_ctrl_c_ends_cleanly_with_files_closed_and_a_word_on_how_to_go_on(
    serve: Serve, story: Story, tmp_path: Path
) -> None:
    site = {"/": front(*(f"/berita/{n}" for n in range(400)))} | {f"/berita/{n}": story(n) for n in range(400)}
    variables = environment(XINHUA_ID_LOOPBACK_DELAY="0.05", PYTHONUNBUFFERED="1")
    with subprocess.Popen(
        [sys.executable, "-m", "xinhua_id", "crawl", "--seed", serve(site) + "/", "--archive", "a"],
        cwd=tmp_path, env=variables, stderr=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stderr is not None
        child.stderr.readline()
        items = _first_lines(tmp_path / "a", child)
        child.send_signal(signal.SIGINT)
        said = child.stderr.read()
    assert child.returncode == 130, said
    assert items
    assert "interrupted" in said
    assert "run the same command again" in said
    assert not list((tmp_path / "a").rglob("*.open"))
    assert account(tmp_path / "a")["outcome"] == "interrupted"


@pytest.mark.parametrize("with_what", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_crawl_opens_closes_its_files_too(
    serve: Serve, story: Story, tmp_path: Path, with_what: signal.Signals
) -> None:
    archive = tmp_path / "a"
    with subprocess.Popen(
        [sys.executable, "-m", "xinhua_id", "crawl", "--seed", serve(small_site(story)) + "/", "--archive", "a"],
        cwd=tmp_path, env=environment(XINHUA_ID_LOOPBACK_DELAY="0.5"), stderr=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        while child.poll() is None and not list(archive.glob("*/items/*.open")):
            pass  # the file is made while the spider opens, before the engine runs
        child.send_signal(with_what)
        assert child.stderr is not None
        said = child.stderr.read()
    assert child.returncode == 130, said
    assert "interrupted" in said
    assert not list(archive.rglob("*.open"))
    assert account(archive)["outcome"] == "interrupted"


@pytest.mark.parametrize(
    ("name", "value"),
    [("LOOPBACK_DELAY", "abc"), ("LOOPBACK_DELAY", "nan"), ("BACKOFF", "-1")],
)
@pytest.mark.parametrize("command", [("crawl", "--seed", "http://127.0.0.1:1/"), ("serve", "--port", "6899")])
def test_a_wrong_setting_is_named_before_anything_begins(
    xinhua_id: Run, tmp_path: Path, command: tuple[str, ...], name: str, value: str
) -> None:
    done = xinhua_id(*command, **{f"XINHUA_ID_{name}": value})
    assert done.returncode == 2
    assert done.stderr.startswith(f"XINHUA_ID_{name}: {value!r} is no number of seconds\n→ ")
    assert not list(tmp_path.iterdir())


def test_an_empty_setting_is_none(serve: Serve, story: Story, xinhua_id: Run, tmp_path: Path) -> None:
    done = xinhua_id("crawl", "--seed", serve(small_site(story)) + "/", XINHUA_ID_ARCHIVE="", XINHUA_ID_BACKOFF="")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["archives"]


def _first_lines(archive: Path, child: subprocess.Popen[str]) -> bytes:
    """Return the items written so far, once there are some; give up when the child has ended."""
    while child.poll() is None:
        for path in archive.glob("*/items/*.open"):
            if lines := path.read_bytes():
                return lines
    return b""
