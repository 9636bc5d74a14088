"""The demo, whole: a replica served, crawled and judged in a process of its own, and its files read again."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from xinhua_id.cli.demo import own_folder
from xinhua_id.demo.judgement import judge
from xinhua_id.demo.site import Replica

STORIES = 60


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `xinhua-id` as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "xinhua_id", *arguments], capture_output=True, text=True, check=False, timeout=120
    )


@dataclass(frozen=True)
class Demo:
    root: Path
    done: subprocess.CompletedProcess[str]

    @property
    def lines(self) -> list[str]:
        """The items' lines, as they were written."""
        return [line for path in sorted(self.root.glob("*/items/*.jsonl")) for line in path.read_text().splitlines()]

    @property
    def warcs(self) -> list[Path]:
        return sorted(self.root.glob("*/warc/*.warc.gz"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    root = tmp_path_factory.mktemp("demo") / "archive"
    return Demo(root, command("demo", "--stories", str(STORIES), "--archive", str(root)))


def test_two_demos_of_one_second_have_a_folder_each(tmp_path: Path) -> None:
    assert len({own_folder(tmp_path / "demo") for _ in range(3)}) == 3


def test_a_file_where_the_archive_should_be_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    done = command("demo", "--archive", str(tmp_path / "a"))
    assert done.returncode == 2
    assert done.stderr.startswith("the demo needs an empty folder")


def test_the_demo_ends_well_and_says_what_it_checked(demo: Demo) -> None:
    assert demo.done.returncode == 0, demo.done.stderr
    assert f"{STORIES} of {STORIES}" in demo.done.stderr
    assert "✗" not in demo.done.stderr
    assert demo.done.stdout == ""
    assert len(demo.lines) >= STORIES
    assert not list(demo.root.rglob("*.open"))


def test_extracting_the_warc_files_gives_every_item_byte_for_byte_and_counts_the_rest(demo: Demo) -> None:
    again = command("extract", *map(str, demo.warcs))
    assert again.returncode == 0
    assert sorted(again.stdout.splitlines()) == sorted(demo.lines)
    for warc in demo.warcs:
        [said] = [line for line in again.stderr.splitlines() if line.startswith(warc.name)]
        assert "no-article" in said
        assert "redirect" in said


def test_every_exchange_ended_in_one_outcome(demo: Demo) -> None:
    for manifest in demo.root.glob("*/runs/*.json"):
        stats = json.loads(manifest.read_text())["stats"]
        outcomes = {key: value for key, value in stats.items() if key.startswith("outcome/") and key.count("/") == 1}
        assert stats["outcome/story"] > 0
        assert sum(outcomes.values()) >= stats["warc/exchanges"]


def test_a_second_demo_wants_a_folder_of_its_own(demo: Demo) -> None:
    done = command("demo", "--archive", str(demo.root))
    assert done.returncode == 2
    assert "empty folder" in done.stderr


def judged(root: Path, demo: Demo) -> dict[str, bool]:
    """Judge an archive against the stories of the same replica, served where the demo's was."""
    sites = {}
    for line in demo.lines:
        item = json.loads(line)
        name = "kabarnusa" if item["site"].startswith("127.") else item["site"]
        sites[name] = "http://" + item["url"].split("/")[2]
    with Replica(STORIES) as replica:
        return {
            check.what: check.holds for check in judge(root, replica.gold, replica.in_parts, sites, [], least=1).checks
        }


def failing(root: Path, demo: Demo) -> set[str]:
    """The checks that do not hold."""
    return {what for what, holds in judged(root, demo).items() if not holds}


@pytest.fixture
def copied(demo: Demo, tmp_path: Path) -> Path:
    return shutil.copytree(demo.root, tmp_path / "archive")


def rewrite_first_item(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the first item of an archive, and nothing else."""
    path = sorted(root.glob("*/items/*.jsonl"))[0]
    first, *rest = path.read_text().splitlines(keepends=True)
    item = json.loads(first)
    change(item)
    path.write_text(json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n" + "".join(rest))


def test_an_untouched_archive_passes_every_check(demo: Demo, copied: Path) -> None:
    assert failing(copied, demo) == set()


def test_the_judgement_sees_a_paragraph_that_was_changed(demo: Demo, copied: Path) -> None:
    rewrite_first_item(copied, lambda item: item["paragraphs"].pop())
    assert any("equal to gold" in what for what in failing(copied, demo))


def test_the_judgement_sees_an_item_that_leads_to_another_record(demo: Demo, copied: Path) -> None:
    rewrite_first_item(copied, lambda item: item["capture"].update(payload_digest="sha1:" + "A" * 32))
    assert failing(copied, demo) == {"every item leads to its record: same URL, same digest"}


def test_the_judgement_sees_a_byte_that_flipped_in_a_warc(demo: Demo, copied: Path) -> None:
    warc = sorted(copied.glob("*/warc/*.warc.gz"))[0]
    data = bytearray(warc.read_bytes())
    data[len(data) // 2] ^= 0xFF
    warc.write_bytes(data)
    names = " ".join(failing(copied, demo))
    for tool in ("gzip -t", "fastwarc check"):
        assert tool in names


def test_the_judgement_sees_an_archive_with_nothing_in_it(demo: Demo, tmp_path: Path) -> None:
    assert len(failing(tmp_path / "nothing", demo)) >= 6
