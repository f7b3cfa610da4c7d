"""Which sealed values of a database our keys open: some of each column and version are tried."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from records.rotation import Sealed, count_by_version, sealed_columns
from records.vault import VERSION_BYTES, Keyring, Unsealable, rewrapped

TRIED = 20


@dataclass(frozen=True)
class Opened:
    """How many values have a key here, how many need one that is gone, and versions that fail."""

    with_key: int
    without_key: int
    wrong: tuple[int, ...] = ()


async def try_keys(db: AsyncConnection, ring: Keyring) -> Opened:
    """Count the values by whether their key is here, and try it."""
    with_key = without_key = 0
    wrong: set[int] = set()
    counts = await count_by_version(db)
    for one in sealed_columns():
        for version, many in counts[one.name].items():
            if version not in ring.versions:
                without_key += many
                continue
            with_key += many
            if not await _opens(db, ring, one, version):
                wrong.add(version)
    return Opened(with_key, without_key, tuple(sorted(wrong)))


async def _opens(db: AsyncConnection, ring: Keyring, one: Sealed, version: int) -> bool:
    """Whether any of some values opens: one may be damaged, all of them are another key's."""
    prefix = version.to_bytes(VERSION_BYTES, "big")
    found = await db.execute(
        select(one.column).where(func.substr(one.column, 1, VERSION_BYTES) == prefix).limit(TRIED)
    )
    for row in found:
        try:
            rewrapped(ring, bytes(row[0]))
        except Unsealable:
            continue
        return True
    return False
