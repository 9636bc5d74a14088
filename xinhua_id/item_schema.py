"""The item's JSON Schema and the field tables of its documentation, both generated from `xinhua_id.items`.

    python -m xinhua_id.item_schema [docs/data-format.md …]

writes ``item.schema.json`` beside this module, and renews the tables in the Markdown files named. Knows nothing of how
items are made or stored.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from xinhua_id import items
from xinhua_id.items import SCHEMA_VERSION, Article

#: The schema as it is shipped.
PATH = Path(__file__).with_name("item.schema.json")
_PARTS = (
    items.Dateline, items.EventDate, items.Image, items.StoryPart, items.JoinedPart, items.Removed, items.Capture,
    items.Extraction, items.Rights,
)  # fmt: skip
_TABLES = re.compile(r"(?P<begin><!-- fields: begin[^\n]*-->\n).*?(?P<end><!-- fields: end -->)", re.DOTALL)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one line: every key required, no other allowed."""
    whole = _without_titles(Article.model_json_schema())
    whole["properties"]["schema_version"] |= {"const": SCHEMA_VERSION}
    for table in (whole, *whole["$defs"].values()):
        if "properties" in table:
            table["required"] = list(table["properties"])
            for of_field in table["properties"].values():
                of_field.pop("default", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:xinhua-id:item:{SCHEMA_VERSION}",
        "title": "An item of xinhua_id",
        **whole,
    }


def as_json() -> str:
    """Return the schema as the shipped file holds it."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def tables() -> str:
    """Return the fields of an item and of its parts as Markdown tables: name, type, meaning."""
    parts = "\n".join(f"### {model.__name__}\n\n{_summary(model)}\n\n{_table(model)}" for model in _PARTS)
    return f"{_table(Article)}\n{parts}"


def with_tables(markdown: str) -> str:
    """Return a document with the tables between its ``fields`` marks renewed; raise `ValueError` if it has none."""
    renewed, found = _TABLES.subn(lambda marks: f"{marks['begin']}\n{tables()}\n{marks['end']}", markdown)
    if not found:
        raise ValueError("no `<!-- fields: begin -->` … `<!-- fields: end -->` in the document")
    return renewed


def type_of(annotation_schema: dict[str, Any]) -> str:
    """Return a field's type as a reader says it: ``str?`` may be null, ``list[Image]`` is never null."""
    options = [option for option in annotation_schema.get("anyOf", [annotation_schema]) if option.get("type") != "null"]
    optional = "?" if len(options) < len(annotation_schema.get("anyOf", [annotation_schema])) else ""
    return " or ".join(_one_type(option) for option in options) + optional


def _one_type(option: dict[str, Any]) -> str:
    if "$ref" in option:
        return str(option["$ref"]).rpartition("/")[2]
    if "const" in option or "enum" in option:
        return " ".join(f"`{value}`" for value in option.get("enum", [option.get("const")]))
    if option["type"] == "array":
        return f"list[{type_of(option['items'])}]"
    named = {"date-time": "moment", "date": "day"}.get(str(option.get("format")))
    return named or {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}[option["type"]]


def _table(model: type[BaseModel]) -> str:
    rows = [f"| `{name}` | {kind} | {meaning} |" for name, kind, meaning in _rows(model)]
    return "\n".join(["| field | type | what it holds |", "|---|---|---|", *rows, ""])


def _rows(model: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    _, whole = models_json_schema([(model, "validation")], by_alias=False)
    for name, of_field in whole["$defs"][model.__name__]["properties"].items():
        yield name, type_of(of_field), of_field["description"].replace("|", "\\|")


def _summary(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _without_titles(node: Any) -> Any:
    """Drop the titles pydantic makes of the names; a field that is called ``title`` is not one of them."""
    if isinstance(node, dict):
        return {key: _without_titles(value) for key, value in node.items() if key != "title" or isinstance(value, dict)}
    return [_without_titles(value) for value in node] if isinstance(node, list) else node


def _main(documents: list[str]) -> None:
    PATH.write_text(as_json(), encoding="utf-8")
    for path in map(Path, documents):
        path.write_text(with_tables(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1:])
