"""Checks what a citizen filled into a form against the form card that was really shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from channels.refusals import BadField

LONGEST_FIELD = 200
# As a picker writes it, or as people do: 1970.5, 1970/05, with the words for year and month.
_MONTH = re.compile(r"((?:19|20)\d\d)\s?[^\d\s]\s?(0?[1-9]|1[0-2])\s?[^\W\d]?")
# With its unit, or one number for each of two units; what a unit means is the action's to say.
_UNIT = r"\s?(?:%|[^\W\d_a-zA-Z]{1,3})"
_ONE = r"-?\d{1,12}(?:\.\d{1,4})?"
_NUMBER = re.compile(rf"{_ONE}(?:{_UNIT}(?:{_ONE}{_UNIT})?)?")
_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def checked(card: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """The fields of this form, each in its kind; else `BadField`, which names the wrong one."""
    asked = {str(field["name"]): field for field in card["fields"]}
    if not given.keys() <= asked.keys():
        raise BadField
    fields: dict[str, str] = {}
    for name, field in asked.items():
        value = unicodedata.normalize("NFKC", given.get(name, "")).strip()
        if value:
            fields[name] = _of_kind(field, value)
        elif field.get("required", True):
            raise _wrong(field)
    return fields


def _wrong(field: Mapping[str, Any]) -> BadField:
    return BadField(details={"field": str(field["name"])})


def _of_kind(field: Mapping[str, Any], value: str) -> str:
    kind = field["kind"]
    if kind == "number":
        value = _COMMA.sub("", value)
    if kind == "month" and (month := _MONTH.fullmatch(value)):
        return f"{month[1]}-{int(month[2]):02d}"
    if len(value) > LONGEST_FIELD or any(
        unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in value
    ):
        raise _wrong(field)
    if kind == "choice" and value not in {one["value"] for one in field.get("choices", [])}:
        raise _wrong(field)
    if kind == "month":
        raise _wrong(field)
    if kind == "number" and not _NUMBER.fullmatch(value):
        raise _wrong(field)
    if kind == "date" and not _is_day(value):
        raise _wrong(field)
    return value


def _is_day(value: str) -> bool:
    try:
        return len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False
