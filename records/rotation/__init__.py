"""Turns the vault key: every data key is wrapped anew, in small steps that can be cut off.

The old key stays in `VAULT_KEY` for reading until no value needs it. Every column whose name
is `sealed` or begins with `sealed_` takes part; a step is one transaction, and what it has not
reached is simply found by the next run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, MetaData, Table, and_, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records.tables import metadata
from records.vault import VERSION_BYTES, Keyring, Unsealable, rewrapped

ROWS_AT_ONCE = 200


@dataclass(frozen=True)
class Sealed:
    """A column of sealed values."""

    table: Table
    column: Column[bytes]

    @property
    def name(self) -> str:
        """Table and column."""
        return f"{self.table.name}.{self.column.name}"

    @property
    def key(self) -> list[Column[Any]]:
        """What names a row."""
        return list(self.table.primary_key.columns)


@dataclass(frozen=True)
class Turned:
    """One step: how many values were wrapped anew, how many no key of ours opens."""

    name: str
    rewrapped: int
    unopenable: int


def sealed_columns(described: MetaData = metadata) -> list[Sealed]:
    """Every column of sealed values."""
    return [
        Sealed(table, column)
        for table in described.sorted_tables
        for column in table.columns
        if (column.name == "sealed" or column.name.startswith("sealed_"))
        and isinstance(column.type, LargeBinary)
    ]


async def count_by_version(db: AsyncConnection) -> dict[str, dict[int, int]]:
    """For each column, how many values need each version of the vault key."""
    counts: dict[str, dict[int, int]] = {}
    for one in sealed_columns():
        version = func.substr(one.column, 1, VERSION_BYTES)
        found = await db.execute(
            select(version, func.count()).where(one.column.is_not(None)).group_by(version)
        )
        counts[one.name] = {int.from_bytes(bytes(row[0]), "big"): int(row[1]) for row in found}
    return counts


async def turn(
    database: AsyncEngine, ring: Keyring, *, rows: int = ROWS_AT_ONCE, pause: float = 0.0
) -> AsyncIterator[Turned]:
    """Wrap anew all that needs an older key; each step is committed when it is told."""
    for one in sealed_columns():
        after: Sequence[Any] | None = None
        while True:
            async with database.begin() as db:
                step, after = await _step(db, ring, one, after, rows)
            if after is None:
                break
            yield step
            await asyncio.sleep(pause)


async def _step(
    db: AsyncConnection, ring: Keyring, one: Sealed, after: Sequence[Any] | None, rows: int
) -> tuple[Turned, Sequence[Any] | None]:
    """The rows behind `after`; where the step ended, or None when there was nothing left."""
    key = tuple_(*one.key)
    current = ring.current.to_bytes(VERSION_BYTES, "big")
    wanted = [one.column.is_not(None), func.substr(one.column, 1, VERSION_BYTES) != current]
    if after is not None:
        wanted.append(key > tuple_(*after))
    found = await db.execute(
        select(*one.key, one.column.label("value"))
        .where(*wanted)
        .order_by(*one.key)
        .limit(rows)
        .with_for_update()
    )
    done, unopenable, last = 0, 0, None
    for row in found.all():
        last = tuple(row)[:-1]
        try:
            value = rewrapped(ring, bytes(row.value))
        except Unsealable:
            unopenable += 1
            continue
        same_row = and_(*(column == part for column, part in zip(one.key, last, strict=True)))
        await db.execute(update(one.table).where(same_row).values({one.column: value}))
        done += 1
    return Turned(one.name, done, unopenable), last
