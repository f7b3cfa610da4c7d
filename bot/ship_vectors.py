"""Writes the vectors of all our wordings into the repository: `python -m bot.ship_vectors`."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.publishing.workshop import configuration
from bot.ranking.examples import learning_examples
from bot.ranking.learning import abouts
from bot.ranking.ranker import cutter_of, with_titles
from bot.text import shipped_vectors
from bot.text.sentence_vectors import KeptVectors, key_of
from bot.text.wording import places_pattern


def main() -> int:
    """Compute what is not kept yet, and write it all."""
    own = configuration()
    examples, places = with_titles(learning_examples(Path(own["wordings"]), cutter_of(own)), own)
    texts = sorted(set(abouts(examples, places_pattern(places))))
    rows = KeptVectors(Path(own["vectors"]), shipped=None).many(texts)
    shipped_vectors.write(
        shipped_vectors.FILE, {key_of(text): row for text, row in zip(texts, rows, strict=True)}
    )
    size = shipped_vectors.FILE.stat().st_size / 1e6
    sys.stdout.write(f"{len(texts)} vectors, {size:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
