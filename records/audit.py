"""Audit logs: who did what to which object, in chains that show every later change.

Each entry carries h(n) = HMAC(k, h(n-1) | canonical entry). The head of a chain is sealed with
the same key, so rows cannot be cut off its end; an anchor is a copy of the head for another
system, so that not even head and rows together can be put back to an earlier state unseen.

No entry holds what was found or said: actors and objects are ids or blind indexes.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from records.database import Connection, text

CITIZENS = "citizens"  # the log of what is done with citizens' records
MOST_AT_ONCE = 1000
_START = b""
_HEAD = "SELECT log, seq, mac, from_seq, from_mac, at, seal FROM audit_heads WHERE log = :log"
_ENTRIES = """
    SELECT log, seq, at, actor, act, object, fields, mac FROM audit_entries WHERE log = :log
"""

Fields = Mapping[str, str | int | bool | None]


class ChainBroken(Exception):
    """The head of a log is not ours: nothing is added that would hide it."""


@dataclass(frozen=True)
class Act:
    """Something that was done, before it has its place in a log."""

    actor: str  # citizen:… | staff:… | system:…
    act: str  # look_up, export, publish …
    object: str
    fields: Fields


@dataclass(frozen=True)
class Entry:
    """One line of a log."""

    log: str
    seq: int
    at: datetime
    actor: str
    act: str
    object: str
    fields: Fields
    mac: bytes


@dataclass(frozen=True)
class Head:
    """The end of a chain; what was before `from_seq` has been removed by retention."""

    log: str
    seq: int
    mac: bytes
    from_seq: int
    from_mac: bytes
    at: datetime
    seal: bytes


@dataclass(frozen=True)
class Finding:
    """What is wrong at one place of a log: altered, missing, truncated, foreign, head_forged."""

    log: str
    seq: int
    kind: str


async def append(db: Connection, key: bytes, log: str, act: Act, now: datetime) -> int:
    """Add an act to the end of a log; its number.

    The log's head is locked until the caller's transaction ends, so do this last in it.
    `ChainBroken` when somebody else wrote the head.
    """
    head = await locked_head(db, key, log, now)
    entry = Entry(log, head.seq + 1, _moment(now), **act.__dict__, mac=b"")
    mac = _mac(key, head.mac, entry)
    moved = sealed(key, Head(log, entry.seq, mac, head.from_seq, head.from_mac, entry.at, b""))
    await db.execute(
        text("""
            WITH moved AS (
                UPDATE audit_heads SET seq = :seq, mac = :mac, at = :at, seal = :seal
                WHERE log = :log
            )
            INSERT INTO audit_entries (log, seq, at, actor, act, object, fields, mac)
            VALUES (:log, :seq, :at, :actor, :act, :object, CAST(:fields AS jsonb), :mac)
        """),
        {
            **entry.__dict__,
            "fields": json.dumps(dict(entry.fields), ensure_ascii=False),
            "mac": mac,
            "seal": moved.seal,
        },
    )
    return entry.seq


async def read(
    db: Connection, log: str, *, after: int = 0, most: int = MOST_AT_ONCE
) -> list[Entry]:
    """Entries behind `after`, in order."""
    found = await db.execute(
        text(_ENTRIES + " AND seq > :after ORDER BY seq LIMIT :most"),
        {"log": log, "after": after, "most": most},
    )
    return [_entry(row) for row in found]


async def of_actor(db: Connection, log: str, actor: str, most: int = 200) -> list[Entry]:
    """The entries of one actor, the newest first."""
    found = await db.execute(
        text(_ENTRIES + " AND actor = :actor ORDER BY seq DESC LIMIT :most"),
        {"log": log, "actor": actor, "most": most},
    )
    return [_entry(row) for row in found]


async def anchor(db: Connection, log: str) -> Head | None:
    """The head of a log, to be kept on another system; None for a log without entries."""
    found = await db.execute(text(_HEAD), {"log": log})
    row = found.first()
    return _head(row) if row else None


async def logs(db: Connection) -> list[str]:
    """The names of all logs, those whose head is gone, too."""
    found = await db.execute(
        text("SELECT log FROM audit_heads UNION SELECT DISTINCT log FROM audit_entries ORDER BY 1"),
        {},
    )
    return [row.log for row in found]


async def verify(
    db: Connection, key: bytes, log: str, anchors: Sequence[Head] = ()
) -> list[Finding]:
    """Everything that was changed in a log since it was written; empty when it is whole.

    Run it in one REPEATABLE READ transaction where the log is being written meanwhile.
    """
    head = await anchor(db, log)
    kept = [one for one in anchors if one.log == log]
    if head is None:
        lost = bool(kept) or bool(await read(db, log, most=1))
        return [Finding(log, 0, "head_forged")] if lost else []
    findings = [] if _is_ours(key, head) else [Finding(log, head.seq, "head_forged")]
    macs = dict.fromkeys((head.seq, *(one.seq for one in kept)), _START)
    macs[head.from_seq] = head.from_mac
    last, before = head.from_seq, head.from_mac
    async for entry in _all(db, log):
        findings += _wrong(key, last, before, entry)
        last, before = entry.seq, entry.mac
        if last in macs:
            macs[last] = before
        if last > head.seq:
            findings.append(Finding(log, last, "foreign"))
    if last < head.seq:
        findings.append(Finding(log, last + 1, "truncated"))
    elif macs[head.seq] != head.mac:
        findings.append(Finding(log, head.seq, "altered"))
    return findings + [found for one in kept for found in _against(key, one, head, macs)]


async def locked_head(db: Connection, key: bytes, log: str, now: datetime) -> Head:
    """The head, which nobody else moves until the transaction ends; begun when there is none."""
    row = (await db.execute(text(_HEAD + " FOR UPDATE"), {"log": log})).first()
    if row is None:
        first = sealed(key, Head(log, 0, _START, 0, _START, _moment(now), b""))
        await db.execute(
            text("""
                INSERT INTO audit_heads (log, seq, mac, from_seq, from_mac, at, seal)
                VALUES (:log, :seq, :mac, :from_seq, :from_mac, :at, :seal)
                ON CONFLICT (log) DO NOTHING
            """),
            first.__dict__,
        )
        row = (await db.execute(text(_HEAD + " FOR UPDATE"), {"log": log})).first()
    head = _head(row)
    if not _is_ours(key, head):
        raise ChainBroken(log)
    return head


async def _all(db: Connection, log: str) -> AsyncIterator[Entry]:
    after = -1
    while page := await read(db, log, after=after):
        for entry in page:
            yield entry
        after = page[-1].seq


def _wrong(key: bytes, last: int, before: bytes, entry: Entry) -> list[Finding]:
    if entry.seq != last + 1:
        return [Finding(entry.log, last + 1, "missing")]
    if not hmac.compare_digest(_mac(key, before, entry), entry.mac):
        return [Finding(entry.log, entry.seq, "altered")]
    return []


def _against(key: bytes, kept: Head, head: Head, macs: Mapping[int, bytes]) -> list[Finding]:
    """What an anchor saw has to be there still, unless retention has passed it."""
    if not _is_ours(key, kept):
        return [Finding(kept.log, kept.seq, "head_forged")]
    if kept.seq > head.seq:
        return [Finding(kept.log, head.seq + 1, "truncated")]
    if kept.seq >= head.from_seq and macs[kept.seq] != kept.mac:
        return [Finding(kept.log, kept.seq, "altered")]
    return []


def _mac(key: bytes, before: bytes, entry: Entry) -> bytes:
    told = {**entry.__dict__, "at": _text(entry.at), "fields": dict(entry.fields)}
    del told["mac"]
    return hmac.digest(key, before + b"|" + _canonical(told), "sha256")


def sealed(key: bytes, head: Head) -> Head:
    """The head with its seal."""
    return Head(**{**head.__dict__, "seal": _seal_of(key, head)})


def _is_ours(key: bytes, head: Head) -> bool:
    return hmac.compare_digest(_seal_of(key, head), head.seal)


def _seal_of(key: bytes, head: Head) -> bytes:
    told = {
        **head.__dict__,
        "mac": head.mac.hex(),
        "from_mac": head.from_mac.hex(),
        "at": _text(head.at),
    }
    del told["seal"]
    return hmac.digest(key, b"head|" + _canonical(told), "sha256")


def _canonical(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _moment(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _text(at: datetime) -> str:
    return _moment(at).isoformat(timespec="microseconds")


def _entry(row: Any) -> Entry:
    return Entry(**{**row._asdict(), "mac": bytes(row.mac)})


def _head(row: Any) -> Head:
    binary = {name: bytes(getattr(row, name)) for name in ("mac", "from_mac", "seal")}
    return Head(**{**row._asdict(), **binary})
