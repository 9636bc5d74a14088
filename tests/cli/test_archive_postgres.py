"""A real crawl, and every command on what it left, with the catalogue in PostgreSQL: the same as with a file."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.catalogue import rows
from tests.postgres_server import PostgresServer
from xinhua_id.archive.differences import Difference, differences
from xinhua_id.archive.rebuild import rebuild
from xinhua_id.catalogue import captures, runs, tables, tenures
from xinhua_id.catalogue.store import NAME, Catalogue
from xinhua_id.corpus.read import read

Answer = tuple[int, Mapping[str, str], str | bytes]
Run = Callable[..., subprocess.CompletedProcess[str]]
NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
PLAIN, TAGGED = "/berita/1", "/berita/2"


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.database()


@pytest.fixture
def command(xinhua_id: Run, url: str, tmp_path: Path) -> Run:
    """Run a command on the archive `a`, whose catalogue is in PostgreSQL."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return xinhua_id(*arguments, **{"XINHUA_ID_CATALOGUE": url, "XINHUA_ID_ARCHIVE": "a", **variables})

    return run


@pytest.fixture
def pages(story: Callable[[int], Answer]) -> dict[str, Answer]:
    front = (
        f'<h2><a href="{PLAIN}">Warga Kampung rawat air</a></h2><h2><a href="{TAGGED}">Warga lain rawat air</a></h2>'
    )
    tag = {"ETag": '"v1"', "X-Not-Modified": "1"}
    return {
        "/": (200, tag, f"<html><title>Berita</title><body>{front}</body></html>"),
        PLAIN: story(1),
        TAGGED: (200, tag, story(2)[2]),
    }


@pytest.fixture
def archive(command: Run, serve: Callable[..., str], pages: dict[str, Answer], tmp_path: Path) -> Path:
    """Return an archive of a site that was crawled twice."""
    address = serve(pages)
    for run in ("satu", "dua"):
        done = command("crawl", "--seed", f"{address}/", "--again", XINHUA_ID_RUN=run)
        assert done.returncode == 0, done.stderr
    return tmp_path / "a"


def home_of(archive: Path) -> Path:
    (home,) = (path for path in archive.iterdir() if path.is_dir())
    return home


def unlike_its_files(archive: Path, url: str) -> list[Difference]:
    """Return where the catalogue in PostgreSQL differs from what its files say, in a SQLite file made from them."""
    assert rebuild(archive, NOON).faults == []
    served, made = Catalogue.open_to_read(archive, url), Catalogue.open_to_read(archive)
    try:
        return list(differences(served, made))
    finally:
        served.close()
        made.close()
        for path in archive.glob(f"{NAME}*"):
            path.unlink()


def figures(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_crawl_leaves_the_same_catalogue_as_in_a_file(archive: Path, url: str, command: Run, xinhua_id: Run) -> None:
    assert not (archive / NAME).exists()
    assert unlike_its_files(archive, url) == []
    verified = command("archive", "verify")
    assert verified.returncode == 0, verified.stdout
    assert "catalogue" not in verified.stdout  # no note that there is none
    served = figures(command("archive", "stats", "--json"))
    assert served["all"]["revisits"] == 3
    assert served["all"]["not_modified"] == 2
    assert rebuild(archive, NOON).faults == []
    assert figures(command("archive", "stats", "--json", XINHUA_ID_CATALOGUE="")) == served
    assert figures(xinhua_id("archive", "stats", "--json", "--archive", "a", "--catalogue", url)) == served


def test_a_crawl_whose_server_dies_ends_in_words_and_loses_nothing(
    command: Run,
    serve: Callable[..., str],
    pages: dict[str, Answer],
    postgres: PostgresServer,
    url: str,
    tmp_path: Path,
) -> None:
    class Dying(dict[str, Answer]):
        stopped = False

        def get(self, path: str, default: Any = None) -> Answer:
            if path == PLAIN and not self.stopped:
                self.stopped = True
                postgres.stop()
            found: Answer = super().get(path, default)
            return found

    site = Dying(pages)
    address = serve(site)
    try:
        died = command("crawl", "--seed", f"{address}/", XINHUA_ID_RUN="satu")
    finally:
        if site.stopped:
            postgres.start()
    assert site.stopped
    assert died.returncode == 1
    assert "the catalogue cannot be" in died.stderr
    assert "Traceback" not in died.stderr
    archive = tmp_path / "a"
    account = json.loads((home_of(archive) / "runs/satu.json").read_text())
    assert account["outcome"] == "failed"
    recovered = command("archive", "recover")
    assert recovered.returncode == 0, recovered.stderr
    assert unlike_its_files(archive, url) == []
    assert command("archive", "verify").returncode == 0
    assert command("crawl", "--seed", f"{address}/", XINHUA_ID_RUN="dua").returncode == 0
    found = [article.headline for article in read(archive)]
    assert sorted(found) == ["Warga Kampung 1 rawat mata air", "Warga Kampung 2 rawat mata air"]
    assert unlike_its_files(archive, url) == []
    assert command("archive", "verify").returncode == 0


def test_a_crawl_whose_server_is_not_there_begins_no_request(
    command: Run, serve: Callable[..., str], pages: dict[str, Answer], tmp_path: Path
) -> None:
    nowhere = "postgresql+psycopg://operator:rahasia@127.0.0.1:1/katalog"
    done = command("crawl", "--seed", f"{serve(pages)}/", XINHUA_ID_CATALOGUE=nowhere)
    assert done.returncode == 1
    assert "See that the server runs" in done.stderr
    assert "Traceback" not in done.stderr
    said = done.stdout + done.stderr
    said += "".join(path.read_text() for path in (tmp_path / "a").rglob("*") if path.suffix in {".json", ".log"})
    assert "rahasia" not in said
    assert list((tmp_path / "a").rglob("*.warc.gz*")) == []


def test_a_rebuild_mends_the_sites_that_are_here_and_leaves_the_ledger_and_the_others(
    archive: Path, url: str, command: Run
) -> None:
    site = home_of(archive).name
    other = rows.capture(site="lain", file="lain.warc.gz")
    catalogue = Catalogue.open(archive, url)
    with catalogue.begin() as connection:
        ledger = runs.of_site(connection, site)
        for row in captures.of_run(connection, site, "satu"):
            captures.drop(connection, row.record_id)
        captures.add(connection, [rows.capture(7, site=site), other])
        runs.put(connection, [rows.run("lama", site=site)])
    done = command("archive", "rebuild")
    assert done.returncode == 0, done.stderr
    assert "left as they are: lain" in done.stderr
    with catalogue.begin() as connection:
        assert runs.of_site(connection, site) == [rows.run("lama", site=site), *ledger]
        assert list(captures.each(connection, "lain")) == [other]
        captures.drop(connection, other.record_id)
    catalogue.close()
    assert unlike_its_files(archive, url) == []


def test_a_rebuild_that_would_forget_files_which_are_not_here_does_nothing(
    archive: Path, url: str, command: Run, tmp_path: Path
) -> None:
    warc = min((home_of(archive) / "warc").glob("*.warc.gz"))
    warc.rename(tmp_path / warc.name)
    catalogue = Catalogue.open(archive, url)
    with catalogue.reading() as connection:
        before = list(captures.each(connection))
    refused = command("archive", "rebuild")
    assert refused.returncode == 1
    assert warc.name in refused.stderr
    with catalogue.reading() as connection:
        assert list(captures.each(connection)) == before
    assert command("archive", "rebuild", "--forget-missing").returncode == 0
    with catalogue.reading() as connection:
        assert {row.file for row in captures.each(connection)} == {row.file for row in before} - {warc.name}
    catalogue.close()


def test_a_site_that_a_worker_elsewhere_crawls_is_not_rebuilt(archive: Path, url: str, command: Run) -> None:
    site = home_of(archive).name
    catalogue = Catalogue.open(archive, url)
    with catalogue.begin() as connection:
        assert tenures.take(connection, site, "mesin-lain/1/2/3", "malam", NOON, None)
    refused = command("archive", "rebuild")
    assert refused.returncode == 1
    assert "is being crawled already by worker mesin-lain/1/2/3, run malam" in " ".join(refused.stderr.split())
    with catalogue.begin() as connection:
        connection.execute(tables.tenures.update().values(beat_at=tenures.clock(connection) - 61))
    assert command("archive", "rebuild", XINHUA_ID_TAKE_OVER_SECONDS="600").returncode == 1
    assert command("archive", "rebuild").returncode == 0
    with catalogue.reading() as connection:
        assert tenures.every(connection) == []
    catalogue.close()


def test_a_site_of_which_nothing_lies_here_is_another_machines(archive: Path, url: str, command: Run) -> None:
    site, other = home_of(archive).name, archive.with_name("b")
    (other / site / "warc").mkdir(parents=True)
    catalogue = Catalogue.open(archive, url)
    with catalogue.reading() as connection:
        before = list(captures.each(connection))
    done = command("archive", "rebuild", "--forget-missing", XINHUA_ID_ARCHIVE="b")
    assert done.returncode == 0, done.stderr
    assert f"left as they are: {site}" in done.stderr
    with catalogue.reading() as connection:
        assert list(captures.each(connection)) == before
    catalogue.close()


def test_a_rebuild_that_dies_changes_nothing(archive: Path, url: str) -> None:
    site = home_of(archive).name
    catalogue = Catalogue.open(archive, url)

    def entered() -> list[object]:
        with catalogue.reading() as connection:
            return [*captures.each(connection), *runs.of_site(connection, site)]

    before, seen = entered(), []

    def told(path: Path) -> None:
        seen.append(entered())
        if path.suffix == ".json":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(archive, NOON, told, url)
    assert len(seen) >= 3
    assert all(one == before for one in [*seen, entered()])
    catalogue.close()


def test_an_empty_database_is_rebuilt_from_the_files(archive: Path, postgres: PostgresServer, command: Run) -> None:
    fresh = postgres.database()
    unread = command("archive", "stats", XINHUA_ID_CATALOGUE=fresh)
    assert unread.returncode == 1
    assert "holds no catalogue" in unread.stderr
    assert command("archive", "rebuild", XINHUA_ID_CATALOGUE=fresh).returncode == 0
    assert unlike_its_files(archive, fresh) == []


def test_a_dump_brought_back_is_the_catalogue(archive: Path, url: str, postgres: PostgresServer, command: Run) -> None:
    copy = postgres.copied(url)
    assert unlike_its_files(archive, copy) == []
    done = command("archive", "recover", XINHUA_ID_CATALOGUE=copy)
    assert (done.returncode, done.stderr.count("nothing to recover")) == (0, 1)


def test_redaction_and_import_leave_what_the_files_say(
    archive: Path, url: str, command: Run, tmp_path: Path, serve: Callable[..., str], pages: dict[str, Answer]
) -> None:
    other = command("crawl", "--seed", f"{serve(pages)}/", XINHUA_ID_ARCHIVE="b", XINHUA_ID_CATALOGUE="")
    assert other.returncode == 0, other.stderr
    gone = next(article.url for article in read(archive) if (article.url or "").endswith(PLAIN))
    redacted = command("archive", "redact", str(gone), "--reason", "permintaan narasumber", "--yes")
    assert redacted.returncode == 0, redacted.stderr
    assert unlike_its_files(archive, url) == []
    (warc,) = (tmp_path / "b").glob("*/warc/*.warc.gz")
    imported = command("archive", "import", str(warc), "--as", "lain")
    assert imported.returncode == 0, imported.stderr
    assert unlike_its_files(archive, url) == []
    assert command("archive", "verify").returncode == 0


@pytest.mark.parametrize(("verb", "instead"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_copies_are_made_by_the_servers_own_tools(command: Run, tmp_path: Path, verb: str, instead: str) -> None:
    (tmp_path / "a").mkdir()
    done = command("archive", verb, "salinan.sqlite")
    assert done.returncode == 2
    assert instead in done.stderr
    assert not (tmp_path / "salinan.sqlite").exists()
