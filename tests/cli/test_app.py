"""The command line says what it can, ends with the right code, and prints every error of ours as one message."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from xinhua_id import __version__
from xinhua_id.cli.app import FAILED, WRONG_USAGE, main, tell
from xinhua_id.errors import CannotWrite


def test_the_version_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"xinhua-id {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["crawl"], ["crawl", "--nichts"], ["nichts"], ["crawl", "--limit", "x"]])
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == WRONG_USAGE
    said = capsys.readouterr()
    assert said.out + said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["crawl", "kabarnusa"], "there is no source 'kabarnusa'"),
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


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crawl", "--help"]) == 0
    assert "xinhua-id crawl indonesiawindow --since" in capsys.readouterr().out


def test_an_error_says_what_where_and_what_now() -> None:
    out = io.StringIO()
    error = CannotWrite("the disk is full", where="/data/[archive]", now="Make room.")
    tell(Console(file=out, soft_wrap=True, highlight=False), error)
    assert out.getvalue() == "the disk is full  /data/[archive]\n→ Make room.\n"
