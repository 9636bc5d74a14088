"""No live host is asked without a contact and, where its terms want it, a permission: whoever starts the crawl."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from scrapy.settings import Settings

from tests import launching
from tests.conftest import environment
from xinhua_id.crawl.manners.permission import check_user_agent
from xinhua_id.errors import ContactNeeded

ROOT = Path(__file__).parents[2]
CONTACT = "arsip@contoh.id"

Start = Callable[..., subprocess.CompletedProcess[str]]


def started(archive: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    told = environment(XINHUA_ID_ARCHIVE=str(archive), SCRAPY_PROJECT="default", **variables)
    return launching.run(*command, environment=told, cwd=ROOT)


@pytest.fixture(params=["the command line", "scrapy crawl", "scrapyd"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    """Start a crawl of a source in one of the ways there are; scrapyd's job is its runner with `_job`."""

    def run(source: str, **variables: str) -> subprocess.CompletedProcess[str]:
        spider = ("crawl", "news", "-a", f"source={source}")
        command = {
            "the command line": ("xinhua_id", "crawl", source),
            "scrapy crawl": ("scrapy", *spider),
            "scrapyd": ("xinhua_id.ops.runner", *spider, "-a", "_job=pekerjaan-1"),
        }[request.param]
        return started(tmp_path, *command, **variables)

    return run


def test_without_a_contact_no_crawl_begins(start: Start, tmp_path: Path) -> None:
    done = start("indonesiawindow")
    assert done.returncode == 1
    assert "XINHUA_ID_CONTACT" in done.stderr
    assert not list(tmp_path.rglob("*.warc.gz*"))


def test_a_site_whose_terms_forbid_it_is_not_crawled_without_permission(start: Start, tmp_path: Path) -> None:
    done = start("antaranews", XINHUA_ID_CONTACT=CONTACT)
    assert done.returncode == 1
    assert "XINHUA_ID_PERMISSIONS=antaranews" in done.stderr
    assert not list(tmp_path.rglob("*.warc.gz*"))


def test_a_user_agent_of_ones_own_without_the_contact_is_no_way_round_it(tmp_path: Path) -> None:
    command = ("scrapy", "crawl", "news", "-a", "source=indonesiawindow", "-s", "USER_AGENT=Mozilla/5.0")
    done = started(tmp_path, *command, XINHUA_ID_CONTACT=CONTACT)
    assert done.returncode == 1
    assert "does not carry the contact" in done.stderr
    assert not list(tmp_path.rglob("*.warc.gz*"))


def test_the_user_agent_that_counts_is_the_one_that_is_sent() -> None:
    live = ["https://contoh.id/"]
    check_user_agent(Settings({"XINHUA_ID_CONTACT": CONTACT, "USER_AGENT": f"kliping/2 (+{CONTACT})"}), live)
    told = {"XINHUA_ID_CONTACT": CONTACT, "USER_AGENT": f"kliping/2 (+{CONTACT})"}
    with pytest.raises(ContactNeeded, match="Mozilla"):
        check_user_agent(Settings({**told, "DEFAULT_REQUEST_HEADERS": {"user-agent": "Mozilla/5.0"}}), live)
    check_user_agent(Settings({"USER_AGENT": "Mozilla/5.0"}), ["http://127.0.0.1:8000/"])
