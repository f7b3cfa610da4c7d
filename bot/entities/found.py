"""One thing that was found in a sentence, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """One entity in the normalised text; `end` is the place behind its last character."""

    entity: str
    value: str
    start: int
    end: int


def apart(candidates: Iterable[Found], taken: Iterable[Found]) -> list[Found]:
    """Those candidates that share no character with what is taken."""
    covered = {place for one in taken for place in range(one.start, one.end)}
    return [one for one in candidates if covered.isdisjoint(range(one.start, one.end))]
