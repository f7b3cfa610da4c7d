"""Cards with the rows of a look-up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from actions.knowledge.answers import Knowledge
from actions.talk.cards import Card

KINDS = {
    "balance": "money",
    "amount": "money",
    "month": "month",
    "until": "month",
    "from": "date",
    "to": "date",
    "as_of": "date",
    "paid_on": "date",
    "reached": "date",
    "due": "date",
    "entitled": "number",
    "drawn": "number",
    "left": "number",
    "looked": "number",
}


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], knowledge: Knowledge
) -> Card:
    """A table; columns are named as in record.yml."""
    words = knowledge.phrases.words["record"]
    return {
        "type": "table",
        "title": words["titles"].get(title, title),
        "columns": [
            {
                "label": words["columns"].get(name) or words["titles"][name],
                "kind": KINDS.get(name, "text"),
            }
            for name in columns
        ],
        "rows": [list(row) for row in rows],
    }


def money(amount: Decimal | None) -> str:
    """Yuan with two places; empty where there is no amount."""
    return "" if amount is None else f"{amount:.2f}"


def iso(day: date | None) -> str:
    """A day for a cell."""
    return "" if day is None else day.isoformat()
