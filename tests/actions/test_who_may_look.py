"""Object-level authorisation: every look-up × everybody who may not; nothing behind is asked.

19 wrong callers × 21 look-ups and acts for the own record, 12 × 19 for somebody else's: more
than 500 cells, not one of them let through.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from actions.access.authorise import SCOPES
from actions.record.asking import CONSENT_VERSION
from actions.talk.parts import Parts
from records import identities
from records.identities import Identity
from records.own import authorisations, consents
from records.own.authorisations import Grant
from records.vault import blind, reference
from tests.actions.conftest import KEY, open_talk
from tests.actions.stage import Said, Stage
from tests.actions.stand_in_registries import StandInRegistries, paid

OWN = {
    "contributions": "action_look_up_contributions",
    "enrolments": "action_look_up_enrolment",
    "accounts": "action_look_up_accounts",
    "benefits": "action_look_up_benefits",
    "unemployment": "action_look_up_unemployment",
    "transfers": "action_look_up_transfers",
    "cards": "action_look_up_card",
    "injury": "action_look_up_injury",
    "checkup": "action_check_record",
    "certificate": "action_get_certificate",
    "signed_in": "action_signed_in",
}
# What needs no consent, as no registry is asked for it, but a sign-in all the same.
WITHOUT_CONSENT = (
    "action_authorise_other",
    "action_give_authorisation",
    "action_show_authorisations",
    "action_revoke_authorisation",
    "action_look_up_for_other",
    "action_register_phone",
    "action_export_my_data",
    "action_erase_my_data",
    "action_apply_coverage_certificate",
    "action_apply_pension_transfer",
)
MINE, OTHERS = "31010119800101001X", "310199199003150241"
LOA2, LOA3 = "urn:wenbao:acr:loa2", "urn:wenbao:acr:loa3"
REFUSED = {
    "utter_sign_in_first",
    "utter_sign_in_again",
    "utter_sign_in_higher",
    "utter_ask_consent",
    "utter_not_authorised",
    "utter_signed_in",
}


@dataclass
class Desk:
    """A stage, its records and its registries."""

    stage: Stage
    parts: Parts
    registries: StandInRegistries

    async def sign_in(self, number: str, **changed: Any) -> None:
        identity = Identity(
            uuid.UUID(self.stage.conversation),
            f"sub-{number}",
            "张三",
            number,
            changed.get("acr", LOA3),
            self.stage.clock() - changed.get("ago", timedelta(seconds=5)),
        )
        async with self.parts.database.begin() as db:
            await identities.bind(db, KEY, identity, self.stage.clock())
            if changed.get("agreed", True):
                who = reference(self.parts.index_key, identity.citizen)
                version = changed.get("version", CONSENT_VERSION)
                await consents.give(
                    db,
                    who,
                    changed.get("purpose", consents.LOOK_UPS),
                    version,
                    identity.conversation,
                    self.stage.clock(),
                )

    async def grant(self, delegate: str, **changed: Any) -> uuid.UUID:
        """The person with OTHERS lets `delegate` look."""
        now = self.stage.clock()
        grant = Grant(
            reference(self.parts.index_key, f"sub-{OTHERS}"),
            "王芳",
            OTHERS,
            "张三",
            tuple(changed.get("services", SCOPES["all"])),
            now + changed.get("life", timedelta(days=30)),
        )
        index = blind(self.parts.index_key, authorisations.DELEGATE, delegate)
        async with self.parts.database.begin() as db:
            given = await authorisations.give(db, KEY, grant, index, now)
            if changed.get("revoked"):
                await authorisations.revoke(db, grant.citizen, given, now)
        return given

    async def refuses(self, said: Said) -> None:
        assert set(said.responses) <= REFUSED, said.responses
        assert said.responses != ["utter_signed_in"] or said.cards == []
        assert (self.registries.heard, self.registries.asked) == ([], [])
        async with self.parts.database.connect() as db:
            rows = await db.execute(text("SELECT count(*) FROM lookups"))
            assert rows.scalar_one() == 0


@pytest.fixture
def desk(stage: Stage, parts: Parts, registries: StandInRegistries) -> Desk:
    registries.months = paid("310000", "2026-01", 6)
    return Desk(stage, parts, registries)


Wrong = Callable[[Desk], Awaitable[None]]


async def nobody(desk: Desk) -> None:
    """Nobody is signed in."""


async def idle(desk: Desk) -> None:
    await desk.sign_in(MINE)
    desk.stage.clock.now += timedelta(minutes=15, seconds=1)


async def absolute(desk: Desk) -> None:
    await desk.sign_in(MINE)
    desk.stage.clock.now += timedelta(hours=8, seconds=1)


async def stale(desk: Desk) -> None:
    await desk.sign_in(MINE)
    desk.stage.clock.now += timedelta(minutes=10, seconds=1)


async def stale_before(desk: Desk) -> None:
    await desk.sign_in(MINE, ago=timedelta(minutes=11))


async def from_the_future(desk: Desk) -> None:
    await desk.sign_in(MINE, ago=-timedelta(minutes=5))


async def linked_only(desk: Desk) -> None:
    await desk.sign_in(MINE, acr="urn:wenbao:acr:loa1")


async def unknown_level(desk: Desk) -> None:
    await desk.sign_in(MINE, acr="urn:wenbao:acr:loa9")


async def no_level(desk: Desk) -> None:
    await desk.sign_in(MINE, acr="")


async def signed_out(desk: Desk) -> None:
    await desk.sign_in(MINE)
    async with desk.parts.database.begin() as db:
        await identities.sign_out(db, uuid.UUID(desk.stage.conversation), desk.stage.clock())


async def signed_out_elsewhere(desk: Desk) -> None:
    await desk.sign_in(MINE)
    async with desk.parts.database.begin() as db:
        await identities.sign_out_everywhere(db, f"sub-{MINE}", desk.stage.clock())


async def another_conversation(desk: Desk) -> None:
    await desk.sign_in(MINE)
    desk.stage.conversation = str(uuid.uuid4())
    async with desk.parts.database.begin() as db:
        await open_talk(db, desk.stage)


async def no_conversation(desk: Desk) -> None:
    await desk.sign_in(MINE)
    desk.stage.conversation = MINE


async def without_consent(desk: Desk) -> None:
    await desk.sign_in(MINE, agreed=False)


async def consent_to_other_words(desk: Desk) -> None:
    await desk.sign_in(MINE, version="2020-01")


async def consent_to_something_else(desk: Desk) -> None:
    await desk.sign_in(MINE, purpose="newsletter")


async def consent_taken_back(desk: Desk) -> None:
    await desk.sign_in(MINE)
    async with desk.parts.database.begin() as db:
        who = reference(desk.parts.index_key, f"sub-{MINE}")
        await consents.withdraw(db, who, consents.LOOK_UPS, desk.stage.clock())


async def a_kiosk_left_alone(desk: Desk) -> None:
    await _kiosk(desk)
    await desk.sign_in(MINE)
    desk.stage.clock.now += timedelta(minutes=2, seconds=1)


async def claimed_in_slots(desk: Desk) -> None:
    desk.stage.slots.update({"citizen": f"sub-{MINE}", "id_number": MINE, "acr": LOA3})


async def _kiosk(desk: Desk) -> None:
    async with desk.parts.database.begin() as db:
        await db.execute(text("""UPDATE sites SET features = '{"kiosk": true}'"""))


WRONG: list[Wrong] = [
    nobody,
    idle,
    absolute,
    stale,
    stale_before,
    from_the_future,
    linked_only,
    unknown_level,
    no_level,
    signed_out,
    signed_out_elsewhere,
    another_conversation,
    no_conversation,
    without_consent,
    consent_to_other_words,
    consent_to_something_else,
    consent_taken_back,
    a_kiosk_left_alone,
    claimed_in_slots,
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda one: one.__name__)
async def test_who_may_not_look_sees_nothing(desk: Desk, wrong: Wrong) -> None:
    await wrong(desk)
    for service, action in OWN.items():
        desk.stage.slots["pending"] = "contributions"
        said = await desk.stage.play(action, "x", entities={"insurance": "pension"})
        await desk.refuses(said)
        assert service
    if not wrong.__name__.startswith(("without_consent", "consent")):
        for action in WITHOUT_CONSENT:
            await desk.refuses(await desk.stage.play(action, "x"))


async def not_given(desk: Desk) -> str:
    await desk.sign_in(MINE)
    return str(uuid.uuid4())


async def given_to_another(desk: Desk) -> str:
    await desk.sign_in(MINE)
    return str(await desk.grant("440199198807021132"))


async def revoked(desk: Desk) -> str:
    await desk.sign_in(MINE)
    return str(await desk.grant(MINE, revoked=True))


async def over(desk: Desk) -> str:
    given = await desk.grant(MINE, life=timedelta(days=7))
    desk.stage.clock.now += timedelta(days=7, seconds=1)
    await desk.sign_in(MINE)
    return str(given)


async def replaced_by_a_newer(desk: Desk) -> str:
    await desk.sign_in(MINE)
    given = await desk.grant(MINE)
    await desk.grant(MINE, services=())
    return str(given)


async def the_giver_plays_the_delegate(desk: Desk) -> str:
    await desk.sign_in(OTHERS)
    return str(await desk.grant(MINE))


async def not_signed_in(desk: Desk) -> str:
    return str(await desk.grant(MINE))


async def signed_in_long_ago(desk: Desk) -> str:
    given = await desk.grant(MINE)
    await desk.sign_in(MINE, ago=timedelta(minutes=11))
    return str(given)


async def only_linked(desk: Desk) -> str:
    given = await desk.grant(MINE)
    await desk.sign_in(MINE, acr="urn:wenbao:acr:loa1")
    return str(given)


async def in_another_conversation(desk: Desk) -> str:
    given = await desk.grant(MINE)
    await another_conversation(desk)
    return str(given)


async def garbled(desk: Desk) -> str:
    await desk.sign_in(MINE)
    await desk.grant(MINE)
    return "' OR 1=1 --"


async def for_nothing(desk: Desk) -> str:
    await desk.sign_in(MINE)
    return str(await desk.grant(MINE, services=()))


WRONG_DELEGATES = [
    not_given,
    given_to_another,
    revoked,
    over,
    replaced_by_a_newer,
    the_giver_plays_the_delegate,
    not_signed_in,
    signed_in_long_ago,
    only_linked,
    in_another_conversation,
    garbled,
    for_nothing,
]


@pytest.mark.parametrize("wrong", WRONG_DELEGATES, ids=lambda one: one.__name__)
async def test_who_was_not_let_sees_nothing_of_somebody_else(desk: Desk, wrong: Any) -> None:
    number = await wrong(desk)
    for service in (*SCOPES["all"], "certificate"):
        entities = {"authorisation": f"{number}/{service}"}
        await desk.refuses(await desk.stage.play("action_look_up_for", "x", entities=entities))
        if service in OWN:
            said = await desk.stage.play(OWN[service], "x", entities=entities)
            await desk.refuses(said)


async def test_the_matrix_is_large_enough() -> None:
    many, other_wrong = len(SCOPES["all"]), len(WRONG) - 4
    own = len(WRONG) * len(OWN) + other_wrong * len(WITHOUT_CONSENT)
    assert own + len(WRONG_DELEGATES) * (2 * many + 1) >= 500


async def test_a_part_that_was_not_given_stays_closed(desk: Desk) -> None:
    await desk.sign_in(MINE)
    given = await desk.grant(MINE, services=SCOPES["benefits"])
    for service in SCOPES["all"]:
        if service in SCOPES["benefits"]:
            continue
        entities = {"authorisation": f"{given}/{service}"}
        await desk.refuses(await desk.stage.play("action_look_up_for", "x", entities=entities))
        await desk.refuses(await desk.stage.play(OWN[service], "x", entities=entities))


async def test_who_was_let_sees_it_and_the_citizen_sees_that(desk: Desk) -> None:
    await desk.sign_in(MINE, agreed=False)
    given = await desk.grant(MINE)
    offered = await desk.stage.play("action_look_up_for_other", "x")
    payloads = [one["payload"] for one in offered.card("choices")["choices"]]
    assert f'/look_up_for{{"authorisation": "{given}/benefits"}}' in payloads
    entities = {"authorisation": f"{given}/contributions"}
    said = await desk.stage.play("action_look_up_for", "x", entities=entities)
    assert said.responses[:2] == ["utter_looked_for", "utter_contributions"]
    assert "*芳" in said.text
    assert desk.registries.heard == [(OTHERS, "pension", ("310000", "440000", "510000"))]
    citizen = replace(desk, stage=Stage(desk.stage.http, desk.stage.clock))
    async with desk.parts.database.begin() as db:
        await open_talk(db, citizen.stage)
    await citizen.sign_in(OTHERS)
    shown = await citizen.stage.play("action_show_authorisations", "x")
    [row] = shown.card("table")["rows"]
    assert row[2] == "1"
    labels = [column["label"] for column in shown.card("table")["columns"]]
    assert labels == ["姓名", "有效期至", "查看次数", "最近一次"]
    revoke = {"authorisation": str(given)}
    ended = await citizen.stage.play("action_revoke_authorisation", "x", entities=revoke)
    assert ended.responses == ["utter_authorisation_revoked"]
    desk.registries.heard.clear()
    again = await desk.stage.play("action_look_up_for", "x", entities=entities)
    assert again.responses == ["utter_not_authorised"]
    assert desk.registries.heard == []


async def test_nobody_revokes_somebody_elses(desk: Desk) -> None:
    given = await desk.grant(MINE)
    await desk.sign_in(MINE)
    revoke = {"authorisation": str(given)}
    said = await desk.stage.play("action_revoke_authorisation", "x", entities=revoke)
    assert said.responses == ["utter_authorisations_none"]
    offered = await desk.stage.play("action_look_up_for_other", "x")
    assert offered.responses == ["utter_for_other"]


async def test_giving_needs_a_surer_and_fresher_sign_in(desk: Desk) -> None:
    await desk.sign_in(MINE, acr=LOA2)
    said = await desk.stage.play("action_authorise_other", "x")
    assert said.responses == ["utter_sign_in_higher"]
    assert said.card("sign_in")["reason"] == "step_up"
    assert said.slots["pending"] == "authorise_other"
    await desk.sign_in(MINE, ago=timedelta(minutes=6))
    said = await desk.stage.play("action_authorise_other", "x")
    assert said.responses == ["utter_sign_in_again"]
    await desk.sign_in(MINE)
    assert (await desk.stage.play("action_authorise_other", "x")).card("form")
