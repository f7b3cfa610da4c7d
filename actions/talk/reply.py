"""What an action says: a domain response, its values, a card, and what to remember."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One bubble. Personal facts belong in `values` and `card`, never in `slots`."""

    response: str
    values: Mapping[str, str] = field(default_factory=dict)
    card: Mapping[str, Any] | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
