"""Resident ID numbers (GB 11643): whether one can be true."""

from __future__ import annotations

import re
from datetime import date

_WRITTEN = re.compile(r"[1-9][0-9]{16}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


class NotAnIdNumber(ValueError):
    """What was written is none."""


def read_id_number(written: str, today: date) -> str:
    """The number in its one spelling; else `NotAnIdNumber`."""
    number = re.sub(r"[\s-]", "", written).upper()
    if _WRITTEN.fullmatch(number) is None or not _born(number[6:14], today):
        raise NotAnIdNumber
    total = sum(int(one) * weight for one, weight in zip(number[:17], _WEIGHTS, strict=True))
    if _CHECKS[total % 11] != number[17]:
        raise NotAnIdNumber
    return number


def _born(written: str, today: date) -> bool:
    try:
        return date.fromisoformat(written) <= today
    except ValueError:
        return False
