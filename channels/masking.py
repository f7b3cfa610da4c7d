"""Lifts numbers that identify a person (身份证, 手机, 银行卡和社保卡) out of a text.

Citizens write them in every shape: full-width digits, digits in words, blanks, dashes, dots,
strokes. What is ordinary in social insurance has to stay legible: amounts, dates, document
numbers, hotlines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from channels import naming
from channels.persons.numbers import CARD, PHONE, RESIDENT_ID, SEARCHES, check_digit, value

__all__ = ["CARD", "NAME", "PHONE", "RESIDENT_ID", "Found", "Masked", "check_digit", "find"]
__all__ += ["hide", "mask", "without_spoofs"]
NAME = "name"
# The words between 〔 〕 are a contract with `domain.yml` and the engine's entities.
LABELS = {RESIDENT_ID: "身份证号", PHONE: "手机号", CARD: "卡号", NAME: "姓名"}
FEWEST_DIGITS = 11

_SPOOFED = re.compile(r"[〔\[［【]\s*(身份证号|手机号|卡号|姓名)\s*[0-9０-９]*\s*[〕\]］】]")
_UUID = re.compile(r"(?i)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
_BLOCKED = "\0"
# What is taken for the X of an identity number: ×, ✕, ✖, ╳, Roman ten, Greek and Cyrillic letters.
_X = frozenset("xX\uff58\uff38\u00d7\u2715\u2716\u2573\u2169\u2179\u03a7\u03c7\u0425\u0445")
# Digits as they are spoken: 幺 is how a one is said on the telephone, 叉 an X.
_SPOKEN = str.maketrans(
    "零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖叉", "00012345678911" + "23456789X"
)

_NO_DIGITS = dict.fromkeys(map(ord, "0123456789"))


@dataclass(frozen=True)
class Found:
    """A number that identifies someone, and where the text has it."""

    start: int
    end: int
    kind: str
    value: str


@dataclass(frozen=True)
class Masked:
    """A text without its numbers, and the numbers by their placeholder."""

    text: str
    values: dict[str, Found]


def find(text: str) -> list[Found]:
    """All numbers in `text` that identify a person, in order; they do not overlap."""
    plain = _plain(text)
    found = _numbers(plain, [])
    # Only then: in 周一13812345678 the word is no digit of the number.
    spoken = plain.translate(_SPOKEN)
    if spoken != plain:
        found += _numbers(spoken, found)
    found += list(_names(text, found))
    return sorted(found, key=lambda one: one.start)


def _numbers(plain: str, known: list[Found]) -> list[Found]:
    """The numbers of a text in its plain form, besides those that are known."""
    if not _has_enough(plain):
        return []
    taken = [(one.start, one.end) for one in known] + [m.span() for m in _UUID.finditer(plain)]
    for span in taken:
        plain = _block(plain, *span)
    if not _has_enough(plain):
        return []
    found: list[Found] = []
    for pattern, kind, holds in SEARCHES:
        for start, written in list(_matches(pattern, plain)):
            end = start + len(written)
            if _BLOCKED not in plain[start:end] and holds(written):
                found.append(Found(start, end, kind, value(kind, written)))
                plain = _block(plain, start, end)
    return found


def _names(text: str, found: list[Found]) -> Iterator[Found]:
    """The name beside each identity number; neither is to be read with the other."""
    taken = {place for one in found for place in range(one.start, one.end)}
    for one in found:
        if one.kind != RESIDENT_ID:
            continue
        span = naming.before(text, one.start) or naming.after(text, one.end)
        if span and taken.isdisjoint(range(*span)):
            taken |= set(range(*span))
            yield Found(*span, NAME, text[slice(*span)])


def mask(text: str, taken: dict[str, int]) -> Masked:
    """Put numbered placeholders in; `taken` says how many of each kind there are already."""
    used = dict(taken)
    names: dict[tuple[str, str], str] = {}
    values: dict[str, Found] = {}

    def name(one: Found) -> str:
        known = names.get((one.kind, one.value))
        if known is None:
            used[one.kind] = used.get(one.kind, 0) + 1
            known = names[one.kind, one.value] = f"〔{LABELS[one.kind]}{used[one.kind]}〕"
            values[known] = one
        return known

    return Masked(_replaced(text, name), values)


def hide(text: str) -> str:
    """Put placeholders without numbers in: for logs and for words whose value nobody needs."""
    return _replaced(text, lambda one: f"〔{LABELS[one.kind]}〕")


def without_spoofs(text: str) -> str:
    """Take the brackets off what looks like one of our placeholders but came from outside."""
    return _SPOOFED.sub(r"（\1）", text)


def _replaced(text: str, name: Callable[[Found], str]) -> str:
    parts: list[str] = []
    last = 0
    for one in find(text):
        parts += [text[last : one.start], name(one)]
        last = one.end
    return "".join([*parts, text[last:]])


def _has_enough(plain: str) -> bool:
    return len(plain) - len(plain.translate(_NO_DIGITS)) >= FEWEST_DIGITS


def _plain(text: str) -> str:
    """The same length, with every decimal digit and every x in its plain form."""
    if text.isascii():
        return text.upper()
    return "".join(map(_plain_character, text))


def _plain_character(character: str) -> str:
    if character in _X:
        return "X"
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _matches(pattern: re.Pattern[str], plain: str) -> Iterator[tuple[int, str]]:
    return ((match.start(1), match.group(1)) for match in pattern.finditer(plain))


def _block(plain: str, start: int, end: int) -> str:
    return plain[:start] + _BLOCKED * (end - start) + plain[end:]
