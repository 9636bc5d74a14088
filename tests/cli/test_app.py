"""The command line says what it can, ends with the right code, and prints every error of ours as one message."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from tests.conftest import environment
from tests.extraction.stories import article
from xinhua_id import __main__, __version__
from xinhua_id.cli.app import FAILED, INTERRUPTED, WRONG_USAGE, main, tell
from xinhua_id.errors import CannotWrite


def test_the_version_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"xinhua-id {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [[], ["crawl"], ["crawl", "--nichts"], ["nichts"], ["crawl", "--limit", "x"], ["crawl", "kabarnusa"]],
)
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == WRONG_USAGE
    said = capsys.readouterr()
    assert said.out + said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["crawl", "antaranews"], "permission"),
        (["crawl", "--seed", "https://contoh.example/"], "XINHUA_ID_CONTACT"),
    ],
)
def test_what_may_not_be_crawled_is_refused_before_anything_is_fetched(
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: object,
) -> None:
    monkeypatch.setenv("XINHUA_ID_CONTACT", "")
    assert main([*arguments, "--archive", str(tmp_path)]) == FAILED
    said = capsys.readouterr().err
    assert words in said
    assert "→" in said


def test_ctrl_c_while_it_starts_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("xinhua_id.cli.main", interrupted)
    assert __main__.main() == INTERRUPTED
    assert capsys.readouterr().err == "Interrupted.\n"


@pytest.mark.parametrize("arguments", [("sources", "list"), ("extract", "-")])
def test_output_that_cannot_be_written_is_said_in_one_message(arguments: tuple[str, ...], tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "xinhua_id", *arguments],
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)), stdout=full, stderr=subprocess.PIPE,
            input=article(), env=environment(), text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == FAILED
    assert done.stderr.startswith("the system refused: File too large\n→ ")
    assert "Traceback" not in done.stderr


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crawl", "--help"]) == 0
    assert "xinhua-id crawl indonesiawindow --since" in capsys.readouterr().out


def test_an_error_says_what_where_and_what_now() -> None:
    out = io.StringIO()
    error = CannotWrite("the disk is full", where="/data/[archive]", now="Make room.")
    tell(Console(file=out, soft_wrap=True, highlight=False), error)
    assert out.getvalue() == "the disk is full  /data/[archive]\n→ Make room.\n"
