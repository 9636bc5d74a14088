r"""What an extracted body is worth against gold.

Both are cut into words (``\w+``, case kept) and these into shingles of four; a text of fewer words is one shingle. On
one page, counting a shingle as often as it stands there,

    precision = shared / extracted        recall = shared / gold        F1 = 2 · shared / (extracted + gold)

and all three are 1 where both texts are empty, 0 where one of them is. A folder's precision, recall and F1 are means
over its pages, so that a long page counts no more than a short one. ``f1_of_means`` is the harmonic mean of the mean
precision and the mean recall: what several public tables print, higher than the mean F1. A page is *exact* when its
words are those of the gold, in order. Snippets are looked for in the text with white space made single. Knows
nothing of pages or extractors.
"""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.collection import Sample
from xinhua_id.text import clean, shingles

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class PageScore:
    """One body on one page. ``seconds`` is process time; ``error`` what was raised, ``empty`` nothing where gold is."""

    precision: float
    recall: float
    f1: float
    exact: bool
    must: int
    must_not: int
    seconds: float
    error: str | None
    empty: bool


@dataclass(frozen=True, slots=True)
class FolderScore:
    """A folder's pages together; ``must`` (present) and ``must_not`` (absent) are shares, None without snippets."""

    pages: int
    precision: float
    recall: float
    f1: float
    exact: int
    must: float | None
    must_not: float | None
    median_ms: float
    p99_ms: float
    errors: int
    empty: int

    @property
    def f1_of_means(self) -> float:
        """The harmonic mean of mean precision and mean recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def page(sample: Sample, text: str, seconds: float = 0.0, error: str | None = None) -> PageScore:
    """Score one extracted body."""
    precision, recall, f1 = overlap(sample.text, text)
    flat = clean(text)
    return PageScore(
        precision=precision,
        recall=recall,
        f1=f1,
        exact=_WORD.findall(text) == _WORD.findall(sample.text),
        must=sum(clean(snippet) in flat for snippet in sample.must),
        must_not=sum(clean(snippet) not in flat for snippet in sample.must_not),
        seconds=seconds,
        error=error,
        empty=error is None and bool(sample.text.strip()) and not text.strip(),
    )


def overlap(gold: str, text: str) -> tuple[float, float, float]:
    """Return precision, recall and F1 of ``text`` over 4-gram shingles."""
    wanted, found = Counter(shingles(gold)), Counter(shingles(text))
    if not wanted and not found:
        return 1.0, 1.0, 1.0
    if not wanted or not found:
        return 0.0, 0.0, 0.0
    shared, every, right = (wanted & found).total(), found.total(), wanted.total()
    return shared / every, shared / right, 2 * shared / (every + right)


def folder(samples: Sequence[Sample], scores: Sequence[PageScore]) -> FolderScore:
    """Return the means over pages; ``scores`` are those of ``samples``, in order."""
    milliseconds = sorted(1000 * score.seconds for score in scores)
    return FolderScore(
        pages=len(samples),
        precision=statistics.fmean(score.precision for score in scores),
        recall=statistics.fmean(score.recall for score in scores),
        f1=statistics.fmean(score.f1 for score in scores),
        exact=sum(score.exact for score in scores),
        must=_share(sum(score.must for score in scores), sum(len(sample.must) for sample in samples)),
        must_not=_share(sum(score.must_not for score in scores), sum(len(sample.must_not) for sample in samples)),
        median_ms=statistics.median(milliseconds),
        p99_ms=milliseconds[math.ceil(0.99 * len(milliseconds)) - 1],
        errors=sum(score.error is not None for score in scores),
        empty=sum(score.empty for score in scores),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
