"""Accounts: kept by a command, sealed, taken over by a running gateway, rotated without restart."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import psycopg
import pytest

from channels.accounts import __main__ as command
from tests.channels.messengers.wechat_calls import AES_KEY, TOKEN, Follower
from tests.conftest import VAULT_KEY, OpenGateway
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.wechat import APP_SECRET, APPID

SECRETS = {"token": TOKEN, "aes_key": AES_KEY, "app_secret": APP_SECRET}
ADD = ["add", "oa", "wechat", "--name", "测试", "--site", "demo", "--setting", f"appid={APPID}"]


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("VAULT_KEY", VAULT_KEY)


async def run(*arguments: str, secrets: Any = None) -> int:
    """The command with these secrets on standard input."""
    given = io.StringIO("" if secrets is None else json.dumps(secrets))
    return await asyncio.to_thread(command.main, list(arguments), given)


async def test_a_running_gateway_takes_over_new_rotated_and_disabled_accounts(
    open_gateway: OpenGateway, engine: StandInEngine
) -> None:
    async with open_gateway(accounts_seconds=0.2) as gateway:

        async def status(**given: Any) -> int:
            await asyncio.sleep(0.5)
            follower = Follower(gateway.http, "an-openid", **given)
            return (await follower.post(follower.message("问"))).status_code

        assert await status() == 404
        assert await run(*ADD, secrets=SECRETS) == 0
        assert await status() == 200
        assert await run("rotate", "oa", secrets={"token": "another", "aes_key": "b" * 43}) == 0
        assert await status(token="another", aes_key="b" * 43) == 200
        # What the provider still has under way is taken for a while.
        assert await status() == 200
        assert await run("rotate", "oa", secrets={"token": "a third"}) == 0
        assert await status() == 403
        assert await run("disable", "oa") == 0
        assert await status(token="a third", aes_key="b" * 43) == 404
        assert await run("enable", "oa") == 0
        assert await status(token="a third", aes_key="b" * 43) == 200


async def test_secrets_stand_nowhere_in_the_clear(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(*ADD, secrets=SECRETS) == 0
    assert "/messengers/wechat/oa" in capsys.readouterr().out
    assert await run("list") == 0
    shown = capsys.readouterr().out
    with psycopg.connect(database_url) as db:
        kept = str(db.execute("SELECT * FROM channel_accounts").fetchall())
    for secret in SECRETS.values():
        assert secret not in shown
        assert secret not in kept
        assert secret.encode().hex() not in kept
    assert "secrets: aes_key, app_secret, token" in shown


@pytest.mark.parametrize(
    ("arguments", "secrets", "says"),
    [
        (ADD, {"token": TOKEN}, "missing: app_secret"),
        (ADD, {**SECRETS, "aes_key": "short"}, "aes_key"),
        (ADD, "no object", "JSON object"),
        ([*ADD, "--setting", "mode=open"], SECRETS, "mode"),
        ([*ADD[:2], "unknown", *ADD[3:]], SECRETS, "unknown channel"),
        ([*ADD[:6], "nowhere", *ADD[7:]], SECRETS, "no site"),
        (["add", "Bad_Id", *ADD[2:]], SECRETS, "small letters"),
        (["rotate", "missing"], SECRETS, "no account"),
        (["disable", "missing"], None, "no account"),
    ],
)
async def test_a_mistake_is_named_and_nothing_is_kept(
    database_url: str,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    secrets: Any,
    says: str,
) -> None:
    assert await run(*arguments, secrets=secrets) == 2
    assert says in capsys.readouterr().err
    with psycopg.connect(database_url) as db:
        assert db.execute("SELECT count(*) FROM channel_accounts").fetchone() == (0,)


async def test_settings_are_changed_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(*ADD, secrets=SECRETS) == 0
    assert await run(*ADD, secrets=SECRETS) == 2
    assert await run("set", "oa", "oauth=true", "greeting=您好") == 0
    assert await run("set", "oa", "greeting=") == 0
    capsys.readouterr()
    await run("list")
    assert '"oauth": true' in (shown := capsys.readouterr().out)
    assert "greeting" not in shown
