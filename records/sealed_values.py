"""Sealed values: numbers lifted out of a citizen's text, encrypted until an action needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True)
class SealedValue:
    """One number: the placeholder that stands for it, and its encrypted form."""

    placeholder: str
    kind: str
    sealed: bytes


async def keep(
    db: AsyncConnection, conversation: UUID, values: Sequence[SealedValue], now: datetime
) -> None:
    """Keep the values; a placeholder that is known keeps its first value."""
    if not values:
        return
    await db.execute(
        text("""
            INSERT INTO sealed_values (conversation, placeholder, kind, sealed, at)
            VALUES (:conversation, :placeholder, :kind, :sealed, :now)
            ON CONFLICT (conversation, placeholder) DO NOTHING
        """),
        [{**value.__dict__, "conversation": conversation, "now": now} for value in values],
    )


async def find(db: AsyncConnection, conversation: UUID, placeholder: str) -> bytes | None:
    """What is kept sealed for a placeholder."""
    found = await db.execute(
        text("""
            SELECT sealed FROM sealed_values
            WHERE conversation = :conversation AND placeholder = :placeholder
        """),
        {"conversation": conversation, "placeholder": placeholder},
    )
    sealed = found.scalar()
    return None if sealed is None else bytes(sealed)


def place(conversation: UUID, placeholder: str) -> str:
    """What a value is sealed for: it opens nowhere else."""
    return f"sealed_values.sealed:{conversation}/{placeholder}"


async def counts(db: AsyncConnection, conversation: UUID) -> dict[str, int]:
    """How many values of each kind the conversation has already."""
    found = await db.execute(
        text("""
            SELECT kind, count(*) AS many FROM sealed_values
            WHERE conversation = :conversation GROUP BY kind
        """),
        {"conversation": conversation},
    )
    return {row.kind: int(row.many) for row in found}
