"""Reads the fields of a body strictly: another type, form or word is a `WrongShape`.

Fields that the contract does not name are let through, so that it can grow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from actions.registries.errors import WrongShape

_AMOUNT = re.compile(r"-?[0-9]{1,12}\.[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST_TEXT = 200


@dataclass(frozen=True)
class Fields:
    """An object of a body, and where in the body it stands."""

    values: Mapping[str, Any]
    place: str

    @classmethod
    def of(cls, value: object, place: str) -> Fields:
        """The object; anything else is refused."""
        if not isinstance(value, dict):
            raise WrongShape(place)
        return cls(value, place)

    def each(self, name: str) -> Iterator[Fields]:
        """The objects of a list."""
        listed = self._value(name)
        if not isinstance(listed, list):
            raise self._wrong(name)
        for place, one in enumerate(listed):
            yield Fields.of(one, f"{self._at(name)}[{place}]")

    def inner(self, name: str) -> Fields:
        """An object within this one."""
        return Fields.of(self._value(name), self._at(name))

    def has(self, name: str) -> bool:
        """Whether the field, which must be there, is more than null."""
        return self._value(name) is not None

    def text(self, name: str) -> str:
        """A string that is not empty."""
        value = self._value(name)
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
            raise self._wrong(name)
        return value

    def one_of(self, name: str, words: frozenset[str]) -> str:
        """One of the contract's words."""
        value = self.text(name)
        if value not in words:
            raise self._wrong(name)
        return value

    def month(self, name: str) -> str:
        """A month, YYYY-MM."""
        return self._matching(name, _MONTH)

    def day(self, name: str) -> date:
        """A day, YYYY-MM-DD."""
        try:
            return date.fromisoformat(self._matching(name, _DAY))
        except ValueError:
            # Not chained: its message quotes the value.
            raise self._wrong(name) from None

    def amount(self, name: str) -> Decimal:
        """Yuan with two decimals, as a string."""
        return Decimal(self._matching(name, _AMOUNT))

    def whole(self, name: str) -> int:
        """A whole number from 0."""
        value = self._value(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._wrong(name)
        return value

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._value(name)
        if not isinstance(value, bool):
            raise self._wrong(name)
        return value

    def _matching(self, name: str, form: re.Pattern[str]) -> str:
        value = self.text(name)
        if form.fullmatch(value) is None:
            raise self._wrong(name)
        return value

    def _value(self, name: str) -> Any:
        if name not in self.values:
            raise self._wrong(name)
        return self.values[name]

    def _wrong(self, name: str) -> WrongShape:
        return WrongShape(self._at(name))

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name
