"""Splits a long text at the ends of sentences, so that each piece fits into one message."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

Size = Callable[[str], int]

# Where a text may be cut, the best place first; the cut comes behind the match.
_PLACES = (
    re.compile(r"\n\n+"),
    re.compile(r"\n|[。！？!?；…][」』”’）》)\"']*"),
    re.compile(r"[，、：,;:]|[ \u3000]"),
)
_ADDRESS = re.compile(r"https?://[^\s\u3000-\uffef]+")
_ZERO_WIDTH_JOINER = "\u200d"


def in_bytes(text: str) -> int:
    """How many bytes it has in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def in_characters(text: str) -> int:
    """How many characters it has."""
    return len(text)


def split(text: str, most: int, size: Size) -> list[str]:
    """Pieces of at most `most`; nothing but blanks at the cuts is lost."""
    pieces: list[str] = []
    left = text.strip()
    while left and size(left) > most:
        cut = _cut(left, _prefix(left, most, size))
        pieces.append(left[:cut].rstrip())
        left = left[cut:].lstrip()
    return [*pieces, left] if left else pieces


def _prefix(text: str, most: int, size: Size) -> int:
    """How many characters fit; at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) <= most else (low, middle - 1)
    return low


def _cut(text: str, end: int) -> int:
    """The best place to cut at or before `end`; a very short piece is no good place."""
    for place in _PLACES:
        found = [
            match.end()
            for match in place.finditer(text, 0, end)
            if match.end() >= end // 3 and not _in_address(text, match.end())
        ]
        if found:
            return found[-1]
    return _between_characters(text, _before_address(text, end))


def _in_address(text: str, at: int) -> bool:
    return any(match.start() < at < match.end() for match in _ADDRESS.finditer(text))


def _before_address(text: str, end: int) -> int:
    for match in _ADDRESS.finditer(text):
        if 0 < match.start() < end < match.end():
            return match.start()
    return end


def _between_characters(text: str, end: int) -> int:
    """Not inside of what is seen as one character."""
    at = end
    while at > 1 and at < len(text) and _joins(text, at):
        at -= 1
    return at if at > 1 else end


def _joins(text: str, at: int) -> bool:
    following = text[at]
    return (
        unicodedata.combining(following) != 0
        or following == _ZERO_WIDTH_JOINER
        or text[at - 1] == _ZERO_WIDTH_JOINER
        or "\ufe00" <= following <= "\ufe0f"
        or "\U0001f3fb" <= following <= "\U0001f3ff"
    )
