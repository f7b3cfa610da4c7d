"""What forgers put where something genuine belongs."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

from tests.channels.messengers.neighbours.calls import Call

Forge = Callable[[Random], Call]
BIG = "大" * 22_000
RUBBISH = (b"", b"{", b"[]", b"null", b"\xff\xfe", b'"x"', b"1" * 5000, b"[" * 20_000)


def wrong(chance: Random, right: str) -> str:
    """Another signature than the right one."""
    place = chance.randrange(len(right.rstrip("=")))
    other = chance.choice([one for one in "0123456789abcdefXYZ" if one != right[place]])
    changed = right[:place] + other + right[place + 1 :]
    odd = chance.choice([right[:-4], right + "00", right.swapcase(), "é" * 40, " ", right[::-1]])
    return changed if chance.random() < 0.6 or odd == right else odd


def away(chance: Random) -> int:
    """A time that is not now."""
    return int(time.time()) + chance.choice([-1, 1]) * chance.randrange(310, 10**6)


def odd_time(chance: Random) -> str:
    """A time that is none."""
    return chance.choice(["", "now", "-1", "1e9", "9" * 40, " 1", f"{int(time.time())}.0", "0x1"])
