"""Everything that is kept of a person, for that person (个人信息保护法 第45条)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from records.exchange import cases
from records.privacy import holdings
from records.privacy.display import masked_number
from records.privacy.holdings import Subject, plain
from records.vault import Key

_NUMBERS = ("id_number",)
# Who of the staff it was is theirs, not the citizen's; that somebody did it, and when, is told.
_OF_STAFF = ("staff", "taken_by")


async def gathered(db: AsyncConnection, key: Key, subject: Subject) -> dict[str, list[Any]]:
    """For each table the person's rows; sealed values are opened where they say something."""
    sections: dict[str, list[Any]] = {}
    for table in holdings.of_conversations():
        of_theirs = table.columns["conversation"].in_(subject.conversations)
        sections[table.name] = await _rows(db, table, of_theirs)
    named = [*holdings.named_rows(subject), holdings.audit_rows(subject)]
    for table, where in named:
        sections[table.name] = await _rows(db, table, where)
    sections["exchange_cases"] = [
        _opened(one) for one in await cases.of_citizen(db, key, subject.who, most=1000)
    ]
    return {name: rows for name, rows in sections.items() if rows}


async def _rows(db: AsyncConnection, table: Any, where: Any) -> list[dict[str, Any]]:
    found = await db.execute(select(table).where(where))
    return [
        {name: value for name, value in plain(row, table).items() if name not in _OF_STAFF}
        for row in found
    ]


def _opened(case: cases.Case) -> dict[str, Any]:
    """A case with what was filled in and answered; the ID number is known to its owner."""
    told = dict(case.__dict__)
    del told["citizen"]
    draft = {
        name: masked_number(value) if name in _NUMBERS else value
        for name, value in case.draft.items()
    }
    return {**told, "draft": draft, "answer": dict(case.answer)}
