"""What a demo crawl must show: bodies equal to gold, WARC files other tools accept, items that lead to their records.

Every check is run by the tool a careful reader would use. Knows nothing of how the crawl was made.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xinhua_id import urls
from xinhua_id.archive.pages import payload_digest
from xinhua_id.archive.trace import trace
from xinhua_id.corpus.join import join, story_of
from xinhua_id.demo.gold import GoldStory
from xinhua_id.demo.score import Score, score
from xinhua_id.errors import BadPayload, BadRecord
from xinhua_id.items import Article
from xinhua_id.warc import payload, reader
from xinhua_id.warc.exchange import target_uri
from xinhua_id.warc.reader import Record

_READ_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked: what, whether it holds, and what was found."""

    what: str
    holds: bool
    found: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that was checked of one demo."""

    checks: list[Check]
    score: Score

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)


def judge(
    root: Path,
    gold: Sequence[GoldStory],
    in_parts: Sequence[GoldStory],
    sites: dict[str, str],
    trespasses: Iterable[str],
    least: int,
) -> Judgement:
    """Check the archive that a crawl of the replica made below ``root``; at least ``least`` stories are expected.

    ``gold`` are the stories of one page, ``in_parts`` those of several.
    """
    items, warcs = sorted(root.glob("*/items/*.jsonl")), sorted(root.glob("*/warc/*.warc.gz"))
    lines = [line for path in items for line in path.read_text("utf-8").splitlines()]
    articles = [Article.model_validate_json(line) for line in lines]
    long = {urls.url_id(urls.canonical(sites[story.site] + story.path)): story for story in in_parts}
    found = score((one for one in articles if story_of(one) not in long), gold, sites)
    left_open = sorted(root.glob("*/*/*.open"))
    asked = list(trespasses)
    checks = [
        Check(f"at least {least} stories crawled", found.equal >= least, f"{len(articles)} items"),
        Check("every body equal to gold, paragraph by paragraph", found.exact, f"{found.equal} of {found.total}"),
        Check(
            "no item from a faulty answer differs from gold",
            not found.faulty_different,
            f"{found.faulty_equal} of {found.faulty_total} could be saved, all equal",
        ),
        Check(
            "headline, dateline, dates, credits and origin agree with gold",
            _agree(found),
            f"at least {_FLOOR:.0%} each",
        ),
        _whole([one for one in articles if story_of(one) in long], long, sites),
        Check("no item that is no story", not found.extra, _number(found.extra, "item")),
        _traced(articles, root),
        _pictured(root),
        Check("every item reads back as it was written", _round(articles, lines), f"{len(lines)} lines"),
        *(_tool(name, command, warcs) for name, command in _TOOLS.items()),
        _warcio(warcs),
        _gzip(warcs),
        Check("every file closed", not left_open, _number(left_open, "file") + " open"),
        Check("nothing fetched that robots.txt forbids", not asked, _number(asked, "address")),
    ]
    return Judgement(checks, found)


#: Fields are read from what pages say in many ways; fewer that agree than this is a fault.
_FLOOR = 0.98


def _agree(found: Score) -> bool:
    return bool(found.fields) and all(good >= _FLOOR * every for good, every in found.fields.values())


def _whole(items: Sequence[Article], long: Mapping[str, GoldStory], sites: dict[str, str]) -> Check:
    """Check the stories in several pages: every page an item of its own, and joined they are the story."""
    counted = Counter((story_of(one), one.part.number) for one in items if one.part is not None)
    wanted = {(story, number) for story, gold in long.items() for number in range(1, gold.parts + 1)}
    joined = [join(one for one in items if story_of(one) == story) for story in {story_of(one) for one in items}]
    found = score(joined, list(long.values()), sites)
    whole = all(one.part is None or not one.part.missing for one in joined)
    each_once = set(counted) == wanted and len({one.id for one in items}) == len(items)
    return Check(
        "stories in several pages: every part an item, joined equal to gold",
        each_once and whole and found.exact and _agree(found),
        f"{found.equal} of {found.total} stories, {sum(counted.values())} of {len(wanted)} parts",
    )


_TOOLS = {"fastwarc check": ["fastwarc.cli", "check"]}


def _round(articles: Sequence[Article], lines: Sequence[str]) -> bool:
    return [article.to_json() for article in articles] == list(lines)


def _traced(articles: Sequence[Article], root: Path) -> Check:
    faults = []
    for article in articles:
        try:
            trace(article, root)
        except BadRecord as error:
            faults.append(str(error))
    good = len(articles) - len(faults)
    return Check(
        "every item leads to its record: same URL, same digest",
        not faults and bool(articles),
        faults[0] if faults else f"{good} of {len(articles)}",
    )


def _pictured(root: Path) -> Check:
    """Check that the pictures of the items lie in the WARC files, of every site that was crawled with requisites."""
    what = "every picture an item names was captured"
    named: set[str] = set()
    captured: set[str] = set()
    for home in sorted({path.parent.parent for path in root.glob("*/runs/*.json")}):
        runs = [json.loads(path.read_text("utf-8")) for path in home.glob("runs/*.json")]
        if all(run.get("requisites", "none") == "none" for run in runs):
            continue
        for path in home.glob("items/*.jsonl"):
            for line in path.read_text("utf-8").splitlines():
                named |= {target_uri(image["url"]) for image in json.loads(line)["images"] if image["url"]}
        for path in home.glob("warc/*.warc.gz"):
            try:
                captured |= {uri for found in reader.records(path) if (uri := _answered(found)) is not None}
            except BadRecord as error:
                return Check(what, False, str(error))
    every = bool(named) and named <= captured
    return Check(what, every, f"{len(named & captured)} of {len(named)}")


def _answered(found: Record) -> str | None:
    """Return what a record answers with 200, its own bytes or those of the record that it refers to."""
    if found.type not in {"response", "revisit"}:
        return None
    try:
        head = payload.read_head(found.content)
    except BadPayload:
        return None
    return found.header("WARC-Target-URI") if head.status in {200, 304} else None


def _tool(name: str, command: list[str], warcs: Sequence[Path]) -> Check:
    faults = [path.name for path in warcs if _run([*command, str(path)])[0] != 0]
    return Check(f"{name} finds nothing wrong", not faults and bool(warcs), ", ".join(faults) or _number(warcs, "file"))


def _warcio(warcs: Sequence[Path]) -> Check:
    """Run ``warcio check -v``: it hashes the chunked bytes of a body, so it may disagree on chunked records alone.

    WARC 1.1 §5.9 takes the payload digest over the payload; RFC 9112 §7.1 says that chunking is no part of it.
    """
    wrong: list[str] = []
    chunked = 0
    for path in warcs:
        code, said = _run(["warcio.cli", "check", "-v", str(path)])
        named = _failed_offsets(said)
        for offset in named:
            if _is_chunked_and_right(path, int(offset)):
                chunked += 1
            else:
                wrong.append(f"{path.name}, offset {offset}")
        if (code != 0 and not named) or "Traceback" in said:
            wrong.append(path.name)
    return Check(
        "warcio check agrees, but for the payload digest of chunked records",
        not wrong and bool(warcs),
        wrong[0] if wrong else f"{_number(warcs, 'file')}; {chunked} chunked records, ours checked by dechunking",
    )


def _failed_offsets(said: str) -> set[str]:
    """Return the offsets of the records that warcio reports as failed; it prints them on their own line."""
    failed = set()
    offset = None
    for line in said.splitlines():
        if match := re.search(r"offset\s+(\d+)", line):
            offset = match[1]
        if "digest failed" in line and offset is not None:
            failed.add(offset)
    return failed


def _is_chunked_and_right(path: Path, offset: int) -> bool:
    """Whether the record is chunked and its payload digest is right over the dechunked body."""
    for found in reader.records(path):
        if found.offset == offset:
            head = payload.read_head(found.content)
            return head.chunked and payload_digest(found) == found.header("WARC-Payload-Digest")
    return False


def _gzip(warcs: Sequence[Path]) -> Check:
    faults = []
    for path in warcs:
        try:
            with gzip.open(path) as file:
                while file.read(_READ_AT_ONCE):
                    pass
        except (OSError, EOFError, zlib.error) as error:
            faults.append(f"{path.name}: {error}")
    return Check("gzip -t finds nothing wrong", not faults and bool(warcs), ", ".join(faults) or _number(warcs, "file"))


def _run(module: list[str]) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", *module], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def _number(things: Sequence[object], noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 'es' if noun.endswith('s') else 's'}"
