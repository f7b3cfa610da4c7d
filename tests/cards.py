"""Holds a card against its JSON Schema in `channels/cards/`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

FOLDER = Path(__file__).resolve().parent.parent / "channels/cards"


def check_card(card: dict[str, Any]) -> None:
    """Fail with what is wrong where, unless the card is as its schema says."""
    problems = [
        f"{'/'.join(map(str, problem.absolute_path))}: {problem.message}"
        for problem in _validator(card["type"]).iter_errors(card)
    ]
    assert problems == [], card


@cache
def _validator(kind: str) -> Draft202012Validator:
    schema = json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())
