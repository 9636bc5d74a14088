"""The demo, whole: a replica served, crawled and judged in a process of its own, and its files read again."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from xinhua_id.demo.gold import GoldStory
from xinhua_id.demo.judgement import Check, judge
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
        assert sum(outcomes.values()) >= stats["warc/records"] // 2


def test_a_second_demo_wants_a_folder_of_its_own(demo: Demo) -> None:
    done = command("demo", "--archive", str(demo.root))
    assert done.returncode == 2
    assert "empty folder" in done.stderr


def judged(root: Path) -> dict[str, Check]:
    """Judge an archive against the stories of a replica that is not served."""
    gold: list[GoldStory] = Replica(STORIES).gold
    sites = {story.site: "http://127.0.0.1:1" for story in gold}
    return {check.what: check for check in judge(root, gold, sites, [], least=1).checks}


def test_the_judgement_sees_a_changed_item_a_changed_record_and_an_empty_archive(demo: Demo, tmp_path: Path) -> None:
    broken = tmp_path / "archive"
    shutil.copytree(demo.root, broken)
    items = next(broken.glob("*/items/*.jsonl"))
    lines = items.read_text().splitlines()
    first = json.loads(lines[0])
    first["capture"]["payload_digest"] = "sha1:" + "A" * 32
    items.write_text("\n".join([json.dumps(first), *lines[1:]]) + "\n")
    warc = next(broken.glob("*/warc/*.warc.gz"))
    bytes_ = bytearray(warc.read_bytes())
    bytes_[len(bytes_) // 2] ^= 0xFF
    warc.write_bytes(bytes_)
    checks = judged(broken)
    for what in ("every item leads to", "every item reads back", "gzip -t", "fastwarc check", "every body equal"):
        [found] = [check for name, check in checks.items() if name.startswith(what)]
        assert not found.holds, found
    assert not any(
        check.holds for name, check in judged(tmp_path / "nothing").items() if name.startswith("every item leads")
    )
