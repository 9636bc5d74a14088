"""How well stories come out of text dumps: every shape of `demo.dumps` and `demo.text_tools`, from the replica's pages.

    python -m benchmarks.dumps [SEED…]

For each shape: the share of stories whose body is equal to gold, paragraph by paragraph; the mean F1 over shingles of
four words; the share whose headline, lead, dateline, byline, and captions with credits are equal; milliseconds a dump.
A dump from which no article comes counts as wrong in all of them. Stories on faulty answers are left out.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from xinhua_id.demo import dumps, text_tools
from xinhua_id.demo.gold import GoldStory
from xinhua_id.demo.site import Replica
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import extract_text
from xinhua_id.items import Article
from xinhua_id.text import shingles

SEEDS = (2023, 7, 411)
STORIES = 72

#: Shapes made of what the newsroom wrote; they show the first picture's caption and a credit line each.
FROM_GOLD: dict[str, Callable[[GoldStory, Sequence[GoldStory]], str]] = {
    "shape a": lambda story, _: dumps.shape_a(story),
    "shape b": dumps.shape_b,
    "in a page": dumps.in_page,
    "numbered lines": lambda story, _: dumps.numbered(story),
    "bulleted lines": dumps.bulleted,
    "wrapped at 72": lambda story, _: dumps.wrapped(story),
    "wrapped, printed pages": lambda story, _: dumps.printed(story),
    "wrapped, no blank lines": dumps.wrapped_close,
    "shape b, glued": dumps.shape_b_glued,
    "one line, glued": lambda story, _: dumps.on_one_line(story),
    "one line, blanks": lambda story, _: dumps.on_one_line_spaced(story),
}
#: What tools make of the page.
FROM_PAGE: dict[str, Callable[[str], str]] = {
    "browser": text_tools.browser,
    "WET": text_tools.wet,
    "lynx": text_tools.lynx,
    "w3m": text_tools.w3m,
    "html2text": text_tools.html2text,
    "get_text()": text_tools.get_text,
    'get_text("\\n", strip)': text_tools.get_text_lines,
}
FIELDS = ("headline", "lead", "dateline", "byline", "captions")


@dataclass(slots=True)
class ShapeScore:
    """One shape over many stories; ``equal`` and ``fields`` count stories, ``f1`` has one value a story."""

    total: int = 0
    equal: int = 0
    f1: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    fields: Counter[str] = field(default_factory=Counter)
    misses: list[tuple[GoldStory, str, Article | None]] = field(default_factory=list)

    @property
    def share_equal(self) -> float:
        """The share of bodies that are equal, 0 to 1."""
        return self.equal / self.total

    @property
    def mean_f1(self) -> float:
        """The mean F1, 0 to 1."""
        return statistics.mean(self.f1)

    def share(self, name: str) -> float:
        """Return the share of stories whose field is equal, 0 to 1."""
        return self.fields[name] / self.total


def measure(seeds: Iterable[int] = SEEDS, stories: int = STORIES) -> dict[str, ShapeScore]:
    """Return the score of every shape over the replica's stories, all seeds and sites together."""
    found = {name: ShapeScore() for name in [*FROM_GOLD, *FROM_PAGE]}
    for seed in seeds:
        with Replica(stories, seed=seed) as replica:
            for content in replica.contents.values():
                gold = [story for story in content.gold if story.fault is None]
                for at, story in enumerate(gold):
                    related = [gold[(at + turn) % len(gold)] for turn in (1, 2, 3)]
                    html = content.answers[story.path].body.decode()
                    for name, shape in FROM_GOLD.items():
                        _read(found[name], story, shape(story, related), from_gold=True)
                    for name, tool in FROM_PAGE.items():
                        _read(found[name], story, tool(html), from_gold=False)
    return found


def table(scores: dict[str, ShapeScore]) -> str:
    """Return the scores as a Markdown table."""
    lines = ["| shape | bodies equal | F1 | " + " | ".join(FIELDS) + " | ms |", "|---|" + "---|" * (len(FIELDS) + 3)]
    for name, score in scores.items():
        shares = " | ".join(f"{score.share(one):.3f}" for one in FIELDS)
        pace = 1000 * statistics.median(score.seconds)
        lines.append(f"| {name} | {score.share_equal:.3f} | {score.mean_f1:.3f} | {shares} | {pace:.1f} |")
    return "\n".join(lines)


def f1(gold: str, found: str) -> float:
    """Return the F1 of two texts over shingles of four words, 0 to 1."""
    wanted, given = Counter(shingles(gold)), Counter(shingles(found))
    both = wanted.total() + given.total()
    return 2 * (wanted & given).total() / both if both else 1.0


def _read(score: ShapeScore, story: GoldStory, text: str, *, from_gold: bool) -> None:
    begin = time.process_time()
    try:
        article: Article | None = extract_text(text)
    except NotAnArticle:
        article = None
    score.seconds.append(time.process_time() - begin)
    score.total += 1
    if article is not None and tuple(article.paragraphs) == story.paragraphs:
        score.equal += 1
    else:
        score.misses.append((story, text, article))
    score.f1.append(f1("\n\n".join(story.paragraphs), article.text) if article else 0.0)
    if article is not None:
        wanted = _of_gold(story, from_gold=from_gold)
        score.fields.update(name for name, value in _of_item(article).items() if value == wanted[name])


def _of_item(article: Article) -> dict[str, Any]:
    return {
        "headline": article.headline, "lead": article.lead, "byline": article.byline,
        "dateline": article.dateline and article.dateline.raw,
        "captions": [(image.caption, image.credit) for image in article.images],
    }  # fmt: skip


def _of_gold(story: GoldStory, *, from_gold: bool) -> dict[str, Any]:
    images = story.images[:1] if from_gold else story.images
    return {
        "headline": story.headline, "lead": story.lead,
        "byline": (story.byline or "Redaksi") if from_gold else story.byline,
        "dateline": story.dateline and story.dateline.raw,
        "captions": [(image.caption, image.credit) for image in images],
    }  # fmt: skip


if __name__ == "__main__":
    print(table(measure([int(seed) for seed in sys.argv[1:]] or SEEDS)))
