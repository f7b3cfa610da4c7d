"""One spelling for what citizens type: narrow, simplified, lower case, standard, with offsets kept.

Each character of the normalised text remembers the place of the character it came from,
so that entities found in it point into the citizen's own text.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass

import opencc

from bot.dialects import TABLE, Entries, by_said, read, standard_pieces

_TO_SIMPLIFIED = opencc.OpenCC("t2s")

# Control, format (zero-width, bidi), surrogate, private-use and unassigned characters, and
# symbols such as emoji carry no meaning for us and would only glue or split words.
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk"})


@dataclass(frozen=True)
class Normalized:
    """A text in one spelling; `offsets[i]` is where its character `i` stood before."""

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original text of the normalised characters `start` to `end`."""
        return self.offsets[start], self.offsets[end - 1] + 1


# Each component of the pipeline asks for the same message's.
@functools.lru_cache(maxsize=16)
def normalize(text: str) -> Normalized:
    """Bring `text` to one spelling; white space of any kind becomes one plain space."""
    characters: list[str] = []
    offsets: list[int] = []
    for place, character in enumerate(text):
        for spelled in _spelling(character):
            characters.append(spelled)
            offsets.append(place)
    return _in_standard_words(_simplified("".join(characters)), offsets)


def _in_standard_words(text: str, offsets: list[int]) -> Normalized:
    """Dialect words as standard ones, which stand where those stood."""
    words: list[str] = []
    places: list[int] = []
    for said, start, end in standard_pieces(text, dialects()):
        words.append(said)
        if said == text[start:end]:
            places += offsets[start:end]
        elif said:
            places += [offsets[min(start + at, end - 1)] for at in range(len(said) - 1)]
            places.append(offsets[end - 1])
    return Normalized("".join(words), tuple(places))


@functools.cache
def dialects() -> Entries:
    return by_said(read(TABLE.read_text(encoding="utf-8"), _simplified))


@functools.lru_cache(maxsize=20_000)
def _spelling(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in _DROPPED_CATEGORIES:
        return ""
    return unicodedata.normalize("NFKC", character).lower()


def _simplified(text: str) -> str:
    """Whole phrases convert better than single characters; offsets need equal lengths."""
    whole = str(_TO_SIMPLIFIED.convert(text))
    if len(whole) == len(text):
        return whole
    return "".join(map(_simplified_character, text))


@functools.lru_cache(maxsize=20_000)
def _simplified_character(character: str) -> str:
    simple = str(_TO_SIMPLIFIED.convert(character))
    return simple if len(simple) == 1 else character
