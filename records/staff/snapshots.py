"""Publications: numbered, each a list of changes, so that any earlier one can be had again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.staff.workflow import WrongState

# Any number that no other advisory lock of ours uses: one publication at a time.
_LOCK = 7_265_006


@dataclass(frozen=True)
class Snapshot:
    """One publication."""

    number: int
    kind: str
    staff: str
    note: str
    back_to: int | None
    at: datetime
    written_at: datetime | None
    changes: int


@dataclass(frozen=True)
class Change:
    """The version of an entry that citizens got before, and get after."""

    entry: str
    before: int | None
    after: int | None


async def lock(db: AsyncConnection) -> None:
    """Be the only one who publishes until the transaction ends."""
    await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


async def publish(
    db: AsyncConnection, ids: Sequence[str], who: str, note: str, now: datetime, kind: str
) -> int:
    """Make approved versions live; the publication's number. Anything else is `WrongState`."""
    await lock(db)
    found = await db.execute(
        text("""
            SELECT id, live AS before, head AS after FROM entries
            WHERE id = ANY(:ids) AND state = 'approved' ORDER BY id FOR UPDATE
        """),
        {"ids": list(ids)},
    )
    changes = [Change(row.id, row.before, row.after) for row in found]
    if len(changes) != len(set(ids)) or not changes:
        raise WrongState(", ".join(ids))
    return await record(db, changes, who, note, now, kind, None)


async def roll_back(db: AsyncConnection, number: int, who: str, note: str, now: datetime) -> int:
    """Give citizens again what they got at publication `number`; this one's own number."""
    await lock(db)
    found = await db.execute(
        text("""
            SELECT e.id, e.live AS before, (
                SELECT c.after FROM snapshot_changes c WHERE c.entry = e.id
                AND c.snapshot <= :number ORDER BY c.snapshot DESC LIMIT 1
            ) AS after
            FROM entries e ORDER BY e.id
        """),
        {"number": number},
    )
    changes = [Change(*row) for row in found if row.before != row.after]
    return await record(db, changes, who, note, now, "rollback", number)


async def record(
    db: AsyncConnection,
    changes: Sequence[Change],
    who: str,
    note: str,
    now: datetime,
    kind: str,
    back_to: int | None,
) -> int:
    """Keep a publication and make its versions the live ones."""
    latest = await db.execute(text("SELECT coalesce(max(number), 0) FROM snapshots"))
    number = int(latest.scalar_one()) + 1
    await db.execute(
        text("""
            INSERT INTO snapshots (number, kind, staff, note, back_to, at)
            VALUES (:number, :kind, :who, :note, :back_to, :now)
        """),
        {
            **{"number": number, "kind": kind, "who": who, "note": note},
            **{"back_to": back_to, "now": now},
        },
    )
    for change in changes:
        await _make_live(db, number, change)
    if kind == "rollback":
        await _unpublish_heads(db)
    return number


async def _make_live(db: AsyncConnection, number: int, change: Change) -> None:
    await db.execute(
        text("""
            WITH kept AS (
                INSERT INTO snapshot_changes (snapshot, entry, before, after)
                VALUES (:number, :entry, CAST(:before AS integer), CAST(:after AS integer))
            )
            UPDATE entries SET live = CAST(:after AS integer), publish_at = NULL,
                state = CASE WHEN head <> CAST(:after AS integer)
                        THEN CASE state WHEN 'dropped' THEN 'draft' ELSE state END
                    WHEN (SELECT content ? 'retired' FROM entry_versions
                        WHERE entry = :entry AND number = :after) THEN 'retired'
                    ELSE 'published' END
            WHERE id = :entry
        """),
        {"number": number, **change.__dict__},
    )


async def _unpublish_heads(db: AsyncConnection) -> None:
    """What is not live any more is a draft again: it needs a new review before it comes back.

    A newest version that says the same as the live one came of a draft that was thrown away.
    """
    await db.execute(
        text("""
            UPDATE entries SET state = 'draft'
            WHERE state IN ('published', 'retired') AND live IS DISTINCT FROM head
                AND (SELECT content FROM entry_versions WHERE entry = id AND number = head)
                    IS DISTINCT FROM
                    (SELECT content FROM entry_versions WHERE entry = id AND number = live)
        """)
    )


async def written(db: AsyncConnection, number: int, now: datetime) -> None:
    """The files have it."""
    await db.execute(
        text(
            "UPDATE snapshots SET written_at = :now WHERE number <= :number AND written_at IS NULL"
        ),
        {"now": now, "number": number},
    )


async def newest(db: AsyncConnection) -> Snapshot | None:
    """The latest publication."""
    found = await history(db, 1)
    return found[0] if found else None


async def history(db: AsyncConnection, most: int = 50) -> list[Snapshot]:
    """Publications, the newest first."""
    found = await db.execute(
        text("""
            SELECT s.number, s.kind, s.staff, s.note, s.back_to, s.at, s.written_at,
                (SELECT count(*) FROM snapshot_changes c WHERE c.snapshot = s.number) AS changes
            FROM snapshots s ORDER BY s.number DESC LIMIT :most
        """),
        {"most": most},
    )
    return [Snapshot(**row._mapping) for row in found]


async def exists(db: AsyncConnection, number: int) -> bool:
    """Whether there was such a publication."""
    found = await db.execute(
        text("SELECT 1 FROM snapshots WHERE number = :number"), {"number": number}
    )
    return found.first() is not None


async def changes(db: AsyncConnection, number: int) -> list[Change]:
    """What a publication changed."""
    found = await db.execute(
        text("""
            SELECT entry, before, after FROM snapshot_changes WHERE snapshot = :number ORDER BY 1
        """),
        {"number": number},
    )
    return [Change(*row) for row in found]


async def families(db: AsyncConnection, number: int) -> list[str]:
    """The files that a publication touches."""
    found = await db.execute(
        text("""
            SELECT DISTINCT e.family FROM snapshot_changes c JOIN entries e ON e.id = c.entry
            WHERE c.snapshot = :number ORDER BY 1
        """),
        {"number": number},
    )
    return [row.family for row in found]


async def due(db: AsyncConnection, now: datetime) -> dict[str, int]:
    """Entries whose time of publication has come, and the version that was scheduled."""
    found = await db.execute(
        text("""
            SELECT id, head FROM entries
            WHERE state = 'approved' AND publish_at <= :now ORDER BY id
        """),
        {"now": now},
    )
    return {row.id: row.head for row in found}
