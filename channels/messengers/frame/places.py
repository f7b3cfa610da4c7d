"""A place that a citizen sent in a messenger: the region that it lies in counts from then on."""

from __future__ import annotations

from datetime import timedelta

from channels.doors import Parts
from channels.messengers.frame.intake import Said
from records.delivery import threads
from records.delivery.threads import Thread

SHORTEST_NAME = 2


def said(parts: Parts, delivery: str, label: str, window: tuple[int, timedelta] | None) -> Said:
    """What is kept of a place, and what is said to it."""
    phrases, found = parts.messengers.phrases, region_in(parts, label)
    answer = (
        phrases.phrases["place_unknown"]
        if found is None
        else phrases.phrases["place_noted"].format(region=found[0])
    )
    shown = phrases.shown["place"].format(label=found[0] if found else "")
    return Said(delivery, shown=shown, answer=answer, window=window)


async def note(parts: Parts, thread: Thread, label: str) -> None:
    """Answer by the rules of that place from now on."""
    found = region_in(parts, label)
    if found is not None:
        async with parts.at_once.connect() as db:
            await threads.set_region(db, thread.conversation, found[1])


def region_in(parts: Parts, label: str) -> tuple[str, str] | None:
    """Name and code of the smallest region that an address names."""
    named = [
        (name, code)
        for name, code in parts.regions.code_of.items()
        if len(name) >= SHORTEST_NAME and not name.isdigit() and name in label
    ]
    # A city's code is finer than a province's, whose last four digits are zeros.
    return max(named, key=lambda one: (not one[1].endswith("0000"), len(one[0])), default=None)
