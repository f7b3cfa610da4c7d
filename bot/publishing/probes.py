"""What a change does to wordings that it does not touch: some are held out and asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import compress
from typing import TypeVar

import jieba
import numpy as np

from bot.ranking.decision import Decision
from bot.ranking.examples import cut
from bot.ranking.model import Model
from bot.ranking.wordings import gather
from bot.text.sentence_vectors import SentenceVectors

# So many wordings that lie nearest to what changed; further off, nothing can change.
MOST_PROBES = 60
# Of an item no more than a fifth, so that enough is left to be found by.
SHARE = 5
# Of a large change a part is looked at.
MOST_CHANGED = 400

THREADS = 2
REPORT_EVERY = 25

Pair = tuple[str, str]  # item, text
_T = TypeVar("_T")
_Asked = TypeVar("_Asked")
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Asker:
    """Asks a model that knows nothing by heart."""

    model: Model
    words: jieba.Tokenizer
    vectors: SentenceVectors

    def ask(self, text: str) -> Decision:
        """The decision on a normalised text."""
        return self.model.decide(text, cut(text, self.words), self.vectors)


def side_by_side(
    ask: Callable[[_Asked], _Found], asked: Sequence[_Asked], tell: Callable[[int], None]
) -> list[_Found]:
    """What was found, in the order of what was asked; numpy lets go of the interpreter's lock."""
    found: list[_Found] = []
    with ThreadPoolExecutor(THREADS) as pool:
        for one in pool.map(ask, asked):
            found.append(one)
            if len(found) % REPORT_EVERY == 0 or len(found) == len(asked):
                tell(len(found))
    return found


def pairs(model: Model) -> list[Pair]:
    """The wordings of a model, in their order."""
    items, owners = model.wordings.items, model.wordings.item_of.tolist()
    return list(zip(map(items.__getitem__, owners), model.texts, strict=True))


def without(model: Model, held: set[Pair]) -> Model:
    """The model with some wordings held out, of no item all; nothing is known by heart either."""
    kept = np.array([pair not in held for pair in pairs(model)])
    if kept.all():
        return replace(model, by_heart={})
    old = model.wordings
    # Gathered anew: a wording that stays in duels and votes is found by itself, at 96 of 100.
    wordings = gather(
        old.items,
        old.rows[kept],
        old.vectors[kept],
        old.item_of[kept],
        old.space,
        old.asked,
        old.answering[kept],
        old.shares,
    )
    return replace(model, wordings=wordings, texts=tuple(compress(model.texts, kept)), by_heart={})


def probes(after: Model, before: Model) -> list[Pair]:
    """Unchanged wordings that lie nearest to what came or went; a spread of all if nothing did."""
    now, then = _places(after), _places(before)
    kept = sorted(now.keys() & then.keys(), key=now.__getitem__)
    changed = [after.wordings.vectors[now[one]] for one in now.keys() - then.keys()]
    changed += [before.wordings.vectors[then[one]] for one in then.keys() - now.keys()]
    # Vectors of two trainings lie in spaces of their own and cannot be compared.
    if not kept or not changed or after.origin != before.origin:
        return _few(after, spread(kept, MOST_PROBES))
    near = np.stack(spread(changed, MOST_CHANGED))
    own = after.wordings.vectors[[now[pair] for pair in kept]]
    nearest = np.argsort(-(own @ near.T).max(axis=1), kind="stable")
    return _few(after, [kept[int(number)] for number in nearest])


def _few(model: Model, listed: Sequence[Pair]) -> list[Pair]:
    """The first ones, of no item more than its share, and never its last."""
    counts = Counter(item for item, _ in pairs(model))
    taken: Counter[str] = Counter()
    few: list[Pair] = []
    for pair in listed:
        most = min(max(1, counts[pair[0]] // SHARE), counts[pair[0]] - 1)
        if len(few) < MOST_PROBES and taken[pair[0]] < most:
            taken[pair[0]] += 1
            few.append(pair)
    return few


def spread(listed: Sequence[_T], most: int) -> list[_T]:
    """As many as wanted, from all over the list."""
    if len(listed) <= most:
        return list(listed)
    return [listed[int(i)] for i in np.linspace(0, len(listed) - 1, num=most)]


def _places(model: Model) -> dict[Pair, int]:
    return {pair: place for place, pair in enumerate(pairs(model))}
