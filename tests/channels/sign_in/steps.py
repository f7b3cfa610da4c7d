"""The steps of a sign-in as tests take them one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.channels.conftest import NO_TLS
from tests.conftest import Gateway, Talk
from tests.stand_ins.identity import StandInIdentity


@dataclass(frozen=True)
class Trip:
    """A browser on its way to the provider."""

    address: str  # the provider's
    state: str
    cookies: dict[str, str]

    @property
    def asked(self) -> dict[str, str]:
        """What the provider is asked."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.address).query).items()}


async def link(talk: Talk) -> str:
    """The address of a new sign-in link."""
    begun = await talk.http.post(talk.path + "/sign-in", headers=talk.headers)
    assert begun.status_code == 201, begun.text
    assert set(begun.json()) == {"url"}
    return str(begun.json()["url"])


async def set_out(gateway: Gateway, talk: Talk) -> Trip:
    """Open a new link."""
    async with new_browser(gateway) as http:
        sent = await http.get(urlsplit(await link(talk)).path)
    assert sent.status_code == 303, sent.text
    address = sent.headers["location"]
    cookies = dict(sent.cookies)
    return Trip(address, parse_qs(urlsplit(address).query)["state"][0], cookies)


Query = dict[str, str] | list[tuple[str, str]]


async def come_back(gateway: Gateway, query: Query, cookies: dict[str, str]) -> httpx.Response:
    """Open the address at which the provider sends browsers back."""
    async with new_browser(gateway, cookies) as http:
        return await http.get("/sign-in/callback", params=query)


async def try_to_sign_in(gateway: Gateway, liar: StandInIdentity, talk: Talk) -> httpx.Response:
    """The whole way with the stand-in provider."""
    trip = await set_out(gateway, talk)
    liar.nonce = trip.asked["nonce"]
    query = {"code": "a-code", "state": trip.state, "iss": liar.url}
    return await come_back(gateway, query, trip.cookies)


def new_browser(gateway: Gateway, cookies: dict[str, str] | None = None) -> httpx.AsyncClient:
    """A browser with these cookies."""
    return httpx.AsyncClient(
        base_url=gateway.url, cookies=cookies, timeout=20, trust_env=False, verify=NO_TLS
    )


def refusal(page: httpx.Response) -> tuple[int, str]:
    """Status and code of a page that says why not; it is one for people."""
    assert page.headers["content-type"].startswith("text/html"), page.text
    assert '<html lang="zh-CN">' in page.text
    assert "12333" in page.text
    found = re.search(r'data-code="([a-z_]+)">([^<]+)<', page.text)
    assert found is not None, page.text
    assert re.search("[\u4e00-\u9fff]", found[2])
    return page.status_code, found[1]
