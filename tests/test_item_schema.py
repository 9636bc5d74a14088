from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from tests.items import any_article, article
from xinhua_id import item_schema
from xinhua_id.items import Article

DATA_FORMAT = Path(__file__).parent.parent / "docs" / "data-format.md"
VALIDATOR = jsonschema.Draft202012Validator(item_schema.schema())


def test_the_shipped_schema_is_the_one_the_model_makes() -> None:
    shipped = resources.files("xinhua_id").joinpath("item.schema.json").read_text(encoding="utf-8")

    assert shipped == item_schema.as_json(), "regenerate it: make schema"


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(item_schema.schema())


@given(any_article())
def test_every_article_the_model_allows_is_valid_and_comes_back_the_same(one: Article) -> None:
    line = one.to_json()

    VALIDATOR.validate(json.loads(line))
    assert "\n" not in line
    assert Article.model_validate_json(line) == one
    assert Article.model_validate_json(line).to_json() == line


@pytest.mark.parametrize("missing", Article.model_fields)
def test_an_item_without_one_of_its_keys_is_refused(missing: str) -> None:
    item = as_item()
    del item[missing]

    assert faults(item) == [f"{missing!r} is a required property"]


def test_an_item_with_a_key_of_its_own_is_refused() -> None:
    assert len(faults({**as_item(), "judul": "Panen teh"})) == 1


def test_the_keys_of_a_part_are_checked_too() -> None:
    item = as_item()
    del item["capture"]["offset"]
    item["rights"]["license"] = "CC0"

    assert len(faults(item)) == 2


def test_every_field_says_what_it_holds() -> None:
    for table in (item_schema.schema(), *item_schema.schema()["$defs"].values()):
        for name, field in table.get("properties", {}).items():
            assert field["description"].rstrip().endswith((".", "`")), name


def test_the_documentation_shows_the_fields_as_the_model_has_them() -> None:
    text = DATA_FORMAT.read_text(encoding="utf-8")

    assert text == item_schema.with_tables(text), "renew it: make schema"


def test_the_documentation_maps_only_fields_that_exist_and_leaves_none_out() -> None:
    section = DATA_FORMAT.read_text(encoding="utf-8").split("## Names elsewhere")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    named = {name.split(".")[0].strip("` ") for row in rows for name in row.split("|")[1].split(",")}

    assert named == set(Article.model_fields)


def test_a_document_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="fields: begin"):
        item_schema.with_tables("# Data")


def as_item() -> dict[str, Any]:
    item: dict[str, Any] = json.loads(article().to_json())
    return item


def faults(item: dict[str, Any]) -> list[str]:
    return [fault.message for fault in VALIDATOR.iter_errors(item)]
