"""The documentation is run and compared: README's examples, its tables, and what docs/ says of rules and outcomes."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main

from tests.conftest import environment
from xinhua_id import settings, sources
from xinhua_id.cli.app import app
from xinhua_id.corpus.read import read
from xinhua_id.demo.site import Replica
from xinhua_id.extraction import boilerplate, regions, traits
from xinhua_id.items import Outcome

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXTRACTION = (ROOT / "docs" / "extraction.md").read_text(encoding="utf-8")
CRAWLING = (ROOT / "docs" / "crawling.md").read_text(encoding="utf-8")

_REACH = {
    boilerplate.Reach.LINE: "the line",
    boilerplate.Reach.NEXT: "the line, and the headline under it",
    boilerplate.Reach.TAIL: "the line, and what follows to the end of the story's element",
}
#: What another run of the same example shows otherwise: names of records, times, digests, figures, the machine's name.
_VOLATILE = (
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID"),
    (r"-\d{14}-\d{5}-[\w.-]+?\.warc\.gz", "-host.warc.gz"),
    (r"\b(?=\w*\d)[0-9a-f]{12,}\b", "HEX"),
    (r"\d[\d.,:]*", "9"),
    (r"\b(kB|MB|B)\b", "B"),
    (r"\s+", " "),
)


@dataclass(frozen=True)
class Example:
    """A command or a piece of Python, and what README says that it prints."""

    command: str
    output: str


def examples() -> Iterator[Example]:
    """Yield README's examples in order: each `$` of a console block, each Python block with the text under it."""
    for block in re.finditer(r"```(console|python)\n(.*?)```(?:\n\n```text\n(.*?)```)?", README, re.DOTALL):
        kind, body, said = block.groups()
        if kind == "python":
            yield Example(f"{shlex.quote(sys.executable)} -c {shlex.quote(body)}", said)
            continue
        for part in re.split(r"(?m)^\$ ", body)[1:]:
            first, *rest = part.splitlines()
            more = [line[2:] for line in rest if line.startswith("> ")]
            yield Example("\n".join([first, *more]), "\n".join(line for line in rest if not line.startswith("> ")))


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[tuple[Example, str]], Path]:
    """README's examples, run one after the other in a folder of its own, with what each printed."""
    home = tmp_path_factory.mktemp("tour")
    said = []
    with Replica() as replica:
        at = replica.sites["indonesiawindow"]
        for example in examples():
            command = example.command.replace("http://127.0.0.1:8000", at)
            said.append((example, run(command, home).replace(at, "http://127.0.0.1:8000")))
    return said, home


def run(command: str, home: Path) -> str:
    """Return what a line of the shell prints in a folder, errors included."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=home,
        env=environment(PATH=path, COLUMNS="100"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout


def pattern(output: str) -> str:
    """Return the regular expression that a shortened output stands for: `…` is anything."""
    return r"\s*" + ".*?".join(re.escape(piece) for piece in re.split(r"\s*…\s*", steady(output))) + r"\s*"


def steady(output: str) -> str:
    """Return an output without what differs from run to run."""
    for volatile, instead in _VOLATILE:
        output = re.sub(volatile, instead, output)
    return output.strip()


def test_the_examples_print_what_readme_shows(tour: tuple[list[tuple[Example, str]], Path]) -> None:
    said, _ = tour
    assert len(said) >= 15
    for example, output in said:
        assert re.fullmatch(pattern(example.output), steady(output), re.DOTALL), (
            f"{example.command}\nprinted\n{output}\nand README says\n{example.output}"
        )


def test_every_rule_that_removed_something_is_documented(tour: tuple[list[tuple[Example, str]], Path]) -> None:
    _, home = tour
    documented = set(re.findall(r"(?m)^\| `([a-z-]+)` \|", EXTRACTION))
    removed = {removed.rule for article in read(home / "archives") for removed in article.removed}
    assert removed <= documented


def test_the_rules_that_read_a_line_are_listed_as_they_are() -> None:
    rows = [f"| `{rule.name}` | {_REACH[rule.reach]} | `{rule.line}` |" for rule in boilerplate.RULES]
    assert between("rules", EXTRACTION) == ["| rule | what it removes | a line of it |", "|---|---|---|", *rows]


def test_the_rules_that_name_an_element_are_listed_in_their_order() -> None:
    assert named(between("regions", EXTRACTION)) == regions.NAMES


def test_every_trait_that_the_trees_see_is_explained() -> None:
    explained = [
        name for row in between("traits", EXTRACTION)[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])
    ]
    assert sorted(explained) == sorted(traits.NAMES)


def test_what_the_sources_drop_is_listed() -> None:
    rows = [
        f"| `{drop.rule}` | `{drop.css}` | {name}, layout {layout.name} |"
        for name in sources.names()
        for layout in sources.get(name).layout
        for drop in layout.drop
    ]
    assert between("drops", EXTRACTION) == ["| rule | element | where |", "|---|---|---|", *rows]


def test_every_outcome_is_documented() -> None:
    assert named(between("outcomes", CRAWLING)) == [outcome.value for outcome in Outcome]


def test_readme_names_every_command_and_help_does_too(tmp_path: Path) -> None:
    commands = list(leaves(typer.main.get_command(app), "xinhua-id"))
    assert sorted(re.findall(r"(?m)^\| `(xinhua-id [a-z ]+)` \|", README)) == sorted(commands)
    said = run("xinhua-id --help; xinhua-id sources --help; xinhua-id archive --help", tmp_path)
    for command in commands:
        assert re.search(rf"│ {command.split()[-1]}\s", said), command


def leaves(command: Any, path: str) -> Iterator[str]:
    """Yield the full names of the commands below a command, groups left out."""
    if not hasattr(command, "list_commands"):
        yield path
        return
    for name in command.list_commands(None):  # a group's commands are imported when they are asked for
        yield from leaves(command.get_command(None, name), f"{path} {name}")


def test_every_setting_of_ours_is_in_readme_with_its_default() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "xinhua_id").rglob("*.py"))
    rows = {row[0]: row[1:] for row in re.findall(r"(?m)^\| `(XINHUA_ID_\w+)` \| ([^|]+) \| ([^|]+) \|", README)}
    assert set(rows) == set(re.findall(r"XINHUA_ID_[A-Z_]*[A-Z]", code))
    from_environment = set(re.findall(r"(?:environ\.(?:get|pop)|_number)\(\s*\"(XINHUA_ID_\w+)\"", code))
    assert {name for name, (origin, _) in rows.items() if origin.startswith("environment")} == from_environment
    for name, (_, default) in rows.items():
        value = getattr(settings, name, None)
        if isinstance(value, float | int) and name not in os.environ:
            assert float(default.strip("`")) == value, name


def test_every_dependency_has_its_reason_in_readme() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    table = README.partition("## What it stands on")[2].partition("\n## ")[0]
    told = {name for row in re.findall(r"(?m)^\| ([a-z0-9_, -]+) \|", table) for name in row.split(", ")} - {"package"}
    assert told - {"---"} == {re.split(r"[^\w-]", one)[0] for one in wanted}


@pytest.mark.parametrize(
    "page", ["README.md", "CHANGELOG.md", *(f"docs/{path.name}" for path in ROOT.glob("docs/*.md"))]
)
def test_every_link_leads_to_a_file(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert ((ROOT / page).parent / link).exists(), link
    for path in re.findall(r"`((?:docs|xinhua_id|tests)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path


def test_readme_leads_to_every_page_of_the_documentation() -> None:
    assert {path.name for path in ROOT.glob("docs/*.md")} <= set(re.findall(r"\(docs/([\w-]+\.md)\)", README))


def between(name: str, text: str) -> list[str]:
    """Return the lines of a table that stands between two marks."""
    found = re.search(rf"<!-- {name}: begin -->\s*(.*?)\s*<!-- {name}: end -->", text, re.DOTALL)
    assert found is not None, name
    return found[1].splitlines()


def named(table: list[str]) -> list[str]:
    """Return what stands in the first column."""
    return [match[1] for row in table if (match := re.match(r"\| `([^`]+)` \|", row))]
