"""The trees fit the traits that they judge: same names, same order, and nothing else goes into the odds."""

from __future__ import annotations

import ast
import inspect
import math
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from tests.extraction.other_stories import paragraphs, rail
from xinhua_id.extraction import blocks, metadata, story_trees, structure, traits, tree
from xinhua_id.extraction.story_trees import odds_of

_numbers = st.floats(-1e6, 1e6) | st.integers(-1000, 1000).map(float) | st.sampled_from([0.0, 1.0])
_rows = st.lists(_numbers, min_size=len(traits.NAMES), max_size=len(traits.NAMES))
_FUNCTION = next(node for node in ast.parse(inspect.getsource(story_trees)).body if isinstance(node, ast.FunctionDef))


def unpacked() -> list[str]:
    """The names that the function gives to the row, in order."""
    (target,) = (
        node.targets[0]
        for node in _FUNCTION.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id == "row"
    )
    assert isinstance(target, ast.Tuple)
    return [name.id for name in target.elts if isinstance(name, ast.Name)]


def test_the_trees_unpack_the_traits_by_name_and_in_order() -> None:
    assert unpacked() == list(traits.NAMES)


def test_every_page_gives_rows_of_that_length() -> None:
    root = tree.parse(rail(paragraphs()).encode())
    assert root is not None
    page = blocks.walk(root)
    ground = structure.survey(page, metadata.read(root, None).titles)
    assert ground is not None
    rows = [row for _, row in traits.read(page, ground)]
    assert rows
    assert {len(row) for row in rows} == {len(traits.NAMES)}


def test_the_trees_read_the_row_alone() -> None:
    nodes = [node for statement in _FUNCTION.body for node in ast.walk(statement)]
    assert {node.id for node in nodes if isinstance(node, ast.Name)} <= {*traits.NAMES, "row", "odds"}
    assert not [node for node in nodes if isinstance(node, ast.Call | ast.Attribute | ast.Subscript | ast.Global)]


@given(_rows)
def test_a_row_always_has_the_same_finite_odds_and_stays_as_it_was(row: list[float]) -> None:
    before = list(row)
    odds = odds_of(row)
    assert odds_of(list(row)) == odds
    assert math.isfinite(odds)
    assert row == before


@given(_rows, _rows)
def test_odds_do_not_depend_on_what_was_judged_before(one: list[float], other: list[float]) -> None:
    first = odds_of(one)
    odds_of(other)
    assert odds_of(one) == first


def test_every_process_says_the_same_odds() -> None:
    rows = [[float((at * 7 + number * 31) % 113 - 20) for at in range(len(traits.NAMES))] for number in range(50)]
    asked = f"from xinhua_id.extraction.story_trees import odds_of\nprint([odds_of(row) for row in {rows}])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str([odds_of(row) for row in rows])
