"""Signing in with the sandbox's real provider: the whole journey, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import psycopg
import pytest

from records.vault import seal
from tests.channels.conftest import OpenDesk
from tests.channels.sign_in.steps import link, refusal
from tests.conftest import Gateway, Talk
from tests.stand_ins.identity_sandbox import LOA, Browser, IdentitySandbox, person
from tests.stand_ins.identity_trace import Behind

CITIZEN, SURE = person(2), person(4)
OTHER = person(2, other_than=CITIZEN)
NewBrowser = Callable[[], Browser]


async def until_answered(talk: Talk, times: int = 1) -> list[tuple[str, str]]:
    """What was said once the engine has answered."""
    return [(one["from"], one["text"]) for one in await talk.until(2 * times)]


async def test_a_citizen_signs_in_and_the_engine_hears_of_it(
    desk: Gateway, behind: Behind, browser: Browser
) -> None:
    talk = await desk.talk()
    done = await browser.sign_in(await link(talk), CITIZEN.login)
    assert done.status_code == 200, done.text
    assert "登录成功，请回到对话" in done.text
    assert await until_answered(talk) == [("system", "登录成功。"), ("bot", "答：/signed_in")]
    assert behind.engine.texts == ["/signed_in"]
    [(citizen, level)] = behind.rows("SELECT citizen, acr FROM identities")
    assert (citizen, level) == (CITIZEN.sub, f"{LOA}2")


async def test_a_link_works_once(desk: Gateway, behind: Behind, new_browser: NewBrowser) -> None:
    url = await link(await desk.talk())
    first = await new_browser().get(url)
    second = await new_browser().get(url)
    assert first.status_code == 303
    assert refusal(second) == (410, "link_not_valid")
    assert second.cookies == {}
    assert behind.is_untouched()


async def test_the_way_back_works_once(desk: Gateway, behind: Behind, browser: Browser) -> None:
    talk = await desk.talk()
    back = await browser.until_back(await link(talk), CITIZEN.login)
    cookies = list(browser.http.cookies.jar)
    done = await browser.get(back)
    assert done.status_code == 200, done.text
    await until_answered(talk)
    before = behind.identities()
    for cookie in cookies:
        browser.http.cookies.jar.set_cookie(cookie)
    again = await browser.get(back)
    assert refusal(again) == (410, "link_not_valid")
    assert behind.identities() == before
    assert behind.engine.texts == ["/signed_in"]


async def test_a_way_back_that_is_loaded_again_is_said_to_be_used(
    desk: Gateway, behind: Behind, browser: Browser
) -> None:
    talk = await desk.talk()
    back = await browser.until_back(await link(talk), CITIZEN.login)
    assert (await browser.get(back)).status_code == 200
    await until_answered(talk)
    before = behind.identities()
    assert refusal(await browser.get(back)) == (410, "link_not_valid")
    assert behind.identities() == before
    assert behind.engine.texts == ["/signed_in"]


async def test_who_comes_back_late_hears_that(
    desk: Gateway, behind: Behind, browser: Browser
) -> None:
    back = await browser.until_back(await link(await desk.talk()), CITIZEN.login)
    behind.rows("UPDATE sign_in_attempts SET expires_at = now()")
    # With its cookie, without it, and when a new link has swept the attempt away.
    assert refusal(await browser.get(back)) == (410, "link_not_valid")
    kept = list(browser.http.cookies.jar)
    browser.http.cookies.clear()
    assert refusal(await browser.get(back)) == (410, "link_not_valid")
    behind.rows("DELETE FROM sign_in_attempts")
    for cookie in kept:
        browser.http.cookies.jar.set_cookie(cookie)
    assert refusal(await browser.get(back)) == (410, "link_not_valid")
    assert behind.is_untouched()


async def test_another_browser_cannot_end_what_the_first_began(
    desk: Gateway, behind: Behind, new_browser: NewBrowser
) -> None:
    first = new_browser()
    back = await first.until_back(await link(await desk.talk()), CITIZEN.login)
    refused = await new_browser().get(back)
    assert refusal(refused) == (403, "other_browser")
    assert behind.is_untouched()
    done = await first.get(back)
    assert done.status_code == 200, done.text


async def test_another_verifier_than_the_one_we_set_out_with_is_refused_by_the_provider(
    desk: Gateway, behind: Behind, browser: Browser
) -> None:
    back = await browser.until_back(await link(await desk.talk()), CITIZEN.login)
    state = parse_qs(urlsplit(back).query)["state"][0]
    sealed = seal(desk.settings.key, "v" * 64, f"sign_in_attempts.verifier:{state}")
    behind.rows("UPDATE sign_in_attempts SET sealed_verifier = %s", sealed)
    assert refusal(await browser.get(back)) == (403, "not_proven")
    assert behind.is_untouched()


async def test_another_nonce_than_the_one_we_set_out_with_is_refused(
    desk: Gateway, behind: Behind, browser: Browser
) -> None:
    back = await browser.until_back(await link(await desk.talk()), CITIZEN.login)
    behind.rows("UPDATE sign_in_attempts SET nonce = 'another'")
    assert refusal(await browser.get(back)) == (403, "not_proven")
    assert behind.is_untouched()


async def test_a_code_from_another_sign_in_is_refused(
    desk: Gateway, behind: Behind, new_browser: NewBrowser
) -> None:
    mine, theirs = new_browser(), new_browser()
    back = await mine.until_back(await link(await desk.talk()), CITIZEN.login)
    stolen = await theirs.until_back(await link(await desk.talk()), OTHER.login)
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    query["code"] = parse_qs(urlsplit(stolen).query)["code"][0]
    refused = await mine.get(f"{back.split('?')[0]}?{urlencode(query)}")
    assert refusal(refused) == (403, "not_proven")
    assert behind.is_untouched()


async def test_a_lower_level_than_needed_is_refused_and_a_higher_one_will_do(
    open_desk: OpenDesk, behind: Behind, new_browser: NewBrowser
) -> None:
    async with open_desk(identity_level=f"{LOA}3") as desk:
        refused = await new_browser().sign_in(await link(await desk.talk()), SURE.login, level=2)
        assert refusal(refused) == (403, "level_too_low")
        assert behind.is_untouched()
        done = await new_browser().sign_in(await link(await desk.talk()), SURE.login, level=4)
        assert done.status_code == 200, done.text
        assert behind.rows("SELECT acr FROM identities") == [(f"{LOA}4",)]


async def test_a_level_that_does_for_look_ups_alone_is_said_to_be_too_low_for_this(
    desk: Gateway, behind: Behind, new_browser: NewBrowser
) -> None:
    card = {"type": "sign_in", "reason": "step_up"}
    behind.engine.says = lambda heard: [
        {"recipient_id": heard["sender"], "text": "请登录", "custom": {"card": card}}
    ]
    talk = await desk.talk()
    await talk.ask("开证明")
    refused = await new_browser().sign_in(await link(talk), SURE.login, level=2)
    assert refusal(refused) == (403, "not_sure_enough")
    assert "开证明" in refused.text
    assert "查看个人记录" not in refused.text
    assert behind.identities() == []
    assert behind.engine.texts == ["开证明"]


async def test_a_conversation_belongs_to_its_first_citizen(
    desk: Gateway, behind: Behind, new_browser: NewBrowser
) -> None:
    talk = await desk.talk()
    await new_browser().sign_in(await link(talk), CITIZEN.login)
    await until_answered(talk)
    before = behind.identities()
    refused = await new_browser().sign_in(await link(talk), OTHER.login)
    assert refusal(refused) == (409, "another_citizen")
    assert behind.identities() == before
    assert behind.engine.texts == ["/signed_in"]
    assert len(await talk.events()) == 2


async def test_the_same_citizen_may_come_again_more_surely(
    desk: Gateway, behind: Behind, new_browser: NewBrowser
) -> None:
    talk = await desk.talk()
    for level in (2, 4):
        done = await new_browser().sign_in(await link(talk), SURE.login, level)
        assert done.status_code == 200, done.text
    await until_answered(talk, times=2)
    assert behind.rows("SELECT citizen, acr FROM identities") == [(SURE.sub, f"{LOA}4")]
    assert behind.engine.texts == ["/signed_in", "/signed_in"]


async def test_the_next_person_at_a_public_screen_is_asked_who_they_are(
    desk: Gateway, behind: Behind, browser: Browser
) -> None:
    for one in (CITIZEN, OTHER):
        done = await browser.sign_in(await link(await desk.talk()), one.login)
        assert done.status_code == 200, done.text
    assert {citizen for (citizen,) in behind.rows("SELECT citizen FROM identities")} == {
        CITIZEN.sub,
        OTHER.sub,
    }


async def test_two_conversations_sign_in_side_by_side_in_one_browser(
    desk: Gateway, behind: Behind, browser: Browser
) -> None:
    first, second = await desk.talk(), await desk.talk()
    backs = [await browser.until_back(await link(t), CITIZEN.login) for t in (first, second)]
    ended = [(await browser.get(back)).status_code for back in backs]
    assert ended == [200, 200]
    assert len(behind.identities()) == 2


async def test_who_does_not_agree_is_not_signed_in(
    desk: Gateway, behind: Behind, browser: Browser
) -> None:
    url = await link(await desk.talk())
    back = await browser.until_back(url, CITIZEN.login, agrees=False)
    assert refusal(await browser.get(back)) == (403, "declined")
    assert behind.is_untouched()


async def test_a_link_opened_from_elsewhere_asks_first_and_is_not_used_by_asking(
    desk: Gateway, behind: Behind, browser: Browser
) -> None:
    url = await link(await desk.talk())
    for site in ("cross-site", "none", "same-site"):
        asked = await browser.get(url, sec_fetch_site=site, sec_fetch_dest="document")
        assert asked.status_code == 200
        assert "这个登录链接是您自己点开的吗" in asked.text
        assert f'href="{urlsplit(url).path}"' in asked.text
        assert asked.cookies == {}
    done = await browser.get(url, sec_fetch_site="same-origin", sec_fetch_dest="document")
    assert done.status_code == 303


async def test_the_end_of_the_conversation_wipes_the_sign_in(
    desk: Gateway, behind: Behind, browser: Browser
) -> None:
    talk = await desk.talk()
    await browser.sign_in(await link(talk), CITIZEN.login)
    await until_answered(talk)
    left = await link(talk)
    back = await browser.until_back(await link(talk), CITIZEN.login)
    ended = await desk.http.delete(talk.path, headers=talk.headers)
    assert ended.status_code == 204
    assert behind.rows("SELECT 1 FROM sign_in_attempts") == []
    assert behind.identities() == []
    for url in (left, back):
        assert refusal(await browser.get(url)) == (410, "link_not_valid")
    assert behind.identities() == []
    assert behind.engine.texts == ["/signed_in"]


async def test_a_conversation_that_ends_while_the_provider_is_asked_stays_ended(
    desk: Gateway, behind: Behind, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = await desk.talk()
    back = await browser.until_back(await link(talk), CITIZEN.login)
    exchange = desk.app.state.parts.identity.exchange

    async def slow(code: str, verifier: str) -> object:
        behind.rows("DELETE FROM conversations")
        return await exchange(code, verifier)

    monkeypatch.setattr(desk.app.state.parts.identity, "exchange", slow)
    assert refusal(await browser.get(back)) == (404, "no_conversation")
    assert behind.is_untouched()


async def test_a_provider_that_is_away_is_said_so_and_the_link_waits(
    open_desk: OpenDesk, behind: Behind, browser: Browser, identity: IdentitySandbox
) -> None:
    async with open_desk(identity_issuer="http://127.0.0.1:9") as desk:
        url = await link(await desk.talk())
        away = await browser.get(url)
        assert refusal(away) == (503, "identity_away")
        assert behind.is_untouched()
    async with open_desk():
        assert (await browser.get(url)).status_code == 303


async def test_an_old_link_and_an_old_trip_are_refused(
    desk: Gateway, behind: Behind, browser: Browser
) -> None:
    talk = await desk.talk()
    unopened = await link(talk)
    back = await browser.until_back(await link(talk), CITIZEN.login)
    behind.rows("UPDATE sign_in_attempts SET expires_at = expires_at - %s", timedelta(minutes=5))
    assert refusal(await browser.get(unopened)) == (410, "link_not_valid")
    assert refusal(await browser.get(back)) == (410, "link_not_valid")
    assert behind.is_untouched()


async def test_the_database_away_is_a_page_with_a_number_to_call(
    desk: Gateway, behind: Behind, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await link(await desk.talk())

    async def broken(*_: object) -> None:
        raise psycopg.OperationalError("gone")

    monkeypatch.setattr("records.own.sign_in_attempts.open_link", broken)
    assert refusal(await browser.get(url)) == (503, "identity_away")
    assert behind.is_untouched()


async def test_an_unforeseen_failure_is_a_page_too(
    desk: Gateway, behind: Behind, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await link(await desk.talk())

    async def broken(*_: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("records.own.sign_in_attempts.open_link", broken)
    assert refusal(await browser.get(url)) == (500, "internal")
