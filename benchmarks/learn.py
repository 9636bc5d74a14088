"""Learn `xinhua_id/extraction/story_trees.py` from pages with gold: ``python -m benchmarks.learn FOLDER…``.

Each block that `traits` describes is labelled by how much of it stands in the gold body; forty trees of eight
leaves are boosted on that. The figures it prints come from five folds parted by page, so that no page is judged by
trees that have seen it. Run twice on the same folders it writes the same file. Needs the `learn` extra.
"""

from __future__ import annotations

import argparse
import importlib
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from unittest import mock

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

import xinhua_id
from benchmarks import collection
from xinhua_id.errors import NotAnArticle
from xinhua_id.extraction import blocks, decode, metadata, structure, traits, tree
from xinhua_id.text import shingles

_TREES, _LEAVES, _RATE, _SMALLEST_LEAF = 40, 8, 0.2, 80
_FOLDS = 5
#: The program reads Indonesian, of which there are few pages with gold: each counts for so many.
_INDONESIAN = 3
#: At 1 all pages would count alike, however long; at 0 each by what it holds.
_LONG_PAGES = 0.8
#: More of these never speaks against a block, more of those never for it: what holds beyond the pages at hand.
_FOR = frozenset("in_wide in_best own_score parent_score outer_score ended alike parent_prose".split())
_AGAINST = frozenset(
    "link_share anchors parent_links bad_names other_article first_heads heading_links previous_links next_links "
    "up".split()
)
#: Not the seed of `make bench`: no page that is measured is one that was learned from.
_SEED = 7
#: Behind so many trees, odds beyond the bound are not turned by the rest; the folds are judged with it too.
CUT_AFTER, CUT_AT = 16, 3.5
_TARGET = Path(__file__).parent.parent / "xinhua_id" / "extraction" / "story_trees.py"


@dataclass(frozen=True, slots=True)
class Known:
    """A block whose page is known: its traits, and the share of its shingles that the gold body has."""

    page: int
    row: list[float]
    text: str
    share: float
    weight: float


def known_blocks(number: int, sample: collection.Sample) -> list[Known]:
    """Return the blocks of a page that may be the story's, labelled; none where structure finds no region."""
    root = tree.parse(decode.utf8(sample.body, None))
    if root is None:
        return []
    page = blocks.walk(root)
    structure.lift_capped_rules(page)
    ground = structure.survey(page, metadata.read(root, sample.url).titles)
    if ground is None:
        return []
    gold = Counter(shingles(sample.text))
    words = f" {' '.join(w for s in shingles(sample.text, 1) for w in s)} "
    out = []
    for at, row in traits.read(page, ground):
        text = page.blocks[at].text
        said = Counter(shingles(text))
        count = sum(said.values())
        if count == 1 and len(next(iter(said))) < 4:
            share = float(f" {' '.join(next(iter(said)))} " in words)
        else:
            share = sum((said & gold).values()) / count if count else 0.0
        out.append(Known(number, [float(n) for n in row], text, share, min(count, 200) ** 0.7))
    whole = sum(one.weight for one in out) ** _LONG_PAGES / (_INDONESIAN if sample.language == "id" else 1)
    return [replace(one, weight=one.weight / whole) for one in out] if whole else []


def learn(known: list[Known]) -> HistGradientBoostingClassifier:
    """Return the forest for labelled blocks; a page's weight hardly depends on its length."""
    forest = HistGradientBoostingClassifier(
        max_iter=_TREES, max_leaf_nodes=_LEAVES, learning_rate=_RATE, min_samples_leaf=_SMALLEST_LEAF,
        l2_regularization=1, early_stopping=False, random_state=0,
        monotonic_cst=[(name in _FOR) - (name in _AGAINST) for name in traits.NAMES],
    )  # fmt: skip
    rows = np.array([one.row for one in known], dtype=np.float64)
    labels = np.array([one.share >= 0.5 for one in known])
    return forest.fit(rows, labels, sample_weight=_weights(known))


def _weights(known: list[Known]) -> np.ndarray:
    """Return what each block counts, 1 on average: the size of leaves and the regularization are set for that."""
    weights = np.array([one.weight for one in known])
    normal: np.ndarray = weights / float(weights.mean())
    return normal


def source_of(forest: HistGradientBoostingClassifier) -> str:
    """Return the forest as the text of a module: one expression a tree, whose conditions name the traits."""
    start = float(forest._baseline_prediction[0, 0])
    trees = [predictor.nodes for (predictor,) in forest._predictors]
    lines = []
    for number, nodes in enumerate(trees):
        if number == CUT_AFTER:
            lines.append(f"    if not -{CUT_AT} < odds < {CUT_AT}:\n        return odds\n")
        lines.append(f"    odds += {_expression(nodes, 0)}\n")
    return (
        '"""The trees that judge whether a block is the story\'s. '
        "Written by `benchmarks/learn.py`; not edited by hand.\n\n"
        "Each line adds what one tree says to the odds (natural logarithm); the names are those of `traits.NAMES`.\n"
        '"""\n\n# fmt: off\n# ruff: noqa: E501, RUF059\nfrom __future__ import annotations\n\n\n'
        "def odds_of(row: list[float]) -> float:\n"
        '    """Return the odds, as a natural logarithm, that a block of these traits is part of the story."""\n'
        f"    {', '.join(traits.NAMES)} = row\n"
        f"    odds = {start:.4f}\n{''.join(lines)}    return odds\n"
    )


def _expression(nodes: np.ndarray, at: int) -> str:
    node = nodes[at]
    if node["is_leaf"]:
        return f"{node['value']:.3f}"
    name, bound = traits.NAMES[node["feature_idx"]], float(node["num_threshold"])
    left, right = _expression(nodes, int(node["left"])), _expression(nodes, int(node["right"]))
    return f"({left} if {name} <= {bound:.6g} else {right})"


def f1(gold: str, said: str) -> float:
    """Return F1 over 4-gram shingles."""
    one, other = Counter(shingles(gold)), Counter(shingles(said))
    both = sum(one.values()) + sum(other.values())
    return 2 * sum((one & other).values()) / both if both else 1.0


def odds_by(source: str) -> Callable[[list[float]], float]:
    """Return the function that the text of a module defines."""
    scope: dict[str, Callable[[list[float]], float]] = {}
    exec(compile(source, "story_trees", "exec"), scope)
    return scope["odds_of"]


def extracted(sample: collection.Sample, odds: Callable[[list[float]], float]) -> str:
    """Return the body that the whole extraction makes of a page with other trees; empty where it refuses it."""
    with mock.patch.object(importlib.import_module("xinhua_id.extraction.extract"), "odds_of", odds):
        try:
            return xinhua_id.extract(sample.body, url=sample.url).text
        except NotAnArticle:
            return ""


def main() -> None:
    """Read the folders, print the figures of the folds, write the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="folders in the corpus format")
    parser.add_argument("--replica", type=int, default=0, help="also learn from a replica with so many stories")
    parser.add_argument("--out", type=Path, default=_TARGET, help="the module to write")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "replica"
        if wanted.replica:
            collection.write_replica(made, wanted.replica, seed=_SEED)
        folders = [*wanted.folders, *([made] if wanted.replica else [])]
        named = [(folder.name, one) for folder in folders for one in collection.read(folder) if one.text]
    samples = [one for _, one in named]
    known = [one for number, sample in enumerate(samples) for one in known_blocks(number, sample)]
    print(f"{len(samples)} pages, {len(known)} blocks")
    folds = [random.Random(f"{number}").randrange(_FOLDS) for number in range(len(samples))]
    scores = [0.0] * len(samples)
    for fold in range(_FOLDS):
        odds = odds_by(source_of(learn([one for one in known if folds[one.page] != fold])))
        for number in (number for number in range(len(samples)) if folds[number] == fold):
            scores[number] = f1(samples[number].text, extracted(samples[number], odds))
    print("mean F1 over shingles of the extraction, each page judged by trees that have not seen its fold:")
    for folder in dict.fromkeys(folder for folder, _ in named):
        of_it = [score for (name, _), score in zip(named, scores, strict=True) if name == folder]
        print(f"  {folder}: {fmean(of_it):.4f} over {len(of_it)} pages")
    wanted.out.write_text(source_of(learn(known)), "utf-8")


if __name__ == "__main__":
    main()
