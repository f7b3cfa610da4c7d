"""How sure to be of an answer, from all five fifths: `python -m bot.training.sureness`.

Each fifth of the wordings is left out once, and its questions are tried by the others. That takes
a minute and is five times as steady as what one training could find in passing, so trainings
take it along until the aims in `config.yml` change (decision 0020).
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bot.ranking.examples import asked, asked_for
from bot.text.sentence_vectors import KeptVectors
from bot.training.calibration import PARTS, Sureness, Tried, held_out, joined, keep
from bot.training.learning import CORES, blank_of, classified, space_of, sureness
from bot.training.lessons import Configuration, aims_of, configuration, examples_of, with_titles
from bot.training.seen import Ranking, look, ranking_of


def main() -> int:
    """Find it for the aims that are configured, and write the file that trainings read."""
    own = configuration()
    found, tried = _found(own)
    questions = len(asked(Path(own["wordings"])))
    keep(Path(own["sureness"]), aims_of(own), found, questions)
    answer = found.thresholds.answer
    sys.stdout.write(f"{tried} questions tried; answered from {answer:.3f} on\n")
    return 0


def _found(own: Configuration) -> tuple[Sureness, int]:
    examples, places = with_titles(examples_of(own), own)
    seen = look(examples, places, KeptVectors(Path(own["vectors"])))
    ranking = ranking_of(seen, asked_for(asked(Path(own["wordings"]))))
    space = space_of(ranking)
    model = blank_of(seen, ranking, space, places)
    left_out = _each_fifth(ranking)
    known = classified(seen, space, np.ones(seen.last, dtype=bool))
    told = ranking, known, seen, model, aims_of(own)
    return sureness(left_out, *told), len(left_out.places)


def _each_fifth(ranking: Ranking) -> Tried:
    with ProcessPoolExecutor(CORES, get_context("fork"), _take, (ranking,)) as processes:
        return joined(list(processes.map(_fifth, range(PARTS))))


_ranking: Ranking


def _take(ranking: Ranking) -> None:
    global _ranking
    _ranking = ranking


def _fifth(turn: int) -> Tried:
    return _ranking.tried(held_out(_ranking.item_of, _ranking.came_first, turn))


if __name__ == "__main__":
    sys.exit(main())
