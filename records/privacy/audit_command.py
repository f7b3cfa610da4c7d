"""Looks after audit logs: `python -m records.privacy.audit_command verify|anchor [ANCHORS]`.

`anchor` writes the head of each log as a line, to be appended to a file on another system;
`verify` checks every log, against the anchors of such a file where one is given. Exit 1 when
something was changed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from records import audit
from records.audit import Head
from records.database import open_database
from records.privacy.settings import Settings, read_settings


def written(head: Head) -> str:
    """An anchor as one line of text."""
    told = {
        **head.__dict__,
        "mac": head.mac.hex(),
        "from_mac": head.from_mac.hex(),
        "at": head.at.isoformat(),
        "seal": head.seal.hex(),
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def read_anchor(line: str) -> Head:
    """The anchor that `written` wrote."""
    told: dict[str, Any] = json.loads(line)
    binary = {name: bytes.fromhex(told[name]) for name in ("mac", "from_mac", "seal")}
    return Head(**{**told, **binary, "at": datetime.fromisoformat(told["at"])})


async def look(settings: Settings, command: str, anchors: list[Head]) -> int:
    """Carry the command out."""
    database = open_database(settings.database_url.get_secret_value(), pool_size=1)
    wrong = 0
    try:
        async with database.connect() as db:
            await db.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            names = {*await audit.logs(db), *(one.log for one in anchors)}
            for log in sorted(names):
                if command == "anchor":
                    head = await audit.anchor(db, log)
                    sys.stdout.write(f"{written(head)}\n" if head else "")
                    continue
                found = await audit.verify(db, settings.audit_hash_key, log, anchors)
                wrong += len(found)
                for one in found:
                    sys.stdout.write(f"{log} {one.seq}: {one.kind}\n")
                sys.stdout.write(f"{log}: {'whole' if not found else 'CHANGED'}\n")
    finally:
        await database.dispose()
    return 1 if wrong else 0


def main() -> int:
    """Read the command line."""
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in ("verify", "anchor"):
        sys.stderr.write("usage: python -m records.privacy.audit_command verify|anchor [ANCHORS]\n")
        return 2
    lines = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines() if sys.argv[2:] else []
    anchors = [read_anchor(line) for line in lines if line.strip()]
    return asyncio.run(look(read_settings(), sys.argv[1], anchors))


if __name__ == "__main__":
    sys.exit(main())
