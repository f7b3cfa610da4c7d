"""Has Telegram call our address: `python -m channels.messengers.telegram webhook ACCOUNT`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime

import httpx

from channels.messengers.frame.phrases import read_phrases
from channels.messengers.frame.shared import Shared
from channels.messengers.telegram.channel import Telegram
from channels.settings import Settings, read_settings
from records.database import each_at_once, open_database
from records.delivery import accounts


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m channels.messengers.telegram", description=__doc__
    )
    parser.add_argument("act", choices=["webhook"])
    parser.add_argument("account")
    return asyncio.run(set_webhook(read_settings(), parser.parse_args(arguments).account))


async def set_webhook(settings: Settings, account: str) -> int:
    """Tell Telegram our address and our secret; 0 when that went well."""
    database = open_database(settings.database_url.get_secret_value())
    async with httpx.AsyncClient(trust_env=False) as http:
        async with each_at_once(database).connect() as db:
            found = await accounts.listed(db, settings.key, datetime.now(UTC))
        known = [one for one in found if one.id == account and one.channel == Telegram.name]
        if known:
            shared = Shared(settings, database, http, read_phrases(settings.knowledge_dir))
            address = f"{settings.public_origin}/messengers/telegram/{account}"
            await Telegram(shared).set_webhook(known[0], address)
    await database.dispose()
    if not known:
        sys.stderr.write(f"no account {account} at Telegram\n")
    return 0 if known else 2


if __name__ == "__main__":
    sys.exit(main())
