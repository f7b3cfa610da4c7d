"""Codes by SMS: at most one success each, five tries, and nobody learns whose phone is known."""

from __future__ import annotations

import asyncio
import base64
import secrets
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from records.own import codes
from records.vault import derived
from tests.channels.codes.desk import PHONE, UNKNOWN, Codes
from tests.channels.codes.guessing import Guessing
from tests.conftest import Gateway
from tests.stand_ins.engine import StandInEngine

# At the door: as many guesses as a machine manages in this time, most of them on a quiet one.
GUESSES, FEWEST_GUESSES, CODES, SECONDS_TO_GUESS = 10_000, 1_000, 5, 25


async def test_the_right_code_signs_in_at_the_level_of_a_code(ours: Codes) -> None:
    talk = await ours.gateway.talk()
    sent = await ours.send(talk)
    assert (sent.status_code, sent.json()) == (202, {"expires_in": 300, "retry_after": 60})
    code = await ours.code()
    assert len(code) == 6
    assert code.isdigit()
    assert (await ours.verify(talk, code)).json() == {"purpose": "sign_in"}
    assert await ours.level(talk) == "urn:wenbao:acr:loa2"


async def test_a_code_is_good_once(ours: Codes) -> None:
    talk = await ours.gateway.talk()
    await ours.send(talk)
    code = await ours.code()
    assert (await ours.verify(talk, code)).status_code == 200
    assert (await ours.verify(talk, code)).json()["error"] == "wrong_code"


async def test_fifty_at_once_are_let_in_once(ours: Codes) -> None:
    talk = await ours.gateway.talk()
    await ours.send(talk)
    code = await ours.code()
    answers = await asyncio.gather(*(ours.verify(talk, code) for _ in range(50)))
    assert sorted(one.status_code for one in answers) == [200] + [422] * 49


async def test_five_wrong_tries_void_it(ours: Codes) -> None:
    talk = await ours.gateway.talk()
    await ours.send(talk)
    code = await ours.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert (await ours.verify(talk, wrong)).status_code == 422
    assert (await ours.verify(talk, code)).status_code == 422
    assert await ours.level(talk) is None


async def test_after_five_minutes_it_is_over(ours: Codes) -> None:
    talk = await ours.gateway.talk()
    await ours.send(talk)
    code = await ours.code()
    await ours.later(timedelta(minutes=5, seconds=1))
    assert (await ours.verify(talk, code)).status_code == 422


async def test_it_fits_no_other_conversation_and_purpose(ours: Codes) -> None:
    talk, other = await ours.gateway.talk(), await ours.gateway.talk()
    await ours.send(talk)
    code = await ours.code()
    assert (await ours.verify(other, code)).status_code == 422
    assert (await ours.verify(talk, code, "register_phone")).status_code == 422
    foreign = await other.http.post(
        talk.path + "/codes/verify",
        json={"code": code, "purpose": "sign_in"},
        headers=other.headers,
    )
    assert foreign.status_code == 404
    assert (await ours.verify(talk, code)).status_code == 200


async def test_a_newer_code_ends_the_older(ours: Codes) -> None:
    talk = await ours.gateway.talk()
    await ours.send(talk)
    first = await ours.code()
    await ours.later(timedelta(seconds=61))
    await ours.send(talk)
    second = await ours.code(2)
    if first != second:
        assert (await ours.verify(talk, first)).status_code == 422
    assert (await ours.verify(talk, second)).status_code == 200


async def test_known_and_unknown_phones_look_the_same(ours: Codes) -> None:
    talk, other = await ours.gateway.talk(), await ours.gateway.talk()
    known, unknown = await ours.send(talk), await ours.send(other, UNKNOWN)
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    await ours.code()
    assert [one[0] for one in ours.sms.sent] == [PHONE]
    for phone, one in ((PHONE, talk), (UNKNOWN, other)):
        again = await ours.send(one, phone)
        assert (again.status_code, again.json()["error"]) == (429, "too_many_codes")
    assert (await ours.verify(other, "000000")).json()["error"] == "wrong_code"


async def test_one_a_minute_ten_a_day_for_a_phone_wherever_it_is_asked(ours: Codes) -> None:
    for number in range(3):
        assert (await ours.send(await ours.gateway.talk())).status_code == 202, number
        refused = await ours.send(await ours.gateway.talk())
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) <= 60
        await ours.later(timedelta(seconds=61))
        await ours.execute("UPDATE codes SET address_index = :one", one=secrets.token_bytes(32))
    await ours.as_if(6, phone=True)
    assert (await ours.ask(await ours.gateway.talk())).status_code == 428
    await ours.as_if(1, phone=True)
    refused = await ours.ask(await ours.gateway.talk())
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")
    assert len(ours.sms.sent) <= 3


async def test_twenty_an_hour_for_an_address(ours: Codes) -> None:
    talk = await ours.gateway.talk()
    for number in range(5):
        assert (await ours.send(talk, f"1370000{number:04d}")).status_code == 202
    await ours.as_if(14)
    assert (await ours.ask(talk, "13700009998")).status_code == 428
    await ours.as_if(1)
    assert (await ours.ask(talk, "13700009999")).status_code == 429


async def test_wiping_the_conversation_does_not_wipe_the_counting(ours: Codes) -> None:
    talk = await ours.gateway.talk()
    await ours.send(talk)
    await talk.http.delete(talk.path, headers=talk.headers)
    assert (await ours.send(await ours.gateway.talk())).status_code == 429


async def test_ten_thousand_guesses_find_nothing(ours: Codes) -> None:
    """Straight at the records, as an attacker with a thousand conversations and no limits."""
    mac_key, now, right = (
        derived(ours.gateway.settings.index_hash_key, "codes"),
        datetime.now(UTC),
        0,
    )
    async with ours.database.begin() as db:
        for _ in range(100):
            wish = codes.Wish(
                uuid.uuid4(), "sign_in", secrets.token_bytes(32), secrets.token_bytes(32)
            )
            code = codes.new_code()
            await codes.keep(db, wish, codes.mac(mac_key, wish, code), now)
            for guess in range(100):
                wrong = f"{(int(code) + 1 + guess) % 1_000_000:06d}"
                found = await codes.check(
                    db,
                    wish.conversation,
                    "sign_in",
                    lambda index, one=wish, said=wrong: codes.mac(
                        mac_key, codes.Wish(one.conversation, one.purpose, index, b""), said
                    ),
                    now,
                )
                right += found is not None
        tries = await db.execute(text("SELECT max(tries), count(*) FROM codes"))
        assert tuple(tries.one()) == (5, 100)
    assert right == 0


async def test_thousands_of_guesses_at_the_door_find_nothing_and_void_the_code(
    ours: Codes, engine: StandInEngine
) -> None:
    until, tried = time.monotonic() + SECONDS_TO_GUESS, 0
    for number in range(CODES):
        talk = await ours.gateway.talk()
        assert (await ours.ask(talk)).status_code == 202
        code = await ours.code(number + 1)
        others = ((int(code) + 1 + one) % 1_000_000 for one in range(GUESSES // CODES))
        share = (until - time.monotonic()) / (CODES - number)
        told = await Guessing(ours.gateway.url, talk, time.monotonic() + share).all(
            f"{one:06d}" for one in others
        )
        assert set(told) == {"wrong_code"}
        tried += told.total()
        assert (await ours.verify(talk, code)).status_code == 422
        assert await ours.level(talk) is None
        # As if the next one were asked for from elsewhere, tomorrow.
        await ours.later(timedelta(hours=25))
    assert tried >= FEWEST_GUESSES
    tries = await ours.execute("SELECT array_agg(DISTINCT tries) FROM codes")
    assert tries.scalar() == [5]
    assert (len(ours.sms.sent), engine.heard) == (CODES, [])


async def test_nothing_legible_is_kept(ours: Codes) -> None:
    talk = await ours.gateway.talk()
    await ours.send(talk)
    code = await ours.code()
    rows = await ours.execute(
        "SELECT codes::text FROM codes UNION ALL SELECT phones::text FROM phones"
    )
    kept = "".join(row[0] for row in rows)
    assert PHONE not in kept
    assert f'"{code}"' not in kept
    assert base64.b16encode(code.encode()).decode().lower() not in kept.replace("\\x", "")


async def test_registering_a_phone_needs_a_sure_and_fresh_sign_in(ours: Codes) -> None:
    talk = await ours.gateway.talk()
    for acr in (None, "urn:wenbao:acr:loa2"):
        if acr:
            await ours.sign_in(talk, acr)
        refused = await ours.send(talk, UNKNOWN, "register_phone")
        assert (refused.status_code, refused.json()["error"]) == (403, "sign_in_first")
    assert ours.sms.sent == []
    await ours.sign_in(talk, "urn:wenbao:acr:loa3")
    assert (await ours.send(talk, UNKNOWN, "register_phone")).status_code == 202
    assert (await ours.verify(talk, await ours.code(), "register_phone")).status_code == 200
    # The citizen's older phone signs nobody in any more; the new one does.
    later = await ours.gateway.talk()
    await ours.later(timedelta(minutes=2))
    await ours.send(later, UNKNOWN)
    assert (await ours.verify(later, await ours.code(2))).status_code == 200
    old = await ours.gateway.talk()
    await ours.send(old, PHONE)
    await asyncio.sleep(0.1)
    assert len(ours.sms.sent) == 2


async def test_a_code_does_not_take_over_somebody_elses_conversation(ours: Codes) -> None:
    talk = await ours.gateway.talk()
    await ours.sign_in(talk, "urn:wenbao:acr:loa3", "sub-2")
    await ours.send(talk)
    refused = await ours.verify(talk, await ours.code())
    assert (refused.status_code, refused.json()["error"]) == (409, "another_citizen")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"phone": "12345"},
        {"phone": "１３８００００１２３４", "purpose": "sign_in"},
        {"phone": PHONE, "purpose": "else"},
        {"phone": PHONE + "\n", "purpose": "sign_in"},
        {"phone": PHONE, "purpose": "sign_in", "more": 1},
    ],
)
async def test_other_bodies_are_refused(ours: Codes, body: dict[str, Any]) -> None:
    talk = await ours.gateway.talk()
    refused = await talk.http.post(talk.path + "/codes", json=body, headers=talk.headers)
    assert refused.status_code == 422
    assert ours.sms.sent == []


async def test_without_a_provider_that_is_said(gateway: Gateway) -> None:
    talk = await gateway.talk()
    refused = await talk.http.post(
        talk.path + "/codes", json={"phone": PHONE, "purpose": "sign_in"}, headers=talk.headers
    )
    assert (refused.status_code, refused.json()["error"]) == (503, "sms_away")


async def test_a_provider_that_is_away_changes_no_answer(ours: Codes) -> None:
    ours.sms.broken = True
    talk = await ours.gateway.talk()
    assert (await ours.send(talk)).status_code == 202
