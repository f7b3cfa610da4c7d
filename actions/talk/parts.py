"""What the actions work with, put together once when the server starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from actions.knowledge.shelf import Shelf
from records.own.assurance import LADDER
from records.vault import Key

if TYPE_CHECKING:
    from actions.registries.client import Registries

# The day on which rules begin and end.
CHINA = ZoneInfo("Asia/Shanghai")


def clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """Everything that is shared; the clock is one of them, so that tests can set it."""

    shelf: Shelf
    database: AsyncEngine
    registries: Registries
    vault_key: Key
    index_key: bytes
    audit_key: bytes
    signing_dir: Path
    public_url: str
    lookups_per_minute: int
    now: Callable[[], datetime] = clock
    ladder: Sequence[str] = LADDER  # levels of assurance, the lowest first

    def today(self) -> date:
        """The day in China."""
        return self.now().astimezone(CHINA).date()

    async def close(self) -> None:
        """Let go of every connection."""
        await self.registries.close()
        await self.database.dispose()
