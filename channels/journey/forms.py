"""Checks what a citizen filled into a form against the form card that was really shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from channels.refusals import BadField

LONGEST_FIELD = 200
_MONTH = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])")
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,4})?")


def checked(card: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """The fields of this form, each in its kind; `BadField` for any other and what is missing."""
    asked = {str(field["name"]): field for field in card["fields"]}
    if not given.keys() <= asked.keys():
        raise BadField
    fields: dict[str, str] = {}
    for name, field in asked.items():
        value = unicodedata.normalize("NFKC", given.get(name, "")).strip()
        if value:
            fields[name] = _of_kind(field, value)
        elif field.get("required", True):
            raise BadField
    return fields


def _of_kind(field: Mapping[str, Any], value: str) -> str:
    kind = field["kind"]
    if len(value) > LONGEST_FIELD or any(
        unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in value
    ):
        raise BadField
    if kind == "choice" and value not in {one["value"] for one in field.get("choices", [])}:
        raise BadField
    if kind == "month" and not _MONTH.fullmatch(value):
        raise BadField
    if kind == "number" and not _NUMBER.fullmatch(value):
        raise BadField
    if kind == "date":
        _day(value)
    return value


def _day(value: str) -> None:
    try:
        if len(value) == 10 and date.fromisoformat(value):
            return
    except ValueError as problem:
        raise BadField from problem
    raise BadField
