"""Finds how much the question before counts: `python -m bot.training.follow_ups MODEL`.

Each line of `pairs.jsonl` is a question, the item that it led to, what was said next, and the items
that answer this (none where it leaves the subject or asks for nothing we know); each message of
`talks.jsonl` that follows a question is such a pair, too. Tried on pairs of first items, and on
talks of writers, that had no part; the weights of all are written beside the pairs, and the trees
that weigh the likeliest items once more. They change
little with new wordings, so training only takes them along.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import jieba
import numpy as np

from bot.context.fitting import FITTING, shown, verdicts, with_weights
from bot.context.lines import OF_LINES
from bot.context.reading import SAID, TALKS, TREES, WEIGHTS, context_of, sayings
from bot.context.sight import clear_by_itself, sight_after
from bot.context.signs import (
    OF_CANDIDATES,
    OF_ITEMS,
    OF_NOBODY,
    Neighbours,
    candidates,
    signs,
    signs_of_nobody,
)
from bot.context.talks import said_in, talks_in
from bot.context.trees import Trees
from bot.context.weights import Before, Context, Own, chances, settled, weighed_again
from bot.normalizer import normalize
from bot.publishing.probes import pairs, without
from bot.publishing.workshop import trained
from bot.ranking.decision import Decision
from bot.ranking.examples import cut
from bot.ranking.model import Model
from bot.text.sentence_vectors import KeptVectors, SentenceVectors
from bot.training.boosting import trees_of
from bot.training.lessons import configuration, cutter_of
from bot.training.logit import Choice, weights_of

PAIRS = "pairs.jsonl"
# How kinds are called that come from talks.
IN_TALKS = "talk "
DIVISIONS = 5
# Of the answers in context so many may lead to an item that nobody named as right. One to three are
# named; of 110 others that were read again half were right as well, or on the matter and true.
WRONG = 0.18
# Twice as many pairs ask on about the same as about something near: each kind counts alike. What
# is none of ours counts twice, too: an answer to it is worse than choices for what is.
COUNTED = {"other": 2, "tells": 2, "none": 2, "talk none": 2}
# From here on the first three are worth offering.
CHOICES = 0.5
_GRID = np.arange(0.5, 0.96, 0.01)


@dataclass(frozen=True)
class Pair:
    """A question and what was said next, as the weights see them."""

    kind: str
    group: str  # pairs of a group are tried together: a first item's, or a writer's
    wanted: tuple[int, ...]
    alone: Decision
    clear: bool  # whether the decision by itself stands
    of_items: np.ndarray
    of_nobody: np.ndarray


def main(model: Path, folder: Path) -> int:
    """Find the weights, say how well they do, and write them."""
    own = configuration()
    vectors = KeptVectors(Path(own["vectors"]))
    words, learnt = cutter_of(own), trained(model)
    # Of a story that is known by heart the model is surer than of any that it will hear.
    said = {normalize(text).text for text in said_in(folder / TALKS)}
    learnt = without(learnt, {pair for pair in pairs(learnt) if pair[1] in said})
    told = context_of(folder, Path(own["knowledge"]) / "items", learnt, words, vectors)
    learnt = replace(learnt, context=told)
    asked, items = _pairs(Reader(learnt, words, vectors), folder), learnt.wordings.items
    likely = _likely(asked)
    tried = _tried(asked, likely)
    answer = _threshold(asked, tried)
    _report(asked, tried, items, answer)
    found = _context(_weights(asked), answer).written()
    np.savez_compressed(folder / TREES, **_trees(asked, likely).arrays())
    weights = {name: found[name] for name in ("of_items", "of_nobody", "answer", "choices")}
    weights["of_lines"] = _of_lines(learnt, folder, words, vectors)
    (folder / WEIGHTS).write_text(json.dumps(weights, indent=1) + "\n", "utf-8")
    return 0


def _of_lines(
    model: Model, folder: Path, words: jieba.Tokenizer, vectors: SentenceVectors
) -> dict[str, float]:
    """What makes a line fit; nothing where nothing is said of any."""
    context = model.context
    if context is None or context.lines is None or context.said is None:
        return dict.fromkeys(OF_LINES, 0.0)
    seen = context.said, sayings(folder / SAID), model, words, vectors
    lines = with_weights(context.lines, *seen)
    file = folder / FITTING
    if file.exists():
        told = shown(verdicts(file, lines, context.said, model, words, vectors))
        sys.stdout.writelines(f"{line}\n" for line in told)
    return dict(zip(OF_LINES, lines.weights.tolist(), strict=True))


@dataclass(frozen=True)
class Asked:
    """What was said next, after what, and what it wanted."""

    kind: str
    group: str
    text: str
    before: Before
    want: tuple[str, ...]


@dataclass(frozen=True)
class Reader:
    """Sees what was said as a model does."""

    model: Model
    words: jieba.Tokenizer
    vectors: SentenceVectors

    def pair(self, asked: Asked, but: np.ndarray | None = None) -> Pair:
        """With all signs; messages of talks that are marked in `but` are not known."""
        model, items = self.model, self.model.wordings.items
        neighbours = model.context.neighbours if model.context else Neighbours({}, {})
        text = normalize(asked.text).text
        kept = cut(text, self.words)
        sight = sight_after(model, text, kept, self.vectors, asked.before, but)
        alone = model.decide(text, kept, self.vectors)
        of_items = signs(sight, items, items.index(asked.before.item), neighbours)
        return Pair(
            asked.kind,
            asked.group,
            tuple(items.index(item) for item in asked.want if item in items),
            alone,
            clear_by_itself(alone, text, asked.before),
            of_items,
            signs_of_nobody(sight, of_items, alone),
        )


def _pairs(reader: Reader, folder: Path) -> list[Pair]:
    items, found = reader.model.wordings.items, []
    for line in (folder / PAIRS).read_text("utf-8").splitlines():
        told = json.loads(line)
        before = Before(normalize(told["before"]).text, told["item"])
        asked = Asked(told["kind"], told["item"], told["then"], before, tuple(told["want"]))
        found += [reader.pair(asked)] if before.item in items else []
    turns = list(talks_in(folder / TALKS))
    writers = np.array([turn.writer for turn in turns])
    for turn in turns:
        story = normalize(turn.story).text
        before = Before(normalize(turn.before).text, turn.item, story=story)
        asked = Asked(f"{IN_TALKS}{turn.kind}", turn.writer, turn.text, before, turn.want)
        # What its own writer has said elsewhere would flatter.
        own = writers == turn.writer
        found += [reader.pair(asked, own)] if turn.item in items else []
    return found


def _divisions(pairs: Sequence[Pair]) -> list[int]:
    """Which fifth each pair is tried in, together with its group."""
    order = np.random.default_rng(0).permutation(sorted({pair.group for pair in pairs})).tolist()
    return [order.index(pair.group) % DIVISIONS for pair in pairs]


def _likely(pairs: Sequence[Pair]) -> list[np.ndarray]:
    """The chances of each pair's items, by weights that its group had no part in."""
    division = _divisions(pairs)
    weights = [
        _weights([pair for pair, its in zip(pairs, division, strict=True) if its != one])
        for one in range(DIVISIONS)
    ]
    return [
        chances(_context(weights[one], 1.0), pair.of_items, pair.of_nobody)
        for pair, one in zip(pairs, division, strict=True)
    ]


def _tried(pairs: Sequence[Pair], likely: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The same once more, by trees that its group had no part in."""
    division = np.array(_divisions(pairs))
    found = dict[int, np.ndarray]()
    for one in range(DIVISIONS):
        trees = _trees(*_of(pairs, likely, np.flatnonzero(division != one)))
        for place in np.flatnonzero(division == one).tolist():
            pair = pairs[place]
            found[place] = weighed_again(trees, pair.of_items, pair.of_nobody, likely[place])
    return [found[place] for place in range(len(pairs))]


def _of(
    pairs: Sequence[Pair], likely: Sequence[np.ndarray], places: np.ndarray
) -> tuple[list[Pair], list[np.ndarray]]:
    return [pairs[place] for place in places], [likely[place] for place in places]


def _trees(pairs: Sequence[Pair], likely: Sequence[np.ndarray]) -> Trees:
    """Trees that tell which of each pair's likely items was wanted, or that none was."""
    rows, right, counted = list[np.ndarray](), list[np.ndarray](), list[np.ndarray]()
    for pair, chance in zip(pairs, likely, strict=True):
        places, seen = candidates(pair.of_items, pair.of_nobody, chance)
        rows.append(seen)
        right.append(np.append(np.isin(places, pair.wanted), not pair.wanted))
        counted.append(np.full(len(seen), float(COUNTED.get(pair.kind, 1))))
    return trees_of(OF_CANDIDATES, *map(np.concatenate, (rows, right, counted)))


def _weights(pairs: Sequence[Pair]) -> np.ndarray:
    """The weights that make what was wanted likeliest, of items and of nobody in one row."""
    counted = (pair for pair in pairs for _ in range(COUNTED.get(pair.kind, 1)))
    return weights_of([_choice(pair) for pair in counted])


def _choice(pair: Pair) -> Choice:
    """Items above nobody, each with signs of its own."""
    items, split = pair.of_items.shape
    signs = np.zeros((items + 1, split + len(pair.of_nobody)))
    signs[:items, :split] = pair.of_items
    signs[items, split:] = pair.of_nobody
    return Choice(signs, pair.wanted or (items,))


def _context(weights: np.ndarray, answer: float) -> Context:
    split = len(OF_ITEMS)
    of_items, of_nobody = weights[:split].round(4), weights[split:].round(4)
    nothing = Neighbours({}, {}), Own({}), None, None, None
    return Context(*nothing, of_items, of_nobody, answer, CHOICES)


def _threshold(pairs: Sequence[Pair], tried: Sequence[np.ndarray]) -> float:
    """The lowest chance from which on few enough answers are wrong."""
    likely = np.array([found.max() for found in tried])
    right = np.array(
        [int(found.argmax()) in pair.wanted for found, pair in zip(tried, pairs, strict=True)]
    )
    for least in _GRID:
        answered = likely >= least
        if answered.any() and 1 - right[answered].mean() <= WRONG:
            return round(float(least), 2)
    return 1.0


def _report(
    pairs: Sequence[Pair], tried: Sequence[np.ndarray], items: tuple[str, ...], answer: float
) -> None:
    context = _context(np.zeros(len(OF_ITEMS) + len(OF_NOBODY)), answer)
    alone: dict[str, Counter[str]] = {}
    after: dict[str, Counter[str]] = {}
    for pair, found in zip(pairs, tried, strict=True):
        decision = pair.alone if pair.clear else settled(pair.alone, found, items, context)
        alone.setdefault(pair.kind, Counter())[_verdict(pair, pair.alone, items)] += 1
        after.setdefault(pair.kind, Counter())[_verdict(pair, decision, items)] += 1
    sys.stdout.write(f"answered in context from a chance of {answer} on; in percent\n")
    for kind in sorted(after):
        count = sum(after[kind].values())
        for name, came in (("alone", alone[kind]), ("after", after[kind])):
            told = ", ".join(f"{v} {100 * n / count:.0f}" for v, n in came.most_common())
            sys.stdout.write(f"{kind:12}{count:5} {name}: {told}\n")


def _verdict(pair: Pair, decision: Decision, items: tuple[str, ...]) -> str:
    listed = [items.index(item) for item, _ in decision.answers[:3]]
    if decision.decision == "answer":
        return "right" if listed[0] in pair.wanted else "wrong"
    if decision.decision == "clarify":
        return "among choices" if {*listed} & {*pair.wanted} else "other choices"
    return decision.decision


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--folder", type=Path, default=Path("data/follow_ups"))
    return parser.parse_args()


if __name__ == "__main__":
    told = _options()
    sys.exit(main(told.model, told.folder))
