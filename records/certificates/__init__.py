"""Certificates that were issued: enough to tell a true one from an altered one."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from records.database import Connection
from records.vault import Key, blind, seal, unseal

# Crockford's alphabet: nothing in it is mistaken for something else when read aloud.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16  # 80 bits
_LOOKALIKES = str.maketrans("ILO", "110")


@dataclass(frozen=True)
class Issued:
    """A certificate as it was issued; `facts` are what the public page may show."""

    number: str
    facts: Mapping[str, str]
    sha256: bytes
    issued_at: datetime
    valid_until: datetime
    revoked_at: datetime | None


def new_code() -> str:
    """A verification code, as it is printed: four groups of four."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def plain_code(written: str) -> str | None:
    """A code as people write it, in its one spelling; None when it cannot be one."""
    code = "".join(one for one in written.upper() if one.isalnum()).translate(_LOOKALIKES)
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else None


async def keep(
    db: Connection, key: Key, index_key: bytes, citizen: str, code: str, issued: Issued
) -> None:
    """Keep what was issued to `citizen` (a reference) under its code."""
    await db.execute(
        text("""
            INSERT INTO certificates (number, code_index, citizen, sha256, sealed_facts,
                issued_at, valid_until)
            VALUES (:number, :code, :citizen, :sha256, :facts, :issued_at, :valid_until)
        """),
        {
            "number": issued.number,
            "code": blind(index_key, "certificate", plain_code(code) or ""),
            "citizen": citizen,
            "sha256": issued.sha256,
            "facts": seal(
                key, json.dumps(dict(issued.facts), ensure_ascii=False), _place(issued.number)
            ),
            "issued_at": issued.issued_at,
            "valid_until": issued.valid_until,
        },
    )


_COLUMNS = "number, sealed_facts, sha256, issued_at, valid_until, revoked_at"


async def by_code(db: Connection, key: Key, index_key: bytes, code: str) -> Issued | None:
    """The certificate with this code, if we issued one."""
    plain = plain_code(code)
    if plain is None:
        return None
    found = await db.execute(
        text(f"SELECT {_COLUMNS} FROM certificates WHERE code_index = :code"),  # noqa: S608
        {"code": blind(index_key, "certificate", plain)},
    )
    return _issued(key, found.first())


async def by_digest(db: Connection, key: Key, sha256: bytes) -> Issued | None:
    """The certificate whose file has this digest."""
    found = await db.execute(
        text(f"SELECT {_COLUMNS} FROM certificates WHERE sha256 = :digest"),  # noqa: S608
        {"digest": sha256},
    )
    return _issued(key, found.first())


def _issued(key: Key, row: Any) -> Issued | None:
    if row is None:
        return None
    facts: dict[str, str] = json.loads(unseal(key, bytes(row.sealed_facts), _place(row.number)))
    return Issued(
        row.number, facts, bytes(row.sha256), row.issued_at, row.valid_until, row.revoked_at
    )


def _place(number: str) -> str:
    return f"certificates.sealed_facts:{number}"
