"""Writes `data/encoder_biases.npz` from our wordings: `python -m bot.adapting`.

A fifth of each item's wordings is not shown to the encoder: thresholds are found, and `make
evaluate` measures, on those. After it `make vectors` and `make train` are due.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main() -> int:
    """Adapt the encoder and write its biases."""
    from bot.adapting.adapting import adapt
    from bot.evaluation.held_out import divided
    from bot.publishing.workshop import configuration
    from bot.ranking.examples import learning_examples
    from bot.ranking.learning import abouts
    from bot.ranking.ranker import cutter_of, with_titles
    from bot.text import biases, packed_encoder
    from bot.text.wording import places_pattern

    own = configuration()
    everything, places = with_titles(learning_examples(Path(own["wordings"]), cutter_of(own)), own)
    shown = divided(everything)[0]
    texts = abouts(shown, places_pattern(places))
    packed = packed_encoder.read(packed_encoder.shipped())
    learnt = adapt(packed, texts, [one.label for one in shown], _tell)
    biases.write(biases.FILE, learnt, set(texts))
    _tell(f"{biases.FILE.name} written; now: make vectors, make train, make evaluate")
    return 0


def _tell(line: str) -> None:
    sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
