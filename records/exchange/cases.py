"""Cases (办件): what a citizen wants from another agency, its state, and how it came there."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from records.database import Connection
from records.exchange import states
from records.exchange.states import Actor
from records.vault import Key, seal, unseal

TRANSFER, COVERAGE = "pension_transfer", "coverage_certificate"
_COLUMNS = """
    id, number, kind, conversation, citizen, partner, state, sealed_draft, sealed_answer, reason,
    created_at, updated_at, due_on, reminded_at
"""


@dataclass(frozen=True)
class Case:
    """A case; `draft` and `answer` are what was sealed."""

    id: UUID
    number: str
    kind: str
    conversation: UUID
    citizen: str
    partner: str
    state: str
    draft: Mapping[str, str]
    answer: Mapping[str, str]
    reason: str | None
    created_at: datetime
    updated_at: datetime
    due_on: date | None
    reminded_at: datetime | None


@dataclass(frozen=True)
class Step:
    """A change of a case, with the digest of the document behind it."""

    act: str
    state: str
    evidence: str | None
    at: datetime


@dataclass(frozen=True)
class Change:
    """What an act brings along: evidence for the history, news for the case."""

    evidence: str | None = None
    answer: Mapping[str, str] | None = None
    reason: str | None = None
    due_on: date | None = None


async def begin(
    db: Connection,
    key: Key,
    kind: str,
    conversation: UUID,
    citizen: str,
    partner: str,
    draft: Mapping[str, str],
    now: datetime,
) -> Case:
    """A new draft of `citizen` (a reference); drafts of the same kind before it are dropped."""
    await _drop_drafts(db, citizen, kind)
    case, number = uuid4(), f"{now:%y%m%d}-{secrets.randbelow(10**6):06d}"
    await db.execute(
        text("""
            INSERT INTO exchange_cases (id, number, kind, conversation, citizen, partner, state,
                sealed_draft, created_at, updated_at)
            VALUES (:id, :number, :kind, :conversation, :citizen, :partner, 'draft',
                :draft, :now, :now)
        """),
        {
            "id": case,
            "number": number,
            "kind": kind,
            "conversation": conversation,
            "citizen": citizen,
            "partner": partner,
            "draft": _sealed(key, draft, "sealed_draft", case),
            "now": now,
        },
    )
    await _note(db, case, "begin", "draft", None, now)
    found = await find(db, key, case)
    if found is None:
        raise LookupError("the case that was just kept is gone")
    return found


async def find(db: Connection, key: Key, case: UUID, *, lock: bool = False) -> Case | None:
    """One case; with `lock` nobody else changes it until the transaction ends."""
    found = await db.execute(
        text(
            f"SELECT {_COLUMNS} FROM exchange_cases WHERE id = :id"  # noqa: S608
            + (" FOR UPDATE" if lock else "")
        ),
        {"id": case},
    )
    row = found.first()
    return _case(key, row) if row else None


async def of_citizen(db: Connection, key: Key, citizen: str, *, most: int = 20) -> list[Case]:
    """A citizen's cases, the newest first."""
    found = await db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM exchange_cases WHERE citizen = :citizen
            ORDER BY created_at DESC LIMIT :most
        """),  # noqa: S608
        {"citizen": citizen, "most": most},
    )
    return [_case(key, row) for row in found]


async def overdue(db: Connection, key: Key, today: date, *, most: int = 50) -> list[Case]:
    """Cases whose deadline is over and whose partner was not reminded since."""
    found = await db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM exchange_cases
            WHERE state IN ('transmitted', 'received', 'in_progress') AND due_on < :today
                AND (reminded_at IS NULL OR reminded_at < due_on)
            ORDER BY due_on LIMIT :most
        """),  # noqa: S608
        {"today": today, "most": most},
    )
    return [_case(key, row) for row in found]


async def act(
    db: Connection,
    key: Key,
    case: Case,
    name: str,
    actor: Actor,
    now: datetime,
    change: Change | None = None,
) -> str:
    """Do it and note it; the new state. `IllegalAct` when the state does not allow it.

    The state it had when it was read has to be its state still: of two at once, one fails.
    """
    change = change or Change()
    state = states.after(case.state, name, actor)
    moved = await db.execute(
        text("""
            UPDATE exchange_cases SET state = :state, updated_at = :now,
                reason = coalesce(:reason, CASE WHEN :keeps THEN reason END),
                due_on = coalesce(:due_on, due_on),
                sealed_answer = coalesce(:answer, sealed_answer),
                reminded_at = CASE WHEN :reminded THEN :now ELSE reminded_at END
            WHERE id = :id AND state = :was
        """),
        {
            "state": state,
            "now": now,
            "reason": change.reason,
            "keeps": state in (*states.AWAITED, states.FINAL) and name != "clarify",
            "due_on": change.due_on,
            "answer": _sealed_answer(key, change, case),
            "reminded": name == "remind",
            "id": case.id,
            "was": case.state,
        },
    )
    if not moved.rowcount:
        raise states.IllegalAct(f"{name}: the case is no longer in {case.state}")
    await _note(db, case.id, name, state, change.evidence, now)
    return state


async def history(db: Connection, case: UUID) -> Sequence[Step]:
    """What happened to a case, in order."""
    found = await db.execute(
        text("""
            SELECT act, state, evidence, at FROM exchange_steps WHERE case_id = :case ORDER BY id
        """),
        {"case": case},
    )
    return [Step(*row) for row in found]


async def _drop_drafts(db: Connection, citizen: str, kind: str) -> None:
    await db.execute(
        text("""
            DELETE FROM exchange_cases
            WHERE citizen = :citizen AND kind = :kind AND state = 'draft'
        """),
        {"citizen": citizen, "kind": kind},
    )


async def _note(
    db: Connection, case: UUID, act: str, state: str, evidence: str | None, now: datetime
) -> None:
    await db.execute(
        text("""
            INSERT INTO exchange_steps (case_id, act, state, evidence, at)
            VALUES (:case, :act, :state, :evidence, :now)
        """),
        {"case": case, "act": act, "state": state, "evidence": evidence, "now": now},
    )


def _sealed(key: Key, told: Mapping[str, str], column: str, case: UUID) -> bytes:
    written = json.dumps(dict(told), ensure_ascii=False)
    return seal(key, written, f"exchange_cases.{column}:{case}")


def _sealed_answer(key: Key, change: Change, case: Case) -> bytes | None:
    return _sealed(key, change.answer, "sealed_answer", case.id) if change.answer else None


def _case(key: Key, row: Any) -> Case:
    values = dict(row._asdict())
    for name in ("draft", "answer"):
        sealed = values.pop(f"sealed_{name}")
        place = f"exchange_cases.sealed_{name}:{row.id}"
        values[name] = json.loads(unseal(key, bytes(sealed), place)) if sealed else {}
    return Case(**values)
