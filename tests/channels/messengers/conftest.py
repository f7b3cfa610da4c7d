"""A WeChat beside the gateway, and accounts of ours there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from records.database import open_database
from records.delivery import accounts
from records.delivery.accounts import Account
from records.vault import read_key
from tests.channels.messengers.wechat_calls import AES_KEY, TOKEN, Follower
from tests.conftest import VAULT_KEY, Gateway
from tests.stand_ins.wechat import APP_SECRET, APPID, StandInWeChat

NewAccount = Callable[..., Account]
NewFollower = Callable[..., Follower]


@pytest.fixture
def wechat() -> Iterator[StandInWeChat]:
    """WeChat's API, running."""
    stand_in = StandInWeChat()
    stand_in.served.start()
    yield stand_in
    stand_in.served.let_go()


@pytest.fixture
def new_account(database_url: str) -> NewAccount:
    """Keeps an account; it is the tests' `oa` unless another id is given."""

    def new(id: str = "oa", channel: str = "wechat", **given: Any) -> Account:
        secrets = given.pop(
            "secrets", {"token": TOKEN, "aes_key": AES_KEY, "app_secret": APP_SECRET}
        )
        settings = {"appid": APPID, "mode": "safe", **given}
        made = Account(id, channel, "测试号", "demo", settings, secrets)
        # Fixtures and tests may run in a loop already.
        with ThreadPoolExecutor(1) as beside:
            beside.submit(asyncio.run, _keep(database_url, made)).result()
        return made

    return new


@pytest.fixture
def account(new_account: NewAccount, wechat: StandInWeChat) -> Account:
    """The account `oa`, in safe mode."""
    return new_account(api=wechat.url, open=wechat.url)


@pytest.fixture
async def new_follower(account: Account, gateway: Gateway) -> NewFollower:
    """Makes followers of the account `oa`."""

    def new(openid: str = "o9AgO5Kd5ggOC-bXrbNODIiE3bGY", **given: Any) -> Follower:
        return Follower(gateway.http, openid, **given)

    return new


@pytest.fixture
def follower(new_follower: NewFollower) -> Follower:
    """One follower of the account `oa`."""
    return new_follower()


async def _keep(url: str, made: Account) -> None:
    database = open_database(url)
    async with database.begin() as db:
        await accounts.add(db, read_key(VAULT_KEY), made, datetime.now(UTC))
    await database.dispose()
