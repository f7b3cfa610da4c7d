"""Retention: what has been kept long enough is removed, and a preview says so beforehand.

The figures are the citizens' (shortest time that serves) against the law's (audit rows half a
year at least); `records.privacy.settings` has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from records import audit
from records.audit import Act
from records.own import codes, phones
from records.privacy.settings import Settings, Times
from records.retention.trimming import forget_before

AT_ONCE = 500
LOG = "system"
# Rows that nobody needs once their time is over.
_DAY = timedelta(days=1)
_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Rule:
    """Which rows go: `where` names them, with `:before` as the moment that counts."""

    name: str
    table: str
    where: str
    age: timedelta


@dataclass(frozen=True)
class Due:
    """What a rule would remove, or has removed."""

    rule: str
    rows: int
    oldest: datetime | None = None


_LAST_WORD = """
    greatest(created_at, (SELECT max(at) FROM events WHERE conversation = conversations.id))
        < :before
"""
# Somebody signed in there, or has linked the chat account or the telephone that it is held with.
_SIGNED_IN = """
    (EXISTS (SELECT 1 FROM identities WHERE conversation = conversations.id)
        OR EXISTS (
            SELECT 1 FROM threads JOIN links USING (account, external_index)
            WHERE threads.conversation = conversations.id AND links.ended_at IS NULL
        ))
"""


def rules(settings: Times) -> Sequence[Rule]:
    """All of them, with the configured figures."""
    sealed = timedelta(hours=settings.sealed_hours)
    kept, closed = timedelta(days=settings.audit_days), timedelta(days=settings.case_days)
    return (
        Rule("numbers lifted out of texts", "sealed_values", "at < :before", sealed),
        Rule("filled forms", "filled_forms", "at < :before", sealed),
        *_one_time_links(),
        Rule("codes by SMS", "codes", "sent_at < :before", codes.KEPT),
        Rule("telephones", "phones", "registered_at < :before", phones.LIFE),
        Rule("identities", "identities", "expires_at < :before", _MONTH),
        # Who looked, and that they might, stands in the audit log without a name.
        Rule(
            "authorisations that are over",
            "authorisations",
            "least(expires_at, revoked_at) < :before",
            _MONTH,
        ),
        Rule("certificates", "certificates", "valid_until < :before", kept),
        Rule(
            "drafts of matters",
            "exchange_cases",
            "state = 'draft' AND updated_at < :before",
            _MONTH,
        ),
        Rule(
            "matters that are over",
            "exchange_cases",
            "state IN ('closed', 'rejected', 'answered') AND updated_at < :before",
            closed,
        ),
        Rule("look-ups", "lookups", "at < :before", kept),
        Rule("receipts of erasures", "erasure_receipts", "at < :before", closed),
        *_of_conversations(settings),
    )


def _one_time_links() -> Sequence[Rule]:
    """A file goes with its link; the others stay a day, so that a used link is told from none."""
    return (
        Rule("downloads", "downloads", "expires_at < :before", timedelta(0)),
        Rule("sign-in links", "sign_in_attempts", "expires_at < :before", _DAY),
        Rule("links of chat accounts", "link_attempts", "expires_at < :before", _DAY),
    )


def _of_conversations(settings: Times) -> Sequence[Rule]:
    return (
        Rule(
            "anonymous conversations",
            "conversations",
            f"NOT {_SIGNED_IN} AND {_LAST_WORD}",
            timedelta(days=settings.anonymous_days),
        ),
        Rule(
            "signed-in conversations",
            "conversations",
            f"{_SIGNED_IN} AND {_LAST_WORD}",
            timedelta(days=settings.signed_in_days),
        ),
    )


async def preview(db: AsyncConnection, settings: Times, now: datetime) -> list[Due]:
    """What would be removed now; nothing changes."""
    due = [await _count(db, rule, now) for rule in rules(settings)]
    for log in await audit.logs(db):
        found = await db.execute(
            text("""
                SELECT count(*) AS many, min(at) AS oldest FROM audit_entries
                WHERE log = :log AND at < :before
            """),
            {"log": log, "before": now - timedelta(days=settings.audit_days)},
        )
        row = found.one()
        due.append(Due(f"audit log {log}", int(row.many), row.oldest))
    return due


async def remove(database: AsyncEngine, settings: Settings, now: datetime) -> list[Due]:
    """Remove it, some hundreds of rows a transaction, so that nobody waits long for a lock."""
    done = []
    for rule in rules(settings):
        rows = 0
        while True:
            async with database.begin() as db:
                gone = await _remove(db, rule, now)
            rows += gone
            if gone < AT_ONCE:
                break
        done.append(Due(rule.name, rows))
    before = now - timedelta(days=settings.audit_days)
    async with database.begin() as db:
        for log in await audit.logs(db):
            gone = await forget_before(db, settings.audit_hash_key, log, before)
            done.append(Due(f"audit log {log}", gone))
    async with database.begin() as db:
        counts = {one.rule: one.rows for one in done if one.rows}
        act = Act("system:retention", "remove", "expired", counts)
        await audit.append(db, settings.audit_hash_key, LOG, act, now)
    return done


async def _count(db: AsyncConnection, rule: Rule, now: datetime) -> Due:
    found = await db.execute(
        text(f"SELECT count(*) FROM {rule.table} WHERE {rule.where}"),  # noqa: S608 - ours
        {"before": now - rule.age},
    )
    return Due(rule.name, int(found.scalar_one()))


async def _remove(db: AsyncConnection, rule: Rule, now: datetime) -> int:
    values = {"before": now - rule.age, "most": AT_ONCE}
    some = f"SELECT ctid FROM {rule.table} WHERE {rule.where} LIMIT :most"  # noqa: S608 - ours
    if rule.table == "conversations":
        # The engine has to forget them, too; the gateway finds the order in `erasures`.
        erased = await db.execute(
            text(f"""
                WITH gone AS (DELETE FROM conversations WHERE ctid IN ({some}) RETURNING id)
                INSERT INTO erasures (conversation, at) SELECT id, :now FROM gone
                ON CONFLICT (conversation) DO UPDATE SET at = excluded.at
            """),  # noqa: S608 - ours
            {**values, "now": now},
        )
        return erased.rowcount
    removed = await db.execute(
        text(f"DELETE FROM {rule.table} WHERE ctid IN ({some})"),  # noqa: S608 - ours
        values,
    )
    return removed.rowcount
