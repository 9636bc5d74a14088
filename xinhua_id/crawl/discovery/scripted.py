"""Addresses that a page holds for its scripts: the options of a select that leads on, lists in JSON-LD.

WordPress's archive menu is a ``<select>`` of months; listings that a script draws often carry an ``ItemList``
(schema.org). Knows nothing of what the addresses are.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

from lxml import etree

from xinhua_id import urls

#: A select or a list has at most so many addresses that count: a trap has more.
MOST = 1000
#: No more of a page's JSON-LD is read, in characters.
LONGEST = 1_000_000


def addresses(root: etree._Element, base: str) -> Iterator[str]:
    """Yield the addresses, absolute, in page order."""
    for written in itertools.islice(itertools.chain(_options(root), _listed(root)), MOST):
        if (url := urls.absolute(base, written)) is not None:
            yield url


def _options(root: etree._Element) -> Iterator[str]:
    for option in root.iter("option"):
        value = (option.get("value") or "").strip()
        if value.startswith(("http://", "https://")) or (value.startswith("/") and len(value) > 1):
            yield value


def _listed(root: etree._Element) -> Iterator[str]:
    left = LONGEST
    for script in root.iter("script"):
        text = script.text or ""
        if "ld+json" not in (script.get("type") or "").lower() or "itemListElement" not in text:
            continue
        left -= len(text)
        if left < 0:
            return
        try:
            said = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _of_lists(said)


def _of_lists(said: Any) -> Iterator[str]:
    waiting = [said]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(reversed(one))
        elif isinstance(one, dict):
            elements = one.get("itemListElement")
            for element in elements if isinstance(elements, list) else ():
                yield from _address_of(element)
            waiting.extend(value for key, value in one.items() if key != "itemListElement")


def _address_of(element: Any) -> Iterator[str]:
    if isinstance(element, dict):
        item = element.get("item")
        element = element.get("url") or (item.get("url") or item.get("@id") if isinstance(item, dict) else item)
    if isinstance(element, str) and element.startswith(("http://", "https://", "/")):
        yield element
