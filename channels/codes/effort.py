"""Work that a browser does before yet another code is sent: little for one, much for a flood.

Instead of a picture or a riddle: those are tests of the mind, which WCAG 2.2 (3.3.8) rules out,
and nobody else's service is asked. The browser looks for an ending with which a text that we
give has a SHA-256 of so many leading zero bits.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from records.own.codes import Counted, Wish

# Without any work: a code that did not come, asked for again; some citizens of one hall.
FREE_FOR_PHONE, FREE_FOR_ADDRESS = 2, 5
# 16,000 tries are half a second of an old telephone; each further code doubles that, up to here.
FEWEST_BITS, MOST_BITS = 14, 18
LIFE = timedelta(minutes=5)
_CHALLENGE = re.compile(r"([0-9]{1,12})\.([0-9]{1,3})\.([0-9a-f]{32})")


@dataclass(frozen=True)
class Work:
    """The text that is to be ended, and how many leading zero bits that must give."""

    challenge: str
    bits: int


def bits_for(counted: Counted) -> int:
    """How much work another code costs; 0 for none."""
    beyond = max(counted.phone - FREE_FOR_PHONE, counted.address - FREE_FOR_ADDRESS)
    return 0 if beyond < 0 else min(FEWEST_BITS + beyond, MOST_BITS)


def given(key: bytes, wish: Wish, counted: Counted, now: datetime) -> Work:
    """The work for this wish: good for this telephone and, as sending counts, for one code."""
    ends, bits = int((now + LIFE).timestamp()), bits_for(counted)
    return Work(f"{ends}.{bits}.{_mac(key, wish, counted, ends, bits)}", bits)


def is_done(
    key: bytes, wish: Wish, counted: Counted, now: datetime, challenge: str, ending: str
) -> bool:
    """Whether we gave this work for this wish lately, and it is done."""
    read = _CHALLENGE.fullmatch(challenge)
    if read is None:
        return False
    ends, bits = int(read[1]), int(read[2])
    mine = _mac(key, wish, counted, ends, bits)
    if not hmac.compare_digest(mine, read[3]) or now.timestamp() > ends:
        return False
    digest = hashlib.sha256(f"{challenge}:{ending}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0


def _mac(key: bytes, wish: Wish, counted: Counted, ends: int, bits: int) -> str:
    about = f"{wish.conversation}:{wish.purpose}:{wish.phone_index.hex()}:{counted.phone}"
    return hmac.digest(key, f"{about}:{ends}:{bits}".encode(), "sha256").hex()[:32]
