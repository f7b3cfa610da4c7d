"""The neighbours' APIs beside the gateway, and an account of ours at each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import psycopg
import pytest

from records.delivery.accounts import Account
from tests.channels.messengers.conftest import NewAccount
from tests.channels.messengers.neighbours.calls import Call
from tests.channels.messengers.neighbours.ways import WAYS, Way
from tests.stand_ins.provider import StandInProvider

NewAccountAt = Callable[..., Account]
Rows = Callable[[str], int]


@pytest.fixture
def provider() -> Iterator[StandInProvider]:
    """Every neighbour's API, running."""
    stand_in = StandInProvider()
    stand_in.served.start()
    yield stand_in
    stand_in.served.let_go()


@pytest.fixture
def new_account_at(new_account: NewAccount, provider: StandInProvider) -> NewAccountAt:
    """Keeps an account at a neighbour, under the channel's name."""

    def new(channel: str, **more: object) -> Account:
        way = WAYS[channel]
        given = {"appid": None, "mode": None, **way.settings, "api": provider.url, **more}
        settings = {name: value for name, value in given.items() if value is not None}
        return new_account(channel, channel, secrets=way.secrets, **settings)

    return new


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    """Each neighbour in turn."""
    return WAYS[request.param]


@pytest.fixture
def rows(database_url: str) -> Rows:
    """How many rows a table has."""

    def count(table: str) -> int:
        with psycopg.connect(database_url) as db:
            found = db.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]  # noqa: S608
        assert found is not None
        return int(found[0])

    return count


async def post(http: httpx.AsyncClient, way: Way, call: Call) -> httpx.Response:
    """Make a call as the provider does."""
    # As bytes: forgers put in headers what no client lets pass.
    headers = [
        (name.encode(), value.encode("latin-1", "ignore").strip())
        for name, value in call.headers.items()
    ]
    return await http.post(way.path, params=call.query, content=call.body, headers=headers)
