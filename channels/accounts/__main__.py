"""Keeps accounts at messengers: `python -m channels.accounts add|list|rotate|disable|enable|set`.

Secrets come as a JSON object on standard input, never on the command line, which others on the
machine can read. Running gateways take over what changes within seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TextIO

from sqlalchemy.ext.asyncio import AsyncConnection

from channels.accounts.needs import BadAccount, check
from channels.accounts.shapes import TEXT
from channels.settings import Settings, read_settings
from records.database import open_database
from records.delivery import accounts
from records.delivery.accounts import Account, AccountKnown, UnknownAccount
from records.places import sites

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

Work = Callable[[AsyncConnection, Settings, argparse.Namespace, TextIO], Awaitable[list[str]]]


def main(arguments: list[str] | None = None, given: TextIO = sys.stdin) -> int:
    """Do what the command line says."""
    parsed = _parser().parse_args(arguments)
    try:
        lines = asyncio.run(_run(parsed.work, parsed, given))
    except BadAccount as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    sys.stdout.writelines(line + "\n" for line in lines)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m channels.accounts", description=__doc__)
    acts = parser.add_subparsers(dest="act", required=True)
    add = acts.add_parser("add", help="a new account; secrets on standard input")
    add.add_argument("id", help="stands in the address that the provider calls")
    add.add_argument("channel")
    add.add_argument("--name", required=True)
    add.add_argument("--site", required=True, help="the service centre that answers there")
    add.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE")
    add.set_defaults(work=_add)
    acts.add_parser("list", help="what there is, without secrets").set_defaults(work=_list)
    for name, work, words in (
        (
            "rotate",
            _rotate,
            "new secrets on standard input; the old ones hold a quarter of an hour",
        ),
        ("disable", _disable, "take nothing from it and send nothing there"),
        ("enable", _enable, "use it again"),
    ):
        act = acts.add_parser(name, help=words)
        act.add_argument("id")
        act.set_defaults(work=work)
    change = acts.add_parser("set", help="change settings; an empty value removes one")
    change.add_argument("id")
    change.add_argument("setting", nargs="+", metavar="NAME=VALUE")
    change.set_defaults(work=_set)
    return parser


async def _run(work: Work, parsed: argparse.Namespace, given: TextIO) -> list[str]:
    settings = read_settings()
    database = open_database(settings.database_url.get_secret_value())
    try:
        async with database.begin() as db:
            return await work(db, settings, parsed, given)
    except UnknownAccount as problem:
        raise BadAccount(f"no account {problem}") from problem
    except AccountKnown as problem:
        raise BadAccount(f"there is an account {problem} already") from problem
    finally:
        await database.dispose()


async def _add(
    db: AsyncConnection, settings: Settings, parsed: argparse.Namespace, given: TextIO
) -> list[str]:
    if not _ID.fullmatch(parsed.id):
        raise BadAccount("the id has to be small letters, digits and dashes")
    if not TEXT.holds(parsed.name):
        raise BadAccount(f"the name has to be {TEXT.wanted}")
    if await sites.find(db, parsed.site) is None:
        raise BadAccount(f"no site {parsed.site}")
    public, secrets = _settings({}, parsed.setting), _secrets(given)
    check(parsed.channel, public, secrets)
    account = Account(parsed.id, parsed.channel, parsed.name, parsed.site, public, secrets)
    await accounts.add(db, settings.key, account, datetime.now(UTC))
    return [f"{settings.public_origin}/messengers/{account.channel}/{account.id}"]


async def _list(
    db: AsyncConnection, settings: Settings, parsed: argparse.Namespace, given: TextIO
) -> list[str]:
    found = await accounts.listed(db, settings.key, datetime.now(UTC))
    return [
        f"{one.id} {one.channel} site={one.site} {'on' if one.enabled else 'off'} {one.name} "
        f"{json.dumps(dict(one.settings), ensure_ascii=False)} "
        f"secrets: {', '.join(sorted(one.secrets))}"
        for one in found
    ]


async def _rotate(
    db: AsyncConnection, settings: Settings, parsed: argparse.Namespace, given: TextIO
) -> list[str]:
    account = await _found(db, settings, parsed.id)
    secrets = {**account.secrets, **_secrets(given)}
    check(account.channel, account.settings, secrets)
    await accounts.rotate(db, settings.key, account.id, secrets, datetime.now(UTC))
    return [f"{account.id} has new secrets"]


async def _set(
    db: AsyncConnection, settings: Settings, parsed: argparse.Namespace, given: TextIO
) -> list[str]:
    account = await _found(db, settings, parsed.id)
    public = _settings(dict(account.settings), parsed.setting)
    check(account.channel, public, account.secrets)
    await accounts.change(db, account.id, settings=public, enabled=None, now=datetime.now(UTC))
    return [f"{account.id} {json.dumps(public, ensure_ascii=False)}"]


async def _disable(
    db: AsyncConnection, settings: Settings, parsed: argparse.Namespace, given: TextIO
) -> list[str]:
    await accounts.change(db, parsed.id, settings=None, enabled=False, now=datetime.now(UTC))
    return [f"{parsed.id} is off"]


async def _enable(
    db: AsyncConnection, settings: Settings, parsed: argparse.Namespace, given: TextIO
) -> list[str]:
    await accounts.change(db, parsed.id, settings=None, enabled=True, now=datetime.now(UTC))
    return [f"{parsed.id} is on"]


async def _found(db: AsyncConnection, settings: Settings, account: str) -> Account:
    for one in await accounts.listed(db, settings.key, datetime.now(UTC)):
        if one.id == account:
            return one
    raise UnknownAccount(account)


def _settings(before: dict[str, Any], written: list[str]) -> dict[str, Any]:
    """`name=value`, the value as JSON where it is JSON, else as text."""
    for one in written:
        name, equals, value = one.partition("=")
        if not name or not equals:
            raise BadAccount(f"not NAME=VALUE: {one}")
        if value == "":
            before.pop(name, None)
            continue
        try:
            before[name] = json.loads(value)
        except ValueError:
            before[name] = value
    return before


def _secrets(given: TextIO) -> dict[str, str]:
    try:
        found = json.loads(given.read())
    except ValueError as problem:
        raise BadAccount("standard input has to be a JSON object of secrets") from problem
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise BadAccount("standard input has to be a JSON object of secrets")
    return found


if __name__ == "__main__":
    sys.exit(main())
