"""Hides numbers that may identify a person in what is logged, and leaves ids legible.

Logs have no use for a figure of eleven digits, so whatever may be the number of an identity card,
a telephone or a bank card goes; an id has to stay whole, it is the thread through the logs.
"""

from __future__ import annotations

import re
from collections.abc import Callable

HIDDEN = "〔***〕"
# UUIDs with and without dashes, digests, ULIDs, what AWS's balancers name a request; each by
# itself. Without a letter it is a number, whatever its length.
_ID = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
    r"|(?=\d*[A-Fa-f])(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32})"
    r"|1-[0-9a-f]{8}-[0-9a-f]{24}"
    r"|(?=(?:\d*[A-HJKMNP-TV-Z]){6})[0-9A-HJKMNP-TV-Z]{26}"
    r")(?![0-9A-Za-z])"
)
_GAP = r"[ .\-\u3000\uff0d]"
# In one piece, or in the groups in which people write such numbers.
_NUMBER = re.compile(
    r"(?<!\d)(?:"
    r"\d{11,}[Xx]?"
    rf"|(?:(?:\+|00)?86{_GAP}?)?1\d{{2}}{_GAP}\d{{4}}{_GAP}\d{{4}}"
    rf"|\d{{6}}{_GAP}\d{{8}}{_GAP}\d{{3}}[\dXx]"
    rf"|\d{{4}}(?:{_GAP}\d{{4}}){{3}}(?:{_GAP}\d{{1,3}})?"
    r")(?!\d)"
)


def around_ids(text: str, hide: Callable[[str], str]) -> str:
    """What `hide` makes of a text, ids left as they are."""
    parts: list[str] = []
    last = 0
    for one in _ID.finditer(text):
        parts += [hide(text[last : one.start()]), one[0]]
        last = one.end()
    return "".join([*parts, hide(text[last:])])


def hide_numbers(text: str) -> str:
    """The text without whatever may be the number of a person."""
    return _NUMBER.sub(HIDDEN, text)
