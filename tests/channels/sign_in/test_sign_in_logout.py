"""The provider signs a citizen out: everywhere, once for each token, and nobody else can."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import pytest
import yaml

from records.files import downloads
from tests.channels.sign_in.steps import link, try_to_sign_in
from tests.channels.sign_in.test_sign_in import CITIZEN, until_answered
from tests.conftest import ROOT, Gateway, Talk
from tests.stand_ins.identity import STRANGE_KEY, StandInIdentity, signed
from tests.stand_ins.identity_sandbox import Browser, IdentitySandbox
from tests.stand_ins.identity_trace import Behind

DOOR = "/sign-in/backchannel-logout"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
SIGNED_OUT = "您已经在统一身份认证那里退出"
WIPED = yaml.safe_load((ROOT / "data/knowledge/record.yml").read_text())["record"]["hidden"]
REFUSED = (400, "bad_logout_token")
Fields = dict[str, Any]


async def test_who_signs_out_at_the_real_provider_is_signed_out_here(
    desk: Gateway, behind: Behind, browser: Browser, identity: IdentitySandbox
) -> None:
    talk = await desk.talk()
    await browser.sign_in(await link(talk), CITIZEN.login)
    await until_answered(talk)
    await end_session(browser, identity)
    told = await talk.until(3)
    assert told[2]["from"] == "system"
    assert told[2]["text"].startswith(SIGNED_OUT)
    assert behind.rows("SELECT signed_out_at IS NOT NULL FROM identities") == [(True,)]
    assert behind.engine.texts == ["/signed_in"]


async def end_session(browser: Browser, identity: IdentitySandbox) -> None:
    """Sign out at the provider, which tells us."""
    page = await browser.get(identity.issuer + "/session/end")
    said = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    action = re.findall(r'action="([^"]+)"', page.text)[0]
    to = urljoin(identity.issuer, action)
    await browser.http.post(to, data={**said, "logout": "yes"}, follow_redirects=True)


async def signed_in(gateway: Gateway, liar: StandInIdentity, many: int = 1) -> list[Talk]:
    """Conversations in which the stand-in's citizen is signed in."""
    talks = [await gateway.talk() for _ in range(many)]
    for talk in talks:
        done = await try_to_sign_in(gateway, liar, talk)
        assert done.status_code == 200, done.text
        await talk.until(2)
    return talks


async def tell(gateway: Gateway, token: object) -> tuple[int, str]:
    """Hand a logout token in; how it ended."""
    ended = await gateway.http.post(DOOR, data={"logout_token": str(token)})
    return ended.status_code, ended.json()["error"] if ended.content else ""


async def test_a_citizen_is_signed_out_of_every_conversation_and_others_are_not(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    talks = await signed_in(lied_to, liar, many=2)
    liar.tell_claims = lambda truth: {**truth, "sub": "another"}
    liar.tell_person = lambda truth: {**truth, "sub": "another"}
    [other] = await signed_in(lied_to, liar)
    assert await tell(lied_to, signed(liar.logout_claims(), typ="logout+jwt")) == (200, "")
    assert behind.rows(
        "SELECT citizen = 'another', signed_out_at IS NULL FROM identities ORDER BY 1"
    ) == [(False, False), (False, False), (True, True)]
    for talk in talks:
        assert (await talk.until(3))[2]["text"].startswith(SIGNED_OUT)
    assert len(await other.events()) == 2


async def test_what_was_said_since_the_sign_in_is_wiped_here_and_at_the_engine(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    mine, over = await signed_in(lied_to, liar, many=2)
    behind.rows(
        "UPDATE identities SET expires_at = now() WHERE conversation = %s", uuid.UUID(over.id)
    )
    liar.tell_claims = lambda truth: {**truth, "sub": "another"}
    liar.tell_person = lambda truth: {**truth, "sub": "another"}
    [other] = await signed_in(lied_to, liar)
    liar.tell_claims = liar.tell_person = lambda truth: truth
    before = [one["text"] for one in await other.events()]
    assert await tell(lied_to, signed(liar.logout_claims())) == (200, "")
    for talk in (mine, over):
        assert (await talk.events())[1]["text"] == WIPED
        found = await talk.http.get(talk.path + "/events", headers=talk.headers)
        assert found.headers["Wenbao-Rewritten"] == "1"
    # Where the sign-in was over by itself nobody is told.
    assert (len(await mine.events()), len(await over.events())) == (3, 2)
    assert [one["text"] for one in await other.events()] == before
    for _ in range(200):
        if len(behind.engine.forgot) >= 2:
            break
        await asyncio.sleep(0.05)
    assert sorted(behind.engine.forgot) == sorted((mine.id, over.id))


async def test_links_to_files_close(lied_to: Gateway, liar: StandInIdentity) -> None:
    [talk] = await signed_in(lied_to, liar)
    file = downloads.File("x.pdf", "application/pdf", b"secret paper")
    async with lied_to.database() as db:
        offered = await downloads.offer(
            db, lied_to.settings.key, uuid.UUID(talk.id), file, datetime.now(UTC)
        )
    path = f"/downloads/{offered.token}"
    assert (await lied_to.http.get(path)).content == b"secret paper"
    assert await tell(lied_to, signed(liar.logout_claims())) == (200, "")
    gone = await lied_to.http.get(path)
    assert (gone.status_code, b"secret paper" in gone.content) == (410, False)


async def test_a_replayed_token_is_refused_and_changes_nothing(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    [talk] = await signed_in(lied_to, liar)
    token = signed(liar.logout_claims())
    assert await tell(lied_to, token) == (200, "")
    await try_to_sign_in(lied_to, liar, talk)
    await talk.until(5)
    before = behind.identities()
    assert await tell(lied_to, token) == REFUSED
    assert behind.identities() == before
    assert len(await talk.events()) == 5


async def test_a_token_whose_sign_out_failed_may_come_again(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signed_in(lied_to, liar)
    token = signed(liar.logout_claims())

    async def broken(*_: object) -> None:
        raise RuntimeError("unforeseen")

    with monkeypatch.context() as patch:
        patch.setattr("records.identities.sign_out_everywhere", broken)
        assert await tell(lied_to, token) == (500, "internal")
    assert await tell(lied_to, token) == (200, "")
    assert behind.rows("SELECT signed_out_at IS NOT NULL FROM identities") == [(True,)]


async def test_a_citizen_who_is_nowhere_signed_in_is_no_error(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    assert await tell(lied_to, signed(liar.logout_claims())) == (200, "")
    assert behind.is_untouched()


def with_changes(**changed: Any) -> Callable[[Fields], Any]:
    """A token with some claims changed; None leaves one out."""
    return lambda truth: signed(
        {name: v for name, v in {**truth, **changed}.items() if v is not None}
    )


LIES: dict[str, Callable[[Fields], Any]] = {
    "another issuer": with_changes(iss="https://evil.example"),
    "no issuer": with_changes(iss=None),
    "another audience": with_changes(aud="other"),
    "no audience": with_changes(aud=None),
    "no citizen": with_changes(sub=None),
    "a session alone": with_changes(sub=None, sid="a-session"),
    "an empty citizen": with_changes(sub=""),
    "a list of citizens": with_changes(sub=["a", "b"]),
    "no events": with_changes(events=None),
    "other events": with_changes(events={"https://evil.example/event": {}}),
    "events that are a list": with_changes(events=[EVENT]),
    "an event that is no object": with_changes(events={EVENT: True}),
    "a nonce": with_changes(nonce="n"),
    "no token id": with_changes(jti=None),
    "an empty token id": with_changes(jti=""),
    "a token id without end": with_changes(jti="x" * 256),
    "a token id that is a number": with_changes(jti=5),
    "no time": with_changes(iat=None),
    "an old time": lambda truth: signed({**truth, "iat": truth["iat"] - 400}),
    "a future time": lambda truth: signed({**truth, "iat": truth["iat"] + 120}),
    "a time in words": with_changes(iat="now"),
    "over": lambda truth: signed({**truth, "exp": int(time.time()) - 60}),
    "an ID token": lambda truth: signed({**truth, "events": {}, "nonce": "n"}),
    "another kind of token": lambda truth: signed(truth, typ="at+jwt"),
    "a strange key": lambda truth: signed(truth, STRANGE_KEY),
    "a changed body": lambda truth: "x".join(signed(truth).rsplit(".", 1)),
    "letters": lambda truth: "token",
    "nothing": lambda truth: "",
}


async def test_a_token_that_is_not_the_providers_signs_nobody_out(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    [talk] = await signed_in(lied_to, liar)
    before = behind.identities()
    got = {name: await tell(lied_to, lie(liar.logout_claims())) for name, lie in LIES.items()}
    assert got == dict.fromkeys(LIES, REFUSED)
    assert behind.identities() == before
    assert len(await talk.events()) == 2


async def test_a_request_that_is_no_form_with_one_token_signs_nobody_out(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    await signed_in(lied_to, liar)
    before = behind.identities()
    token = signed(liar.logout_claims())
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    table: list[tuple[bytes, dict[str, str]]] = [
        (b"", form),
        (b"logout_token=", form),
        (f"token={token}".encode(), form),
        (f"logout_token={token}&logout_token={token}".encode(), form),
        (b"logout_token=\xff\xfe", form),
        (b"&".join([b"a=1"] * 20), form),
        (f'{{"logout_token": "{token}"}}'.encode(), {"Content-Type": "application/json"}),
        (f"logout_token={token}".encode(), {"Content-Type": "text/plain"}),
        (f"logout_token={token}".encode(), {}),
    ]
    for body, headers in table:
        refused = await lied_to.http.post(DOOR, content=body, headers=headers)
        assert (refused.status_code, refused.json()["error"]) == REFUSED
    in_the_address = await lied_to.http.post(DOOR, params={"logout_token": token})
    assert in_the_address.status_code == 400
    assert (await lied_to.http.get(DOOR, params={"logout_token": token})).status_code == 410
    assert behind.identities() == before


async def test_a_provider_whose_keys_are_away_is_told_to_come_again(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    token = signed(liar.logout_claims())
    liar.served.stop()
    assert await tell(lied_to, token) == (503, "identity_away")
    assert behind.is_untouched()
