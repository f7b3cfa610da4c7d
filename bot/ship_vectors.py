"""Writes the vectors of all our wordings into the repository: `python -m bot.ship_vectors`."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.context.lines import lines_of
from bot.context.reading import SAID, TALKS, sayings
from bot.context.talks import talks_in
from bot.normalizer import normalize
from bot.ranking.examples import knowledge
from bot.text import shipped_vectors
from bot.text.sentence_vectors import KeptVectors, key_of
from bot.text.wording import places_pattern, subject
from bot.training.lessons import configuration, examples_of, with_titles


def main() -> int:
    """Compute what is neither shipped nor kept yet, and write it all."""
    own = configuration()
    examples, places = with_titles(examples_of(own), own)
    pattern = places_pattern(places)
    steps = lines_of(knowledge(Path(own["knowledge"]) / "items"))
    folder = Path(own["follow_ups"])
    heard = [one.text for one in sayings(folder / SAID)]
    talked = [text for one in talks_in(folder / TALKS) for text in (one.text, one.story)]
    told = [normalize(text).text for text in (*heard, *talked, *(one.text for one in steps))]
    texts = sorted({subject(one, pattern) for one in (*told, *(each.text for each in examples))})
    rows = KeptVectors(Path(own["vectors"])).many(texts)
    shipped_vectors.write(
        shipped_vectors.FILE, {key_of(text): row for text, row in zip(texts, rows, strict=True)}
    )
    size = shipped_vectors.FILE.stat().st_size / 1e6
    sys.stdout.write(f"{len(texts)} vectors, {size:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
