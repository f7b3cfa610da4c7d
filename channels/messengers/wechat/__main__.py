"""Sets the menu of an account: `python -m channels.messengers.wechat menu ACCOUNT < menu.json`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

import httpx

from channels.messengers.frame.phrases import read_phrases
from channels.messengers.frame.shared import Shared
from channels.messengers.wechat.channel import WeChat
from channels.settings import read_settings
from records.database import each_at_once, open_database
from records.delivery import accounts

# WeChat's own bounds.
MOST_BUTTONS = 3
MOST_BUTTONS_BELOW = 5


class BadMenu(ValueError):
    """WeChat would not take the menu."""


def main(arguments: list[str] | None = None, given: TextIO = sys.stdin) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m channels.messengers.wechat", description=__doc__
    )
    parser.add_argument("act", choices=["menu"])
    parser.add_argument("account")
    parsed = parser.parse_args(arguments)
    try:
        asyncio.run(_set(parsed.account, read_menu(given.read())))
    except BadMenu as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


def read_menu(written: str) -> dict[str, Any]:
    """A menu as `menu/create` takes it."""
    try:
        menu = json.loads(written)
        buttons = menu["button"]
        below = [one for button in buttons for one in button.get("sub_button", [])]
        counts = [len(button.get("sub_button", [])) for button in buttons]
        ends = [*(one for one in buttons if not one.get("sub_button")), *below]
        kinds = {str(one["type"]) for one in ends}
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise BadMenu("not a menu") from problem
    if not 0 < len(buttons) <= MOST_BUTTONS or max(counts) > MOST_BUTTONS_BELOW:
        raise BadMenu("at most 3 buttons with at most 5 below each")
    known = {"click", "view", "scancode_push", "scancode_waitmsg", "location_select"}
    if not kinds <= known:
        raise BadMenu(f"unknown kinds: {', '.join(sorted(kinds - known))}")
    result: dict[str, Any] = menu
    return result


async def _set(account: str, menu: dict[str, Any]) -> None:
    settings = read_settings()
    database = open_database(settings.database_url.get_secret_value())
    async with httpx.AsyncClient(trust_env=False) as http:
        async with each_at_once(database).connect() as db:
            found = await accounts.listed(db, settings.key, datetime.now(UTC))
        shared = Shared(settings, database, http, read_phrases(settings.knowledge_dir))
        known = [one for one in found if one.id == account and one.channel == WeChat.name]
        if not known:
            raise BadMenu(f"no account {account} at WeChat")
        await WeChat(shared).set_menu(known[0], menu)
    await database.dispose()


if __name__ == "__main__":
    sys.exit(main())
