"""The documentation says what the model says, key by key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from xinhua_id.sources import Discovery, Drop, Layout, RightsOf, Source, load

DOCS = Path(__file__).parents[2] / "docs" / "sources.md"
_TYPES = {"bool": "true or false", "float": "number", "int": "whole number", "date": "date"}


def table(model: type[BaseModel], without: tuple[str, ...] = ()) -> list[str]:
    """Return the lines of a table of a model's keys."""
    rows = [
        f"| `{key}` | {_kind(field)} | {_default(field)} | {field.description} |"
        for key, field in model.model_fields.items()
        if key not in without
    ]
    return ["| key | value | without it | what it says |", "|---|---|---|---|", *rows]


def _kind(field: FieldInfo) -> str:
    written = str(field.annotation)
    if choices := re.findall(r"'(\w+)'", written.partition("Literal[")[2]):
        return " or ".join(f"`{choice}`" for choice in choices)
    if "tuple" in written:
        return "tables" if "Drop" in written else "list of texts"
    return next((words for name, words in _TYPES.items() if re.search(rf"\b{name}\b", written)), "text")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    return f"`{field.default}`" if field.default not in (None, "", ()) else "none"


@pytest.mark.parametrize(
    ("model", "without"),
    [(Source, ("rights", "discovery", "layout", "digest")), (RightsOf, ()), (Discovery, ()), (Layout, ()), (Drop, ())],
)
def test_every_key_stands_in_the_documentation_as_the_model_has_it(
    model: type[BaseModel], without: tuple[str, ...]
) -> None:
    assert "\n".join(table(model, without)) in DOCS.read_text(encoding="utf-8")


def test_the_example_of_the_documentation_is_a_source(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    (tmp_path / "warta-contoh.toml").write_text(example[1], encoding="utf-8")
    assert load(tmp_path / "warta-contoh.toml").layout[0].drop[0].rule == "read-also"
