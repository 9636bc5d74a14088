"""A real server: `xinhua-id serve` started from a folder that is not the project's, spoken to over HTTP."""

from __future__ import annotations

import base64
import json
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

import xinhua_id
from tests.conftest import Answer, environment

PASSWORD = "rahasia%kecil"
PATIENCE = 30.0
PROJECT = Path(xinhua_id.__file__).parent.parent
T = TypeVar("T")


@dataclass
class Server:
    """A server under test, and how to talk to it."""

    process: subprocess.Popen[str]
    port: int
    home: Path

    def ask(
        self, path: str, *, password: str | None = PASSWORD, origin: str | None = None, **form: str
    ) -> tuple[int, str]:
        """Send a request, a POST if there is a form; return status and body."""
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", data)
        if password:
            request.add_header("Authorization", "Basic " + base64.b64encode(f"xinhua-id:{password}".encode()).decode())
        if origin:
            request.add_header("Origin", origin)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def schedule(self, job: str, **arguments: str) -> dict[str, Any]:
        """Schedule a crawl and return the answer."""
        _, body = self.ask("schedule.json", project="xinhua_id", spider="news", jobid=job, **arguments)
        answer: dict[str, Any] = json.loads(body)
        return answer

    def ended(self, job: str) -> dict[str, Any] | None:
        """Return the finished job's entry, None while there is none."""
        finished = json.loads(self.ask("listjobs.json")[1])["finished"]
        return next((entry for entry in finished if entry["id"] == job), None)

    def wait_for(self, job: str) -> dict[str, Any]:
        """Return the job's entry once it has ended."""
        return until(lambda: self.ended(job))

    def stop(self) -> int:
        """Ask the server to stop, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def until(condition: Callable[[], T | None]) -> T:
    """Return what the condition gives once it gives something; fail after a while."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while time.monotonic() < deadline:
        if found := condition():
            return found
        pause.wait(0.05)
    pytest.fail(f"not within {PATIENCE:.0f} s")


def start(home: Path, **variables: str) -> Server:
    """Start a server whose archive and state lie in ``home``, and wait until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "xinhua_id", "serve", "--port", str(port), "--archive", "arsip", "--state", "keadaan"],
        cwd=home,
        env=environment(XINHUA_ID_PASSWORD=PASSWORD, **variables),
        stdout=(home / "server.log").open("w"),
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Server(process, port, home)

    def answers() -> bool:
        assert process.poll() is None, (home / "server.log").read_text()
        try:
            return server.ask("daemonstatus.json")[0] == 200
        except OSError:
            return False

    until(answers)
    return server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start(tmp_path_factory.mktemp("server"))
    yield running
    running.stop()


@pytest.fixture
def site(serve: Callable[..., str], story: Callable[[int], Answer]) -> str:
    """A site with a front page and two stories."""
    links = '<a href="/berita/1">Satu</a> <a href="/berita/2">Dua</a>'
    return serve({"/": (200, {}, f"<h1>Kabar</h1>{links}"), "/berita/1": story(1), "/berita/2": story(2)})


def test_it_asks_for_the_password(server: Server) -> None:
    assert server.ask("daemonstatus.json", password=None)[0] == 401
    assert server.ask("daemonstatus.json", password="salah")[0] == 401


def test_a_scheduled_crawl_lands_the_files_that_the_command_lands(
    server: Server, site: str, xinhua_id: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    assert server.schedule("kabar-pagi", seed=f"{site}/")["status"] == "ok"
    ended = server.wait_for("kabar-pagi")
    done = xinhua_id("crawl", "--seed", f"{site}/", "--archive", "arsip", XINHUA_ID_RUN="kabar-pagi")

    assert done.returncode == 0, done.stderr
    assert (ended["exit_code"], ended["outcome"], ended["failed"]) == (0, "finished", False)
    scheduled, commanded = server.home / "arsip", tmp_path / "arsip"
    host = site.removeprefix("http://").replace(":", "-")
    assert kinds(scheduled / f"site-{host}") == kinds(commanded / f"site-{host}") - {"runs/kabar-pagi.log"}
    assert stories(scheduled / f"site-{host}") == stories(commanded / f"site-{host}")
    assert len(stories(commanded)) == 2


def test_arguments_of_the_spider_arrive(server: Server, site: str) -> None:
    server.schedule("satu-saja", seed=f"{site}/", limit="1")

    assert server.wait_for("satu-saja")["outcome"] == "limit-reached"
    assert len((next(server.home.glob("arsip/*/items/satu-saja.jsonl"))).read_text().splitlines()) == 1


@pytest.mark.parametrize("job", ["../../etc/kabar", "a/b", "", ".open", "x" * 101, "dua kata"])
def test_a_job_id_that_is_no_name_is_refused(server: Server, job: str) -> None:
    answer = server.schedule(job, seed="http://127.0.0.1:9/")

    assert answer["status"] == "error"
    assert answer["message"].startswith("jobid: use 1 to 100 letters")


def test_a_job_id_is_given_once(server: Server, site: str) -> None:
    server.schedule("sekali", seed=f"{site}/")
    server.wait_for("sekali")

    answer = server.schedule("sekali", seed=f"{site}/")

    assert answer["status"] == "error"
    assert "exists" in answer["message"]


def test_a_crawl_that_failed_is_shown_as_failed(server: Server) -> None:
    server.schedule("salah-nama", source="tidak-ada")
    server.schedule("tak-terjangkau", seed="http://127.0.0.1:9/")
    misnamed, unreachable = server.wait_for("salah-nama"), server.wait_for("tak-terjangkau")

    assert (misnamed["failed"], misnamed["exit_code"], misnamed["outcome"]) == (True, 1, None)
    assert (unreachable["failed"], unreachable["outcome"]) == (True, "nothing-answered")
    page = server.ask("jobs")[1]
    assert "<b>failed: exit code 1</b>" in page
    assert "<b>failed: nothing-answered</b>" in page


def test_jobs_that_cannot_be_started_cost_no_slot(server: Server, site: str) -> None:
    queue = sqlite3.connect(server.home / "keadaan" / "dbs" / "xinhua_id.db")
    for number in range(5):  # one more than there are slots; past the check, as an older server might have left them
        message = json.dumps({"name": "news", "_job": f"../rusak-{number}", "settings": {}})
        queue.execute("INSERT INTO spider_queue (priority, message) VALUES (1, ?)", (message.encode(),))
    queue.commit()
    queue.close()
    server.schedule("sesudahnya", seed=f"{site}/")

    assert server.wait_for("sesudahnya")["outcome"] == "finished"
    assert all(server.wait_for(f"../rusak-{number}")["failed"] for number in range(5))


def test_a_page_of_another_site_can_schedule_nothing(server: Server) -> None:
    form = {"project": "xinhua_id", "spider": "news", "jobid": "dari-luar", "source": "xinhua"}

    assert server.ask("schedule.json", origin="http://lain.example", **form)[0] == 403
    assert server.ended("dari-luar") is None


def test_there_is_no_way_to_deploy(server: Server) -> None:
    assert server.ask("addversion.json", project="xinhua_id", version="1", egg="x")[0] == 404


def test_a_crawl_does_not_inherit_the_password(tmp_path: Path) -> None:
    of_a_job = (
        "from scrapyd.config import Config\n"
        "from scrapyd.interfaces import IEnvironment\n"
        "from xinhua_id.ops.application import application\n"
        "jobs = application(Config()).getComponent(IEnvironment)\n"
        "print(*jobs.get_environment({'_project': 'xinhua_id'}, 0).values())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", of_a_job],
        cwd=PROJECT,
        env=environment(XINHUA_ID_PASSWORD=PASSWORD, XINHUA_ID_STATE=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )

    assert str(tmp_path) in done.stdout
    assert PASSWORD not in done.stdout


def test_a_server_that_stops_lets_its_crawls_close_their_files(
    tmp_path: Path, serve: Callable[..., str], story: Callable[[int], Answer]
) -> None:
    links = "".join(f'<a href="/berita/{n}">{n}</a> ' for n in range(200))
    site = serve({"/": (200, {}, links), **{f"/berita/{n}": story(n) for n in range(200)}})
    server = start(tmp_path, XINHUA_ID_LOOPBACK_DELAY="0.2")
    server.schedule("terputus", seed=f"{site}/")
    until(lambda: [path for path in tmp_path.glob("arsip/*/items/terputus.jsonl.open") if path.stat().st_size])

    assert server.stop() == -signal.SIGTERM  # twistd ends by the signal it was sent, once all is closed
    assert not list(tmp_path.glob("arsip/**/*.open"))
    manifest = json.loads(next(tmp_path.glob("arsip/*/runs/terputus.json")).read_text())
    assert manifest["outcome"] == "interrupted"
    assert 0 < len(list(xinhua_id.read(tmp_path / "arsip"))) < 200
    ledger = (tmp_path / "keadaan" / "dbs" / "finished.jsonl").read_text()
    assert json.loads(ledger)["outcome"] == "interrupted"


def test_how_jobs_ended_is_known_after_a_restart(tmp_path: Path) -> None:
    first = start(tmp_path)
    first.schedule("dulu", source="tidak-ada")
    ended = first.wait_for("dulu")
    first.stop()
    second = start(tmp_path)

    try:
        assert second.ended("dulu") == ended
    finally:
        second.stop()


def test_a_port_that_is_taken_is_a_clear_error(xinhua_id: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = xinhua_id("serve", "--port", str(taken.getsockname()[1]))

    assert done.returncode == 2
    assert "--port" in done.stderr


@pytest.mark.parametrize("option", ["--archive", "--state"])
def test_a_file_where_a_folder_should_be_is_a_clear_error(
    xinhua_id: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, option: str
) -> None:
    (tmp_path / "berkas").write_text("")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    done = xinhua_id("serve", "--port", str(port), "--state", "s", "--archive", "a", option, "berkas")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{option} is no folder that can be written")


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({}, "the server has no password"),
        ({"XINHUA_ID_PASSWORD": "x", "SCRAPYD_BIND_ADDRESS": "0.0.0.0"}, "the server would listen on 0.0.0.0"),
        ({"XINHUA_ID_PASSWORD": "x", "SCRAPYD_UNIX_SOCKET_PATH": "soket"}, "unix socket"),
    ],
)
def test_scrapyd_started_without_the_command_is_just_as_closed(
    tmp_path: Path, variables: dict[str, str], why: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scrapyd", "--pidfile="],
        cwd=PROJECT,
        env=environment(XINHUA_ID_STATE=str(tmp_path), **variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert done.returncode != 0
    assert why in done.stdout + done.stderr


def kinds(home: Path) -> set[str]:
    """Return the files of a source's folder, without what differs from run to run in a WARC's name."""
    return {
        "warc" if path.parent.name == "warc" else str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file()
    }


def stories(home: Path) -> list[dict[str, Any]]:
    """Return the items without what differs from capture to capture."""
    items = [article.model_dump(exclude={"capture"}) for article in xinhua_id.read(home)]
    return sorted(items, key=lambda item: str(item["url"]))
