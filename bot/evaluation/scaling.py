"""What deciding costs with many items: `python -m bot.evaluation.scaling model.tar.gz [ITEMS]`.

Items beyond the real ones are made up: each takes over the wordings of a real one with other
words in place of a third of its n-grams, and vectors turned a little aside. A question's sentence
vector costs the same whatever there is to choose from, and is told apart.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy.sparse import csr_matrix

from bot.normalizer import normalize
from bot.publishing.workshop import trained
from bot.ranking.classifier import rounded
from bot.ranking.examples import cut
from bot.ranking.model import Model
from bot.ranking.wordings import Wordings, gather
from bot.text.lexicon import cutter, terms
from bot.text.sentence_vectors import E5Vectors, KeptVectors
from bot.text.space import unit
from bot.training.lessons import configuration

WORDINGS_OF_AN_ITEM = 15
ROUNDS = 5
EVERYDAY = Path("bench/everyday.txt")


def main(model: Path, items: int) -> int:
    """Print the milliseconds a question with the real items and with `items`."""
    real = trained(model)
    many = replace(real, wordings=enlarged(real.wordings, items), by_heart={})
    before, after = (_milliseconds(one) for one in (replace(real, by_heart={}), many))
    vector = _vector_milliseconds()
    ratios = {"ratio": after / before, "with_vector": (after + vector) / (before + vector)}
    found = {"items": [len(real.wordings.items), items], "ms": [before, after], "vector_ms": vector}
    told = found | {name: round(ratio, 2) for name, ratio in ratios.items()}
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def enlarged(real: Wordings, items: int) -> Wordings:
    """As many items as asked for, with the usual number of wordings each."""
    random = np.random.default_rng(5)
    source = np.arange(items) % len(real.items)
    members = [real.members[number][real.members[number] >= 0] for number in source]
    places = np.concatenate([random.choice(one, WORDINGS_OF_AN_ITEM) for one in members])
    rows = real.rows[places]
    other = random.integers(0, rows.shape[1], len(rows.indices))
    swapped = np.where(random.random(len(other)) < 1 / 3, other, rows.indices)
    rows = csr_matrix((rows.data, swapped, rows.indptr), rows.shape)
    aside = random.normal(0, 0.03, (len(places), real.vectors.shape[1])).astype(np.float32)
    names = tuple(f"Q{number:05}" for number in range(items))
    item_of = np.repeat(np.arange(items, dtype=np.int32), WORDINGS_OF_AN_ITEM)
    placed = rounded(unit(real.vectors[places] + aside))
    alike = np.zeros(items, dtype=np.float32)
    return gather(names, rows, placed, item_of, real.space, alike, shares=real.shares)


def _vector_milliseconds() -> float:
    """What the encoder takes for a question that it does not remember."""
    encoder, texts = E5Vectors(), _texts()
    encoder.one("")
    started = time.process_time()
    for text in texts:
        encoder.one(text)
    return round(1000 * (time.process_time() - started) / len(texts), 2)


def _texts() -> list[str]:
    lines = EVERYDAY.read_text("utf-8").splitlines()
    return list(dict.fromkeys(normalize(line).text for line in lines if line))


def _milliseconds(model: Model) -> float:
    own = configuration()
    words = cutter(terms(Path(own["lexicon"]), Path(own["knowledge"]) / "glossary.yml"))
    vectors, texts = KeptVectors(Path(own["vectors"])), _texts()
    asked: Sequence[tuple[str, list[str]]] = [(text, cut(text, words)) for text in texts]
    for text, found in asked:
        model.decide(text, found, vectors)
    started = time.process_time()
    for _ in range(ROUNDS):
        for text, found in asked:
            model.decide(text, found, vectors)
    return round(1000 * (time.process_time() - started) / ROUNDS / len(asked), 2)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5_000))
