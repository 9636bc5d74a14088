"""A WACZ package against its own datapackage: every file there, as long and with the digest that is said.

Streamed: memory is flat whatever its size. Knows nothing of what stands in the files.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from xinhua_id.warc.check.findings import Fault

_PACKAGE = "datapackage.json"
_DIGEST = "datapackage-digest.json"
_PIECE = 1 << 20
_LONGEST_JSON = 64 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError)


def check(path: Path, name: str, told: Callable[[int], None] = lambda _: None) -> Iterator[Fault]:
    """Yield what does not hold in a package; ``name`` is how faults call it. ``told`` hears of the bytes read."""
    try:
        with zipfile.ZipFile(path) as package:
            yield from _package(package, name, told)
    except OSError as error:
        yield Fault("unreadable", f"the package cannot be read: {error.strerror or error}", name)
    except _BROKEN as error:
        yield Fault("wacz", f"the package is no whole zip: {error}", name)


def _package(package: zipfile.ZipFile, name: str, told: Callable[[int], None]) -> Iterator[Fault]:
    names = [one.filename for one in package.infolist() if not one.is_dir()]
    yield from (
        (
            Fault("wacz", f"{one} stands twice in the package", name)
            for one in sorted({x for x in names if names.count(x) > 1})
        )
        if len(names) != len(set(names))
        else ()
    )
    if _PACKAGE not in names:
        yield Fault("wacz", f"the package has no {_PACKAGE}", name)
        return
    raw = _json_bytes(package, _PACKAGE)
    try:
        said = json.loads(raw)
        resources = {str(one["path"]): one for one in said["resources"]}
    except (ValueError, KeyError, TypeError) as error:
        yield Fault("wacz", f"{_PACKAGE} cannot be read: {error}", name)
        return
    yield from _package_digest(package, names, raw, name)
    for missing in sorted(resources.keys() - set(names)):
        yield Fault("wacz", f"{missing} is said and not in the package", name, said=_said(resources[missing]))
    for extra in sorted(set(names) - resources.keys() - {_PACKAGE, _DIGEST}):
        yield Fault("wacz", f"{extra} is in the package and not in {_PACKAGE}", name)
    for one in package.infolist():
        if one.filename in resources:
            yield from _resource(package, one, resources[one.filename], name, told)


def _resource(
    package: zipfile.ZipFile, one: zipfile.ZipInfo, said: dict[str, Any], name: str, told: Callable[[int], None]
) -> Iterator[Fault]:
    label, _, value = str(said.get("hash", "")).partition(":")
    try:
        digest = hashlib.new(label, usedforsecurity=False)
    except ValueError:
        yield Fault("wacz", f"{one.filename} has no digest that is known here", name, said=str(said.get("hash")))
        return
    length = 0
    try:
        with package.open(one) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                length += len(piece)
    except _BROKEN as error:
        yield Fault("wacz", f"{one.filename} cannot be read: {error}", name, one.header_offset)
        return
    finally:
        told(one.compress_size)
    if digest.hexdigest() != value or length != said.get("bytes"):
        yield Fault(
            "wacz", f"{one.filename} is not what {_PACKAGE} says", name, one.header_offset, None, _said(said),
            f"{length} bytes, {label}:{digest.hexdigest()}",
        )  # fmt: skip


def _package_digest(package: zipfile.ZipFile, names: list[str], raw: bytes, name: str) -> Iterator[Fault]:
    if _DIGEST not in names:
        yield Fault("wacz", f"the package has no {_DIGEST}: nothing vouches for {_PACKAGE}", name, note=True)
        return
    found = "sha256:" + hashlib.sha256(raw).hexdigest()
    try:
        said = json.loads(_json_bytes(package, _DIGEST))["hash"]
    except (ValueError, KeyError, TypeError) as error:
        yield Fault("wacz", f"{_DIGEST} cannot be read: {error}", name)
        return
    if said != found:
        yield Fault("wacz", f"{_PACKAGE} has another digest than {_DIGEST} says", name, said=str(said), found=found)


def _json_bytes(package: zipfile.ZipFile, member: str) -> bytes:
    with package.open(member) as file:
        raw = file.read(_LONGEST_JSON + 1)
    if len(raw) > _LONGEST_JSON:
        raise ValueError(f"{member} is longer than {_LONGEST_JSON} bytes")
    return raw


def _said(resource: dict[str, Any]) -> str:
    return f"{resource.get('bytes')} bytes, {resource.get('hash')}"
