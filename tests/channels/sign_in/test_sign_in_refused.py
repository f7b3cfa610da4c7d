"""Links and ways back that are not as we made them: refused, and nothing behind it happened."""

from __future__ import annotations

import asyncio
import secrets

from tests.channels.sign_in.steps import (
    Query,
    Trip,
    come_back,
    link,
    new_browser,
    refusal,
    set_out,
    try_to_sign_in,
)
from tests.conftest import Gateway, OpenGateway
from tests.stand_ins.identity import StandInIdentity
from tests.stand_ins.identity_trace import Behind

MALFORMED = (400, "malformed_return")
NOT_VALID = (410, "link_not_valid")
OTHER = (403, "other_browser")
UNKNOWN = secrets.token_urlsafe(32)


def returns(trip: Trip, issuer: str) -> dict[str, tuple[Query, tuple[int, str]]]:
    """Ways back that no provider of ours would send a browser."""
    state, iss = ("state", trip.state), ("iss", issuer)
    code = ("code", "a-code")
    return {
        "nothing": ([], MALFORMED),
        "no state": ([code, iss], MALFORMED),
        "an empty state": ([code, ("state", ""), iss], MALFORMED),
        "a short state": ([code, ("state", trip.state[:-1]), iss], MALFORMED),
        "a long state": ([code, ("state", trip.state + "A"), iss], MALFORMED),
        "a state with a zero": ([code, ("state", trip.state[:-1] + "\0"), iss], MALFORMED),
        "a state for SQL": ([code, ("state", "' OR '1'='1"), iss], MALFORMED),
        "a state with a star": ([code, ("state", "%" * 43), iss], MALFORMED),
        "two states": ([code, state, state, iss], MALFORMED),
        "no code": ([state, iss], MALFORMED),
        "an empty code": ([("code", ""), state, iss], MALFORMED),
        "two codes": ([code, ("code", "b"), state, iss], MALFORMED),
        "a code with a blank": ([("code", "a code"), state, iss], MALFORMED),
        "a code with a line end": ([("code", "a\r\nb"), state, iss], MALFORMED),
        "a code in Chinese": ([("code", "代码"), state, iss], MALFORMED),
        "a code without end": ([("code", "c" * 2049), state, iss], MALFORMED),
        "a code and an error": ([code, ("error", "access_denied"), state, iss], MALFORMED),
        "two errors": ([("error", "a"), ("error", "b"), state, iss], MALFORMED),
        "two issuers": ([code, state, iss, iss], MALFORMED),
        "an error of nobody": ([("error", "access_denied"), ("state", UNKNOWN)], OTHER),
        "an unknown state": ([code, ("state", UNKNOWN), iss], OTHER),
        "a state in other letters": ([code, ("state", trip.state.swapcase()), iss], OTHER),
    }


async def test_a_way_back_that_is_none_is_refused_and_leaves_the_trip_alone(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    trip = await set_out(lied_to, await lied_to.talk())
    table = returns(trip, liar.url)
    wrong = {}
    for name, (query, expected) in table.items():
        ended = refusal(await come_back(lied_to, query, trip.cookies))
        if ended != expected or not behind.is_untouched() or "token" in liar.asked:
            wrong[name] = ended
    assert wrong == {}
    assert behind.rows("SELECT finished_at FROM sign_in_attempts") == [(None,)]


NO_YES: dict[str, tuple[dict[str, str | None], tuple[int, str]]] = {
    "another issuer": ({"iss": "https://evil.example"}, (403, "not_proven")),
    "an empty issuer": ({"iss": ""}, (403, "not_proven")),
    "no issuer": ({"iss": None}, (403, "not_proven")),
    "no": ({"code": None, "error": "access_denied"}, (403, "declined")),
    "cannot": ({"code": None, "error": "server_error"}, (403, "declined")),
    "a script": ({"code": None, "error": "<script>alert(1)</script>"}, (403, "declined")),
}


async def test_an_answer_that_is_no_yes_ends_the_trip_before_any_code_is_exchanged(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    talk = await lied_to.talk()
    for change, expected in NO_YES.values():
        trip = await set_out(lied_to, talk)
        good: dict[str, str | None] = {"code": "a-code", "state": trip.state, "iss": liar.url}
        said = {name: value for name, value in {**good, **change}.items() if value is not None}
        refused = await come_back(lied_to, said, trip.cookies)
        assert refusal(refused) == expected
        assert "<script>alert" not in refused.text
        again = {"code": "a-code", "state": trip.state, "iss": liar.url}
        assert refusal(await come_back(lied_to, again, trip.cookies)) == NOT_VALID
    assert "token" not in liar.asked
    assert behind.is_untouched()


async def test_cookies_that_are_not_of_this_trip_are_refused(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    talk = await lied_to.talk()
    trip, other = await set_out(lied_to, talk), await set_out(lied_to, talk)
    [name] = trip.cookies
    [theirs] = other.cookies.values()
    query = {"code": "a-code", "state": trip.state, "iss": liar.url}
    table = {
        "none": ({}, OTHER),
        "another trip's": (other.cookies, OTHER),
        "another trip's value": ({name: theirs}, NOT_VALID),
        "an invented one": ({name: UNKNOWN}, NOT_VALID),
        "an empty one": ({name: ""}, OTHER),
        "a short one": ({name: trip.cookies[name][:-1]}, OTHER),
        "another name": ({"wenbao-sign-in": trip.cookies[name]}, OTHER),
    }
    got = {k: refusal(await come_back(lied_to, query, c)) for k, (c, _) in table.items()}
    assert got == {k: expected for k, (_, expected) in table.items()}
    assert "token" not in liar.asked
    assert behind.is_untouched()
    liar.nonce = trip.asked["nonce"]
    done = await come_back(lied_to, query, trip.cookies)
    assert done.status_code == 200, done.text


LINKS = {
    "unknown": UNKNOWN,
    "short": UNKNOWN[:-1],
    "long": UNKNOWN + "A",
    "a favicon": "favicon.ico",
    "a star": "%25" * 43,
    "a zero": UNKNOWN[:-1] + "%00",
    "Chinese": "登录",
    "SQL": "'%20OR%20'1'='1",
    "a script": "%3Cscript%3Ealert(1)",
    "without end": "A" * 4000,
}


async def test_links_that_we_never_made_are_refused(lied_to: Gateway, behind: Behind) -> None:
    got = {}
    async with new_browser(lied_to) as http:
        for name, token in LINKS.items():
            refused = await http.get(f"/sign-in/{token}")
            got[name] = refusal(refused)
            assert "<script>alert" not in refused.text
            assert refused.cookies == {}
    assert got == dict.fromkeys(LINKS, NOT_VALID)
    assert behind.is_untouched()


async def test_a_link_that_is_not_opened_as_a_page_is_refused_and_stays_good(
    lied_to: Gateway, behind: Behind
) -> None:
    url = await link(await lied_to.talk())
    async with new_browser(lied_to) as http:
        for place in ("iframe", "frame", "image", "script", "empty", "object", "x"):
            refused = await http.get(url, headers={"Sec-Fetch-Dest": place})
            assert refusal(refused) == (403, "not_a_page")
        assert (await http.get(url)).status_code == 303
    assert behind.is_untouched()


async def test_links_are_only_opened(lied_to: Gateway, behind: Behind) -> None:
    url = await link(await lied_to.talk())
    for method in ("POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"):
        for address in (url, "/sign-in/callback"):
            refused = await lied_to.http.request(method, address)
            assert refused.status_code == 405
    assert behind.rows("SELECT opened_at FROM sign_in_attempts") == [(None,)]


async def test_only_who_holds_the_conversation_gets_a_link(
    lied_to: Gateway, behind: Behind
) -> None:
    mine, theirs = await lied_to.talk(), await lied_to.talk()
    gone = await lied_to.talk()
    await lied_to.http.delete(gone.path, headers=gone.headers)
    elsewhere = {**mine.headers, "Origin": "https://evil.example"}
    table = [
        (mine.path, {}, 401, "no_token"),
        (mine.path, {"Authorization": "Bearer"}, 401, "no_token"),
        (mine.path, {"Authorization": "Bearer guess"}, 404, "no_conversation"),
        (mine.path, {"Authorization": f"Basic {mine.token}"}, 401, "no_token"),
        (mine.path, theirs.headers, 404, "no_conversation"),
        (gone.path, gone.headers, 404, "no_conversation"),
        (mine.path + "x", mine.headers, 404, "no_conversation"),
        (mine.path, elsewhere, 403, "origin_refused"),
    ]
    for path, headers, status, error in table:
        refused = await lied_to.http.post(path + "/sign-in", headers=headers)
        assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert behind.rows("SELECT 1 FROM sign_in_attempts") == []


async def test_links_are_counted_and_asking_at_once_helps_nobody(
    open_gateway: OpenGateway, behind: Behind
) -> None:
    async with open_gateway(sign_in_links_per_minute=3) as gateway:
        talk, other = await gateway.talk(), await gateway.talk()
        asked = await asyncio.gather(
            *(gateway.http.post(talk.path + "/sign-in", headers=talk.headers) for _ in range(12))
        )
        assert sorted(one.status_code for one in asked) == [201] * 3 + [429] * 9
        refused = next(one for one in asked if one.status_code == 429)
        assert refused.json()["error"] == "too_many_links"
        assert int(refused.headers["Retry-After"]) > 0
        await link(other)
    assert behind.rows("SELECT count(*) FROM sign_in_attempts") == [(4,)]


async def test_pages_are_counted_by_address_and_say_when_to_come_again(
    open_gateway: OpenGateway, liar: StandInIdentity, behind: Behind
) -> None:
    async with (
        open_gateway(identity_issuer=liar.url, address_sign_in_pages_per_minute=3) as gateway,
        new_browser(gateway) as http,
    ):
        ended = [await http.get(f"/sign-in/{UNKNOWN}") for _ in range(4)]
        assert [one.status_code for one in ended] == [410, 410, 410, 429]
        assert refusal(ended[3]) == (429, "too_many")
        assert int(ended[3].headers["Retry-After"]) > 0
        assert refusal(await http.get("/sign-in/callback")) == (429, "too_many")
    assert behind.is_untouched()


async def test_one_link_opened_many_times_at_once_lets_one_through(
    lied_to: Gateway, behind: Behind
) -> None:
    url = await link(await lied_to.talk())
    async with new_browser(lied_to) as http:
        ended = await asyncio.gather(*(http.get(url) for _ in range(10)))
    assert sorted(one.status_code for one in ended) == [303] + [410] * 9


async def test_one_way_back_taken_many_times_at_once_signs_in_once(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    talk = await lied_to.talk()
    trip = await set_out(lied_to, talk)
    liar.nonce = trip.asked["nonce"]
    query = {"code": "a-code", "state": trip.state, "iss": liar.url}
    ended = await asyncio.gather(*(come_back(lied_to, query, trip.cookies) for _ in range(8)))
    assert sorted(one.status_code for one in ended) == [200] + [410] * 7
    await talk.until(2)
    assert behind.engine.texts == ["/signed_in"]
    assert len(liar.exchanged) == 1


async def test_a_page_of_the_sign_in_is_framed_by_nobody_and_kept_by_nobody(
    lied_to: Gateway, liar: StandInIdentity
) -> None:
    done = await try_to_sign_in(lied_to, liar, await lied_to.talk())
    async with new_browser(lied_to) as http:
        refused = await http.get(f"/sign-in/{UNKNOWN}")
    for page in (done, refused):
        policy = page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'self';" in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-content-type-options"] == "nosniff"
