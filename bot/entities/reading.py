"""All entities of a sentence, each place in it used once among numbers and dates."""

from __future__ import annotations

import re
from datetime import date

from bot.entities.amounts import amounts
from bot.entities.births import ages, births
from bot.entities.found import Found, apart
from bot.entities.kinds import insurances, workers
from bot.entities.periods import periods
from bot.entities.places import Gazetteer, regions

# A longer text is a story or no question at all, and its facts stand in front.
MOST_CHARACTERS = 1_000
_RETIREMENT = re.compile("退休(?!金|工资|钱)|[大岁候]退")


def find(text: str, known: Gazetteer, today: date) -> list[Found]:
    """All entities of a normalised text as seen from `today`, in reading order."""
    born = list(births(text, today))
    aged = apart(ages(text), born)
    dated = apart(periods(text, today), [*born, *aged])
    paid = apart(amounts(text), [*born, *aged, *dated])
    of_retirement = bool(born or aged or _RETIREMENT.search(text))
    found = [*born, *aged, *dated, *paid, *regions(text, known)]
    found += [*workers(text, of_retirement), *insurances(text)]
    return sorted(found, key=lambda one: (one.start, one.end))
