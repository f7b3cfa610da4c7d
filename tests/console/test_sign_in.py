"""Signing in at the sandbox's provider, and how a session ends."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urljoin

import httpx
import pytest

from tests.console.conftest import Console

LOA = "urn:wenbao:acr:loa"


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody is signed in with."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        yield http


async def until_back(http: httpx.AsyncClient, console: Console, login: str, level: int = 3) -> str:
    """Go to the provider and sign in there; where it sends the browser."""
    at = await http.get(console.url + "/sign-in/go")
    for _ in range(12):
        if at.is_redirect:
            to = urljoin(str(at.url), at.headers["location"])
            if "/sign-in/callback" in to:
                return to
            at = await http.get(to)
        else:
            action = re.findall(r'action="([^"]+)"', at.text)[0]
            said = {"level": f"{LOA}{level}", "login": login}
            at = await http.post(urljoin(str(at.url), action), data=said)
    raise AssertionError("the provider goes in circles")


async def test_staff_sign_in_with_the_roles_that_the_provider_tells(
    console_with_identity: Console, browser: httpx.AsyncClient
) -> None:
    console = console_with_identity
    back = await until_back(browser, console, "bianji")
    opened = await browser.get(back)
    assert (opened.status_code, opened.headers["location"]) == (303, "/")
    cookie = next(one for one in opened.headers.get_list("set-cookie") if "wenbao-console" in one)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    home = await browser.get(console.url + "/")
    assert "文小编，您好" in home.text
    assert "/audit" not in home.text


async def test_a_way_back_works_once_and_in_its_own_browser(
    console_with_identity: Console, browser: httpx.AsyncClient
) -> None:
    console = console_with_identity
    back = await until_back(browser, console, "bianji")
    async with httpx.AsyncClient(trust_env=False) as stranger:
        assert (await stranger.get(back)).status_code == 403
    assert (await browser.get(back)).status_code == 303
    again = await browser.get(back)
    assert again.status_code == 403


@pytest.mark.parametrize(
    ("login", "level", "sentence"), [("xinren", 3, "没有分配"), ("bianji", 2, "")]
)
async def test_who_has_no_role_or_too_low_a_level_stays_outside(
    console_with_identity: Console,
    browser: httpx.AsyncClient,
    login: str,
    level: int,
    sentence: str,
) -> None:
    back = await until_back(browser, console_with_identity, login, level)
    refused = await browser.get(back)
    assert refused.status_code == 403
    assert sentence in refused.text
    assert (await browser.get(console_with_identity.url + "/items")).status_code == 303


async def test_a_citizen_is_no_member_of_staff(
    console_with_identity: Console, browser: httpx.AsyncClient
) -> None:
    at = await browser.get(console_with_identity.url + "/sign-in/go", follow_redirects=True)
    assert "文小编" in at.text
    assert "王芳" not in at.text
    action = re.findall(r'action="([^"]+)"', at.text)[0]
    said = {"level": f"{LOA}3", "login": "wangfang"}
    refused = await browser.post(urljoin(str(at.url), action), data=said)
    assert refused.status_code == 422


@pytest.mark.parametrize("minutes", [16, 8 * 60 + 1])
async def test_a_session_ends_when_nobody_uses_it(console: Console, minutes: int) -> None:
    async with console.worker("editor") as editor:
        assert (await editor.get("/items")).status_code == 200
        console.clock.ahead = timedelta(minutes=minutes)
        over = await editor.get("/items")
    assert (over.status_code, over.headers["location"]) == (303, "/sign-in")


async def test_a_session_ends_after_eight_hours_however_it_is_used(console: Console) -> None:
    async with console.worker("editor") as editor:
        for minutes in range(10, 8 * 60, 10):
            console.clock.ahead = timedelta(minutes=minutes)
            assert (await editor.get("/healthz")).status_code == 200
            assert (await editor.get("/items/new")).status_code == 200
        console.clock.ahead = timedelta(minutes=8 * 60 + 1)
        assert (await editor.get("/items")).status_code == 303


async def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(console: Console) -> None:
    async with console.worker("editor") as editor:
        kept = dict(editor.http.cookies)
        assert (await editor.post("/sign-out")).status_code == 303
        editor.http.cookies.update(kept)
        assert (await editor.get("/items")).status_code == 303


async def test_a_provider_that_is_away_is_said_so(
    console: Console, browser: httpx.AsyncClient
) -> None:
    refused = await browser.get(console.url + "/sign-in/go")
    assert refused.status_code == 503
    assert "统一身份认证暂时没有回应" in refused.text
