"""Whoever asks for code after code lets the browser work first; nobody has to solve anything."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

from channels.codes import effort
from records.own import codes
from tests.channels.codes.desk import KEY, PHONE, UNKNOWN, Codes, done


async def test_after_two_codes_for_a_phone_the_browser_works_before_the_next(ours: Codes) -> None:
    for number in range(2):
        assert (await ours.ask(await ours.gateway.talk())).status_code == 202
        await ours.code(number + 1)
        await ours.later(timedelta(seconds=61))
    talk = await ours.gateway.talk()
    refused = await ours.ask(talk)
    assert (refused.status_code, refused.json()["error"]) == (428, "work_needed")
    assert refused.json()["message"]
    assert refused.json()["work"]["bits"] == 14
    work = done(refused.json()["work"])
    forged = work["challenge"][:-1] + ("1" if work["challenge"].endswith("0") else "0")
    for wrong in (
        {**work, "ending": work["ending"] + "0"},
        {**work, "challenge": forged},
        {**work, "challenge": work["challenge"].replace(".14.", ".1.")},
        {**work, "challenge": "9" * 64},
    ):
        assert (await ours.ask(talk, work=wrong)).status_code == 428
    assert (await ours.ask(talk, UNKNOWN)).status_code == 202  # which nobody knows: not sent
    await asyncio.sleep(0.1)
    assert len(ours.sms.sent) == 2  # nothing of all that reached the provider
    assert (await ours.ask(talk, work=work)).status_code == 202
    await ours.code(3)
    await ours.later(timedelta(seconds=61))
    again = await ours.ask(talk, work=work)
    assert (again.status_code, again.json()["work"]["bits"]) == (428, 15)


async def test_work_is_good_for_its_phone_and_conversation_only(
    ours: Codes,
) -> None:
    talk, other = await ours.gateway.talk(), await ours.gateway.talk()
    for phone in (PHONE, UNKNOWN):
        for _ in range(2):
            await ours.ask(talk, phone)
            await ours.later(timedelta(seconds=61))
    known, unknown = await ours.ask(talk), await ours.ask(talk, UNKNOWN)
    assert known.status_code == unknown.status_code == 428
    assert known.json()["work"]["bits"] == unknown.json()["work"]["bits"]
    work = done(known.json()["work"])
    assert (await ours.ask(talk, UNKNOWN, work=work)).status_code == 428
    assert (await ours.ask(other, work=work)).status_code == 428
    assert (await ours.ask(talk, work=work)).status_code == 202


def test_work_is_too_old_after_five_minutes() -> None:
    wish = codes.Wish(uuid.uuid4(), "sign_in", b"p" * 32, b"a" * 32)
    counted, now = codes.Counted(2, 0), datetime.now(UTC)
    work = effort.given(KEY, wish, counted, now)
    ending = done({"challenge": work.challenge, "bits": work.bits})["ending"]
    minutes = [now + timedelta(minutes=one) for one in (0, 4.9, 5.1)]
    told = [effort.is_done(KEY, wish, counted, at, work.challenge, ending) for at in minutes]
    assert told == [True, True, False]


async def test_after_five_codes_from_an_address_any_phone_costs_work(ours: Codes) -> None:
    talk = await ours.gateway.talk()
    asked = [await ours.ask(talk, f"1370000{number:04d}") for number in range(7)]
    assert [one.status_code for one in asked] == [202] * 5 + [428] * 2
    assert ours.sms.sent == []
