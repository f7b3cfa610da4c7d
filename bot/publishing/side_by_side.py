"""Asks many things on two cores, telling now and then how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

THREADS = 2
REPORT_EVERY = 25

_Asked = TypeVar("_Asked")
_Found = TypeVar("_Found")


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
