"""Shows and replays dead letters: `python -m channels.outgoing list` and `… replay`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from uuid import UUID

from channels.settings import read_settings
from records.database import open_database
from records.delivery import backlog

MOST_SHOWN = 200


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m channels.outgoing", description=__doc__)
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("list", help="what was given up, the latest first")
    replay = acts.add_parser("replay", help="have dead letters tried again")
    replay.add_argument("--account", help="only those of this account")
    replay.add_argument("--conversation", type=UUID, help="only those of this conversation")
    given = parser.parse_args(arguments)
    work = _list() if given.act == "list" else _replay(given.account, given.conversation)
    for line in asyncio.run(work):
        sys.stdout.write(line + "\n")
    return 0


async def _list() -> list[str]:
    database = open_database(read_settings().database_url.get_secret_value())
    async with database.connect() as db:
        letters = await backlog.dead_letters(db, MOST_SHOWN)
    await database.dispose()
    return [
        f"{letter.settled_at:%Y-%m-%d %H:%M:%S} {letter.account} {letter.conversation} "
        f"{letter.seq} tries={letter.attempts} {letter.cause}"
        for letter in letters
    ]


async def _replay(account: str | None, conversation: UUID | None) -> list[str]:
    database = open_database(read_settings().database_url.get_secret_value())
    async with database.begin() as db:
        many = await backlog.replay(
            db, datetime.now(UTC), account=account, conversation=conversation
        )
    await database.dispose()
    return [f"{many} deliveries are tried again"]


if __name__ == "__main__":
    sys.exit(main())
