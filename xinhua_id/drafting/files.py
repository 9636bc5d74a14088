"""A draft as files: the source's TOML, each page with its gold, and the test that waits until a person has read them.

Makes texts and bytes by name; where they are written is the caller's affair.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable

from jinja2 import Environment, PackageLoader, StrictUndefined

from xinhua_id.drafting.draft import Draft
from xinhua_id.items import Article, Page
from xinhua_id.sources import Source

#: What a person is asked to check: the story and what stands around it. The rest follows from it or from the source.
_CHECKED = (
    "headline", "lead", "dateline", "byline", "authors", "editor", "translator", "date_published", "date_modified",
    "origin", "provider", "section", "tags", "paragraphs", "images",
)  # fmt: skip
# What TOML wants escaped in a basic string beside what JSON escapes: DEL.
_DEL = "\x7f"


def files(draft: Draft) -> dict[str, bytes]:
    """Return name and content of every file of a draft, the TOML first."""
    name = draft.source.name
    module = re.sub(r"\W", "_", name)
    pages = [f"{name}-{number}.html" for number in range(1, len(draft.pages) + 1)]
    environment = _environment()
    toml = environment.get_template("source.toml.jinja").render(draft=draft, source=draft.source)
    Source.model_validate(tomllib.loads(toml))  # a draft that its own model refuses is a fault of ours
    test = environment.get_template("test.py.jinja").render(
        source=draft.source, pages=json.dumps(pages), toml_name=f"{name}.toml"
    )
    found = {f"{name}.toml": toml.encode(), f"test_{module}.py": test.encode()}
    for file, page, article in zip(pages, draft.pages, draft.articles, strict=True):
        found[file] = page.body
        found[file.removesuffix(".html") + ".json"] = _gold(page, article).encode("utf-8", "replace")
    return found


def _gold(page: Page, article: Article) -> str:
    said = article.model_dump(mode="json")
    gold = {
        "checked": False,
        "checked_by": None,
        "url": page.url,
        "content_type": page.header("content-type"),
        "article": {field: said[field] for field in _CHECKED},
    }
    return json.dumps(gold, ensure_ascii=False, indent=2) + "\n"


def _environment() -> Environment:
    environment = Environment(  # it writes TOML and Python, whose strings `toml` and `tojson` quote
        loader=PackageLoader("xinhua_id.drafting", "."),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["toml"] = _toml
    return environment


def _toml(value: str | Iterable[str]) -> str:
    """Return a string or a list of strings as TOML writes it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace(_DEL, "\\u007f")
    return "[" + ", ".join(map(_toml, value)) + "]"
