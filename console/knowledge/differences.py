"""What changed between two versions, field by field, word by word, and a list line by line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

# A Chinese character is a word for itself; letters and digits stay together.
_WORD = re.compile(r"[A-Za-z0-9.%]+|\s|.", re.DOTALL)
# Comparing is quadratic: what is longer is shown as gone and come.
MOST_WORDS = 6000


@dataclass(frozen=True)
class Piece:
    """Some text that stayed, went or came."""

    kind: str  # same | gone | come
    text: str


@dataclass(frozen=True)
class Changed:
    """A field that is different."""

    field: str
    pieces: tuple[Piece, ...]


def fields_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Changed]:
    """The fields that differ."""
    names = list(dict.fromkeys([*before, *after]))
    return [
        Changed(name, tuple(_between(before.get(name), after.get(name))))
        for name in names
        if before.get(name) != after.get(name)
    ]


def merged(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields that one changed since `base`, and all others as somebody else left them."""
    return {
        name: mine.get(name) if mine.get(name) != base.get(name) else theirs.get(name)
        for name in dict.fromkeys([*theirs, *mine])
    }


def _between(before: Any, after: Any) -> list[Piece]:
    """Word by word; line by line where there is a list, as of wordings."""
    if isinstance(before, list) and isinstance(after, list):
        return _way([_text(one) + "\n" for one in before], [_text(one) + "\n" for one in after])
    return pieces(_text(before), _text(after))


def pieces(before: str, after: str) -> list[Piece]:
    """The way from one text to the other."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) + len(new) > MOST_WORDS:
        return [Piece("gone", before), Piece("come", after)]
    return _way(old, new)


def _way(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    found: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece("same", "".join(old[a:b])))
            continue
        if b > a:
            found.append(Piece("gone", "".join(old[a:b])))
        if d > c:
            found.append(Piece("come", "".join(new[c:d])))
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(one if isinstance(one, str) else _text(one) for one in value)
    if isinstance(value, Mapping):
        return " ".join(str(one) for one in value.values())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
