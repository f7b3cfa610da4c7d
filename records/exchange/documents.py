"""Documents between agencies: a queue of ours with receipts, and what came in, each once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from records.database import Connection
from records.vault import Key, seal_bytes, unseal_bytes

# A document that is being sent is left alone for so long; longer than one try may take.
HELD = timedelta(seconds=60)


@dataclass(frozen=True)
class Document:
    """A signed document of ours that waits to be sent."""

    id: UUID
    case: UUID
    kind: str
    xml: bytes
    sha256: str
    tries: int
    created_at: datetime


async def put(
    db: Connection,
    key: Key,
    document: UUID,
    case: UUID,
    kind: str,
    xml: bytes,
    sha256: str,
    now: datetime,
    in_reply_to: UUID | None = None,
) -> None:
    """Queue a document; it is sent once the caller's transaction is committed."""
    await db.execute(
        text("""
            INSERT INTO exchange_documents (id, case_id, direction, kind, sealed_xml, sha256,
                in_reply_to, created_at, next_try_at)
            VALUES (:id, :case, 'out', :kind, :xml, :sha256, :in_reply_to, :now, :now)
        """),
        {
            "id": document,
            "case": case,
            "kind": kind,
            "xml": seal_bytes(key, xml, _place("xml", document)),
            "sha256": sha256,
            "in_reply_to": in_reply_to,
            "now": now,
        },
    )


async def claim(db: Connection, key: Key, now: datetime) -> Document | None:
    """The document that waits longest; rivals are given others, and it is held for a while.

    The documents of a case go out in their order: none while an older one waits.
    """
    found = await db.execute(
        text("""
            UPDATE exchange_documents SET next_try_at = :held, tries = tries + 1
            WHERE id = (
                SELECT id FROM exchange_documents AS waiting
                WHERE next_try_at <= :now AND NOT EXISTS (
                    SELECT 1 FROM exchange_documents AS older
                    WHERE older.case_id = waiting.case_id AND older.direction = 'out'
                        AND older.next_try_at IS NOT NULL AND older.delivered_at IS NULL
                        AND older.created_at < waiting.created_at
                )
                ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED
            )
            RETURNING id, case_id, kind, sealed_xml, sha256, tries, created_at
        """),
        {"now": now, "held": now + HELD},
    )
    row = found.first()
    if row is None:
        return None
    xml = unseal_bytes(key, bytes(row.sealed_xml), _place("xml", row.id))
    return Document(row.id, row.case_id, row.kind, xml, row.sha256, row.tries, row.created_at)


async def delivered(
    db: Connection, key: Key, document: UUID, receipt: bytes, now: datetime
) -> bool:
    """Keep the other side's receipt; False when it was there before."""
    done = await db.execute(
        text("""
            UPDATE exchange_documents SET delivered_at = :now, next_try_at = NULL,
                sealed_receipt = :receipt
            WHERE id = :id AND delivered_at IS NULL
        """),
        {
            "id": document,
            "now": now,
            "receipt": seal_bytes(key, receipt, _place("receipt", document)),
        },
    )
    return bool(done.rowcount)


async def try_again(db: Connection, document: UUID, at: datetime | None) -> None:
    """When it is tried next; None: never, unless somebody asks for it."""
    await db.execute(
        text("UPDATE exchange_documents SET next_try_at = :at WHERE id = :id"),
        {"id": document, "at": at},
    )


async def revive(db: Connection, case: UUID, now: datetime) -> None:
    """Try the undelivered documents of a case from the beginning."""
    await db.execute(
        text("""
            UPDATE exchange_documents SET next_try_at = :now, tries = 0, created_at = :now
            WHERE case_id = :case AND direction = 'out' AND delivered_at IS NULL
        """),
        {"case": case, "now": now},
    )


async def drop_unsent(db: Connection, case: UUID) -> bool:
    """Take back what has not left yet; False when the first document is on its way or there."""
    gone = await db.execute(
        text("""
            DELETE FROM exchange_documents
            WHERE case_id = :case AND direction = 'out' AND delivered_at IS NULL AND tries = 0
        """),
        {"case": case},
    )
    return bool(gone.rowcount)


async def take_in(
    db: Connection,
    key: Key,
    document: UUID,
    case: UUID,
    kind: str,
    xml: bytes,
    sha256: str,
    in_reply_to: UUID | None,
    now: datetime,
) -> bool:
    """Keep what the other side sent; False when it came before."""
    kept = await db.execute(
        text("""
            INSERT INTO exchange_documents (id, case_id, direction, kind, sealed_xml, sha256,
                in_reply_to, created_at, delivered_at)
            VALUES (:id, :case, 'in', :kind, :xml, :sha256, :in_reply_to, :now, :now)
            ON CONFLICT (id) DO NOTHING
        """),
        {
            "id": document,
            "case": case,
            "kind": kind,
            "xml": seal_bytes(key, xml, _place("xml", document)),
            "sha256": sha256,
            "in_reply_to": in_reply_to,
            "now": now,
        },
    )
    return bool(kept.rowcount)


async def first_out(db: Connection, case: UUID) -> UUID | None:
    """The id of the document that began the case at the other side."""
    found = await db.execute(
        text("""
            SELECT id FROM exchange_documents WHERE case_id = :case AND direction = 'out'
            ORDER BY created_at LIMIT 1
        """),
        {"case": case},
    )
    row = found.first()
    return row.id if row else None


def _place(what: str, document: UUID) -> str:
    return f"exchange_documents.sealed_{what}:{document}"
