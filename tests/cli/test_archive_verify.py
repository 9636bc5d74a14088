"""`xinhua-id archive verify` over what a crawl of the replica left: sound, and one changed byte is found and named."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import launching
from tests.conftest import environment
from xinhua_id.demo.site import Replica
from xinhua_id.warc.reader import records


def command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return launching.run("xinhua_id", *arguments, environment=environment(), cwd=folder, timeout=120)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the archive ``a`` of a crawl of the replica, indexed."""
    folder = tmp_path_factory.mktemp("crawled")
    with Replica(40, seed=7) as replica:
        seed = next(iter(replica.sites.values()))
        done = command("crawl", "--seed", seed, "--limit", "8", "--archive", "a", folder=folder)
        assert done.returncode == 0, done.stderr
    assert command("archive", "index", "--archive", "a", folder=folder).returncode == 0
    return folder


def test_what_a_crawl_wrote_is_sound(crawled: Path) -> None:
    done = command("archive", "verify", "--json", "--archive", "a", folder=crawled)
    assert done.returncode == 0, done.stdout
    found = json.loads(done.stdout)
    assert found["sound"] is True
    assert (found["faults"], found["notes"], found["faults_by_kind"]) == ([], [], {})
    warcs = list(crawled.glob("a/*/warc/*.warc.gz"))
    assert found["records"] == sum(1 for path in warcs for _ in records(path)) == sum(found["records_by_type"].values())
    assert found["sites"] == sorted({path.parent.parent.name for path in warcs})
    assert f"{found['records']} records in" in done.stderr
    assert "No fault." in done.stderr


def test_a_changed_byte_is_named_with_its_record_and_makes_the_exit_1(crawled: Path, tmp_path: Path) -> None:
    shutil.copytree(crawled / "a", tmp_path / "a")
    path = max(tmp_path.glob("a/*/warc/*.warc.gz"), key=lambda one: one.stat().st_size)
    victim = max((one for one in records(path) if one.type == "response"), key=lambda one: one.length)
    raw = bytearray(path.read_bytes())
    raw[victim.offset + victim.length - 20] ^= 1
    path.write_bytes(raw)
    site = path.parent.parent.name
    done = command("archive", "verify", site, "--archive", "a", folder=tmp_path)
    assert done.returncode == 1
    name = f"{site}/warc/{path.name}"
    record_id = victim.header("WARC-Record-ID")
    assert f"{name}, offset {victim.offset}, record {record_id}: torn: its bytes were changed" in done.stdout
    assert f"{name}: fixity: the file is not the one that {site}/runs/" in done.stdout
    assert "1 × torn" in done.stderr
    assert "The files were not changed." in done.stderr
    as_json = json.loads(command("archive", "verify", "--json", "--archive", "a", folder=tmp_path).stdout)
    torn = next(one for one in as_json["faults"] if one["kind"] == "torn")
    assert (torn["file"], torn["offset"], torn["record_id"]) == (name, victim.offset, record_id)
    assert as_json["sound"] is False


def test_a_file_alone_is_checked_by_its_path(crawled: Path) -> None:
    path = next(crawled.glob("a/*/warc/*.warc.gz"))
    done = command("archive", "verify", str(path.relative_to(crawled)), folder=crawled)
    assert done.returncode == 0, done.stdout
    assert done.stderr.startswith("1 file, ")


@pytest.mark.parametrize("what", [("tiada",), ("--archive", "tiada"), ("--processes", "0"), ("tiada.warc.gz",)])
def test_what_is_not_there_is_wrong_usage(crawled: Path, what: tuple[str, ...]) -> None:
    done = command("archive", "verify", *what, folder=crawled)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
