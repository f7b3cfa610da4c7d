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

WECOM = ["add", "qw", "wecom", "--name", "测试", "--site", "demo", "--setting", "corpid=ww1"]
WECOMS = {"token": TOKEN, "aes_key": AES_KEY, "secret": "s"}


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
        assert await run("rotate", "oa", secrets={"token": "third"}) == 0
        assert await status() == 403
        assert await run("disable", "oa") == 0
        assert await status(token="third", aes_key="b" * 43) == 404
        assert await run("enable", "oa") == 0
        assert await status(token="third", aes_key="b" * 43) == 200


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
        ([*ADD, "--setting", "appid=wx 1"], SECRETS, "appid has to be"),
        ([*ADD, "--setting", "api=http://provider.example"], SECRETS, "api has to be an address"),
        ([*ADD, "--setting", "api=https://"], SECRETS, "api has to be an address"),
        ([*ADD, "--setting", "api=https://a.example:99999"], SECRETS, "api has to be an address"),
        ([*ADD, "--setting", "open=NaN"], SECRETS, "open has to be an address"),
        ([*ADD, "--setting", "oauth=yes"], SECRETS, "oauth has to be true or false"),
        ([*ADD, "--setting", "answer=soon"], SECRETS, "answer has to be one of later"),
        ([*ADD, "--setting", "locale=Chinese, please"], SECRETS, "locale has to be"),
        ([*ADD, "--setting", "greeting=[]"], SECRETS, "greeting has to be a text"),
        ([*ADD, "--setting", "menu_texts=[1]"], SECRETS, "menu_texts has to be an object"),
        ([*ADD, "--setting", 'menu_texts={"K": {}}'], SECRETS, "menu_texts has to be an object"),
        ([*ADD, "--setting", "notices=off"], SECRETS, "notices has to be"),
        ([*ADD, "--setting", 'notices={"answered": {}}'], SECRETS, "notices has to be"),
        ([*ADD, "--setting", "app_id=1"], SECRETS, "wechat has no setting 'app_id'; there are"),
        (ADD, {**SECRETS, "app-secret": "x"}, "wechat has no secret 'app-secret'; there are"),
        (ADD, {**SECRETS, "app_secret": "copied with a blank "}, "app_secret has to be"),
        (ADD, {**SECRETS, "app_secret": "s\n"}, "app_secret has to be"),
        (ADD, {**SECRETS, "aes_key": "A" * 42 + "!"}, "aes_key has to be 43 characters"),
        (ADD, {**SECRETS, "token": "no"}, "token has to be 3 to 32 letters and digits"),
        ([*ADD[:4], "\u200b\x07", *ADD[5:]], SECRETS, "the name has to be"),
        ([*WECOM, "--setting", "agentid=ours"], WECOMS, "agentid has to be a number"),
        ([*WECOM, "--setting", "agentid=true"], WECOMS, "agentid has to be a number"),
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
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
    with psycopg.connect(database_url) as db:
        assert db.execute("SELECT count(*) FROM channel_accounts").fetchone() == (0,)


async def test_a_change_that_could_not_work_leaves_the_account_as_it_is(
    capsys: pytest.CaptureFixture[str], database_url: str
) -> None:
    def kept() -> object:
        with psycopg.connect(database_url) as db:
            return db.execute("SELECT * FROM channel_accounts").fetchall()

    assert await run(*ADD, secrets=SECRETS) == 0
    before = kept()
    assert await run("rotate", "oa", secrets={"aes_key": "b" * 44}) == 2
    assert await run("set", "oa", "oauth=yes") == 2
    assert await run("set", "oa", "colour=red") == 2
    said = capsys.readouterr().err
    assert "aes_key has to be" in said
    assert "oauth has to be" in said
    assert "no setting 'colour'" in said
    assert "b" * 44 not in said
    assert kept() == before


async def test_settings_are_changed_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(*ADD, secrets=SECRETS) == 0
    assert await run(*ADD, secrets=SECRETS) == 2
    assert await run("set", "oa", "oauth=true", "greeting=您好") == 0
    assert await run("set", "oa", "greeting=") == 0
    capsys.readouterr()
    await run("list")
    assert '"oauth": true' in (shown := capsys.readouterr().out)
    assert "greeting" not in shown
